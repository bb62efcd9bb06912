"""How long a reviewer waits: from the key that submits to the next case painted, in Chromium, with a full queue.

    python -m benchmarks.review_page [--cases 10000] [--pages 60] [--steps 30] [--think 1.5]

Every other case at the head of the queue is an order of so many pages. ``think`` is the pause before each submission,
in seconds; it is longer where the next case is not fetched by then. Prints milliseconds; the server runs in this
process, beside the browser.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from flows import demo
from flows.review import desk_of
from flows.settings import load_settings
from flows.wiring import load_erp
from pipeline.interfaces import Erp
from pipeline.model import CatalogueItem, Customer, ItemStatus, Price
from review.desk import Desk
from review.passwords import hashed
from scripts.screenshots import PASSWORD, SIZE, served
from store import QueueQuery, Role

LINES = 40  # on a page
LONG = 20  # of so many cases at the head of the queue every other one is long; each is megabytes
QUANTITY = 10
DAY = date(2026, 11, 2)
CENT = Decimal("0.01")
# until another case stands there and two frames have been drawn; its picture was decoded when it was fetched
PAINTED = """() => new Promise((done) => {
  const old = document.querySelector('.case').dataset.case;
  let pressed = 0;
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const seen = (event) => { if (event.key === 'Enter') pressed = performance.now(); };
  addEventListener('keydown', seen, { capture: true });
  (async () => {
    while (!pressed || document.querySelector('.case')?.dataset.case === old) await frame();
    await frame(); await frame();
    done(performance.now() - pressed);
  })();
})"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--cases", type=int, default=10_000)
    asked.add_argument("--pages", type=int, default=60)
    asked.add_argument("--steps", type=int, default=30)
    asked.add_argument("--think", type=float, default=1.5)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "w"
        _fill(workspace, given.cases, given.pages)
        with desk_of(load_settings(workspace)) as desk, served(desk) as address:
            desk.store.people.add("rita", Role.ADMIN, hashed(PASSWORD), "benchmark")
            _measure(desk, address, given.steps, given.think)


def _measure(desk: Desk, address: str, steps: int, think: float) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.goto(f"{address}/sign-in")
        page.fill("input[name=name]", "rita")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue")
        long = desk.store.queue_page(QueueQuery(search="LONG-1")).rows[0].case_id
        _tell(
            "opening a long case, nothing fetched ahead", [_opened(page, f"{address}/cases/{long}") for _ in range(5)]
        )
        _tell("queue page", [_opened(page, f"{address}/queue") for _ in range(10)])
        page.goto(f"{address}/cases/{long}")
        _tell("next case, from key to painted", [_next(page, think) for _ in range(steps)])
        browser.close()
    left = desk.store.counts()
    print(f"{left.cases['open']} cases are open still, {left.cases['resolved']} were approved")


def _next(page: Page, think: float) -> float:
    """Answers every card, waits as long as a person thinks, submits."""
    for kind in ("item", "erp", "document"):
        page.evaluate(f"document.querySelectorAll('input[value={kind}]').forEach(r => {{ r.checked = true; }})")
    page.evaluate(
        "document.querySelectorAll('article').forEach(a => a.dispatchEvent(new Event('change', {bubbles: true})))"
    )
    page.evaluate("{ const why = document.querySelector('[data-why]'); if (why) why.value = 'agreed'; }")
    page.wait_for_timeout(think * 1000)
    page.wait_for_selector(".case[data-ahead]", state="attached", timeout=300_000)
    page.evaluate(f"{{ window.painted = ({PAINTED})(); undefined; }}")
    page.keyboard.press("Control+Enter")
    return float(page.evaluate("window.painted"))


def _opened(page: Page, address: str) -> float:
    begin = time.perf_counter()
    page.goto(address, wait_until="load")
    return (time.perf_counter() - begin) * 1000


def _tell(what: str, taken: Sequence[float]) -> None:
    p95 = sorted(taken)[max(round(len(taken) * 0.95) - 1, 0)]
    print(f"{what}: p50 {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms, n = {len(taken)}", flush=True)


# --- a full queue -----------------------------------------------------------------------------------------------------


def _fill(workspace: Path, cases: int, pages: int) -> None:
    """The demo's orders and a long one through the real path; then copies of the rows of two of them: each is a
    duplicate of the others, and stays open when it is decided again."""
    with demo.workspace(workspace) as folder:
        (folder / "mails" / "long.eml").write_bytes(_mail(load_erp(folder / "erp"), pages))
        demo.run(folder, lambda done, _: done)
    with sqlite3.connect(workspace / "data" / "po-intake.db") as db:
        db.row_factory = sqlite3.Row
        named = "SELECT c.* FROM review_cases c JOIN orders o ON o.id = c.order_id WHERE o.po_number"
        long = db.execute(f"{named} = 'LONG-1'").fetchone()
        short = db.execute(f"{named} IS NOT NULL AND o.po_number != 'LONG-1' AND c.reasons = 'wrong_price'").fetchone()
        assert long is not None and short is not None, "the samples gave no cases to copy"
        for n in range(cases):
            _copy(db, long if n % 2 and n < LONG else short, n)


