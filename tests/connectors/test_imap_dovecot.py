"""The IMAP source against a real Dovecot."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from cutting_proxy import proxy_to
from dovecot import BINARY, PASSWORD, Dovecot, running

from connectors.imap import ImapSettings, ImapSource
from connectors.mime import documents_of, parse_message
from pipeline.errors import ConfigError, SourceError

pytestmark = [
    pytest.mark.xdist_group("dovecot"),
    pytest.mark.real,
    pytest.mark.skipif(not Path(BINARY).exists(), reason="dovecot is not installed (Debian: dovecot-imapd)"),
]
_users = (f"user{number}" for number in count())


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running() as started:
        yield started


@pytest.fixture
def user() -> str:
    return next(_users)


def settings(server: Dovecot, user: str, **changed: object) -> ImapSettings:
    values: dict[str, object] = {
        "account": "orders", "host": "127.0.0.1", "port": server.port, "security": "plain", "user": user,
        "password": PASSWORD, "timeout": 10.0,
    }  # fmt: skip
    return ImapSettings(**{**values, **changed})  # type: ignore[arg-type]


def mail(number: int, size: int = 0) -> bytes:
    body = random.Random(number).randbytes(size // 2).hex()
    lines = "\r\n".join(body[start : start + 70] for start in range(0, len(body), 70))
    return f"From: a@example.com\r\nSubject: order {number}\r\n\r\nline {number}\r\n{lines}\r\n".encode()


def test_lists_oldest_first_and_fetches_whole_mails(server: Dovecot, user: str) -> None:
    mails = [mail(number, 3000) for number in range(5)]
    uids = server.deliver(user, *mails)
    source = ImapSource(settings(server, user))
    listed = list(source.list())
    assert [key.uid for key, _ in listed] == uids
    assert [size for _, size in listed] == [len(raw) for raw in mails]
    assert [source.fetch(key) for key, _ in listed] == mails
    assert {key.account for key, _ in listed} == {"orders"}
    assert all(key.uid_validity > 0 and key.folder == "INBOX" for key, _ in listed)


@pytest.mark.parametrize(("security", "port"), [("tls", "tls_port"), ("starttls", "port")])
def test_encrypted_connections_check_the_certificate(server: Dovecot, user: str, security: str, port: str) -> None:
    server.deliver(user, mail(1))
    changed = {"security": security, "port": getattr(server, port)}
    trusting = ImapSource(settings(server, user, ca_file=server.ca_file, **changed))
    assert [trusting.fetch(key) for key, _ in trusting.list()] == [mail(1)]
    with pytest.raises(ConfigError, match=r"certificate is not trusted.*ca_file"):
        list(ImapSource(settings(server, user, **changed)).list())


def test_wrong_password_is_for_the_operator(server: Dovecot, user: str) -> None:
    wrong = settings(server, user, password="not this one")
    with pytest.raises(ConfigError, match=f"orders .{user} on 127.0.0.1.*refused user and password") as caught:
        list(ImapSource(wrong).list())
    assert "not this one" not in str(caught.value) + repr(wrong)


def test_nothing_listens_there(server: Dovecot, user: str) -> None:
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:1\).*did not answer"):
        list(ImapSource(settings(server, user, port=1)).list())


def test_missing_folder_names_those_there_are(server: Dovecot, user: str) -> None:
    server.deliver(user, mail(1), folder="Bestellungen für uns")
    with pytest.raises(ConfigError, match=r"'Ordes' cannot be opened.*Bestellungen für uns, INBOX"):
        list(ImapSource(settings(server, user, folders=("Ordes",))).list())


def test_seen_is_neither_set_nor_believed(server: Dovecot, user: str) -> None:
    uids = server.deliver(user, mail(1), mail(2))
    with server.client(user) as client:
        client.select_folder("INBOX")
        client.add_flags([uids[0]], [b"\\Seen"])
    source = ImapSource(settings(server, user))
    assert [source.fetch(key) for key, _ in source.list()] == [mail(1), mail(2)]
    assert server.flags(user) == {uids[0]: (b"\\Seen",), uids[1]: ()}


def test_polled_twice_gives_the_same_keys(server: Dovecot, user: str) -> None:
    server.deliver(user, mail(1), mail(2))
    source = ImapSource(settings(server, user))
    first = list(source.list())
    assert first == list(source.list()) == list(ImapSource(settings(server, user)).list())
    server.deliver(user, mail(3))
    assert [key for key, _ in source.list()][:2] == [key for key, _ in first]


def test_folder_made_anew_gives_new_keys(server: Dovecot, user: str) -> None:
    server.deliver(user, mail(1), folder="Orders")
    source = ImapSource(settings(server, user, folders=("Orders",)))
    [(old, _)] = source.list()
    with server.client(user) as client:
        client.delete_folder("Orders")
    server.deliver(user, mail(2), folder="Orders")
    [(new, _)] = source.list()
    assert (old.uid, new.uid) == (1, 1)
    assert old.uid_validity != new.uid_validity
    assert source.fetch(old) is None
    assert source.fetch(new) == mail(2)


def test_mail_taken_away_meanwhile_is_none(server: Dovecot, user: str) -> None:
    uids = server.deliver(user, mail(1), mail(2), mail(3))
    source = ImapSource(settings(server, user, after="move"))
    keys = [key for key, _ in source.list()]
    assert source.fetch(keys[0]) == mail(1)
    with server.client(user) as client:
        client.select_folder("INBOX")
        client.delete_messages([uids[1]])
        client.expunge([uids[1]])
    assert source.fetch(keys[1]) is None
    assert source.fetch(keys[2]) == mail(3)
    source.acknowledge(keys[1])
    assert [key for key, _ in source.list()] == [keys[0], keys[2]]


def test_others_tidy_up_while_we_read(server: Dovecot, user: str) -> None:
    """Somebody deletes, moves and flags mails all the time; what we get is whole, and nothing breaks."""
    mails = {number: mail(number, 1_000) for number in range(120)}
    uids = server.deliver(user, *mails.values())
    by_uid = dict(zip(uids, mails.values(), strict=True))
    finished = threading.Event()

    def tidy() -> None:
        chance = random.Random(5)
        with server.client(user) as client:
            client.create_folder("Elsewhere")
            client.select_folder("INBOX")
            for uid in chance.sample(uids, 90):
                if chance.random() < 0.3:
                    client.move([uid], "Elsewhere")
                elif chance.random() < 0.5:
                    client.delete_messages([uid])
                    client.expunge([uid])
                else:
                    client.add_flags([uid], [b"\\Seen"])
        finished.set()

    other = threading.Thread(target=tidy)
    other.start()
    source = ImapSource(settings(server, user, after="flag"))
    rounds = fetched = gone = 0
    while not finished.is_set() or rounds < 2:
        for key, size in source.list():
            raw = source.fetch(key)
            gone += raw is None
            fetched += raw is not None
            assert raw in (None, by_uid[key.uid]) and size == len(by_uid[key.uid])
            source.acknowledge(key)
        rounds += 1
    other.join()
    left = server.flags(user)
    assert {key.uid for key, _ in source.list()} == set(left)
    assert fetched > len(left) > 30


def test_several_folders_and_an_empty_one(server: Dovecot, user: str) -> None:
    server.deliver(user, mail(1))
    server.deliver(user, mail(2), folder="Zamówienia")
    with server.client(user) as client:
        client.create_folder("empty")
    source = ImapSource(settings(server, user, folders=("INBOX", "empty", "Zamówienia")))
    keys = [key for key, _ in source.list()]
    assert [key.folder for key in keys] == ["INBOX", "Zamówienia"]
    assert [source.fetch(key) for key in reversed(keys)] == [mail(2), mail(1)]


def test_acknowledge_keep_changes_nothing(server: Dovecot, user: str) -> None:
    [uid] = server.deliver(user, mail(1))
    source = ImapSource(settings(server, user))
    [(key, _)] = source.list()
    source.acknowledge(key)
    assert server.flags(user) == {uid: ()}


def test_acknowledge_by_flag_twice(server: Dovecot, user: str) -> None:
    uids = server.deliver(user, mail(1), mail(2))
    source = ImapSource(settings(server, user, after="flag"))
    [(key, _), _] = source.list()
    source.acknowledge(key)
    source.acknowledge(key)
    assert server.flags(user) == {uids[0]: (b"$PoIntakeDone",), uids[1]: ()}
    assert len(list(source.list())) == 2


@pytest.mark.parametrize("has_move", [True, False])
def test_acknowledge_by_move_twice(server: Dovecot, user: str, has_move: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    server.deliver(user, mail(1), mail(2))
    source = ImapSource(settings(server, user, after="move", move_to="Erledigte Aufträge"))
    [(key, _), (other, _)] = source.list()
    if not has_move:
        assert source._client is not None
        asked = source._client.has_capability
        monkeypatch.setattr(source._client, "has_capability", lambda name: name != "MOVE" and asked(name))
    source.acknowledge(key)
    source.acknowledge(key)
    assert [left for left, _ in source.list()] == [other]
    assert server.flags(user, "Erledigte Aufträge") == {1: ()}


def test_folder_for_done_mails_that_cannot_be_made(server: Dovecot, user: str) -> None:
    server.deliver(user, mail(1))
    source = ImapSource(settings(server, user, after="move", move_to="no/slash"))
    [(key, _)] = source.list()
    with pytest.raises(ConfigError, match=r"'no/slash' for done mails.*move_to"):
        source.acknowledge(key)
    assert source.fetch(key) == mail(1)


def test_mail_over_the_limit_becomes_a_visible_stand_in(server: Dovecot, user: str) -> None:
    raw = (
        b"From: Big <big@example.com>\r\nSubject: =?utf-8?q?Auftr=C3=A4ge?=\r\nMessage-ID: <1@x>\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
        b'--b\r\nContent-Type: application/pdf; name="order.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + b"QUJD" * 17 + b"\r\n" + (b"QUJD" * 18 + b"\r\n") * 30_000 + b"--b--\r\n"
    )  # fmt: skip
    server.deliver(user, raw)
    source = ImapSource(settings(server, user, max_bytes=1_000_000))
    [(key, size)] = source.list()
    assert size == len(raw)
    stand_in = source.fetch(key)
    assert stand_in is not None and len(stand_in) < 5_000
    assert stand_in == source.fetch(key)
    message = parse_message(stand_in)
    assert (message.sender, message.subject, message.message_id) == ("big@example.com", "Aufträge", "1@x")
    assert "application/pdf order.pdf, 2,2" in message.text
    [problem] = [document.problem for document in documents_of(message) if document.problem]
    assert "1,000,000 are allowed" in problem
    assert server.flags(user) == {key.uid: ()}


def test_cut_connection_never_gives_part_of_a_mail(server: Dovecot, user: str) -> None:
    """Cut at every kilobyte and at random places, from the greeting to the last byte."""
    raw = mail(1, 20_000)
    server.deliver(user, raw)
    with proxy_to(server.port) as proxy:
        whole = ImapSource(settings(server, user, port=proxy.port))
        [(key, _)] = whole.list()
        assert whole.fetch(key) == raw
        total = proxy.passed
        places = [*range(0, total + 1024, 1024), *random.Random(7).sample(range(total), 40)]
        whole_ones = 0
        for place in places:
            proxy.cut_after = place
            source = ImapSource(settings(server, user, port=proxy.port))
            try:
                got = source.fetch(key)
            except SourceError:
                continue
            assert got == raw
            whole_ones += 1
        assert 0 < whole_ones < len(places) / 2


def test_connection_lost_between_calls_is_made_anew(server: Dovecot, user: str) -> None:
    server.deliver(user, mail(1))
    with proxy_to(server.port) as proxy:
        source = ImapSource(settings(server, user, port=proxy.port))
        [(key, _)] = source.list()
        for connection in list(proxy._open):
            connection.close()
        assert source.fetch(key) == mail(1)


def test_silent_server_is_given_up(server: Dovecot, user: str) -> None:
    server.deliver(user, mail(1, 20_000))
    with proxy_to(server.port) as proxy:
        proxy.cut_after, proxy.stall = 4_000, True
        source = ImapSource(settings(server, user, port=proxy.port, timeout=0.5))
        started = time.monotonic()
        with pytest.raises(SourceError, match="did not answer"):
            for key, _ in source.list():
                source.fetch(key)
        assert time.monotonic() - started < 10


def test_two_hundred_mails(server: Dovecot, user: str) -> None:
    mails = [mail(number, 2_000) for number in range(200)]
    server.deliver(user, *mails)
    source = ImapSource(settings(server, user))
    assert [source.fetch(key) for key, _ in source.list()] == mails
    assert set(server.flags(user).values()) == {()}


def test_wait_ends_when_mail_comes(server: Dovecot, user: str) -> None:
    server.deliver(user, mail(1))
    source = ImapSource(settings(server, user))
    assert not source.wait_for_mail(0.2)
    later = threading.Timer(0.3, server.deliver, (user, mail(2)))
    later.start()
    started = time.monotonic()
    assert source.wait_for_mail(20)
    assert time.monotonic() - started < 10
    later.join()
    assert len(list(source.list())) == 2
