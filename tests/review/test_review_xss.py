"""Strangers' text in a real browser: none of it runs, none of it reaches out, and none of it even becomes markup."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "flows"))

from intake_workspace import make_workspace

from connectors.originals import Originals
from flows import steps, wiring
from flows.page_server import beside
from flows.settings import Settings, load_settings
from pipeline.model import (
    Candidate,
    Decision,
    Document,
    DocumentType,
    LineDecision,
    LineItem,
    MailKey,
    Message,
    Mismatch,
    Order,
    Party,
    Verdict,
)
from pipeline.run import DocumentDecision, MessageReading, MessageResult, order_key, sha256_of
from review.passwords import hashed
from store import Role, Store
from tests.review.conftest import PASSWORD
from tests.review.xss_payloads import CANARY, PAYLOADS

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.xdist_group("chromium")]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LIFE = timedelta(days=9)
AT_ONCE = 16  # payloads in the lines of one case; every other field of it holds one of them


@dataclass
class Watch:
    """What a page did that it must not do."""

    home: str
    dialogs: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # by the page's own policy: then text had become markup

    def over(self, page: Page) -> Page:
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self._asked(request.url))
        page.on("console", lambda said: self.refused.append(said.text) if "Content Security" in said.text else None)
        page.route("**/*", lambda route: route.continue_() if self._ours(route.request.url) else route.abort())
        return page

    def _ours(self, url: str) -> bool:
        return url.startswith((self.home, "about:", "data:"))

    def _asked(self, url: str) -> None:
        if not self._ours(url):
            self.outside.append(url)


@contextmanager
def browsing(home: str) -> Iterator[tuple[Page, Watch]]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    watch = Watch(home)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] * (os.getuid() == 0))
        try:
            yield watch.over(browser.new_page(viewport={"width": 1366, "height": 768})), watch
        finally:
            browser.close()


def hostile(payloads: tuple[str, ...], n: int) -> Decision:
    """An order with a payload in every text; its mismatches are those that show the most of it."""
    first = payloads[0]
    lines = tuple(
        LineItem(
            p, buyer_item_id=p, seller_item_id=p, description=p, quantity=Decimal(1), unit=p, unit_price=Decimal(1)
        )
        for p in payloads
    )
    party = Party(first, payloads[-1], email=first, tax_id=first)
    order = Order(
        DocumentType.PURCHASE_ORDER, po_number=f"{first}{n}", currency="EUR", payment_terms=first, incoterms=first,
        buyer=party, seller=party, ship_to=party, lines=lines, total=Decimal(n + 1),
    )  # fmt: skip
    mismatches = tuple(
        Mismatch("unknown_item", f"lines[{i}].buyer_item_id", p, p, f"line {i + 1}: {p}")
        for i, p in enumerate(payloads)
    )
    decided = tuple(
        LineDecision(
            Verdict.REVIEW, ("unknown_item",), candidates=(Candidate(p, p, 0.5, p), Candidate("FX-1", p, 0.4, p))
        )
        for p in payloads
    )
    return Decision(order, Verdict.REVIEW, (), f"C1{first}"[:60], None, decided, mismatches)


def hostile_mail(payloads: tuple[str, ...]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "ann@harbour-pumps.example", "Order"
    mail.set_content("\n".join(payloads))
    mail.add_alternative(f"<html><head><title>x</title></head><body>{''.join(payloads)}</body></html>", subtype="html")
    return mail.as_bytes()


def record(store: Store, originals: Originals, payloads: tuple[str, ...], n: int) -> None:
    raw, first = hostile_mail(payloads), payloads[0]
    sha256 = originals.put(raw)
    store.receive(MailKey(first, first, 1, n + 1, first), sha256, len(raw))
    claim = store.claim("w")
    assert claim is not None
    document = Document(sha256_of(b"d%d" % n), f"{first}.pdf", "application/pdf", b"x")
    message = Message(sha256, None, first, first, first, (), first, datetime.now(UTC), "\n".join(payloads), None, ())
    # twice alike, so that the payload is a cause that two cases share
    orders = [hostile(payloads, n), replace(hostile(payloads, n + 1000))]
    decided = tuple(
        DocumentDecision(order_key(sha256, document, d.order, i), document, d) for i, d in enumerate(orders)
    )
    store.record_result(claim, MessageResult(MessageReading(sha256, message, ()), decided), store.history().mark)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Store]]:
    """A workspace full of payloads, and its real page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    plain = load_settings(make_workspace(tmp_path_factory.mktemp("xss") / "w", {}))
    settings: Settings = plain.model_copy(update={"review": plain.review.model_copy(update={"port": port})})
    with wiring.workspace_parts(settings) as parts:
        steps.sync_erp(parts)
        store, first = parts.store, PAYLOADS[9]
        for n, at in enumerate(range(0, len(PAYLOADS), AT_ONCE)):
            record(store, Originals(settings.data / "originals"), PAYLOADS[at : at + AT_ONCE], n)
        store.people.add("adam", Role.ADMIN, hashed(PASSWORD), "root")
        for case, payload in zip(store.cases(), PAYLOADS, strict=False):
            store.assignments.flag(case.case_id, payload, "adam")
            store.assignments.postpone(case.case_id, None, "adam", payload)
        store.receive(MailKey(first, first, 2, 1), "e" * 64, 1)
        claim = store.claim("w")
        assert claim is not None
        store.fail(claim, "".join(PAYLOADS[:40]), retry=False)
        store.office.looked("erp", first, PAYLOADS)
        store.office.set_group("all", (p[:200] for p in PAYLOADS[:50]), "adam")
        store.tokens.issue("adam", "0" * 64, first, ("view",), LIFE, "adam")
        with beside(settings) as home:
            yield home, store


