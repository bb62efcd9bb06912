"""A small workspace with real mails and ERP exports, and a look at all it holds that two runs must agree in."""

from __future__ import annotations

import os
import sqlite3
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flows.workspace import init_workspace

ERP = {
    "items": (
        "sku,description,base_uom,barcode,mpn,product_group,status,superseded_by,pack_multiple,moq,list_price,currency\n"
        "FX-1001,HEX BOLT M8X40 ZINC,EA,,,Bolts,active,,1,1,0.50,EUR\n"
        "FX-1002,WASHER M8 ZINC,EA,,,Bolts,active,,1,1,0.10,EUR\n"
        "FX-1003,NUT M8 ZINC,EA,,,Bolts,active,,1,1,0.20,EUR\n"
    ),
    "customers": (
        "customer_id,name,email_domains,street,city_zip,country,tax_id,currency,credit_status,price_list_id\n"
        'C1,Harbour Pumps Ltd,harbour-pumps.example,7 Quay Road,"Bristol BS1 4RB",GB,GB123456789,EUR,OK,PL1\n'
        'C2,Nordwind Anlagen GmbH,nordwind.example,Hafenstr. 12,"20457 Hamburg",DE,DE223344556,EUR,OK,PL1\n'
    ),
    "price_list": (
        "price_list_id,customer_id,sku,min_qty,price,currency,valid_from,valid_to\n"
        "PL1,,FX-1001,1,0.50,EUR,2020-01-01,2099-12-31\n"
        "PL1,,FX-1002,1,0.10,EUR,2020-01-01,2099-12-31\n"
        "PL1,,FX-1003,1,0.20,EUR,2020-01-01,2099-12-31\n"
    ),
    "company": (
        "name,street,city_zip,country,tax_id,email\nFastenings AG,Werkweg 1,4051 Basel,CH,CHE111,orders@fx.example\n"
    ),
}
SENT = 1_793_610_000  # 2 November 2026
HARBOUR = ("Harbour Pumps Ltd", "7 Quay Road", "Bristol BS1 4RB", "ann@harbour-pumps.example")
NORDWIND = ("Nordwind Anlagen GmbH", "Hafenstr. 12", "20457 Hamburg", "einkauf@nordwind.example")


def order_text(customer: tuple[str, ...], po: str, lines: list[tuple[str, str, int, str]]) -> str:
    """A plain-text purchase order; ``lines`` hold item, description, quantity, unit price."""
    name, street, city, _ = customer
    rows, total = [], 0
    for n, (sku, words, quantity, price) in enumerate(lines, 1):
        cents = quantity * round(float(price) * 100)
        total += cents
        rows.append(f"{n * 10:<6}{sku:<14}{words:<26}{quantity:>8} EA {price:>10} {cents / 100:>12.2f}")
    return "\n".join(
        [
            "PURCHASE ORDER", "", name, street, city, "",
            f"PO Number: {po}", "PO Date: 2026-11-02", "Currency: EUR", "Required Date: 2099-01-15", "",
            "Vendor: Fastenings AG, Werkweg 1, 4051 Basel", "", f"Ship to: {name}, {street}, {city}", "",
            f"{'Line':<6}{'Vendor item':<14}{'Description':<26}{'Qty':>8} UoM {'Unit price':>10} {'Amount':>12}",
            *rows, "", f"Total EUR {total / 100:.2f}", "",
        ]
    )  # fmt: skip


def mail(customer: tuple[str, ...], subject: str, text: str, attachment: tuple[str, str] | None = None) -> bytes:
    message = EmailMessage()
    message["From"] = f"{customer[0]} <{customer[3]}>"
    message["To"] = "orders@fx.example"
    message["Subject"] = subject
    message["Date"] = "Mon, 02 Nov 2026 09:00:00 +0000"
    message.set_content(text)
    if attachment is not None:
        message.add_attachment(attachment[1].encode(), "text", "plain", filename=attachment[0])
        message.set_boundary("=-=")  # the same bytes each time
    return message.as_bytes()


BROKEN = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4"
BOLTS = ("FX-1001", "HEX BOLT M8X40 ZINC", 100, "0.50")
NUTS = ("FX-1003", "NUT M8 ZINC", 50, "0.20")
WASHERS = ("FX-1002", "WASHER M8 ZINC", 200, "0.10")


