"""A report over a year and a million lines: seconds and memory, on SQLite or PostgreSQL.

    python -m benchmarks.reporting [--postgres] [--orders N] [--keep DIR]

The store is seeded past the program (120,000 orders of 8.3 lines, 15 % held, 2 % audited, a scan in five), with JSON of
2 kB an order: the report does not read it. Seeding is not counted. A second report shows that the bytes are the same.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from benchmarks.postgres import private_server, programs
from store import open_store
from store.engine import Database, connect
from store.report_tables import AuditItemRow, ExceptionFactRow, FactRow, ReviewEventRow, TallyRow
from store.tables import (
    AuditRow,
    CaseRow,
    DecisionRow,
    LineRow,
    LocationRow,
    MessageRow,
    OrderRow,
    OutboxRow,
)

FIRST = datetime(2025, 11, 1, tzinfo=UTC)
CODES = ("wrong_price", "uom_mismatch", "unknown_item", "low_confidence", "duplicate_po", "suspicious_sender")
FIELDS = ("quantity", "unit_price", "line_amount", "unit", "seller_item_id", "po_number", "line")
JSON = json.dumps({"filling": "x" * 2000})
BATCH = 2000
Rows = dict[Any, list[dict[str, object]]]


def seed(db: Database, orders: int) -> int:
    """Returns the number of lines."""
    lines = 0
    with db.engine.execution_options(access="write").begin() as connection:
        for start in range(0, orders, BATCH):
            rows: Rows = {table: [] for table in (
                MessageRow, LocationRow, OrderRow, LineRow, DecisionRow, CaseRow, OutboxRow, AuditRow, FactRow,
                ExceptionFactRow, TallyRow, AuditItemRow, ReviewEventRow,
            )}  # fmt: skip
            for n in range(start, min(start + BATCH, orders)):
                lines += one(n, orders, rows)
            for table, made in rows.items():
                if made:
                    connection.execute(insert(table), made)
        connection.execute(text("ANALYZE"))
    return lines


def one(n: int, orders: int, rows: Rows) -> int:
    rng = random.Random(f"report/{n}")
    at = FIRST + timedelta(seconds=n * 365 * 86_400 / orders)
    held, count = rng.random() < 0.15, rng.choice((1, 3, 5, 8, 12, 21))
    closed = held and rng.random() < 0.98
    customer, channel = f"C{int(rng.paretovariate(1.2)) % 400}", rng.choice(("text",) * 3 + ("spreadsheet", "scan"))
    key, i, done = f"{n:064x}", n + 1, at + timedelta(minutes=rng.randrange(1, 600))
    state = "review" if held and not closed else "approved" if held else "auto"
    rows[MessageRow].append({"id": i, "sha256": key, "size": 1, "state": "done", "received_at": at})
    rows[LocationRow].append({
        "id": i, "account": ("orders", "edi")[n % 2], "folder": "INBOX", "uid_validity": 1, "uid": i, "name": "",
        "message_id": i, "seen_at": at,
    })  # fmt: skip
    rows[OrderRow].append({
        "id": i, "order_key": key, "message_id": i, "document_sha256": key, "position": 0,
        "document_type": "purchase_order", "customer_id": customer, "po_number": f"PO-{n}", "po_key": f"PO{n}",
        "state": state, "contract": JSON, "decision": JSON, "created_at": at,
    })  # fmt: skip
    rows[LineRow] += [
        {"order_id": i, "position": p, "item_codes": "[]", "quantity": 10, "decision": "auto", "description": "bolt"}
        for p in range(count)
    ]
    rows[DecisionRow].append({
        "id": i, "order_id": i, "number": 1, "verdict": "review" if held else "auto", "decided_by": "po-intake",
        "decided_at": at, "decision": JSON,
    })  # fmt: skip
    rows[AuditRow].append({
        "seq": i, "at": at, "actor": "po-intake", "action": "received", "subject": key,
        "detail": '{"new": true, "place": "orders/INBOX/1", "size": 1}', "previous": key, "hash": key,
    })  # fmt: skip
    version, status = "v" * 64, "resolved" if closed else "open"
    if held:
        rows[CaseRow].append({
            "id": i, "case_id": key[-16:], "order_id": i, "status": status, "version": version, "opened_at": at,
            "closed_at": done if closed else None, "due_at": at, "worth": 0, "reasons": "", "line_count": count,
        })  # fmt: skip
    if state != "review":
        rows[OutboxRow].append({
            "key": key, "kind": "order", "order_id": i, "state": "done", "payload": JSON, "created_at": at,
            "done_at": done,
        })  # fmt: skip
    facts(rng, rows, i, at, done, held=held, closed=closed, count=count, customer=customer, channel=channel)
    return count


def facts(
    rng: random.Random, rows: Rows, i: int, at: datetime, done: datetime, *, held: bool, closed: bool, count: int,
    customer: str, channel: str,
) -> None:  # fmt: skip
    s, end, worth = int(at.timestamp()), int(done.timestamp()), rng.randrange(10**5, 10**8)
    changed = rng.randrange(4) if closed else 0
    rows[FactRow].append({
        "order_id": i, "received_s": s, "decided_s": s + 20, "mailbox": "orders",
        "verdict": "review" if held else "auto", "channel": channel, "layout": f"layout {rng.randrange(60)}",
        "customer_id": customer, "currency": rng.choice(("EUR", "EUR", "GBP")), "value_e4": worth, "lines": count,
        "lines_held": int(held), "settled": "resolved:" + "v" * 64 if closed else None,
        "outcome": "approved" if closed else "", "closed_s": end if closed else None, "changed_values": changed,
        "changed_lines": changed, "caught_e4": worth // 10 if changed else 0,
        "exported_s": end if closed or not held else None,
    })  # fmt: skip
    audited = not held and rng.random() < 0.02
    if held:
        rows[ExceptionFactRow] += [
            {"order_id": i, "code": code, "line": line, "stake_e4": worth // 5,
             "fix": "teach unit CTN = 24 EA" if code == "uom_mismatch" else ""}
            for line, code in enumerate(rng.sample(CODES, rng.randrange(1, 3)))
        ]  # fmt: skip
        rows[ReviewEventRow].append({
            "at": done, "at_s": end, "reviewer": rng.choice(("ann", "bob")), "case_id": f"{i:016x}", "kind": "mismatch",
            "path": "", "action": "erp", "milliseconds": rng.randrange(1000, 9000), "keys": 2, "clicks": 0,
        })  # fmt: skip
    if closed or audited:
        rows[TallyRow] += [
            {"order_id": i, "source": "audit" if audited else "review", "field": field, "bin": low, "judged": count,
             "wrong": int(rng.random() < 0.02), "confidence_e4": count * (low * 100 + 50)}
            for field in FIELDS for low in rng.sample((90, 95, 98, 99), 2)
        ]  # fmt: skip
    if audited:
        wrong = rng.random() < 0.002
        rows[AuditItemRow].append({
            "audit_id": f"{i:016x}", "order_id": i, "kind": "sample", "channel": channel, "customer_id": customer,
            "decided_s": s, "sampled_at": at, "status": "done", "machine": "{}",
            "wrong": '["total"]' if wrong else "[]",
            "judged_values": count * 6, "judged_lines": count, "wrong_lines": int(wrong), "keyed_by": "ann",
        })  # fmt: skip


MEASURED = """
import resource, sys, time
from datetime import date
from pathlib import Path
from reports.build import build
from reports.records import Model
from reports.write import write
from store import open_store
begun = time.perf_counter()
with open_store(sys.argv[1]) as store:
    made = build(store, date(2025, 11, 1), date(2026, 10, 31), Model(wrong_lines_per_1000=1))
    counted = time.perf_counter()
    files = write(made, Path(sys.argv[2]))
