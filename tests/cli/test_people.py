"""`po-intake user`: passwords from a script, never in the database or on the screen."""

from __future__ import annotations

import io
import json
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
