"""The case page in a real Chromium: keyboard alone, two people at once, names for screen readers, strangers' HTML."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from intake_workspace import BOLTS, HARBOUR, NORDWIND, NUTS, mail, order_text
from playwright.sync_api import Browser, Page, sync_playwright

from flows.review import desk_of
from flows.settings import load_settings
from review.desk import Desk
from scripts.screenshots import served
from tests.review.conftest import PASSWORD, XSS, worked_off

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.real,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]
THREE_LINES = [
    ("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40"),
    NUTS,
    ("ZZ-9", "WASHER M8 ZINC PLATED", 20, "0.10"),
    ("FX-1003", "NUT M8 ZINC", 7, "0.30"),
]
THREE = order_text(NORDWIND, "PO-8001", THREE_LINES)
CHEAP = order_text(NORDWIND, "PO-8002", [("FX-1001", "HEX BOLT M8X40 ZINC", 10, "0.40")])
LURED = order_text(NORDWIND, "PO-8003", [BOLTS])
PLAIN = mail(HARBOUR, XSS, "Hello", ("PO-8004.txt", order_text(HARBOUR, "PO-8004", [("FX-1001", XSS, 9, "0.70")])))
HTML = PLAIN.replace(
    b"--=-=\n",
    b"--=-=\nContent-Type: text/html\n\n<p>Hello <b>bold</b><script>parent.document.title='owned'</script>"
    b"<img src='http://198.51.100.7/pixel.png'><a href='http://198.51.100.7/'>here</a></p>\n--=-=\n",
    1,
)
MAILS = {
    "1.eml": mail(NORDWIND, "Order", THREE),
    "2.eml": mail(NORDWIND, "Order", CHEAP),
    "3.eml": b"Reply-To: einkauf@nordwlnd.example\n" + mail(NORDWIND, "Order", LURED),
    "4.eml": HTML,
}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return worked_off(tmp_path_factory.mktemp("browser") / "w", MAILS)


@pytest.fixture
def desk(ready: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(ready, tmp_path / "w")
    with desk_of(load_settings(tmp_path / "w")) as opened:
        yield opened


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as at:
        yield at


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


Visit = Callable[[str, str], Page]


@pytest.fixture
def at_case(chromium: Browser, address: str, desk: Desk) -> Iterator[Visit]:
    """Somebody who has signed in and opened the case with this PO number; any script error fails the test."""
    opened, errors = [], []

    def visit(name: str, po: str) -> Page:
        context = chromium.new_context(viewport={"width": 1366, "height": 768})
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/sign-in")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue")
        page.goto(f"{address}/cases/{case_of(desk, po)}")
        return page

    yield visit
    for context in opened:
        context.close()
    assert errors == []


def case_of(desk: Desk, po: str) -> str:
    (found,) = [c.case_id for c in desk.store.cases(None) if c.po_number == po]
    return found


def press(page: Page, *keys: str) -> int:
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def saved(page: Page) -> str:
    """What the page says when the answer of the server is there."""
    until(lambda: page.inner_text("#notice") and "being saved" not in page.inner_text("#notice"))
    return page.inner_text("#notice")


def until(true: Callable[[], object]) -> None:
    """The page's policy lets no test put functions into it, so it is asked again and again."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def test_three_mismatches_in_less_than_twenty_keys(at_case: Visit, desk: Desk) -> None:
    page = at_case("rita", "PO-8001")
    case = desk.store.case(case_of(desk, "PO-8001"))
    assert [m.code for m in case.decision.mismatches] == ["ambiguous_item", "wrong_price", "wrong_price"]
    keys = press(page, "1")
    assert page.evaluate("document.activeElement.dataset.card") == "2", "on to the next by itself"
    keys += press(page, "e", "d")
    assert page.evaluate("document.activeElement.name") == "reason_code", "something stays wrong"
    keys += press(page, "a")  # agreed with the customer
    assert page.eval_on_selector("[data-why]", "e => e.value") == "agreed"
    page.wait_for_timeout(1500)  # the next case is fetched meanwhile, as while a person thinks
    keys += press(page, "Control+Enter")
    assert keys < 20
    assert "PO-8001 is approved" in saved(page)
    assert "PO-8001" not in page.inner_text("h1"), "the next case is there"
    left = desk.store.case(case.case_id)
    assert left.status == "resolved" and [line.sku for line in left.decision.lines] == [
        "FX-1001", "FX-1003", "FX-1002", "FX-1003",
    ]  # fmt: skip
    assert [str(line.agreed_price) for line in left.decision.lines] == ["None", "None", "None", "0.30"]
    with desk.store.reporting.reading() as session:
        told = session.connection().exec_driver_sql("SELECT kind, action, keys FROM review_events").all()
    assert [action for kind, action, _ in told if kind == "mismatch"] == ["candidate", "erp", "document"]
    assert sum(count for kind, _, count in told if kind == "order") == keys + 1, "Ctrl is a key"


