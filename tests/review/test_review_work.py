"""Who works on which case, one's own account, whose customers one sees, and programs with tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from review.desk import Desk
from review.guard import action_of, token_hash
from review.policy import Action
from store import Role
from tests.review.conftest import AT, PASSWORD, Browser
from tests.review.test_review_security import EXAMPLES, path_of, routes

Visitor = Callable[[str], Browser]
CaseOf = Callable[[str | None], str]
SOON = str((datetime.now(UTC) + timedelta(days=3)).date())


def test_a_case_goes_from_hand_to_hand(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    rita, otto = visitor("rita"), visitor("otto")
    case = case_of("PO-7003")

    def said(browser: Browser, what: str, **values: str) -> Any:
        return browser.post(f"/cases/{case}/work/{what}", "/queue", **values)

    assert said(rita, "take").headers["location"] == f"/cases/{case}?done=take"
    assert "looked at by rita" in otto.http.get("/queue").text
    assert said(rita, "assign", to="nobody").status_code == 422
    onward = said(rita, "assign", to="otto").headers["location"]
    assert onward.startswith("/cases/") and case not in onward, "on to the next"
    assert "of otto" in rita.http.get("/queue").text
    mine = otto.http.get("/queue?show=mine").text
    assert "1 open case<" in mine and "PO-7003" in mine
    assert said(otto, "flag", note="<i>who knows this price?</i>", ask="rita").status_code == 303
    assert "&lt;i&gt;who knows" in rita.http.get("/queue?show=flagged").text
    said(rita, "unflag"), said(otto, "hand-back")
    assert said(rita, "postpone", until="tomorrow").status_code == 422
    said(rita, "postpone", until=SOON, reason="they call back")
    assert "PO-7003" not in rita.http.get("/queue").text and "PO-7003" in rita.http.get("/queue?show=postponed").text
    said(rita, "postpone")
    assert "PO-7003" in rita.http.get("/queue").text
    assert said(visitor("fina"), "take").status_code == 403
    actions = [e.action for e in desk.store.audit_entries(desk.store.case(case).order_key)]
    for word in ("taken", "assigned", "flagged", "flag taken down", "handed back", "postponed", "taken up again"):
        assert word in actions, word
    assert desk.store.audit_verify().faults == ()


def test_the_queue_sorts_and_counts(visitor: Visitor) -> None:
    browser = visitor("fina")
    for sort in ("due", "age", "value", "customer", "reason"):
        page = browser.http.get(f"/queue?sort={sort}").text
        assert "4 open cases" in page and page.count("aria-sort=") == 1
    assert browser.http.get("/queue?sort=;drop").status_code == 422
    assert "under 4 hours: <strong>4</strong>" in browser.http.get("/queue").text


def test_everybody_minds_the_own_account(visitor: Visitor, app: FastAPI, desk: Desk) -> None:
    rita, elsewhere = visitor("rita"), visitor("rita")
    assert rita.http.get("/account").text.count("<td>10.0.0.1") == 2
    new = "a new one, twelve at least"

    def change(old: str, new: str, again: str) -> Any:
        return rita.post("/account/password", "/account", old=old, new=new, again=again)

    assert change(PASSWORD, new, "another").status_code == 422
    assert change(PASSWORD, "short", "short").status_code == 422
    assert change("wrong", new, new).status_code == 403
    assert change(PASSWORD, new, new).status_code == 303
    assert rita.http.get("/queue").status_code == 200, "here one stays signed in"
    assert elsewhere.http.get("/queue").status_code == 303, "elsewhere not"
    assert Browser(app).sign_in("rita").status_code == 401 and Browser(app).sign_in("rita", new).status_code == 303
    assert rita.post("/account/sign-out-others", "/account").status_code == 303
    assert len(desk.store.people.sessions("rita")) == 1
    guesses = [change(f"guess {n}", new, new).status_code for n in range(9)]
    assert guesses[0] == 403 and 429 in guesses, "an open screen is no place to guess the password"


def test_a_scoped_user_meets_other_customers_nowhere(
    visitor: Visitor, app: FastAPI, desk: Desk, case_of: CaseOf
) -> None:
    desk.store.office.set_group("harbour", ("C1",), "root")
    for name in ("rita", "otto", "fina"):
        desk.store.people.change(name, "root", groups=("harbour",))
    own, foreign = case_of("PO-7005"), case_of("PO-7003")
    rita = visitor("rita")
    page = rita.http.get("/queue").text
    assert "1 open case<" in page and "PO-7005" in page and "PO-7003" not in page
    assert rita.http.get("/api/ageing").json()["total"] == 1
    assert [c["po_number"] for c in rita.http.get("/api/cases").json()["cases"]] == ["PO-7005"]
    assert rita.http.get(f"/cases/{own}").status_code == 200
    csrf = rita.http.get("/api/session").json()["csrf"]
    headers = {"Origin": AT, "X-CSRF-Token": csrf}
    body = {"version": desk.store.case(foreign).version, "reason": "not mine"}
    seen = 0
    for route in routes(app):
        if "{case_id}" not in route.path:
            continue
        seen += 1
        (method,) = route.methods
        path = path_of(route).format(**{"case_id": foreign, **EXAMPLES})
        answer = rita.http.request(method, path, headers=headers, json=body if method == "POST" else None)
        assert answer.status_code == 404, (method, path, answer.text[:200])
    assert seen >= 10
    assert desk.store.case(foreign).status == "open" and desk.store.assignments.of(foreign).held_by is None
    answer = rita.post(
        f"/cases/{own}/reject", f"/cases/{own}", version=desk.store.case(own).version, reason_code="no_order"
    )
    assert answer.headers["location"].startswith("/queue"), "the next case is none of another's"
    assert visitor("adam").http.get(f"/cases/{foreign}").status_code == 200
    for name, path in (("rita", "/audits"), ("fina", "/reports"), ("otto", "/reports")):
        assert visitor(name).http.get(path).status_code == 403, "what counts all customers is for those who see all"
    desk.store.people.change("rita", "root", groups=())
    assert "0 open cases" in rita.http.get("/queue").text


def test_a_program_comes_with_a_token_and_goes_no_further(app: FastAPI, desk: Desk, case_of: CaseOf) -> None:
    token = "pit_" + "x" * 40
    desk.store.people.add("robot", Role.APPROVER, "", "root")
    about = desk.store.tokens.issue("robot", token_hash(token), "erp", ("view", "reject"), timedelta(days=1), "root")
    http = TestClient(app, base_url=AT, follow_redirects=False, headers={"Authorization": f"Bearer {token}"})
    case = case_of("PO-7003")
    assert http.get("/api/session").json()["user"] == "robot"
    version = http.get(f"/api/cases/{case}").json()["version"]
    assert http.post(f"/api/cases/{case}/approve", json={"version": version}).status_code == 403, "not in its scopes"
    assert http.get(f"/cases/{case}").status_code == 303, "the pages are for people"
    answer = http.post(f"/api/cases/{case}/reject", json={"version": version, "reason": "withdrawn"})
    assert answer.json()["outcome"] == "rejected"
    bad = TestClient(app, base_url=AT, headers={"Authorization": "Bearer pit_wrong"}, follow_redirects=False)
    assert bad.get("/api/cases").status_code == 401
    for route in routes(app):
        action = action_of(route.endpoint)
        if not path_of(route).startswith("/api/") or action in (Action.VIEW, Action.REJECT, Action.PUBLIC):
            continue
        (method,) = route.methods
        path = path_of(route).format(**{"case_id": case, **EXAMPLES})
        assert http.request(method, path, json={} if method == "POST" else None).status_code == 403, path
    desk.store.tokens.revoke(about.token_id, "root")
    assert http.get("/api/cases").status_code == 401


def test_the_same_as_json(visitor: Visitor, case_of: CaseOf) -> None:
    browser, path = visitor("rita"), f"/api/cases/{case_of('PO-7003')}/work"

    def said(what: str, **body: object) -> Any:
        headers = {"Origin": AT, "X-CSRF-Token": browser.http.get("/api/session").json()["csrf"]}
        return browser.http.post(f"{path}/{what}", json=body, headers=headers)

    assert said("take").json()["held_by"] == "rita"
    assert said("assign", to="otto").json()["assigned_to"] == "otto"
    assert said("flag", note="look", ask="otto").json()["flagged_for"] == "otto"
    assert said("postpone", until=SOON).json()["postponed_until"].startswith(SOON)
    assert browser.http.get(path).json()["flag_note"] == "look"
    assert said("steal").status_code == 422 and said("flag", note=1).status_code == 422
    assert browser.http.get("/api/cases?show=postponed").json()["total"] == 1


@pytest.mark.parametrize("path", ["/health"])
def test_whether_it_is_well(app: FastAPI, path: str) -> None:
    assert Browser(app).http.get(path).json() == {"status": "ok"}
