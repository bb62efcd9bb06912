"""Order files for the ERP: whole or not there, once, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.order_files import COLUMNS, LEDGER, OrderFileSink, order_csv
from pipeline.errors import DocumentError, SourceError
from pipeline.model import (
    Decision,
    Discount,
    DocumentType,
    LineDecision,
    LineItem,
    Order,
    ScheduleLine,
    Verdict,
)

KEY = "ab12" * 16
ROOT = Path(__file__).parents[2]


def decision(count: int = 2, **line: object) -> Decision:
    values: dict[str, object] = {
        "line_no": "10", "buyer_item_id": "C-1", "description": 'Bolt "M8", zinc', "quantity": Decimal("5"),
        "unit": "Stk", "unit_price": Decimal("12.50"), "price_base_quantity": Decimal(100),
        "line_amount": Decimal("0.625"), "line_discount": Discount(Decimal("5"), percent=True),
    }  # fmt: skip
    item = LineItem(**{**values, **line})  # type: ignore[arg-type]
    order = Order(
        DocumentType.PURCHASE_ORDER, po_number="4500017", order_date=date(2026, 11, 16), currency="EUR",
        requested_date=date(2026, 12, 1), lines=(item,) * count,
    )  # fmt: skip
    decided = LineDecision(Verdict.AUTO, (), "SKU-1", Decimal("5"), "EA", Decimal("0.125"), "EUR")
    return Decision(order, Verdict.AUTO, (), "C1", "S1", (decided,) * count)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_files_of_an_order(tmp_path: Path) -> None:
    where = OrderFileSink(tmp_path / "out").deliver(KEY, decision())
    assert where == str(tmp_path / "out" / f"{KEY}.csv")
    text = Path(where).read_bytes().decode()
    assert text.count("\r\n") == 3
    first, second = rows(text)
    assert tuple(first) == COLUMNS
    wanted = {
        "order_key": KEY, "customer_id": "C1", "ship_to_id": "S1", "po_number": "4500017", "order_date": "2026-11-16",
        "line": "1", "customer_line_no": "10", "sku": "SKU-1", "customer_part_no": "C-1",
        "description": 'Bolt "M8", zinc', "quantity": "5", "uom": "EA", "price": "0.125", "price_currency": "EUR",
        "requested_date": "2026-12-01", "printed_unit": "Stk", "printed_unit_price": "12.50",
        "printed_price_base_quantity": "100", "printed_line_discount": "5%", "printed_line_amount": "0.625",
        "incoterms": "", "schedule": "",
    }  # fmt: skip
    assert {name: first[name] for name in wanted} == wanted
    assert second["line"] == "2"
    assert json.loads((tmp_path / "out" / f"{KEY}.json").read_text())["lines"][1]["sku"] == "SKU-1"


def test_schedule_is_kept() -> None:
    parts = (ScheduleLine(Decimal("3"), date(2026, 12, 1)), ScheduleLine(Decimal("2"), date(2027, 1, 4)))
    assert rows(order_csv(KEY, decision(1, schedule=parts)))[0]["schedule"] == "2026-12-01:3;2027-01-04:2"


def test_twice_changes_nothing(tmp_path: Path) -> None:
    sink = OrderFileSink(tmp_path)
    sink.deliver(KEY, decision())
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert sink.deliver(KEY, decision()) == str(tmp_path / f"{KEY}.csv")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_files_the_erp_took_do_not_come_back(tmp_path: Path) -> None:
    sink = OrderFileSink(tmp_path)
    sink.deliver(KEY, decision())
    for path in tmp_path.glob("*.*"):
        if path.is_file():
            path.unlink()
    sink.deliver(KEY, decision())
    assert [path.name for path in tmp_path.iterdir()] == [LEDGER]


@pytest.mark.parametrize("taken", [False, True])
def test_other_content_under_the_same_key_is_refused(tmp_path: Path, taken: bool) -> None:
    sink = OrderFileSink(tmp_path)
    sink.deliver(KEY, decision())
    before = (tmp_path / f"{KEY}.csv").read_bytes()
    if taken:
        (tmp_path / LEDGER / KEY).unlink()
    with pytest.raises(DocumentError, match="exists with other content"):
        sink.deliver(KEY, decision(quantity=Decimal(6)))
    assert (tmp_path / f"{KEY}.csv").read_bytes() == before


def test_half_a_delivery_is_completed(tmp_path: Path) -> None:
    sink = OrderFileSink(tmp_path)
    sink.deliver(KEY, decision())
    (tmp_path / f"{KEY}.csv").unlink()
    (tmp_path / LEDGER / KEY).unlink()
    sink.deliver(KEY, decision())
    assert (tmp_path / f"{KEY}.csv").is_file()


@pytest.mark.parametrize("change", [{"sku": None}, {"erp_quantity": None}, {"erp_uom": None}])
def test_unfinished_lines_do_not_leave(tmp_path: Path, change: dict[str, None]) -> None:
    whole = decision()
    unfinished = replace(whole, lines=(whole.lines[0], replace(whole.lines[1], **change)))  # type: ignore[arg-type]
    with pytest.raises(DocumentError, match=r"order 4500017, line 2: no SKU, quantity or unit"):
        OrderFileSink(tmp_path).deliver(KEY, unfinished)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden", "a\x00b", "x" * 200, "con.csv"])
def test_keys_are_no_paths(tmp_path: Path, key: str) -> None:
    with pytest.raises(DocumentError, match="cannot name an order file"):
        OrderFileSink(tmp_path).deliver(key, decision())
    assert list(tmp_path.iterdir()) == []


# --- formula injection ------------------------------------------------------------------------------------------------

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠", "\t=", "\x00=", "-1+")
PAYLOADS = ("cmd|' /C calc'!A0", 'HYPERLINK("http://x","y")', "1+1", "SUM(A1)", "2", "x;y", 'a"b', "IMPORTXML(1)", "")


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_formulas_are_text(start: str, payload: str) -> None:
    value = start + payload
    row = rows(order_csv(KEY, decision(1, description=value, buyer_item_id=value, unit=value)))[0]
    for name in ("description", "customer_part_no", "printed_unit"):
        shown = row[name]
        assert not shown.startswith(("=", "+", "@", "\t", "\r", "\n", "＝", "＠"))
        assert not shown.startswith("-") or shown.removeprefix("-").replace(".", "").isdigit()
        assert shown.removeprefix("'") == value.replace("\x00", "")


def test_negative_numbers_stay_numbers() -> None:
    changed = decision(
        1, line_amount=Decimal("-12.50"), line_discount=Discount(Decimal("-3")), unit_price=Decimal("-0")
    )
    row = rows(order_csv(KEY, changed))[0]
    assert (row["printed_line_amount"], row["printed_line_discount"], row["printed_unit_price"]) == (
        "-12.50",
        "-3",
        "-0",
    )


def test_large_and_small_numbers_are_written_out() -> None:
    row = rows(order_csv(KEY, decision(1, quantity=Decimal("1E+6"), unit_price=Decimal("1E-7"))))[0]
    assert (row["printed_quantity"], row["printed_unit_price"]) == ("1000000", "0.0000001")


# --- when the disk does not play along --------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KB, where mounting is allowed."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("mounting a tmpfs is not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_full_disk_leaves_nothing_half_and_recovers(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 200_000)
    sink = OrderFileSink(small_disk / "out")
    large = decision(500)
    with pytest.raises(SourceError, match=rf"cannot write .*{KEY}.*No space left.*free some space"):
        sink.deliver(KEY, large)
    assert [path.name for path in (small_disk / "out").rglob("*") if path.is_file()] == []
    ballast.unlink()
    sink.deliver(KEY, decision())
    assert len(rows((small_disk / "out" / f"{KEY}.csv").read_text())) == 2


def test_read_only_disk_is_said(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(SourceError, match="read-only: mount it for writing"):
        OrderFileSink(small_disk / "out").deliver(KEY, decision())


def test_file_size_limit_is_said(tmp_path: Path) -> None:
    """In a child of our own: the limit holds for the whole process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(SourceError, match=r"cannot write .*: File too large"):
            OrderFileSink(tmp_path).deliver(KEY, decision(100))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(SourceError, match=r"cannot (read|write) .*mend the setting"):
        OrderFileSink(tmp_path / "out").deliver(KEY, decision())


