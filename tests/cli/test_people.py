"""`po-intake user`: passwords from a script, never in the database or on the screen."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path

import pytest

from cli.main import run
from review.passwords import is_right

SECRET = "correct horse battery staple"


def test_users_are_added_listed_and_disabled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "w")]) == 0
    at = ["--workspace", str(tmp_path / "w")]
    monkeypatch.setenv("PO_INTAKE_NEW_PASSWORD", SECRET)
    assert run(["user", "add", "ann", "--role", "admin", *at]) == 0
    monkeypatch.delenv("PO_INTAKE_NEW_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO(SECRET + "\n"))
    assert run(["user", "add", "bob", "--role", "reviewer", *at]) == 0
    assert run(["user", "disable", "bob", *at]) == 0
    capsys.readouterr()
    assert run(["user", "list", "--json", *at]) == 0
    users = json.loads(capsys.readouterr().out)
    assert [(u["name"], u["role"], u["disabled"] is None) for u in users] == [
        ("ann", "admin", True),
        ("bob", "reviewer", False),
    ]
    held = b"".join(path.read_bytes() for path in (tmp_path / "w" / "data").glob("po-intake.db*"))
    assert b"$argon2id$" in held and SECRET.encode() not in held


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_a_weak_password_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], password: str
) -> None:
    assert run(["init", str(tmp_path / "w")]) == 0
    monkeypatch.setenv("PO_INTAKE_NEW_PASSWORD", password)
    assert run(["user", "add", "ann", "--role", "admin", "--workspace", str(tmp_path / "w")]) == 2
    assert "12 to 1024 characters" in capsys.readouterr().err


def test_an_unknown_role_is_refused(tmp_path: Path) -> None:
    assert run(["user", "add", "ann", "--role", "king", "--workspace", str(tmp_path)]) == 2


def test_nobody_has_no_password() -> None:
    assert not is_right("nobody's password", None)
    assert not is_right(SECRET, "no hash at all")


def test_roles_groups_passwords_and_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "w")]) == 0
    at = ["--workspace", str(tmp_path / "w")]
    monkeypatch.setenv("PO_INTAKE_NEW_PASSWORD", SECRET)
    assert run(["user", "add", "ann", "--role", "reviewer", "--groups", "north", *at]) == 0
    assert run(["user", "group", "north", "C1", "C2", *at]) == 0
    assert run(["user", "group", "south", "unknown", *at]) == 0
    assert run(["user", "change", "ann", "--role", "approver", *at]) == 0
    assert run(["user", "password", "ann", *at]) == 0 and run(["user", "sign-out", "ann", *at]) == 0
    assert run(["user", "change", "nobody", "--groups", "*", *at]) == 2
    capsys.readouterr()
    assert run(["user", "group", "--json", *at]) == 0
    assert json.loads(capsys.readouterr().out) == {"north": ["C1", "C2"], "south": ["unknown"]}
    assert run(["user", "list", "--json", *at]) == 0
    (ann,) = json.loads(capsys.readouterr().out)
    assert (ann["role"], ann["groups"]) == ("approver", ["north"])


def test_a_token_is_printed_once_and_kept_as_a_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "w")]) == 0
    at = ["--workspace", str(tmp_path / "w")]
    monkeypatch.setenv("PO_INTAKE_NEW_PASSWORD", SECRET)
    assert run(["user", "add", "erp", "--role", "approver", *at]) == 0
    assert run(["user", "token", "erp", "--scope", "public", *at]) == 2
    assert run(["user", "token", "erp", "--scope", "view", "--days", "400", *at]) == 2
    capsys.readouterr()
    assert run(["user", "token", "erp", "--scope", "view", "--scope", "approve", "--label", "SAP", *at]) == 0
    secret = capsys.readouterr().out.strip()
    held = b"".join(path.read_bytes() for path in (tmp_path / "w" / "data").glob("po-intake.db*"))
    assert secret.startswith("pit_") and len(secret) > 40 and secret.encode() not in held
    assert run(["user", "tokens", "--json", *at]) == 0
    (token,) = json.loads(capsys.readouterr().out)
    assert (token["acts as"], token["label"], token["may"], token["revoked"]) == ("erp", "SAP", "approve, view", None)
    assert run(["user", "revoke", token["token"], *at]) == 0
    assert run(["user", "tokens", *at]) == 0


def test_the_audit_log_is_walked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "w")]) == 0
    at = ["--workspace", str(tmp_path / "w")]
    for group in ("one", "two", "three"):
        assert run(["user", "group", group, "C1", *at]) == 0
    capsys.readouterr()
    assert run(["audit", "verify", "--json", *at]) == 0
    assert json.loads(capsys.readouterr().out) == {"entries": 3, "whole": True, "faults": []}
    with sqlite3.connect(tmp_path / "w" / "data" / "po-intake.db") as connection:
        connection.execute("DROP TRIGGER audit_log_no_update")
        connection.execute("UPDATE audit_log SET actor = 'nobody' WHERE seq = 2")
    assert run(["audit", "verify", *at]) == 1
    assert "entry 2 was changed" in capsys.readouterr().err
