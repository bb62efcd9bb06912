"""Cases on the page and as JSON: seen, corrected, approved by one or two, rejected; the same as on the command line."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from review import fields
from review.desk import Desk
from review.keys import KEYS
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
    buttons = re.findall(r"<button[^>]*>", page.partition("Sign out</button>")[2])
    assert not buttons, "who only looks is offered nothing to do"
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
    answer = browser.settle(path, reason_code="agreed", reason="promised by phone")
    assert answer.status_code == 303 and answer.headers["location"].endswith(f"?done=left&was={case.case_id}")
    assert answer.headers["location"].startswith("/cases/") and not answer.headers["location"].startswith(path)
    assert desk.store.case(case.case_id).status == "resolved" and len(desk.store.outbox_pending()) == 1
    (entry,) = [e for e in desk.store.audit_entries(case.order_key) if e.action == "approve"]
    assert entry.actor == "rita" and "promised by phone" in entry.detail
    assert "rita: approve" in browser.http.get(path).text


def test_a_stale_save_is_refused(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    one, other = visitor("rita"), visitor("otto")
    case = desk.store.case(case_of("PO-7003"))
    path = f"/cases/{case.case_id}"
    corrected = other.post(f"{path}/lines", path, do="save", version=case.version, **{"v:lines[0].quantity": "20"})
    assert corrected.headers["location"].endswith("?came=open"), "the price is still wrong"
    late = one.settle(path, version=case.version, reason_code="agreed", reason="as <b>promised</b>")
    assert late.status_code == 409 and "has changed" in late.text
    shown = late.text.partition("What changed since")[2]
    assert re.search(r"lines\[0\]\.quantity</th><td>10</td><td><mark>20</mark>", shown), "both versions"
    assert re.search(r'value="document" checked', late.text), "and what was answered"
    assert 'value="as &lt;b&gt;promised&lt;/b&gt;"' in late.text and '<option value="agreed" selected>' in late.text
    assert desk.store.case(case.case_id).status == "open" and not desk.store.outbox_pending()


def test_an_item_is_chosen_or_typed(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7005"))
    path = f"/cases/{case.case_id}"
    missing = browser.settle(path, "")
    assert missing.status_code == 422 and "not settled" in missing.text
    wrong = browser.settle(path, "item", **{"sku-1": "NO-SUCH"})
    assert wrong.status_code == 422 and "no such item" in wrong.text and 'value="NO-SUCH"' in wrong.text
    went = browser.settle(path, "item", **{"sku-1": " FX-1001 "})
    decided = desk.store.case(case.case_id)
    assert "done=left" in went.headers["location"]
    assert decided.status == "resolved" and decided.decision.lines[1].sku == "FX-1001"
    assert [a.alias.target for a in desk.store.aliases("C1")] == [], "remembered only where the box is ticked"


def test_what_is_remembered_is_shown_and_undone(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7005"))
    path = f"/cases/{case.case_id}"
    browser.settle(path, "item:FX-1001", **{"remember-2": "on"})
    (taught,) = desk.store.taught_by(case.order_key)
    page = browser.http.get(path).text
    assert "remembered for C1: zz-9 = FX-1001" in page
    browser.post(f"{path}/forget", path, alias=taught.alias_id)
    assert desk.store.aliases("C1") == () and "remembered for C1" not in browser.http.get(path).text


def test_undo_opens_it_again_until_it_leaves(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7003"))
    path = f"/cases/{case.case_id}"
    browser.settle(path, reason_code="agreed")
    assert "Undo: open it again" in browser.http.get(path).text
    back = browser.post(f"{path}/reopen", path)
    assert back.headers["location"] == f"{path}?done=reopened"
    page = browser.http.get(path).text
    assert 'value="document" checked' in page, "nobody answers twice"
    browser.settle(path, reason_code="agreed")
    assert desk.store.outbox_begin(case.order_key)
    late = browser.post(f"{path}/reopen", path)
    assert late.status_code == 409 and "has left for the ERP" in late.text


def test_a_corrected_price_lets_the_order_leave(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7003"))
    path = f"/cases/{case.case_id}"
    shown = {f"v:{name}": value for name, value in fields.values(case.decision.order).items()}
    nothing = browser.post(f"{path}/lines", path, do="save", version=case.version, **shown)
    assert nothing.status_code == 422 and "nothing was changed" in nothing.text
    for wrong in ({"v:lines[0].unit_price": "dear"}, {"v:lines[9].unit_price": "1"}, {"v:__class__": "x"}):
        assert browser.settle(path, "", **wrong).status_code == 422
        assert browser.post(f"{path}/lines", path, do="save", version=case.version, **wrong).status_code == 422
    right = {"v:lines[0].unit_price": "0.50", "v:lines[0].line_amount": "5.00", "v:subtotal": "", "v:total": "5.00"}
    place = {"place:lines[0].unit_price": "1 0 0 1000 1000"}
    answer = browser.settle(path, "", **(shown | right | place))
    assert "done=left" in answer.headers["location"], answer.headers["location"]
    order = desk.store.case(case.case_id).decision.order
    assert str(order.lines[0].unit_price) == "0.50"
    (found,) = [e for e in order.evidence if e.path == "lines[0].unit_price"]
    assert found.note == "shown by rita" and "PURCHASE ORDER" in found.text, "what really stands there"


def test_lines_are_cut_anew_on_their_page(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7005"))
    path = f"/cases/{case.case_id}"

    def do(what: str, **more: str) -> Any:
        return browser.post(f"{path}/lines", path, do=what, version=desk.store.case(case.case_id).version, **more)

    assert "All values of PO-7005" in browser.http.get(f"{path}/lines").text
    assert do("add:2").headers["location"].endswith("done=add")
    assert len(desk.store.case(case.case_id).decision.order.lines) == 3
    assert do("delete:3").status_code == 303 and do("delete:9").status_code == 422
    assert do("sell:1").status_code == 422 and do("save:").status_code == 422
    stale = browser.post(f"{path}/lines", path, do="delete:1", version=case.version[::-1])
    assert stale.status_code == 409 and len(desk.store.case(case.case_id).decision.order.lines) == 2
    assert do("part", from_line="x", po_number="PO-1").status_code == 422
    other = do("part", from_line="2", po_number="PO-7006").headers["location"]
    assert "PO-7006" in browser.http.get(other).text


def test_a_layout_is_explained_and_forgotten(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    browser, case = visitor("rita"), desk.store.case(case_of("PO-7005"))
    path = f"/cases/{case.case_id}"
    said = {"label-1": "Vendor item", "meaning-1": "seller_item_id", "label-2": "", "label-3": ""}
    assert browser.post(f"{path}/lines", path, do="layout", version=case.version, **said).status_code == 303
    (learned,) = desk.store.layout_corrections()
    assert "seller_item_id" in browser.http.get(f"{path}/lines").text
    unknown = browser.post(f"{path}/lines", path, do="layout", version=case.version, **(said | {"label-1": "Nonsense"}))
    assert unknown.status_code == 422 and "no row has the labels" in unknown.text
    browser.post(f"{path}/lines", path, do="forget-layout", layout=learned.fingerprint)
    assert desk.store.layout_corrections() == ()


def test_what_the_script_fetches(visitor: Visitor, case_of: CaseOf) -> None:
    browser, path = visitor("fina"), f"/cases/{case_of('PO-7005')}"
    page = browser.http.get(f"{path}/pages/1.json").json()
    assert {"PURCHASE", "UNOBTAINIUM"} <= {word[0].strip("<b>/") for word in page["words"]} and page["width"] > 100
    assert any(box[4] == 1 for box in page["boxes"])
    assert browser.http.get(f"{path}/pages/7.json").status_code == 404
    for wanted, found in {"hex bolt": "FX-1001", "fx 1003": "FX-1003", "FX-1002": "FX-1002"}.items():
        assert browser.http.get(f"{path}/items", params={"text": wanted}).json()["items"][0]["key"] == found
    assert browser.http.get(f"{path}/items?text=").json() == {"items": []}
    for kind, text, value in (("lines[0].quantity", "1,200.5", "1200.5"), ("order_date", "2026-11-02", "2026-11-02"),
                              ("lines[0].unit_price", "dear", None), ("buyer.name", " A   B ", "A B")):  # fmt: skip
        assert browser.http.get(f"{path}/reading", params={"path": kind, "text": text}).json() == {"value": value}
    frame = browser.http.get(f"{path}/mail")
    assert "sandbox" in frame.headers["content-security-policy"] and frame.headers["x-frame-options"] == "SAMEORIGIN"


def test_keys_are_kept_for_each_person(visitor: Visitor) -> None:
    rita, otto = visitor("rita"), visitor("otto")
    usual = {key.action: key.key for key in KEYS}
    for wrong in ({"accept": "7"}, {"accept": "ab"}, {"accept": "d"}, {"accept": "\t"}):
        assert rita.post("/keys", "/keys", **(usual | wrong)).status_code == (303 if wrong == {"accept": "\t"} else 422)
    assert rita.post("/keys", "/keys", **(usual | {"accept": "d", "document": "a"})).status_code == 303
    assert '"d": "accept"' in html.unescape(rita.http.get("/queue").text)
    assert '"d": "document"' in html.unescape(otto.http.get("/queue").text)


def test_two_people_release_and_the_second_is_an_approver(visitor: Visitor, desk: Desk, case_of: CaseOf) -> None:
    case_id = case_of("PO-7099")
    path = f"/cases/{case_id}"
    rita, fina = visitor("rita"), visitor("fina")

    def approve(browser: Browser) -> Any:
        return browser.settle(path, reason_code="called_back", reason="spoke with Ms Nord")

    assert rita.settle(path, reason_code="called_back").status_code == 422, "with whom?"

    assert approve(rita).headers["location"].endswith("?came=second")
    assert "Approved by rita" in fina.http.get(path).text
    assert approve(rita).headers["location"].endswith("?came=second"), "twice the same is one person"
    desk.store.people.add("rolf", Role.REVIEWER, hashed(PASSWORD), "root")
    rolf = visitor("rolf")
    second = rolf.http.post(
        f"{path}/settle",
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
    for wrong in ({}, {"reason_code": "dull"}, {"reason_code": "other", "reason": " "}):
        assert browser.post(f"{path}/reject", path, version=case.version, **wrong).status_code == 422
    assert browser.post(f"{path}/reject", path, reason_code="no_order").status_code == 422, "without the version seen"
    done = browser.post(f"{path}/reject", path, version=case.version, reason_code="no_order", reason="spam")
    assert "done=rejected" in done.headers["location"]


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


def test_settled_and_taken_back_as_json(visitor: Visitor, case_of: CaseOf) -> None:
    browser, path = visitor("rita"), f"/api/cases/{case_of('PO-7003')}"
    shown = browser.http.get(path).json()
    (wrong,) = shown["decision"]["mismatches"]
    said = {"version": shown["version"], "answers": [[wrong["code"], wrong["path"], "document", ""]]}
    assert "choose the reason" in api(browser, f"{path}/settle", **said).json()["error"]
    assert api(browser, f"{path}/settle", **(said | {"answers": [["a", "b", "guess", ""]]})).status_code == 422
    assert api(browser, f"{path}/settle", **said, reason_code="agreed").json()["outcome"] == "left"
    line = browser.http.get(path).json()["decision"]["lines"][0]
    assert (line["agreed_price"], line["expected_price"]) == ("0.40", "0.50")
    back = api(browser, f"{path}/reopen").json()
    assert back["status"] == "open" and back["version"] != shown["version"]
    assert api(browser, f"{path}/settle", **said, reason_code="agreed").status_code == 409
    assert browser.http.get(f"{path}/items?text=hex").json()["items"][0]["key"] == "FX-1001"


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
