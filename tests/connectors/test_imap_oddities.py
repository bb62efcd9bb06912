"""IMAP servers that answer strangely: every defect ends in a clear error or a harmless result, never in a crash."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable

import pytest

from connectors.imap import ImapSettings, ImapSource
from connectors.imap_structure import part_list
from pipeline.errors import ConfigError, IntakeError, SourceError
from pipeline.model import MailKey

MAIL = b"Subject: x\r\n\r\nhello\r\n"
Answers = dict[str, Callable[[str], bytes]]


def literal(content: bytes) -> bytes:
    return b"{%d}\r\n%s" % (len(content), content)


def healthy() -> Answers:
    """Answers by command; "\\0" stands for the tag."""
    select = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok\r\n\0 OK [READ-ONLY] done\r\n"
    return {
        "CAPABILITY": lambda _: b"* CAPABILITY IMAP4rev1\r\n\0 OK done\r\n",
        "LOGIN": lambda _: b"\0 OK logged in\r\n",
        "EXAMINE": lambda _: select,
        "UID SEARCH": lambda _: b"* SEARCH 1\r\n\0 OK done\r\n",
        "RFC822.SIZE": lambda _: b"* 1 FETCH (UID 1 RFC822.SIZE %d)\r\n\0 OK done\r\n" % len(MAIL),
        "BODY.PEEK[]": lambda _: b"* 1 FETCH (UID 1 BODY[] " + literal(MAIL) + b")\r\n\0 OK done\r\n",
    }


class ScriptedServer:
    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.commands: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"* OK ready\r\n")
            for line in lines:
                tag, _, command = line.decode().strip().partition(" ")
                self.commands.append(command)
                name = next((name for name in self._answers if name in command), None)
                if name is None:
                    connection.sendall(f"{tag} BAD unknown\r\n".encode())
                    continue
                answer = self._answers[name](command)
                connection.sendall(answer.replace(b"\0", tag.encode()))


def source_of(**changed: Callable[[str], bytes]) -> tuple[ImapSource, ScriptedServer]:
    names = {re.sub(r"\W", "", name).lower(): name for name in healthy()}
    server = ScriptedServer(healthy() | {names[key]: answer for key, answer in changed.items()})
    settings = ImapSettings("box", "127.0.0.1", "u", "p", server.port, security="plain", timeout=2.0, max_bytes=1000)
    return ImapSource(settings), server


KEY = MailKey("box", "INBOX", 7, 1)


def test_the_script_works_and_reads_without_marking() -> None:
    source, server = source_of()
    assert list(source.list()) == [(KEY, len(MAIL))]
    assert source.fetch(KEY) == MAIL
    assert not [command for command in server.commands if re.search(r"SELECT|STORE|BODY\[|RFC822 ", command)]


def test_nil_instead_of_a_body_is_a_mail_that_is_gone() -> None:
    source, _ = source_of(bodypeek=lambda _: b"* 1 FETCH (UID 1 BODY[] NIL)\r\n\0 OK done\r\n")
    assert source.fetch(KEY) is None


def test_no_answer_for_the_uid_is_a_mail_that_is_gone() -> None:
    source, _ = source_of(rfc822size=lambda _: b"\0 OK nothing\r\n")
    assert source.fetch(KEY) is None
    assert list(source.list()) == []


def test_old_mail_sent_for_a_range_or_unasked_is_not_taken() -> None:
    """``UID n:*`` gives the last mail even below n, and servers send FETCH for other mails unasked."""
    unasked = b"* 9 FETCH (UID 99 RFC822.SIZE 5 FLAGS (\\Seen))\r\n"
    source, _ = source_of(rfc822size=lambda _: unasked + b"* 1 FETCH (UID 1 RFC822.SIZE 21)\r\n\0 OK done\r\n")
    assert list(source.list()) == [(KEY, 21)]


def test_fewer_bytes_each_time_is_refused() -> None:
    cut = iter(range(1, 100))
    source, _ = source_of(
        bodypeek=lambda _: b"* 1 FETCH (UID 1 BODY[] " + literal(MAIL[: next(cut)]) + b")\r\n\0 OK done\r\n"
    )
    with pytest.raises(SourceError, match=r"came with \d+ of 21 bytes"):
        source.fetch(KEY)


def test_estimated_size_is_borne() -> None:
    """Exchange estimates RFC822.SIZE; the same bytes twice are the whole mail."""
    source, _ = source_of(rfc822size=lambda _: b"* 1 FETCH (UID 1 RFC822.SIZE 25)\r\n\0 OK done\r\n")
    assert source.fetch(KEY) == MAIL


@pytest.mark.parametrize("validity", [b"", b"* OK [UIDVALIDITY 0] none\r\n"])
def test_no_uidvalidity_is_said(validity: bytes) -> None:
    source, _ = source_of(examine=lambda _: b"* 1 EXISTS\r\n" + validity + b"\0 OK done\r\n")
    with pytest.raises(SourceError, match="no UIDVALIDITY"):
        list(source.list())


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 RFC822.SIZE -1)\r\n\0 OK done\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE NIL)\r\n\0 OK done\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE)\r\n\0 OK done\r\n",
        b"* 1 FETCH (((((\r\n\0 OK done\r\n",
        b"* 1 FETCH (UID one RFC822.SIZE 5)\r\n\0 OK done\r\n",
        b"* FETCH\r\n\0 OK done\r\n",
        b"\0 NO not now\r\n",
        b"\0 BAD what\r\n",
        b"* BYE going down\r\n",
        b"\xff\xfe\x00\r\n\0 OK done\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE {999999999}\r\n",
        b"",
    ],
)
def test_odd_answers_end_in_our_errors(answer: bytes) -> None:
    source, _ = source_of(rfc822size=lambda _: answer)
    try:
        for key, size in source.list():
            assert size >= 0
            assert source.fetch(key) in (MAIL, None)
    except IntakeError as error:
        assert "mailbox box (u on 127.0.0.1" in str(error)


def test_passing_trouble_at_login_is_no_wrong_password() -> None:
    source, _ = source_of(login=lambda _: b"\0 NO [UNAVAILABLE] directory is down\r\n")
    with pytest.raises(SourceError, match="directory is down"):
        list(source.list())
    source, _ = source_of(login=lambda _: b"\0 NO [AUTHENTICATIONFAILED] no\r\n")
    with pytest.raises(ConfigError, match="refused user and password"):
        list(source.list())


def test_starttls_is_not_talked_out_of() -> None:
    _, server = source_of()
    settings = ImapSettings("box", "127.0.0.1", "u", "secret", server.port, security="starttls", timeout=2.0)
    with pytest.raises(ConfigError, match="offers no STARTTLS"):
        list(ImapSource(settings).list())
    assert not [command for command in server.commands if "secret" in command]


def test_settings_are_refused_all_at_once() -> None:
    wrong = ImapSettings("box", "", "", "", security="ssl", after="delete", folders=())
    with pytest.raises(ConfigError) as caught:
        ImapSource(wrong)
    assert len(caught.value.findings) == 5
    with pytest.raises(ConfigError, match="watched itself"):
        ImapSource(ImapSettings("box", "h", "u", "p", after="move", move_to="INBOX"))


def test_plain_needs_a_loopback_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged by the peer's address: the password is not sent to anyone else."""
    from imapclient import IMAPClient

    source, server = source_of()

    class Elsewhere:
        def getpeername(self) -> tuple[str, int]:
            return ("192.0.2.7", 143)

    monkeypatch.setattr(IMAPClient, "socket", lambda _: Elsewhere())
    monkeypatch.setattr(IMAPClient, "_set_read_timeout", lambda _: None)
    with pytest.raises(ConfigError, match="loopback server only"):
        list(source.list())
    assert not [command for command in server.commands if command.startswith("LOGIN")]


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        ((b"TEXT", b"PLAIN", (b"CHARSET", b"utf-8"), None, None, b"7BIT", 12, 1), ("text/plain, 12 bytes",)),
        (
            (b"APPLICATION", b"PDF", None, None, None, b"BASE64", 5, None, (b"attachment", (b"filename", b"a.pdf"))),
            ("application/pdf a.pdf, 5 bytes",),
        ),
        (([(b"TEXT", b"HTML", None, None, None, None, -1)], b"MIXED"), ("text/html, -1 bytes",)),
        (None, ()),
        ((), ()),
        ((b"TEXT",), ()),
        ((b"TEXT", 5, 5, 5, 5, 5, b"x"), ("text/",)),
    ],
)
def test_part_list(structure: object, expected: tuple[str, ...]) -> None:
    assert part_list(structure) == expected


def test_part_list_is_bounded() -> None:
    deep: object = (b"TEXT", b"PLAIN", None, None, None, None, 1)
    for _ in range(5_000):
        deep = ([deep], b"MIXED")
    assert part_list(deep) == ()
    wide = ([(b"TEXT", b"PLAIN", None, None, None, None, 1)] * 10_000, b"MIXED")
    assert len(part_list(wide)) == 51
