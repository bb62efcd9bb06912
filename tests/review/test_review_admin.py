"""The pages of administrators, and one answer for many cases, as pages and as JSON."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1] / "flows"))

from intake_workspace import HARBOUR, NORDWIND, NUTS, mail, make_workspace, order_text

from extractors.read import read_orders
from flows import steps, wiring
from flows.processing import process_all
from flows.review import desk_of
from flows.settings import load_settings
from pipeline.model import MailKey
from review.desk import Desk
from review.passwords import hashed
from store import MessageState, Role
from tests.review.conftest import AT, PASSWORD, PEOPLE, Browser

STRANGE = ("ZZ-9", "<b>UNOBTAINIUM</b>", 1, "0.50")
CHEAP = ("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40")
MAILS = {
    f"{n}.eml": mail(who, "Order", order_text(who, f"PO-{n}", lines))
    for n, (who, lines) in enumerate(
        [(HARBOUR, [NUTS, STRANGE]), (HARBOUR, [STRANGE]), (HARBOUR, [STRANGE, CHEAP]), (NORDWIND, [STRANGE])], 1
    )
}
Visitor = Callable[[str], Browser]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A workspace in which orders share a cause."""
    settings = load_settings(make_workspace(tmp_path / "w", MAILS))
    with wiring.workspace_parts(settings) as parts:
        ready = replace(parts, read=partial(read_orders, options=wiring.reading_options(settings.intake)))
        steps.sync_erp(ready)
        steps.poll(ready)
        process_all(ready)
    with desk_of(settings) as opened:
        for name, role in PEOPLE.items():
            opened.store.people.add(name, role, hashed(PASSWORD), "root")
        yield opened


def api(browser: Browser, path: str, **body: object) -> Any:
    headers = {"Origin": AT, "X-CSRF-Token": browser.http.get("/api/session").json()["csrf"]}
    return browser.http.post(path, json=body, headers=headers)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_one_answer_is_shown_given_and_taken_back(visitor: Visitor, desk: Desk) -> None:
    rita = visitor("rita")
    listed = rita.http.get("/causes").text
    (path,) = re.findall(r'href="(/causes/[0-9a-f]{16})"', listed)
    assert "&lt;b&gt;unobtainium" in listed and ">3<" in listed
    shown = rita.post(f"{path}/preview", path, answer="FX-1001", remember="on").text
    assert "2 of 3 orders would leave" in shown and "wrong_price" in shown
    seen = field(shown, "seen")
    stale = rita.post(f"{path}/answer", path, answer="FX-1003", seen=seen)
    assert stale.status_code == 409, "another answer than the one that was shown"
    done = rita.post(f"{path}/answer", path, answer="FX-1001", seen=seen, remember="on")
    assert done.headers["location"] == "/causes?done=2-3"
    assert "2 of 3 orders leave" in rita.http.get("/causes?done=2-3").text
    assert len(desk.store.outbox_pending()) == 2
    undo = re.findall(r'action="(/answers/[0-9a-f]{16}/undo)"', rita.http.get("/causes").text)
    assert rita.post(undo[0], "/causes").headers["location"] == "/causes?done=undone-3-0"
    assert not desk.store.outbox_pending() and desk.store.counts().cases["open"] == 4
    assert rita.post(undo[0], "/causes").status_code == 422, "once"
    assert "Undo</button>" not in visitor("fina").http.get("/causes").text


def test_causes_as_json_and_only_of_ones_own_customers(visitor: Visitor, desk: Desk) -> None:
    rita = visitor("rita")
    (cause,) = rita.http.get("/api/causes").json()["causes"]
    path = f"/api/causes/{cause['cause_id']}"
    shown = api(rita, f"{path}/preview", answer="FX-1001").json()
    assert shown["leaving"] == 2
    assert api(rita, f"{path}/answer", answer="FX-1001", seen="0").status_code == 409
    answer = api(rita, f"{path}/answer", answer="FX-1001", seen=shown["seen"]).json()
    desk.store.office.set_group("north", ("C2",), "root")
    desk.store.people.change("otto", "root", groups=("north",))
    otto = visitor("otto")
    assert otto.http.get("/api/causes").json() == {"causes": []}
    assert api(otto, f"/api/answers/{answer['answer_id']}/undo").status_code == 422, "not of his customers"
    assert cause["cause_id"] not in otto.http.get("/causes").text and "unobtainium" not in otto.http.get("/causes").text
    assert api(rita, f"/api/answers/{answer['answer_id']}/undo").json()["kept"] == []


def test_mailboxes_messages_exports_and_policies(visitor: Visitor, desk: Desk) -> None:
    store, adam = desk.store, visitor("adam")
    store.receive(MailKey("orders", "mails", 1, 99), "f" * 64, 10)
    claim = store.claim("w")
    assert claim is not None
    store.fail(claim, "it <i>broke</i>", retry=False)
    page = adam.http.get("/admin").text
    assert "4 listed, 4 new" in page and "it &lt;i&gt;broke" in page and "3 items, 2 customers" in page
    answer = adam.post(f"/admin/messages/{'f' * 64}/retry", "/admin")
    assert answer.headers["location"] == "/admin?done=retry"
    assert store.claim("w2") is not None and store.stuck_messages() == ()
    assert adam.post(f"/admin/messages/{'f' * 64}/retry", "/admin").status_code == 422
    policies = adam.http.get("/admin/policies").text
    assert "price.over_percent" in policies and "default.toml" in policies
    state = adam.http.get("/api/admin/state").json()
    assert state["faults"] == [] and state["messages"]["orders"][MessageState.DONE] == 4