def sign_in(page: Page, home: str) -> None:
    page.goto(f"{home}/sign-in?to={quote(PAYLOADS[3])}")
    page.fill("input[name=name]", "adam")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{home}/queue**")


def look(page: Page, address: str) -> None:
    """Everything is opened that can be, and what fetches later has time to."""
    page.goto(address)
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.wait_for_load_state("networkidle")


def test_no_text_runs_or_reaches_out(served: tuple[str, Store]) -> None:
    home, store = served
    assert len(PAYLOADS) >= 200
    cases = [case.case_id for case in store.cases()]
    causes = [group.cause_id for group in store.causes.groups()]
    assert len(cases) >= 2 * len(PAYLOADS) // AT_ONCE and causes
    said = quote(PAYLOADS[10])
    places = [
        "/queue", "/queue?sort=reason&show=flagged", f"/queue?search={said}&customer={said}&reason={said}&done={said}",
        *(f"/cases/{case}" for case in cases[::2]), *(f"/cases/{case}/lines" for case in cases[::8]),
        f"/cases/{cases[0]}?came={said}&done={said}",
        "/causes", f"/causes?done={said}", *(f"/causes/{cause}" for cause in causes[::20]),
        "/admin", "/admin/policies", "/admin/users", "/admin/aliases", f"/admin/audit?actor={said}", "/admin/audit",
        "/reports", "/account", "/api/docs", f"/nowhere/{said}", f"/cases/{said}",
    ]  # fmt: skip
    with browsing(home) as (page, watch):
        sign_in(page, home)
        for place in places:
            look(page, home + place)
            assert (watch.dialogs, watch.outside) == ([], []), place
            assert watch.refused == [], place
        frames = 0
        for case in cases[::2]:  # the mail as it was laid out, in its sandbox
            look(page, f"{home}/cases/{case}/mail")
            frames += 1
        assert (watch.dialogs, watch.outside) == ([], []) and frames >= len(PAYLOADS) // AT_ONCE


def test_the_text_is_shown_all_the_same(served: tuple[str, Store]) -> None:
    home, store = served
    with browsing(home) as (page, _):
        sign_in(page, home)
        page.goto(f"{home}/cases/{store.cases()[0].case_id}")
        assert PAYLOADS[0] in page.inner_text("main") or PAYLOADS[0] in page.content().replace("&lt;", "<").replace(
            "&gt;", ">"
        )


def test_the_queue_by_keyboard_alone(served: tuple[str, Store]) -> None:
    home, _ = served
    with browsing(home) as (page, _):
        sign_in(page, home)
        page.keyboard.press("/")
        page.keyboard.type(PAYLOADS[0][:20])
        page.keyboard.press("Enter")
        page.wait_for_url("**search=**")
        for key in ("j", "j", "k", "Enter"):
            page.keyboard.press(key)
        page.wait_for_url(f"{home}/cases/*")
        page.goto(f"{home}/causes")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{home}/causes/*")
        assert page.locator("fieldset").count() == 1


def test_the_watch_would_notice() -> None:
    """The same payloads in a page that escapes nothing."""
    with browsing("http://home.example") as (page, watch):
        for at in range(0, 28, 4):
            page.set_content("<!doctype html><body>" + "".join(PAYLOADS[at : at + 4]))
            page.wait_for_timeout(200)
        assert len(watch.dialogs) >= 5 and any(url.startswith(CANARY) for url in watch.outside)
