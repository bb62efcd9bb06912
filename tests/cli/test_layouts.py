"""`layouts` as a user calls it: learned from one document, used by the poll of that workspace."""

from __future__ import annotations

import json
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

import pytest

from cli.main import run
from flows import wiring
from flows.settings import load_settings
from pipeline.run import read_message

TABLE = """Purchase Order 4711

F1    F2            F3                            F4          F5          F6
1     KX-4410       Spannring verzinkt            12          4           48.00
2     KX-4420       Dichtung rund                 3           250         750.00
"""
COLUMNS = ("F2=buyer_item_id", "F3=description", "F4=unit_price", "F5=quantity", "F6=line_amount")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert run(["init", str(tmp_path / "shop"), "--mailbox", str(tmp_path), "--erp", str(tmp_path)]) == 0
    (tmp_path / "order.txt").write_text(TABLE, encoding="utf-8")
    return tmp_path / "shop"


def taught(workspace: Path) -> list[str]:
    columns = [word for column in COLUMNS for word in ("--column", column)]
    return ["layouts", "add", str(workspace.parent / "order.txt"), *columns, "--workspace", str(workspace)]


def test_learned_listed_and_forgotten(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*taught(workspace), "--reviewer", "ada", "--json"]) == 0
    learned = json.loads(capsys.readouterr().out)
    assert run(["layouts", "list", "--workspace", str(workspace), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [learned]
    assert run(["layouts", "list", "--workspace", str(workspace)]) == 0
    assert "f5=quantity" in capsys.readouterr().out
    assert run(["layouts", "remove", learned["layout"][:8], "--workspace", str(workspace)]) == 0
    assert run(["layouts", "remove", learned["layout"][:8], "--workspace", str(workspace)]) == 2
    assert "no layout begins like that" in capsys.readouterr().err


def test_the_workspace_reads_by_what_it_learned(workspace: Path) -> None:
    assert run(taught(workspace)) == 0
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "buyer@example.com", "order"
    mail.set_content("see attachment")
    mail.add_attachment(TABLE.replace("Dichtung", "Klammer").encode(), "text", "plain", filename="next.txt")
    settings = load_settings(workspace)
    with wiring.open_store(settings.database) as store, wiring.isolated_reader(settings.intake, 1) as read:
        context = wiring.with_memory(wiring.reading_context(None, settings.intake), store)
        reading = read_message(*wiring.unpack(mail.as_bytes()), read, context)
    [order] = [order for r in reading.readings for order in r.orders if order.lines]
    assert [(line.quantity, line.unit_price) for line in order.lines] == [
        (Decimal(4), Decimal(12)),
        (Decimal(250), Decimal(3)),
    ]


@pytest.mark.parametrize(
    ("columns", "words"),
    [(["F4"], "write it as LABEL=MEANING"), (["F9=quantity"], "no row has the labels F9"), (["F4=x"], "x: no meaning")],
)
def test_mistakes_are_explained(
    workspace: Path, columns: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [word for column in columns for word in ("--column", column)]
    arguments = ["layouts", "add", str(workspace.parent / "order.txt"), *options, "--workspace", str(workspace)]
    assert run(arguments) == 2
    assert words in " ".join(capsys.readouterr().err.split())