def test_exports_that_were_refused_say_why(visitor: Visitor, desk: Desk) -> None:
    desk.store.office.looked("erp", "v1", ("items.csv row 3: quantity <x> is no number",))
    assert "quantity &lt;x&gt; is no number" in visitor("adam").http.get("/admin").text


def test_people_are_added_changed_and_disabled(visitor: Visitor, app: FastAPI, desk: Desk) -> None:
    adam = visitor("adam")

    def said(path: str, **values: str) -> Any:
        return adam.post(path, "/admin/users", **values)

    assert said("/admin/users", name="nora", role="reviewer", groups="", password=PASSWORD).status_code == 303
    assert said("/admin/users", name="x y", role="reviewer", groups="*", password=PASSWORD).status_code == 422
    assert said("/admin/users", name="king", role="king", groups="*", password=PASSWORD).status_code == 422
    assert said("/admin/users", name="weak", role="reviewer", groups="*", password="short").status_code == 422
    nora = Browser(app)
    assert nora.sign_in("nora").status_code == 303 and "0 open cases" in nora.http.get("/queue").text
    said("/admin/groups", name="south", customers="C1, C9")
    said("/admin/users/nora/change", role="approver", groups="south")
    assert "3 open cases" in nora.http.get("/queue").text, "at the next click"
    for path in ("/admin/users/adam/change", "/admin/users/adam/disable"):
        assert said(path, role="finance", groups="*").status_code == 422, "nobody locks the door from outside"
    said("/admin/users/nora/disable")
    assert nora.http.get("/queue").status_code == 303
    users = adam.http.get("/api/admin/users").json()
    assert users["groups"] == {"south": ["C1", "C9"]} and "argon2" not in str(users)
    assert api(adam, "/api/admin/users/rita/change", role="finance", groups="south").status_code == 200
    assert api(adam, "/api/admin/users", name="zoe", role="finance", password=PASSWORD).status_code == 200
    assert {u.name: (u.role, u.groups) for u in desk.store.people.users()}["rita"] == (Role.FINANCE, ("south",))


def test_a_token_is_made_shown_once_and_revoked(visitor: Visitor, app: FastAPI, desk: Desk) -> None:
    adam = visitor("adam")
    made = adam.post("/admin/tokens", "/admin/users", name="rita", label="erp", scopes="view, work", days="30")
    (token,) = re.findall(r"<code>(pit_[\w-]+)</code>", made.text)
    assert token not in adam.http.get("/admin/users").text
    http = TestClient(app, base_url=AT, headers={"Authorization": f"Bearer {token}"})
    assert http.get("/api/session").json()["user"] == "rita"
    for wrong in ({"scopes": "public"}, {"days": "0"}, {"days": "x"}, {"name": "nobody"}, {"days": "999"}):
        body = {"name": "rita", "scopes": "view", "days": "30"} | wrong
        assert api(adam, "/api/admin/tokens", **body).status_code == 422, wrong
    (about,) = desk.store.tokens.all("rita")
    assert adam.post(f"/admin/tokens/{about.token_id}/revoke", "/admin/users").status_code == 303
    assert http.get("/api/session").status_code == 401


def test_learned_words_are_confirmed_and_undone(visitor: Visitor, desk: Desk) -> None:
    adam, rita = visitor("adam"), visitor("rita")
    (cause,) = rita.http.get("/api/causes").json()["causes"]
    path = f"/api/causes/{cause['cause_id']}"
    seen = api(rita, f"{path}/preview", answer="FX-1001").json()["seen"]
    api(rita, f"{path}/answer", answer="FX-1001", seen=seen)
    (known,) = desk.store.aliases("C1")
    page = adam.http.get("/admin/aliases?customer=C1").text
    assert "zz-9" in page and "FX-1001" in page and "zz-9" not in adam.http.get("/admin/aliases?customer=C2").text
    assert adam.post(f"/admin/aliases/{known.alias_id}/confirm", "/admin/aliases").status_code == 303
    assert len(desk.store.aliases("C1")[0].confirmations) == 2
    undone = adam.post(f"/admin/aliases/{known.alias_id}/undo", "/admin/aliases", reason="wrong item")
    assert "look at these orders again" in undone.text and "PO-1" in undone.text
    assert desk.store.aliases("C1") == ()


def test_the_log_is_read_and_walked(visitor: Visitor, desk: Desk) -> None:
    adam = visitor("adam")
    page = adam.http.get("/admin/audit?verify=true").text
    assert "nothing was changed" in page and "signed in" in page
    assert "signed in" not in adam.http.get("/admin/audit?actor=po-intake").text
    entries = adam.http.get("/api/admin/audit?subject=user:adam").json()["entries"]
    assert {entry["subject"] for entry in entries} == {"user:adam"}
    assert adam.http.get("/admin/audit?before=2").text.count("<tr>") == 2