def test_undo_before_and_after_submitting(at_case: Visit, desk: Desk) -> None:
    page = at_case("rita", "PO-8002")
    case_id = case_of(desk, "PO-8002")
    press(page, "d")
    assert "document's value" in page.inner_text(".state")
    press(page, "Escape", "u")
    assert page.inner_text(".state") == "" and page.locator("input:checked[type=radio]").count() == 0
    page.wait_for_timeout(1500)
    press(page, "a", "Control+Enter")
    assert "PO-8002 is approved" in saved(page) and desk.store.case(case_id).status == "resolved"
    press(page, "u")
    page.wait_for_url(f"**/cases/{case_id}*")
    assert desk.store.case(case_id).status == "open" and desk.store.outbox_pending() == ()
    assert page.locator("input[value=erp]:checked").count() == 1, "nobody answers twice"


def test_two_people_on_one_case(at_case: Visit, desk: Desk) -> None:
    rita, otto = at_case("rita", "PO-8002"), at_case("otto", "PO-8002")
    otto.wait_for_timeout(500)
    otto.reload()
    assert "rita looks at it now" in otto.inner_text(".cards")
    case = desk.store.case(case_of(desk, "PO-8002"))
    otto.goto(otto.url + "/lines")
    otto.fill('[name="v:lines[0].quantity"]', "20")
    otto.click("text=Save and decide again")
    otto.wait_for_url("**came=open")
    rita.wait_for_timeout(1500)
    press(rita, "d")
    rita.select_option("[data-why]", "agreed")
    rita.fill('#settle [name="reason"]', "as promised")
    press(rita, "Control+Enter")
    assert "was not saved" in saved(rita) and "has changed" in rita.inner_text("#notice")
    rita.click("text=Back to it")
    rita.wait_for_selector("text=You saw")
    row = rita.inner_text("tr:has-text('lines[0].quantity')")
    assert "10" in row and "20" in row, "both versions"
    assert rita.input_value('#settle [name="reason"]') == "as promised"
    assert desk.store.case(case.case_id).status == "open"
    rita.focus("article")
    press(rita, "e")
    assert "✓" in rita.inner_text(".state")


def test_fraud_is_never_accepted_by_one_key(at_case: Visit, desk: Desk) -> None:
    page = at_case("rita", "PO-8003")
    press(page, "a", "d", "A")
    assert page.inner_text(".state") == "" and "never accepted by one key" not in page.inner_text(".state")
    press(page, "Control+Enter")
    assert "still to be answered" in page.inner_text("#notice")
    page.check("input[value=document]")
    page.select_option("[data-why]", "called_back")
    page.fill('#settle [name="reason"]', "spoke with Ms Nord")
    page.wait_for_timeout(1500)
    press(page, "Control+Enter")
    assert "waits for a second person" in saved(page)
    assert desk.store.case(case_of(desk, "PO-8003")).signed_by == "rita"


def test_a_value_is_typed_located_and_taken(at_case: Visit, desk: Desk) -> None:
    page = at_case("rita", "PO-8002")
    press(page, "c")
    assert page.evaluate("document.activeElement.name") == "v:lines[0].unit_price"
    page.keyboard.type("4.0")
    page.wait_for_selector("rect.best")
    assert "stands 2 times" in page.inner_text("#found")
    press(page, "Control+ ")
    until(lambda: page.evaluate("document.activeElement.value") == "4.00")
    assert page.input_value('[name="place:lines[0].unit_price"]').startswith("1 ")
    whole = page.locator("#sheet").bounding_box()
    assert whole is not None
    press(page, "Escape")
    page.wait_for_timeout(100)
    where = page.evaluate(
        "() => { const r = [...document.querySelectorAll('rect')].find(r => /quantity/.test(r.textContent));"
        " const b = r.getBoundingClientRect(); return [b.x, b.y, b.right, b.bottom]; }"
    )
    page.focus('[name="v:lines[0].unit_price"]')
    page.mouse.move(where[0], where[1])
    page.mouse.down()
    page.mouse.move(where[2], where[3], steps=4)
    page.mouse.up()
    until(lambda: page.evaluate("document.activeElement.value").startswith("10"))