def test_reader_never_sees_part_of_a_file(tmp_path: Path) -> None:
    """A reader that looks all the time, while orders are delivered."""
    sink = OrderFileSink(tmp_path)
    whole = {}
    torn: list[Path] = []
    finished = threading.Event()

    def look() -> None:
        while not finished.is_set():
            for path in tmp_path.glob("*.csv"):
                if path.read_bytes() != whole[path.stem]:
                    torn.append(path)

    for number in range(60):
        whole[f"k{number}"] = order_csv(f"k{number}", decision(200)).encode()
    reader = threading.Thread(target=look)
    reader.start()
    for key in whole:
        sink.deliver(key, decision(200))
    finished.set()
    reader.join()
    assert not torn


CHILD = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {here!r}]
from test_order_files import KEY, decision
from connectors.order_files import OrderFileSink
OrderFileSink(Path({folder!r})).deliver(KEY, decision())
"""


@pytest.mark.parametrize("point", [f"{name}:{n}" for name in ("before-rename", "after-rename") for n in (1, 2, 3)])
def test_killed_at_any_point_the_next_run_completes(tmp_path: Path, point: str) -> None:
    program = CHILD.format(root=str(ROOT), here=str(Path(__file__).parent), folder=str(tmp_path))
    environment = {**os.environ, "PO_INTAKE_KILL_AT": point}
    killed = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for path in tmp_path.glob("*.*"):
        assert path.name.endswith(".part") or path.is_dir() or path.stat().st_size > 500
    OrderFileSink(tmp_path).deliver(KEY, decision())
    names = sorted(path.name for path in tmp_path.iterdir() if not path.name.endswith(".part"))
    assert names == [LEDGER, f"{KEY}.csv", f"{KEY}.json"]
    assert (tmp_path / f"{KEY}.csv").read_bytes().decode() == order_csv(KEY, decision())
