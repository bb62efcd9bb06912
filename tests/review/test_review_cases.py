"""Cases on the page and as JSON: seen, corrected, approved by one or two, rejected; the same as on the command line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from review import fields
from review.desk import Desk
from review.passwords import hashed
from store import QueueQuery, Role
from tests.review.conftest import AT, PASSWORD, Browser

Visitor = Callable[[str], Browser]
CaseOf = Callable[[str | None], str]


def api(browser: Browser, path: str, **body: Any) -> Any:
    token = browser.http.get("/api/session").json()["csrf"]
    return browser.http.post(path, json=body, headers={"Origin": AT, "X-CSRF-Token": token})


def test_the_queue_is_searched_and_filtered(visitor: Visitor, desk: Desk) -> None:
    browser = visitor("fina")
    assert "4 open cases" in browser.http.get("/queue").text
    for query, found in {
        "search=po-7005": "PO-7005",
        "search=nordwind.EXAMPLE&reason=wrong_price": "PO-7003",
        "customer=C1": "PO-7005",
        "reason=suspicious_sender": "PO-7099",
    }.items():
        page = browser.http.get(f"/queue?{query}").text
        assert "1 open case<" in page and found in page, query
    assert "Nothing waits here" in browser.http.get("/queue?search=%25").text, "a % is a %"
    assert "Nothing waits here" in browser.http.get("/queue?page=99").text
    row = desk.store.queue_page(QueueQuery(search="PO-7003")).rows[0]
    assert (row.customer_id, row.total, row.currency, row.exceptions) == ("C2", "4.00", "EUR", ("wrong_price",))


def test_a_case_shows_both_values_the_place_and_the_mail(visitor: Visitor, case_of: CaseOf) -> None:
    browser, path = visitor("fina"), f"/cases/{case_of('PO-7003')}"
    page = browser.http.get(path).text
    assert re.search(r"<dt>Document</dt><dd>0\.40.*?</dd><dt>ERP</dt><dd>0\.5", page)
    assert 'class="wrong" data-card="1"' in page and "values agree" in page
    assert "PURCHASE ORDER" in page.partition("<pre>")[2], "the mail as text"
    assert "<button" not in page.partition("Sign out</button>")[2], "who only looks is offered nothing to do"
    answer = browser.http.get(f"{path}/pages/1.png")
    picture = Image.open(io.BytesIO(answer.content))
    width, height = map(float, re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', page)[0])
    assert picture.width / width == pytest.approx(picture.height / height, rel=0.01)
    assert answer.headers["cache-control"].startswith("private")
    assert browser.http.get(f"{path}/pages/77.png").status_code == 404
    assert browser.http.get("/cases/none").status_code == 404 and browser.http.get("/cases/5").status_code == 404


def test_a_document_without_a_picture_says_why(visitor: Visitor, case_of: CaseOf) -> None:
    page = visitor("rita").http.get(f"/cases/{case_of(None)}")
    assert page.status_code == 200 and "There is no picture of this page" in page.text


def test_approving_leaves_and_opens_the_next(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7003"))
    path = f"/cases/{case.case_id}"
    answer = browser.post(f"{path}/approve", path, version=case.version, reason="promised by phone")
    assert answer.status_code == 303 and answer.headers["location"].endswith("?done=left")
    assert answer.headers["location"].startswith("/cases/") and case.case_id not in answer.headers["location"]
    assert desk.store.case(case.case_id).status == "resolved" and len(desk.store.outbox_pending()) == 1
    (entry,) = [e for e in desk.store.audit_entries(case.order_key) if e.action == "approve"]
    assert entry.actor == "rita" and "promised by phone" in entry.detail
    assert "rita: approve" in browser.http.get(path).text


def test_a_stale_save_is_refused(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    one, other = visitor("rita"), visitor("otto")
    case = desk.store.case(case_of("PO-7003"))
    path = f"/cases/{case.case_id}"
    corrected = other.post(f"{path}/correct", path, version=case.version, **{"lines[0].quantity": "20"})
    assert corrected.headers["location"].endswith("?came=open"), "the price is still wrong"
    late = one.post(f"{path}/approve", path, version=case.version)
    assert late.status_code == 409 and "has changed" in late.text
    assert desk.store.case(case.case_id).status == "open" and not desk.store.outbox_pending()


def test_an_item_is_chosen_or_typed(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7005"))
    path = f"/cases/{case.case_id}"
    missing = browser.post(f"{path}/approve", path, version=case.version)
    assert missing.status_code == 422 and "line 2 has no item" in missing.text
    wrong = browser.post(f"{path}/approve", path, version=case.version, **{"other-2": "NO-SUCH"})
    assert wrong.status_code == 422 and "no such item" in wrong.text
    browser.post(f"{path}/approve", path, version=case.version, **{"sku-2": "FX-1002", "other-2": " FX-1001 "})
    decided = desk.store.case(case.case_id)
    assert decided.status == "resolved" and decided.decision.lines[1].sku == "FX-1001"
    assert [a.alias.target for a in desk.store.aliases("C1")] == [], "remembered only where the box is ticked"


def test_a_corrected_price_lets_the_order_leave(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7003"))
    path = f"/cases/{case.case_id}"
    shown = fields.values(case.decision.order)
    nothing = browser.post(f"{path}/correct", path, version=case.version, **shown)
    assert nothing.status_code == 422 and "nothing was changed" in nothing.text
    for wrong in ({"lines[0].unit_price": "dear"}, {"lines[9].unit_price": "1"}, {"__class__": "x"}):
        assert browser.post(f"{path}/correct", path, version=case.version, **wrong).status_code == 422
    right = {"lines[0].unit_price": "0.50", "lines[0].line_amount": "5.00", "subtotal": "", "total": "5.00"}
    answer = browser.post(f"{path}/correct", path, version=case.version, **(shown | right))
    assert answer.headers["location"].endswith("?done=left"), answer.headers["location"]
    assert str(desk.store.case(case.case_id).decision.order.lines[0].unit_price) == "0.50"


def test_two_people_release_and_the_second_is_an_approver(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    case_id = case_of("PO-7099")
    path = f"/cases/{case_id}"
    rita, fina = visitor("rita"), visitor("fina")

    def approve(browser: Browser) -> Any:
        return browser.post(f"{path}/approve", path, version=desk.store.case(case_id).version)

    assert approve(rita).headers["location"].endswith("?came=second")
    assert "Approved by rita" in fina.http.get(path).text
    assert approve(rita).headers["location"].endswith("?came=second"), "twice the same is one person"
    desk.store.people.add("rolf", Role.REVIEWER, hashed(PASSWORD), "root")
    rolf = visitor("rolf")
    second = rolf.http.post(
        f"{path}/approve",
        data={"csrf": rolf.token(path), "version": desk.store.case(case_id).version},
        headers={"Origin": AT},
    )
    assert second.status_code == 403 and "second approval" in second.text
    assert not desk.store.outbox_pending()
    assert "done=left" in approve(visitor("otto")).headers["location"]
    assert desk.store.case(case_id).status == "resolved"


def test_a_rejection_needs_a_reason(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of(None))
    path = f"/cases/{case.case_id}"
    assert browser.post(f"{path}/reject", path, version=case.version, reason=" ").status_code == 422
    assert browser.post(f"{path}/reject", path, reason="spam").status_code == 422, "without the version seen"
    assert (
        "done=rejected" in browser.post(f"{path}/reject", path, version=case.version, reason="spam").headers["location"]
    )


def test_the_same_as_json(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser = visitor("rita")
    listed = browser.http.get("/api/cases?search=7003").json()
    assert listed["total"] == 1 and listed["cases"][0]["po_number"] == "PO-7003"
    path = f"/api/cases/{listed['cases'][0]['case_id']}"
    shown = browser.http.get(path).json()
    assert shown["decision"]["mismatches"][0]["code"] == "wrong_price" and "evidence" in shown["decision"]
    assert api(browser, f"{path}/approve", version="0" * 64).status_code == 409
    assert api(browser, f"{path}/approve").status_code == 422
    assert api(browser, f"{path}/approve", version=shown["version"], skus={"one": "x"}).status_code == 422
    assert api(browser, f"{path}/approve", version=shown["version"], extra=1).status_code == 422
    assert browser.http.post(f"{path}/approve", json={"version": shown["version"]}).status_code == 403
    seen = api(browser, f"{path}/correct", version=shown["version"], values={"lines[0].quantity": "20"}).json()
    assert seen["outcome"] == "open" and seen["unseen"] and seen["version"] != shown["version"]
    done = api(browser, f"{path}/approve", version=seen["version"], skus={"1": "FX-1001"}).json()
    assert (done["outcome"], done["status"]) == ("left", "resolved")
    other = f"/api/cases/{case_of(None)}"
    version = browser.http.get(other).json()["version"]
    assert api(browser, f"{other}/reject", version=version, reason="spam").json()["outcome"] == "rejected"
    assert api(browser, f"{other}/reject", version=version, reason="spam").status_code == 409


def test_the_interface_is_described(visitor: Visitor) -> None:
    browser = visitor("fina")
    spec = browser.http.get("/api/openapi.json").json()
    assert set(spec["paths"]["/api/cases/{case_id}/approve"]) == {"post"}
    page = browser.http.get("/api/docs").text
    assert all(path in page for path in spec["paths"]) and "/sign-in" not in spec["paths"]


def test_pictures_are_drawn_once(desk: Desk, case_of: CaseOf) -> None:
    case = desk.store.case(case_of("PO-7005"))
    assert desk.picture(case, 1) == desk.picture(case, 1)


def test_characters_that_are_none_are_refused(visitor: Visitor, case_of: CaseOf) -> None:
    browser, path = visitor("rita"), f"/api/cases/{case_of('PO-7003')}"
    for address in ("/queue?reason=%00", "/queue?search=a%00b", "/cases/%00", "/sign-in?to=%00"):
        assert browser.http.get(address).status_code == 400, address
    for reason in ("a\0b", "\ud800"):
        token = browser.http.get("/api/session").json()["csrf"]
        body = json.dumps({"version": "0" * 64, "reason": reason})
        headers = {"Origin": AT, "X-CSRF-Token": token, "Content-Type": "application/json"}
        assert browser.http.post(f"{path}/reject", content=body, headers=headers).status_code == 400
    for body in ("[" * 100_000, "[]", '{"a": NaN', ""):
        assert browser.http.post(f"{path}/reject", content=body, headers=headers).status_code == 400
    assert browser.http.post(f"{path}/reject", content="x" * 2_000_001, headers=headers).status_code == 413