def test_items_are_searched_by_keyboard(at_case: Visit, desk: Desk) -> None:
    page = at_case("rita", "PO-8001")
    press(page, "/")
    page.keyboard.type("hex bolt")
    page.wait_for_selector("[role=option]")
    assert page.get_attribute("[data-search]", "aria-expanded") == "true"
    press(page, "Enter")
    assert "FX-1001" in page.inner_text("article[data-card='1'] .state")
    press(page, "k", "r")
    assert not page.is_checked("[data-remember]")
    press(page, "u", "u")
    assert page.is_checked("[data-remember]") and page.inner_text("article[data-card='1'] .state") == ""


def test_all_of_one_kind_after_the_list(at_case: Visit, desk: Desk) -> None:
    page = at_case("rita", "PO-8001")
    press(page, "j", "A")
    assert "2 × wrong_price" in page.inner_text("[data-all]:not([hidden])")
    assert page.locator("[data-all]:not([hidden]) li").count() == 2
    press(page, "Enter")
    assert page.locator('.state:has-text("ERP\'s value")').count() == 2
    press(page, "u")
    assert page.locator('.state:has-text("ERP\'s value")').count() == 0


def test_a_key_of_ones_own(at_case: Visit, desk: Desk) -> None:
    desk.store.keep_keys("rita", {"erp": "w"})
    page = at_case("rita", "PO-8002")
    press(page, "e")
    assert page.inner_text(".state") == ""
    press(page, "w")
    assert "ERP's value" in page.inner_text(".state")
    press(page, "?")
    assert "take the ERP's value" in page.inner_text("#help")


def test_what_a_screen_reader_says(at_case: Visit, desk: Desk) -> None:
    page = at_case("rita", "PO-8001")
    for role, name in (
        ("navigation", "Cases by due time"), ("region", "The document"), ("region", "What does not agree"),
        ("img", "Page 1 of the document, values that were read are framed"),
        ("button", "Submit Ctrl+Enter"), ("combobox", "Why may it stay wrong g"),
    ):  # fmt: skip
        assert page.get_by_role(role, name=name, exact=False).count() >= 1, (role, name)  # type: ignore[arg-type]
    assert page.get_by_role("group", name="2/3 wrong_price").count() == 1
    unnamed = page.evaluate(
        "() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]"
        ".filter(e => !(e.labels && e.labels.length) && !e.getAttribute('aria-label') && !e.textContent.trim())"
        ".map(e => e.outerHTML)"
    )
    assert unnamed == []


@pytest.mark.parametrize(("width", "scale"), [(1366, 1), (683, 2)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off(at_case: Visit, desk: Desk, width: int, scale: int, scheme: str) -> None:
    """683 points wide is what 200 % zoom leaves of 1366."""
    page = at_case("rita", "PO-8001")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 768 // scale})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    fills = page.evaluate("[...document.querySelectorAll('rect.right')].map(r => getComputedStyle(r).fill)")
    assert set(fills) == {"none"}, "frames hide nothing"
    assert page.locator(".skip").bounding_box()["x"] < 0, "the style sheet is whole"  # type: ignore[index]
    sheet, card = page.locator("#sheet").bounding_box(), page.locator("article").first.bounding_box()
    assert sheet and card and sheet["width"] > width * 0.3 and sheet["height"] > 100 and card["width"] > width * 0.2


def test_a_strangers_mail_does_nothing(at_case: Visit, desk: Desk) -> None:
    page = at_case("rita", "PO-8004")
    outside = []
    page.on("request", lambda request: outside.append(request.url) if "127.0.0.1" not in request.url else None)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    press(page, "m")
    page.click("text=As it was laid out")
    frame = page.frame_locator("iframe")
    assert frame.locator("b").inner_text() == "bold"
    assert frame.locator("img, script, a").count() == 0
    page.wait_for_timeout(300)
    assert outside == [] and dialogs == [] and "owned" not in page.title()
    assert page.get_attribute("iframe", "sandbox") == ""


def test_without_the_script_it_works_by_form(chromium: Browser, address: str, desk: Desk) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/cases/{case_of(desk, 'PO-8002')}")
    page.fill("input[name=name]", "rita")
    page.fill("input[name=password]", PASSWORD)
    page.click("button")
    page.check("input[value=document]")
    page.click("button:has-text('Submit')")
    assert "choose the reason" in page.inner_text("#trouble") and page.is_checked("input[value=document]")
    page.select_option("#settle [name=reason_code]", "agreed")
    page.click("button:has-text('Submit')")
    assert "is approved" in page.inner_text(".cards") and desk.store.case(case_of(desk, "PO-8002")).status == "resolved"
    context.close()
