"""The docs tell what is true: every command, option, setting and exception code, and every link leads on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.main import app
from flows.workspace import settings_rows
from rules import ALL_RULES

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "USER_GUIDE.md").read_text(encoding="utf-8")
DOCS = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "sample_docs" / "README.md"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")


def commands() -> list[str]:
    found = []
    for name in app.resolved_commands():
        if name.startswith("-"):
            continue
        sub = app[name]
        nested = [n for n in sub.resolved_commands() if not n.startswith("-")]
        found += [f"{name} {n}" for n in nested] or [name]
    return found


def options(command: str) -> set[str]:
    part = app
    for name in command.split():
        part = part[name]
    arguments = part.assemble_argument_collection()
    return {
        name for argument in arguments for name in argument.names if name.startswith("--") and "--empty-" not in name
    }


@pytest.mark.parametrize("command", commands())
def test_every_command_and_option_is_in_the_guide(command: str) -> None:
    assert f"po-intake {command}" in GUIDE
    missing = {option for option in options(command) if f"`{option}" not in GUIDE and f"[{option}" not in GUIDE}
    assert not missing, f"docs/USER_GUIDE.md does not explain {sorted(missing)} of po-intake {command}"


def test_commands_are_found_at_all() -> None:
    assert {"extract", "check", "poll", "serve", "demo", "init", "doctor"} <= set(commands())


def test_every_setting_is_documented_as_it_is() -> None:
    text = (ROOT / "docs" / "SETTINGS.md").read_text(encoding="utf-8")
    rows = [f"| `{key}` | {f'`{default}`' if default else ''} | {words} |" for key, default, words in settings_rows()]
    assert [row for row in rows if row not in text] == []
    assert text.count("\n| `") == len(rows), "docs/SETTINGS.md explains a setting that is not there any more"


def test_every_exception_code_is_explained() -> None:
    codes = {code for rule in ALL_RULES for code in rule.codes}
    assert [code for code in sorted(codes) if f"`{code}`" not in GUIDE] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} links to {target}"


def test_no_place_of_one_machine_is_named() -> None:
    wrong = re.compile(r"/work/|/home/\w+/|/root/")
    for path in DOCS:
        assert not wrong.search(path.read_text(encoding="utf-8")), path


def test_every_peculiarity_names_samples_and_tests_that_exist() -> None:
    section = (ROOT / "docs" / "ACCURACY.md").read_text(encoding="utf-8").partition("## What is handled")[2]
    rows = [
        re.findall(r"`([\w-]+(?:\.\w+)?)`", row.split("|")[2]) for row in section.splitlines() if row.count("|") == 3
    ]
    tests = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)
    }
    samples = {path.name for path in (ROOT / "sample_docs" / "documents").iterdir()}
    assert len(rows) > 25
    assert [name for row in rows[2:] for name in row or ["a row without a proof"] if name not in tests | samples] == []
