"""A workspace: one folder with ``po-intake.toml`` and what belongs to it. The file's text comes from its model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from flows.settings import FILE_NAME, Mailbox, Settings
from pipeline.errors import UsageError

FOLDERS = ("mails", "erp", "orders-out", "data", "secrets")


def settings_text(values: Mapping[str, Any] | None = None) -> str:
    """The whole of po-intake.toml, every setting explained; ``values`` (dotted key → value) replace defaults."""
    return "\n".join(_document(dict(values or {}))).rstrip() + "\n"


def init_workspace(folder: Path, values: Mapping[str, Any] | None = None) -> list[Path]:
    """Makes the folder, its sub-folders and the settings file; returns what was written.

    Raises ``UsageError`` where a settings file is already there: it is never overwritten.
    """
    path = folder / FILE_NAME
    if path.exists():
        raise UsageError(f"{path} is already there and stays as it is; edit it, or choose another folder")
    written = []
    for name in FOLDERS:
        sub = folder / name
        sub.mkdir(parents=True, exist_ok=True)
        written.append(sub)
    (folder / "secrets").chmod(0o700)
    path.write_text(settings_text(values), encoding="utf-8")
    return [*written, path]


def _document(values: dict[str, Any]) -> Iterator[str]:
    yield "# Settings of po-intake. Relative paths start from this file's folder. Every value below is the default"
    yield "# unless you changed it; the environment beats this file (PO_INTAKE_SCHEDULE__POLL_SECONDS=30)."
    yield "# Secrets never stand here: PO_INTAKE_PASSWORD_<ACCOUNT> or the file secrets/password_<account>."
    yield ""
    defaults = Settings()
    sections = []
    for name, field in Settings.model_fields.items():
        value = getattr(defaults, name)
        if isinstance(value, BaseModel) or name == "mailboxes":
            sections.append((name, field, value))
        else:
            yield from _setting(name, field, values.get(name, value))
    for name, field, value in sections:
        yield ""
        header = "[[mailboxes]]" if name == "mailboxes" else f"[{name}]"
        yield f"# {_section_words(name, field, value)}"
        yield header
        model = Mailbox() if name == "mailboxes" else value
        for key, sub in type(model).model_fields.items():
            if not isinstance(getattr(model, key), SecretStr):
                yield from _setting(key, sub, values.get(f"{name}.{key}", getattr(model, key)))


def _section_words(name: str, field: FieldInfo, value: object) -> str:
    if name == "mailboxes":
        return "Mailboxes to poll; repeat this block for each."
    return ((value.__doc__ if value is not None else field.description) or name).strip().splitlines()[0]


def _setting(key: str, field: FieldInfo, value: Any) -> Iterator[str]:
    yield f"# {field.description}"
    if value is None or value == {}:
        yield f"# {key} ="
    else:
        yield f"{key} = {_toml(value)}"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)


def settings_rows() -> Iterator[tuple[str, str, str]]:
    """(dotted key, default as TOML, description) of every setting, for docs/SETTINGS.md and its test."""
    defaults = Settings()
    for name, field in Settings.model_fields.items():
        value = getattr(defaults, name)
        if name == "mailboxes":
            value = Mailbox()
        if not isinstance(value, BaseModel):
            yield name, _default(value), field.description or ""
            continue
        for key, sub in type(value).model_fields.items():
            yield f"{name}.{key}", _default(getattr(value, key)), sub.description or ""


def _default(value: Any) -> str:
    if isinstance(value, SecretStr) or value is None or value == {}:
        return ""
    return _toml(value)