def _copy(db: sqlite3.Connection, case: sqlite3.Row, n: int) -> None:
    order = dict(db.execute("SELECT * FROM orders WHERE id = ?", (case["order_id"],)).fetchone())
    key = hashlib.sha256(f"{order['order_key']}{n}".encode()).hexdigest()
    order_id = _insert(db, "orders", order | {"order_key": key, "position": n + 100})
    decision = dict(db.execute("SELECT * FROM decisions WHERE order_id = ?", (case["order_id"],)).fetchone())
    _insert(db, "decisions", decision | {"order_id": order_id})
    case_row = _insert(db, "review_cases", dict(case) | {"order_id": order_id, "case_id": key[:16]})
    for (code,) in db.execute("SELECT code FROM case_codes WHERE case_row = ?", (case["id"],)).fetchall():
        db.execute("INSERT INTO case_codes (case_row, code) VALUES (?, ?)", (case_row, code))


def _insert(db: sqlite3.Connection, table: str, values: dict[str, Any]) -> int:
    kept = {name: value for name, value in values.items() if name != "id"}
    marks = ", ".join("?" * len(kept))
    made = db.execute(f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({marks})", tuple(kept.values()))
    return made.lastrowid or 0


def _mail(erp: Erp, pages: int) -> bytes:
    """An order of so many pages of a customer of ours, right but for three prices."""
    customer = next(c for c in erp.customers() if not c.credit_hold and c.street)
    rows = [(item, price) for item in erp.items() if (price := _price(erp, item, customer)) is not None]
    message = EmailMessage()
    message["From"] = f"buyer@{(customer.email_domains or ('far.example',))[0]}"
    message["To"], message["Subject"] = "orders@fx.example", "Order LONG-1"
    message["Date"] = "Mon, 02 Nov 2026 09:00:00 +0000"
    message.set_content("Please find our order attached.")
    message.add_attachment(_pdf(customer, rows, pages), "application", "pdf", filename="LONG-1.pdf")
    return message.as_bytes()


def _price(erp: Erp, item: CatalogueItem, customer: Customer) -> Price | None:
    plain = item.status is ItemStatus.ACTIVE and (item.moq or 0) <= QUANTITY and (item.pack_multiple or 1) == 1
    found = [p for p in erp.prices(item.sku, customer) if p.min_qty <= QUANTITY and _holds(p)]
    return max(found, key=lambda p: p.min_qty) if plain and found and all(p.price % CENT == 0 for p in found) else None


def _holds(price: Price) -> bool:
    return (price.valid_from or DAY) <= DAY <= (price.valid_to or DAY)


def _pdf(customer: Customer, rows: Sequence[tuple[CatalogueItem, Price]], pages: int) -> bytes:
    drawn = Canvas("unused.pdf", pagesize=A4)
    wrong = {1, pages * LINES // 2, pages * LINES}
    for page in range(pages):
        drawn.setFont("Helvetica-Bold", 14)
        drawn.drawString(40, 815, "Purchase order")
        drawn.setFont("Helvetica", 9)
        about = (
            f"PO number: LONG-1    Order date: {DAY}    Currency: {rows[0][1].currency}    Page {page + 1} of {pages}"
        )
        drawn.drawString(40, 800, about)
        drawn.drawString(40, 786, f"{customer.name}, {customer.street}, {customer.city_zip}")
        _row(drawn, 760, ("Pos", "Vendor item", "Description", "Qty", "Unit", "Unit price", "Amount"))
        for n in range(LINES):
            number = page * LINES + n + 1
            item, price = rows[number % len(rows)]
            asked = price.price * 2 if number in wrong else price.price
            figures = (str(QUANTITY), item.base_uom, f"{asked:.2f}", f"{asked * QUANTITY:.2f}")
            _row(drawn, 742 - n * 17, (str(number), item.sku, item.description[:38], *figures))
        drawn.showPage()
    data: bytes = drawn.getpdfdata()
    return data


def _row(drawn: Canvas, y: float, cells: Sequence[str]) -> None:
    for x, cell in zip((40, 75, 165, 355, 395, 435, 500), cells, strict=True):
        drawn.drawString(x, y, cell)


if __name__ == "__main__":
    main()