def mails() -> dict[str, bytes]:
    """Orders that pass, one at a wrong price, a copy, an unknown item, a newsletter, a broken mail."""
    good = order_text(HARBOUR, "PO-7001", [BOLTS, NUTS])
    return {
        "01-good.eml": mail(HARBOUR, "Order PO-7001", "Please find our order attached.", ("PO-7001.txt", good)),
        "02-body.eml": mail(NORDWIND, "Order PO-7002", order_text(NORDWIND, "PO-7002", [WASHERS, BOLTS])),
        "03-price.eml": mail(NORDWIND, "Order", order_text(NORDWIND, "PO-7003", [("FX-1001", "HEX BOLT", 10, "0.40")])),
        "04-copy.eml": mail(HARBOUR, "Reminder: PO-7001", "Once more, in case it was lost.", ("again.txt", good)),
        "05-item.eml": mail(
            HARBOUR, "Order", order_text(HARBOUR, "PO-7005", [NUTS, ("ZZ-9", "UNOBTAINIUM", 1, "9.00")])
        ),
        "06-news.eml": mail(NORDWIND, "Our new catalogue", "Dear all,\n\nour new catalogue is out. Enjoy reading!\n"),
        "07-same.eml": mail(HARBOUR, "Order PO-7001", "Please find our order attached.", ("PO-7001.txt", good)),
        "08-broken.eml": BROKEN,
        "09-good.eml": mail(HARBOUR, "Order PO-7009", order_text(HARBOUR, "PO-7009", [WASHERS])),
    }


def few() -> dict[str, bytes]:
    """One mail for each end: an order that passes, a case, a copy, a wreck."""
    return {name: mails()[name] for name in ("01-good.eml", "03-price.eml", "07-same.eml", "08-broken.eml")}


def make_workspace(folder: Path, messages: dict[str, bytes] | None = None, **values: Any) -> Path:
    """``values``: settings, dots written as double underscores."""
    init_workspace(folder, {key.replace("__", "."): value for key, value in values.items()})
    for name, text in ERP.items():
        (folder / "erp" / f"{name}.csv").write_text(text, encoding="utf-8")
    for name, raw in (mails() if messages is None else messages).items():
        (folder / "mails" / name).write_bytes(raw)
        os.utime(folder / "mails" / name, (SENT, SENT))  # it is part of a file's key
    return folder


# --- what two runs must agree in --------------------------------------------------------------------------------------

VARIES = {
    "id", "fence", "lease_owner", "lease_until", "retry_at", "received_at", "finished_at", "seen_at", "acknowledged_at",
    "created_at", "decided_at", "opened_at", "due_at", "closed_at", "done_at", "at", "hash", "previous", "seq",
}  # fmt: skip
NAMED_BY = {
    "message_id": ("messages", "sha256"),
    "order_id": ("orders", "order_key"),
    "case_row": ("review_cases", "case_id"),
    "decision_id": None,
    "case_id": None,
}


def content(workspace: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of ours, without times, ids and bookkeeping of leases; paths seen from the workspace."""
    with sqlite3.connect(workspace / "data" / "po-intake.db") as db:
        db.row_factory = sqlite3.Row
        names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        dump = {
            name: sorted((_row(db, row, workspace) for row in db.execute(f"SELECT * FROM {name}")), key=str)
            for name in names
        }
    dump["meta"] = [row for row in dump["meta"] if "audit_head" not in row]
    dump.pop("last_looks")  # how the last look went is overwritten by the next
    for name in ("order_facts", "exception_facts", "field_tallies"):  # taken from the others whenever a report is made
        dump.pop(name)
    return dump


def _row(db: sqlite3.Connection, row: sqlite3.Row, workspace: Path) -> tuple[object, ...]:
    return tuple(_value(db, key, row[key], workspace) for key in row.keys() if key not in VARIES)  # noqa: SIM118


def _value(db: sqlite3.Connection, key: str, value: object, workspace: Path) -> object:
    named = NAMED_BY.get(key)
    if named is not None:
        return db.execute(f"SELECT {named[1]} FROM {named[0]} WHERE id = ?", (value,)).fetchone()[0]
    return value.replace(str(workspace), "WORKSPACE") if isinstance(value, str) else value


def exported(workspace: Path) -> dict[str, bytes]:
    """Every file for the ERP; nothing half-written may lie there."""
    folder = workspace / "orders-out"
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
