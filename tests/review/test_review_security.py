"""Who gets in, what is refused, and that strangers' text stays text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from flows.page_server import check_address
from flows.settings import Review, Settings
from pipeline.errors import ConfigError
from review.app import create_app
from review.desk import Desk
from review.guard import action_of
from review.policy import Action, may
from store import Role
from tests.review.conftest import AT, PASSWORD, PEOPLE, XSS, Browser

EVERYBODY = {Action.PUBLIC, Action.VIEW, Action.ACCOUNT, Action.LEAVE}
DECIDES = {Action.WORK, Action.CORRECT, Action.APPROVE, Action.REJECT, Action.MANY, Action.AUDIT}
ALLOWED = {
    None: {Action.PUBLIC},
    Role.FINANCE: EVERYBODY | {Action.REPORTS, Action.AUDIT},
    Role.REVIEWER: EVERYBODY | DECIDES,
    Role.APPROVER: set(Action) - {Action.ADMIN},
    Role.ADMIN: set(Action),
}


def routes(app: FastAPI) -> list[APIRoute]:
    """All there are, also those of routers inside of routers."""
    found: list[APIRoute] = []
    stack = list(app.routes)
    while stack:
        route = stack.pop()
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if inner:
            stack += inner
        else:
            assert isinstance(route, APIRoute), f"{route} is no guarded route"
            found.append(route)
    return found


# the values of a path: whatever is not there is refused after the policy was asked
EXAMPLES = {"number": 1, "name": "style.css", "what": "take", "sha256": "0" * 64} | dict.fromkeys(
    ("key", "token_id", "alias_id", "cause_id", "answer_id"), "none"
)
EXAMPLES |= {"first": "2026-11-01", "last": "2026-11-02", "part": "report.html", "audit_id": "gone"}


def path_of(route: APIRoute) -> str:
    """With the prefix of its router."""
    is_api = route.endpoint.__module__.split(".")[-1].startswith("api")
    return route.path if not is_api or route.path.startswith("/api") else "/api" + route.path


def fine(path: str) -> set[int]:
    """What a visitor who may gets: there is no identity provider, and nothing is called "none"."""
    return {404} if "/provider" in path else {422} if path.endswith("/none") else {200, 303}


def test_every_route_has_a_policy(app: FastAPI) -> None:
    found = routes(app)
    assert len(found) >= 19
    assert [r.path for r in found if action_of(r.endpoint) is None] == []
    public = {r.path for r in found if action_of(r.endpoint) is Action.PUBLIC}
    assert public == {"/sign-in", "/sign-in/provider", "/sign-in/provider/back", "/static/{name}", "/health"}


def test_every_route_with_every_role(app: FastAPI, case_of: Callable[[str | None], str]) -> None:
    case = case_of("PO-7003")
    for name, role in {None: None, **PEOPLE}.items():
        browser = Browser(app)
        if name:
            assert browser.sign_in(name).status_code == 303
        for route in routes(app):
            action = action_of(route.endpoint)
            (method,) = route.methods
            path = path_of(route).format(**{"case_id": case, **EXAMPLES})
            if action is Action.LEAVE and name:
                continue
            # without token and Origin nothing is changed, so whoever is allowed still gets 403 for these
            response = browser.http.request(method, path)
            if action in ALLOWED[role]:
                expected = {403} if method == "POST" else fine(path)
                assert response.status_code in expected, (name, method, path, response.text[:300])
                assert method == "GET" or "another page" in response.text
            elif role is None:
                assert response.status_code == (401 if path.startswith("/api") else 303), (method, path)
                assert path.startswith("/api") or response.headers["location"].startswith("/sign-in")
            else:
                assert response.status_code == 403 and "your role" in response.text, (name, method, path)


@pytest.mark.parametrize("role", [None, *Role])
def test_the_policy_says_what_the_table_says(role: Role | None, desk: Desk) -> None:
    user = next((u for u in desk.store.people.users() if u.role is role), None)
    assert {action for action in Action if may(user, action)} == ALLOWED[role]


def test_a_route_without_policy_is_closed(app: FastAPI, visitor: Callable[[str], Browser]) -> None:
    browser = visitor("adam")
    app.add_api_route("/forgotten", lambda: "secret")
    response = browser.http.get("/forgotten")
    assert response.status_code == 403 and "secret" not in response.text


def test_a_session_is_new_random_and_not_for_scripts(app: FastAPI) -> None:
    browser = Browser(app)
    before = browser.http.get("/sign-in").headers["set-cookie"]
    response = browser.sign_in("rita")
    cookie = next(c for c in response.headers.get_list("set-cookie") if c.startswith("po_intake="))
    token = cookie.split(";")[0].removeprefix("po_intake=")
    assert len(token) >= 43 and token not in before
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert browser.http.get("/queue").status_code == 200
    assert browser.http.get("/sign-in").headers["location"] == "/queue", "a link to it signs nobody out"
    led = Browser(app).post("/sign-in", "/sign-in", name="rita", password=PASSWORD, to="https://evil.example")
    assert led.headers["location"] == "/queue", "nobody is led away"
    browser.http.cookies.clear()
    assert browser.http.get("/queue").headers["location"].startswith("/sign-in")


def test_signing_out_and_disabling_end_a_session(desk: Desk, app: FastAPI, visitor: Callable[[str], Browser]) -> None:
    rita, otto = visitor("rita"), visitor("otto")
    stolen = rita.http.cookies.get("po_intake")
    assert rita.post("/sign-out", "/queue").status_code == 303
    thief = TestClient(app, base_url=AT, follow_redirects=False, cookies={"po_intake": stolen or ""})
    assert thief.get("/queue").status_code == 303
    desk.store.people.disable("otto", "root")
    assert otto.http.get("/queue").status_code == 303


def test_wrong_passwords_slow_down(app: FastAPI) -> None:
    stranger = Browser(app, "203.0.113.5")
    with time_machine.travel(datetime.now(UTC), tick=False):  # on a slow machine the waits would be over in between
        answers = [stranger.sign_in("rita", f"guess number {n}").status_code for n in range(6)]
        assert answers[:3] == [401, 401, 401] and 429 in answers[3:]
        assert stranger.sign_in("nobody", "guess").status_code == 429, "the address waits whatever the name"


def test_changes_need_our_origin_and_our_token(
    visitor: Callable[[str], Browser], desk: Desk, case_of: Callable[[str | None], str]
) -> None:
    browser, path = visitor("rita"), f"/cases/{case_of('PO-7003')}"
    version = desk.store.case(case_of("PO-7003")).version
    token, reason = browser.token(path), {"reason_code": "no_order", "version": version}
    for headers, data in (
        ({"Origin": "https://evil.example"}, {"csrf": token}),
        ({}, {"csrf": token}),
        ({"Origin": "null"}, {"csrf": token}),
        ({"Origin": AT}, {}),
        ({"Origin": AT}, {"csrf": "0" * 64}),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, {"csrf": token}),
    ):
        answer = browser.http.post(f"{path}/reject", data=data | reason, headers=headers)
        assert answer.status_code in (400, 403), headers
    assert desk.store.case(case_of("PO-7003")).status == "open"
    assert browser.post(f"{path}/reject", path, **reason).status_code == 303
    assert desk.store.case(case_of("PO-7003")).status == "rejected"


class Markup(HTMLParser):
    """What a browser would make of a page: its elements, their attributes, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_strangers_text_stays_text(visitor: Callable[[str], Browser], case_of: Callable[[str | None], str]) -> None:
    browser = visitor("adam")
    case = f"/cases/{case_of('PO-7005')}"
    for path in ("/queue", case, f"/queue?search={XSS}&customer={XSS}&reason={XSS}", f"{case}?came={XSS}&done={XSS}"):
        response = browser.http.get(path)
        page = Markup(response.text)
        assert response.status_code == 200 and page.tags.count("script") in (1, 3)
        assert not {"img", "iframe", "object", "b"} & set(page.tags) - ({"b"} if path.startswith(case) else set())
        assert [name for name, _ in page.attributes if name.startswith("on") or name == "style"] == []
        links = [value for name, value in page.attributes if name in ("src", "href", "action")]
        assert links and all(
            link == "#main" or (link.startswith("/") and not link.startswith("//")) for link in links
        ), "only our own"
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert XSS in Markup(browser.http.get("/queue").text).text, "it is shown, though"
    shown = Markup(browser.http.get(case).text).text
    assert "<b>UNOBTAINIUM</b>" in shown and "<script>alert(3)</script>" in shown and "onerror=alert(4)" in shown


def test_https_makes_cookies_secure(desk: Desk) -> None:
    app = create_app(replace(desk, public_url="https://orders.example.com"))
    http = TestClient(app, base_url="https://orders.example.com", follow_redirects=False)
    response = http.get("/sign-in")
    cookie = response.headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-po_intake_form=") and "Secure" in cookie
    assert "max-age" in response.headers["strict-transport-security"]
    assert http.get("/sign-in", headers={"Host": "127.0.0.1"}).status_code == 400


@pytest.mark.parametrize(
    ("host", "public", "good"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("localhost", "", True),
        ("0.0.0.0", "", False),
        ("192.0.2.1", "", False),
        ("0.0.0.0", "https://orders.example.com", True),
        ("0.0.0.0", "http://orders.example.com", False),
        ("127.0.0.1", "https://orders.example.com/page", False),
    ],
)
def test_nobody_listens_in(host: str, public: str, good: bool) -> None:
    settings = Settings(review=Review(public_url=public, idle_minutes=30, session_hours=12))
    if good:
        check_address(host, settings)
    else:
        with pytest.raises(ConfigError, match=r"review\.public_url"):
            check_address(host, settings)
