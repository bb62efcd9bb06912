"""The commands as a user calls them: results, exit codes, errors that name file, place and remedy."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.cli.conftest import Shop


def result(out: Path, name: str) -> Any:
    return json.loads((out / f"{name}.json").read_text(encoding="utf-8"))


def test_extract_writes_the_order_of_each_file(shop: Shop, tmp_path: Path) -> None:
    assert run(["extract", str(shop.clean), "--out", str(tmp_path), "--evidence"]) == 0
    order = result(tmp_path, "clean")
    assert order["po_number"] == shop.clean_order.number
    assert [line["quantity"] for line in order["lines"]] == [str(line.quantity) for line in shop.clean_order.lines]
    evidence = order["evidence"]["po_number"]
    assert evidence["text"] == shop.clean_order.number
    assert evidence["source"] == "html"
    assert evidence["page"] == 1


def test_check_sends_only_the_wrong_line_to_review(shop: Shop, tmp_path: Path) -> None:
    arguments = ["check", str(shop.wrong), "--erp", str(shop.erp), "--out", str(tmp_path), "--as-of", "2026-11-16"]
    assert run(arguments) == 0
    decision = result(tmp_path, "wrong")
    assert decision["decision"] == "review"
    wrong = [line for line in decision["lines"] if line["exceptions"]]
    assert [line["exceptions"] for line in wrong] == [["wrong_price"]]
    assert [line["decision"] for line in decision["lines"]].count("auto") == 3
    [mismatch] = decision["mismatches"]
    assert mismatch["path"].endswith("unit_price")
    assert "price_list.csv" in mismatch["reason"] or "row" in mismatch["reason"]


def test_the_same_order_again_is_a_duplicate(shop: Shop, tmp_path: Path) -> None:
    copy = tmp_path / "again.html"
    copy.write_bytes(shop.clean.read_bytes())
    out = tmp_path / "out"
    run(["check", str(shop.clean), str(copy), "--erp", str(shop.erp), "--out", str(out), "--as-of", "2026-11-16"])
    assert "duplicate_po" not in result(out, "clean")["exceptions"]
    assert "duplicate_po" in result(out, "again")["exceptions"]


def test_results_do_not_depend_on_the_number_of_workers(shop: Shop, tmp_path: Path) -> None:
    for workers in ("1", "3"):
        arguments = ["--erp", str(shop.erp), "--out", str(tmp_path / workers), "--workers", workers]
        run(["check", str(shop.clean), str(shop.wrong), *arguments, "--as-of", "2026-11-16"])
    for name in ("clean", "wrong"):
        assert (tmp_path / "1" / f"{name}.json").read_bytes() == (tmp_path / "3" / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.pdf", b"", "unreadable_document"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Cat", "unreadable_document"),
        ("page.pdf", b"\x00\x01\x02\x03 no document at all \xff\xfe", "unreadable_document"),
    ],
)
def test_what_cannot_be_read_still_gives_a_result(
    name: str, content: bytes, code: str, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / name
    bad.write_bytes(content)
    out = tmp_path / "out"
    files = [str(bad), str(shop.clean)]
    assert run(["check", *files, "--erp", str(shop.erp), "--out", str(out), "--as-of", "2026-11-16"]) == 1
    decision = result(out, bad.stem)
    assert (decision["decision"], decision["exceptions"]) == ("review", [code])
    assert name in decision["mismatches"][0]["reason"]
    assert result(out, "clean")["lines"], "the rest goes on"
    assert name in capsys.readouterr().err


def test_a_mail_with_two_orders_gives_a_list(shop: Shop, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "two orders"
    mail.set_content("Please find our orders attached.\n")
    for path in (shop.clean, shop.wrong):
        mail.add_attachment(path.read_bytes(), maintype="text", subtype="html", filename=path.name)
    file = tmp_path / "mail.eml"
    file.write_bytes(bytes(mail))
    run(["extract", str(file), "--out", str(tmp_path / "out")])
    orders = result(tmp_path / "out", "mail")
    assert len(orders) == 2
    assert orders[0]["po_number"] == shop.clean_order.number


def test_two_files_of_one_name_both_keep_their_result(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "po.html").write_bytes(shop.clean.read_bytes())
    (tmp_path / "po.txt").write_text("nothing\n")
    run(["extract", str(tmp_path / "po.html"), str(tmp_path / "po.txt"), "--out", str(tmp_path / "out")])
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"po.json", "po.txt.json"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nonsense"], 2, "nonsense"),
        (["extract", "missing.pdf", "--out", "OUT"], 2, "missing.pdf: no such file"),
        (["check", "CLEAN", "--erp", "no-such-folder", "--out", "OUT"], 3, "no-such-folder"),
        (["poll", "--workspace", "OUT/none"], 3, "po-intake init"),
        (["extract", "CLEAN", "--out", "OUT", "--workers", "0"], 2, "--workers 0"),
        (["queue", "approve", "x", "--sku", "AB", "--workspace", "OUT/none"], 3, "po-intake init"),
    ],
)
def test_errors_name_what_where_and_the_way_out(
    arguments: list[str], code: int, words: str, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"CLEAN": str(shop.clean)}
    filled = [named.get(a, a).replace("OUT", str(tmp_path)) for a in arguments]
    assert run(filled) == code
    assert words in "".join(capsys.readouterr()).replace("\n", " ")


def test_erp_faults_are_all_named_at_once(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    erp = tmp_path / "erp"
    erp.mkdir()
    for file in shop.erp.iterdir():
        (erp / file.name).write_bytes(file.read_bytes())
    prices = (erp / "price_list.csv").read_text().splitlines()
    prices[1] = prices[1].replace("0.", "O.", 1)
    (erp / "price_list.csv").write_text("\n".join(prices))
    items = (erp / "items.csv").read_text().replace("base_uom", "uom", 1)
    (erp / "items.csv").write_text(items)
    assert run(["check", str(shop.clean), "--erp", str(erp), "--out", str(tmp_path / "out")]) == 3
    said = capsys.readouterr().err.replace("\n", " ")
    assert "price_list.csv" in said
    assert "base_uom" in said


def test_init_makes_a_workspace_that_doctor_understands(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = tmp_path / "shop"
    assert run(["init", str(workspace), "--erp", str(shop.erp), "--languages", "de,en"]) == 0
    assert run(["init", str(workspace)]) == 2, "a workspace is never overwritten"
    capsys.readouterr()
    assert run(["doctor", "--workspace", str(workspace), "--json"]) == 0
    findings = {f["subject"]: f for f in json.loads(capsys.readouterr().out)}
    assert findings["ERP exports"]["level"] == "ok"
    assert findings["mailbox orders"]["text"] == "0 messages"


def test_a_secret_in_the_settings_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init", str(tmp_path / "w")])
    path = tmp_path / "w" / "po-intake.toml"
    path.write_text(path.read_text().replace('user = ""', 'user = "x"\npassword = "hunter2"'))
    assert run(["doctor", "--workspace", str(tmp_path / "w")]) == 3
    said = "".join(capsys.readouterr())
    assert "secret" in said
    assert "hunter2" not in said


def test_poll_review_approve_export(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mail with a wrong price waits for a person, who lets it go; the ERP file appears with the next poll, once."""
    workspace = tmp_path / "w"
    run(["init", str(workspace), "--erp", str(shop.erp)])
    orders = (("1.eml", shop.clean, shop.clean_order), ("2.eml", shop.wrong, shop.wrong_order))
    for name, path, order in orders:
        mail = EmailMessage()
        mail["From"], mail["Subject"] = f"purchasing@{order.buyer.domain}", "order"
        mail.set_content("Our order is attached.\n")
        mail.add_attachment(path.read_bytes(), maintype="text", subtype="html", filename=path.name)
        (workspace / "mails" / name).write_bytes(bytes(mail))
    out = workspace / "orders-out"
    assert run(["poll", "--workspace", str(workspace)]) == 0
    first = sorted(out.glob("*.csv"))
    capsys.readouterr()
    run(["queue", "list", "--workspace", str(workspace), "--json"])
    waiting = json.loads(capsys.readouterr().out)
    cases = [c for c in waiting if "wrong_price" in c["why"]]
    assert len(cases) == 1
    assert run(["queue", "show", cases[0]["case"], "--workspace", str(workspace)]) == 0
    assert "wrong_price" in capsys.readouterr().out
    approve = ["queue", "approve", cases[0]["case"], "--workspace", str(workspace), "--reason", "agreed by phone"]
    assert run([*approve, "--reviewer", "ann"]) == 0
    assert run([*approve, "--reviewer", "ann"]) != 0, "a case is resolved once"
    assert run(["poll", "--workspace", str(workspace)]) == 0
    assert len(sorted(out.glob("*.csv"))) == len(first) + 1
    assert run(["poll", "--workspace", str(workspace)]) == 0
    assert len(sorted(out.glob("*.csv"))) == len(first) + 1
