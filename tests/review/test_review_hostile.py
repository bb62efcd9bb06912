"""Requests that no browser of ours would send: other hosts, other pages, other paths, too much, planted sessions."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from review.app import HEADERS
from review.desk import Desk
from review.guard import LONGEST_BODY, token_hash
from review.passwords import hashed, is_right
from store import Role
from tests.review.conftest import AT, PASSWORD, Browser
from tests.review.test_review_security import EXAMPLES, path_of, routes

Visitor = Callable[[str], Browser]
CaseOf = Callable[[str | None], str]


def addresses(app: FastAPI, case_id: str) -> list[tuple[str, str]]:
    """Every route there is: method and a path."""
    found = []
    for route in routes(app):
        (method,) = route.methods
        found.append((method, path_of(route).format(**{"case_id": case_id, **EXAMPLES})))
    assert len(found) > 60
    return found


def test_every_answer_forbids_frames_scripts_of_others_and_caches(
    visitor: Visitor, app: FastAPI, case_of: CaseOf
) -> None:
    adam = visitor("adam")
    for method, path in addresses(app, case_of("PO-7003")):
        if path == "/sign-out":
            continue
        headers = adam.http.request(method, path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy, path
        ours = path.endswith("/mail")  # is shown in a frame of our own page, and nowhere else
        assert f"frame-ancestors '{'self' if ours else 'none'}'" in policy, path
        assert all(headers[name] for name in HEADERS if not (ours and name == "X-Frame-Options")), path
        assert "server" not in headers and "x-powered-by" not in headers


def test_no_route_answers_to_another_host(visitor: Visitor, app: FastAPI, case_of: CaseOf) -> None:
    adam = visitor("adam")
    for method, path in addresses(app, case_of("PO-7003")):
        for host in ("evil.example", "127.0.0.1.evil.example", "[::1].evil.example", "127.0.0.1@evil.example", ""):
            answer = adam.http.request(method, path, headers={"Host": host})
            assert answer.status_code == 400, (method, path, host)
            assert "evil" not in answer.headers.get("location", "")


def test_no_change_without_origin_and_token(visitor: Visitor, app: FastAPI, desk: Desk, case_of: CaseOf) -> None:
    adam = visitor("adam")
    before = desk.store.audit_verify().entries
    for method, path in addresses(app, case_of("PO-7003")):
        if method == "GET":
            continue
        token = adam.http.get("/api/session").json()["csrf"]
        for headers in (
            {"X-CSRF-Token": token},
            {"X-CSRF-Token": token, "Origin": "https://evil.example"},
            {"X-CSRF-Token": token, "Origin": "null"},
            {"X-CSRF-Token": token, "Origin": f"{AT}.evil.example"},
            {"Origin": AT},
            {"Origin": AT, "X-CSRF-Token": "0" * 64},
            {"Origin": AT, "X-CSRF-Token": ""},
        ):
            answer = adam.http.request(method, path, headers=headers, json={})
            assert answer.status_code == 403, (path, headers)
    assert desk.store.audit_verify().entries == before, "nothing was changed"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../guard.py", "/static/..%2fguard.py", "/static/%2e%2e/guard.py", "/static/....//guard.py",
        "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/style.css%00.py", "/static/..%5cguard.py",
        "/cases/..%2f..%2fetc%2fpasswd", "/cases/%2e%2e/pages/1.png", "/cases/*", "/cases/%", "/cases/'",
        "/cases/a%0d%0aX: y",
    ],
)  # fmt: skip
def test_no_path_leads_elsewhere(visitor: Visitor, path: str) -> None:
    answer = visitor("adam").http.get(path)
    assert answer.status_code in (400, 404) and "def guard" not in answer.text and "root:" not in answer.text
    assert "x" not in answer.headers


def test_too_much_is_refused_everywhere(visitor: Visitor, app: FastAPI, case_of: CaseOf) -> None:
    adam = visitor("adam")
    token = adam.http.get("/api/session").json()["csrf"]
    body = b"{" + b" " * LONGEST_BODY + b"}"
    headers = {"Origin": AT, "X-CSRF-Token": token, "Content-Type": "application/json"}
    for method, path in addresses(app, case_of("PO-7003")):
        if method != "GET":
            assert adam.http.request(method, path, content=body, headers=headers).status_code == 413, path


def test_a_planted_session_is_nobodys_afterwards(app: FastAPI, desk: Desk) -> None:
    victim = Browser(app)
    victim.http.cookies.set("po_intake", "planted-by-somebody-else")
    assert victim.sign_in("rita").status_code == 303
    assert victim.http.get("/queue").status_code == 200
    thief = TestClient(app, base_url=AT, follow_redirects=False, cookies={"po_intake": "planted-by-somebody-else"})
    assert thief.get("/queue").status_code == 303
    assert desk.store.people.signed_in(token_hash("planted-by-somebody-else"), desk.idle, desk.longest) is None


def test_who_signs_in_anew_leaves_the_session_before(app: FastAPI) -> None:
    browser = Browser(app)
    browser.sign_in("rita")
    old = str(browser.http.cookies.get("po_intake"))
    form = browser.token("/account")  # signed in already, so the form of another page
    answer = browser.http.post(
        "/sign-in", data={"csrf": form, "name": "otto", "password": PASSWORD}, headers={"Origin": AT}
    )
    assert answer.status_code == 303 and browser.http.cookies.get("po_intake") != old
    assert (
        TestClient(app, base_url=AT, follow_redirects=False, cookies={"po_intake": old}).get("/queue").status_code
        == 303
    )


def cost(password: str, known: str | None) -> float:
    """Processor seconds, the least of five."""
    times = []
    for _ in range(5):
        begun = time.process_time()
        assert not is_right(password, known)
        times.append(time.process_time() - begun)
    return min(times)


def test_a_name_that_is_unknown_takes_as_long_as_a_wrong_password() -> None:
    right = cost("a wrong password", hashed(PASSWORD))
    for known in (None, ""):  # unknown; of somebody who signs in at the provider
        assert 0.6 < cost("a wrong password", known) / right < 1.7


def test_the_sign_in_page_says_the_same_of_unknown_wrong_and_disabled(app: FastAPI, desk: Desk) -> None:
    desk.store.people.add("gone", Role.REVIEWER, hashed(PASSWORD), "root")
    desk.store.people.disable("gone", "root")
    said = set()
    for n, (name, password) in enumerate((("nobody", PASSWORD), ("rita", "wrong password"), ("gone", PASSWORD))):
        answer: Any = Browser(app, f"10.0.1.{n}").sign_in(name, password)
        said.add((answer.status_code, answer.text.replace(name, "").split("csrf")[0]))
    assert len(said) == 1
