"""The same mails in a real Dovecot, polled twice and shuffled in between, give each order once."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from intake_workspace import exported, mails, make_workspace

sys.path.append(str(Path(__file__).parents[1] / "connectors"))
from dovecot import BINARY, PASSWORD, Dovecot, running

from cli.main import run as command
from connectors.imap import ImapSource
from extractors.read import read_orders
from flows import steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.serve import _first_look
from flows.settings import load_settings
from pipeline.errors import ConfigError

pytestmark = [
    pytest.mark.xdist_group("dovecot"),
    pytest.mark.real,
    pytest.mark.skipif(not Path(BINARY).exists(), reason="dovecot is not installed (Debian: dovecot-imapd)"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running() as started:
        yield started


@contextmanager
def opened(workspace: Path) -> Iterator[Parts]:
    """The real parts as a new process would open them; documents are read in this process."""
    settings = load_settings(workspace)
    with wiring.workspace_parts(settings) as parts:
        steps.sync_erp(parts)
        options = wiring.reading_options(settings.intake)
        yield replace(parts, read=partial(read_orders, options=options))


def imap_workspace(folder: Path, server: Dovecot, monkeypatch: pytest.MonkeyPatch, **values: object) -> Path:
    monkeypatch.setenv("PO_INTAKE_PASSWORD_ORDERS", PASSWORD)
    changed = {
        "kind": "imap", "host": "127.0.0.1", "port": server.tls_port, "security": "tls",
        "ca_file": str(server.ca_file), **values,
    }  # fmt: skip
    return make_workspace(folder, {}, **{f"mailboxes__{key}": value for key, value in changed.items()})


def whole_way(workspace: Path) -> tuple[steps.PollResult, list[str]]:
    """One poll to the end, as a process of its own; the result of the poll and the orders exported."""
    with opened(workspace) as parts:
        polled = steps.poll(parts)
        process_all(parts)
        delivered = steps.export_orders(parts).delivered
        assert steps.acknowledge(parts) == steps.MailboxTroubles()
        assert parts.store.counts().faults == ()
        return polled, delivered


def test_each_order_once(server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = imap_workspace(tmp_path / "w", server, monkeypatch, user="once")
    uids = server.deliver("once", *mails().values())
    polled, delivered = whole_way(workspace)
    assert (polled.listed, polled.new, polled.copies, polled.failures) == (9, 8, 1, [])
    assert len(delivered) == 3
    files = exported(workspace)
    assert set(server.flags("once").values()) == {()}, "nothing is marked"

    polled, delivered = whole_way(workspace)
    assert (polled.listed, polled.known, polled.new, delivered) == (9, 9, 0, [])

    with server.client("once") as colleague:  # reads, marks and files mails away; then somebody restores the mailbox
        colleague.select_folder("INBOX")
        colleague.add_flags(uids[:4], [b"\\Seen", b"\\Flagged"])
        colleague.remove_flags(uids[2:3], [b"\\Seen"])
        colleague.delete_messages(uids[5:])
        colleague.expunge(uids[5:])
    server.deliver("once", *mails().values())
    polled, delivered = whole_way(workspace)
    assert (polled.listed, polled.new, delivered) == (14, 0, [])
    assert exported(workspace) == files


def test_folder_made_anew_gives_nothing_twice(server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """UIDVALIDITY changes and the UIDs begin at 1 again: old mails are known by content, new ones are not missed."""
    workspace = imap_workspace(tmp_path / "w", server, monkeypatch, user="anew", folders=("Orders",))
    messages = mails()
    last = messages.pop("09-good.eml")
    server.deliver("anew", *messages.values(), folder="Orders")
    _, delivered = whole_way(workspace)
    assert len(delivered) == 2
    with server.client("anew") as administrator:
        administrator.delete_folder("Orders")
    server.deliver("anew", last, *messages.values(), folder="Orders")
    polled, delivered = whole_way(workspace)
    assert (polled.new, len(delivered)) == (1, 1)
    assert len([name for name in exported(workspace) if name.endswith(".csv")]) == 3


@pytest.mark.parametrize("after", ["flag", "move"])
def test_acknowledged_only_when_done(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    workspace = imap_workspace(tmp_path / "w", server, monkeypatch, user=after, after=after)
    server.deliver(after, *mails().values())
    with opened(workspace) as parts:
        steps.poll(parts)
        assert steps.acknowledge(parts) == steps.MailboxTroubles()
    assert set(server.flags(after).values()) == {()}, "polled, but nothing is done yet"
    whole_way(workspace)
    if after == "flag":
        assert set(server.flags(after).values()) == {(b"$PoIntakeDone",)}
    else:
        assert server.flags(after) == {} and len(server.flags(after, "Processed")) == 9
    assert whole_way(workspace)[1] == []


def test_what_is_opened_is_closed(server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = imap_workspace(tmp_path / "w", server, monkeypatch, user="closed")
    with opened(workspace) as parts:
        steps.poll(parts)
        source = parts.mailboxes[0].source
        assert isinstance(source, ImapSource) and source._client is not None
    assert source._client is None


# --- one mailbox of several cannot be used ---------------------------------------------------------------------------


def add_mailbox(workspace: Path, account: str, **changes: str) -> None:
    """Repeats the first mailbox block under another name."""
    path = workspace / "po-intake.toml"
    text = path.read_text(encoding="utf-8")
    start = text.index("[[mailboxes]]")
    block = text[start:].split("\n\n", 1)[0]
    for key, value in {"account": account, **changes}.items():
        block, found = re.subn(
            rf"(?m)^{key} = .*$", f"{key} = {value if value.isdigit() else json.dumps(value)}", block
        )
        assert found == 1
    path.write_text(f"{text}\n{block}\n", encoding="utf-8")


def polled_by_command(workspace: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = command(["poll", "--workspace", str(workspace), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_wrong_password_does_not_stop_the_other_mailboxes(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = imap_workspace(tmp_path / "w", server, monkeypatch, user="locked")
    monkeypatch.setenv("PO_INTAKE_PASSWORD_ORDERS", "not this one")
    add_mailbox(workspace, "second", user="right", after="flag")
    monkeypatch.setenv("PO_INTAKE_PASSWORD_SECOND", PASSWORD)
    add_mailbox(workspace, "third", kind="folder", path="nowhere")
    server.deliver("right", mails()["01-good.eml"])
    code, told = polled_by_command(workspace, capsys)
    assert code == 3
    assert (told["poll"]["new"], len(told["exported"]), told["poll"]["failures"]) == (1, 1, [])
    refused, missing = told["poll"]["misconfigured"]
    assert "mailbox orders" in refused and "refused user and password" in refused
    assert "mailbox third" in missing and "nowhere" in missing
    assert set(server.flags("right").values()) == {(b"$PoIntakeDone",)}

    with socket.socket() as taken:  # bound, and nobody listens: a server that is away
        taken.bind(("127.0.0.1", 0))
        add_mailbox(workspace, "fourth", port=str(taken.getsockname()[1]))
        monkeypatch.setenv("PO_INTAKE_PASSWORD_FOURTH", PASSWORD)
        code, told = polled_by_command(workspace, capsys)
    assert code == 4 and len(told["poll"]["misconfigured"]) == 2
    assert len(told["poll"]["failures"]) == 1 and "mailbox fourth" in told["poll"]["failures"][0]


def test_serve_does_not_start_with_a_mailbox_that_cannot_work(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w", {}, mailboxes__path="nowhere")
    with pytest.raises(ConfigError, match="nowhere"):
        _first_look(load_settings(workspace))
