"""The review page under load: the queue with ten thousand open cases, and many reviewers at once. Figures only.

    python -m benchmarks.reviewers [--cases 10000] [--reviewers 50] [--seconds 60] [--keep DIR]

The server is `po-intake review` in a process of its own; the reviewers are threads of this one that look at the queue,
open cases, take them and reject a few, as fast as they can. Times are of the whole request, as the client sees it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

from flows.settings import load_settings
from flows.workspace import init_workspace
from pipeline.model import (
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
from store import Role, Store, open_store

PASSWORD = "correct horse battery staple"
CODES = ("wrong_price", "unknown_item", "uom_mismatch", "below_moq", "past_due_date", "insufficient_stock")
ORDERS_A_MESSAGE = 100
REJECTED = 0.05
QUEUES = (
    "/queue", "/queue?sort=value", "/queue?sort=customer", "/queue?sort=reason", "/queue?sort=age",
    "/queue?reason=wrong_price", "/queue?reason=unknown_item&sort=value", "/queue?customer=C7",
    "/queue?search=po-0042", "/queue?page=150",
)  # fmt: skip


def decision(n: int, dice: random.Random) -> Decision:
    lines = tuple(
        LineItem(
            str(i * 10), buyer_item_id=f"K-{dice.randrange(500)}", description=f"HEX BOLT M{i} ZINC PLATED, DIN 933",
            quantity=Decimal(dice.randrange(1, 900)), unit="pcs",
            unit_price=Decimal("1.25"), line_amount=Decimal("125.00"),
        )
        for i in range(1, dice.randrange(2, 12))
    )  # fmt: skip
    code, customer = dice.choice(CODES), f"C{dice.randrange(200)}"
    order = Order(
        DocumentType.PURCHASE_ORDER,
        po_number=f"PO-{n:06}",
        order_date=date(2026, 11, 2),
        requested_date=date(2026, 11, 2) + timedelta(days=dice.randrange(60)),
        currency="EUR",
        buyer=Party(f"Customer {customer} Industries GmbH & Co. KG"),
        total=Decimal(dice.randrange(100, 9_000_000)) / 100,
        lines=lines,
    )
    mismatches = (Mismatch(code, "lines[0].unit_price", "1.00", "1.25", "the contract price is 1.00 EUR, not 1.25"),)
    good = LineDecision(Verdict.AUTO, sku="FX-1", erp_quantity=Decimal(1), erp_uom="PCE")
    decided = (replace(good, decision=Verdict.REVIEW, exceptions=(code,)), *(good for _ in lines[1:]))
    return Decision(order, Verdict.REVIEW, (), customer, None, decided, mismatches)


def fill(store: Store, cases: int) -> None:
    dice = random.Random(7)
    for first in range(0, cases, ORDERS_A_MESSAGE):
        raw = f"message {first}".encode()
        sha256 = sha256_of(raw)
        store.receive(MailKey("orders", "INBOX", 1, first + 1), sha256, len(raw))
        claim = store.claim("benchmark")
        assert claim is not None
        document = Document(sha256_of(raw + b"d"), "order.pdf", "application/pdf", raw)
        decisions = [decision(n, dice) for n in range(first, min(first + ORDERS_A_MESSAGE, cases))]
        message = Message(
            sha256, None, "Ann", f"buyer{first}@customer.example", None, (), f"Order {first}", None, "", None, ()
        )
        decided = tuple(
            DocumentDecision(order_key(sha256, document, d.order, i), document, d) for i, d in enumerate(decisions)
        )
        store.record_result(claim, MessageResult(MessageReading(sha256, message, ()), decided), store.history().mark)


@dataclass
class Reviewer:
    """One browser that keeps its connection and its cookie."""

    port: int
    name: str
    dice: random.Random
    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    cookie: str = ""

    def __post_init__(self) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, kind: str, method: str, path: str, values: dict[str, str] | None = None) -> str:
        body = urlencode(values) if values is not None else None
        headers = {"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        begun = time.perf_counter()
        try:
            self.http.request(method, path, body, headers)
            answer = self.http.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError):  # idle too long; browsers do the same
            self.http.close()
            self.http.request(method, path, body, headers)
            answer = self.http.getresponse()
        text = answer.read().decode()
        self.times.setdefault(kind, []).append(time.perf_counter() - begun)
        for cookie in answer.headers.get_all("set-cookie") or ():
            if "Max-Age=0" not in cookie:
                self.cookie = cookie.split(";")[0]
        # 409 and 422: a colleague was faster, and the page says so
        if answer.status >= 500 or answer.status in (400, 401, 403):
            self.errors.append(f"{method} {path}: {answer.status} {text[:200]}")
        return text

    def sign_in(self) -> None:
        form = self.ask("sign-in page", "GET", "/sign-in")
        values = {"csrf": token(form), "name": self.name, "password": PASSWORD, "to": "/queue"}
        self.ask("sign-in", "POST", "/sign-in", values)

    def work(self, until: float) -> None:
        while time.monotonic() < until:
            page = self.ask("queue", "GET", self.dice.choice(QUEUES))
            cases = re.findall(r'href="(/cases/[0-9a-f]+)"', page)
            for path in self.dice.sample(cases, min(3, len(cases))):
                shown = self.ask("case", "GET", path)
                self.ask("take", "POST", f"{path}/work/take", {"csrf": token(shown)})
                if self.dice.random() < REJECTED:
                    version = re.search(r'name="version" value="([0-9a-f]+)"', shown)
                    values = {"csrf": token(shown), "version": version[1] if version else "", "reason": "withdrawn"}
                    self.ask("reject", "POST", f"{path}/reject", values | {"reason_code": "withdrawn"})


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    return found[1] if found else ""


def figures(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    told = {}
    for kind, seconds in sorted(times.items()):
        cut = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else seconds * 99
        told[kind] = {"requests": len(seconds), "p50_ms": round(cut[49] * 1000, 1), "p95_ms": round(cut[94] * 1000, 1)}
    return told


class Page:
    """`po-intake review` on a free port."""

    def __init__(self, workspace: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "cli.main", "review", "--port", str(self.port), "-w", str(workspace)]
        self.process = subprocess.Popen(command, env=os.environ | {"OMP_THREAD_LIMIT": "1"})

    def __enter__(self) -> Page:
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            assert self.process.poll() is None, "the page does not start"
            time.sleep(0.2)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


def alone(page: Page) -> Iterator[tuple[str, dict[str, float]]]:
    """One reviewer, each view of the queue thirty times."""
    one = Reviewer(page.port, "reviewer0", random.Random(1))
    one.sign_in()
    for path in QUEUES:
        for _ in range(30):
            one.ask(path, "GET", path)
    yield from figures({kind: times for kind, times in one.times.items() if kind in QUEUES}).items()


def together(page: Page, reviewers: int, seconds: float) -> dict[str, object]:
    everybody = [Reviewer(page.port, f"reviewer{n}", random.Random(n)) for n in range(reviewers)]
    for one in everybody:
        one.sign_in()
        one.times.clear()
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=one.work, args=(until,)) for one in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times: dict[str, list[float]] = {}
    for one in everybody:
        for kind, some in one.times.items():
            times.setdefault(kind, []).extend(some)
    errors = [error for one in everybody for error in one.errors]
    count = sum(len(some) for some in times.values())
    return {
        "requests_per_second": round(count / seconds, 1),
        "errors": len(errors),
        "first": errors[:3],
        **figures(times),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--keep", type=Path, help="folder for the workspace; one that is there is used again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reviewers-") as folder:
        workspace = asked.keep or Path(folder) / "w"
        if not (workspace / "po-intake.toml").exists():
            init_workspace(workspace)
            with open_store(load_settings(workspace).database) as store:
                fill(store, asked.cases)
                known = hashed(PASSWORD)
                for n in range(asked.reviewers):
                    store.people.add(f"reviewer{n}", Role.REVIEWER, known, "benchmark")
        with Page(workspace) as page:
            for what, told in (
                ("one reviewer", lambda: dict(alone(page))),
                ("together", lambda: together(page, asked.reviewers, asked.seconds)),
            ):
                sys.stdout.write(json.dumps({what: told()}, indent=1) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
