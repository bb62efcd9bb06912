"""The same mails in a real Dovecot, polled twice and shuffled in between, give each order once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from intake_workspace import exported, mails, make_workspace

sys.path.append(str(Path(__file__).parents[1] / "connectors"))
from dovecot import BINARY, PASSWORD, Dovecot, running

from extractors.read import read_orders
from flows import steps, wiring
from flows.parts import Parts
from flows.processing import process_all
from flows.settings import load_settings

pytestmark = [
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
        assert steps.acknowledge(parts) == []
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
        assert steps.acknowledge(parts) == []
    assert set(server.flags(after).values()) == {()}, "polled, but nothing is done yet"
    whole_way(workspace)
    if after == "flag":
        assert set(server.flags(after).values()) == {(b"$PoIntakeDone",)}
    else:
        assert server.flags(after) == {} and len(server.flags(after, "Processed")) == 9
    assert whole_way(workspace)[1] == []


def test_wrong_password_stops_with_a_clear_word(
    server: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.errors import ConfigError

    workspace = imap_workspace(tmp_path / "w", server, monkeypatch, user="wrong")
    monkeypatch.setenv("PO_INTAKE_PASSWORD_ORDERS", "not this one")
    with opened(workspace) as parts, pytest.raises(ConfigError, match="refused user and password"):
        steps.poll(parts)