print(f"counting {counted - begun:.1f} s, writing {time.perf_counter() - counted:.1f} s, "
      f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most, {len(files)} files")
"""


def measure(url: str, folder: Path) -> None:
    """Each report in a process of its own, so that the seeding does not count."""
    for name in ("first", "second"):
        subprocess.run([sys.executable, "-c", MEASURED, url, str(folder / name)], check=True)
    pairs = [(path, folder / "second" / path.name) for path in sorted((folder / "first").iterdir())]
    different = [one.name for one, other in pairs if one.read_bytes() != other.read_bytes()]
    print("byte for byte the same" if not different else f"DIFFERENT: {different}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=120_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--keep", type=Path, help="leave the reports here")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = programs()
        if asked.postgres and found is None:
            sys.exit("PostgreSQL is not installed")
        url = f"sqlite:///{folder / 'b.db'}"
        if asked.postgres and found is not None:
            url = stack.enter_context(private_server(found)) + "/postgres"
        open_store(url).close()
        begun = time.perf_counter()
        lines = seed(connect(url), asked.orders)
        print(f"{asked.orders:,} orders, {lines:,} lines in a year; seeded in {time.perf_counter() - begun:.0f} s")
        measure(url, asked.keep or folder)


if __name__ == "__main__":
    main()
