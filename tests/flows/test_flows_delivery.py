"""The weekly folder, the digest through a real mail server, notifications through a real HTTP server: each once."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from flows import delivery
from flows.doctor import OK, examine
from flows.settings import Settings, load_settings
from flows.workspace import init_workspace
from pipeline.errors import ConfigError, SourceError
from reports.records import Alert
from store import Store, open_store

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)  # a Wednesday; the week that is over began on 9 November
DRIFT, LATE = Alert("drift", "week from 2026-11-09 lies outside"), Alert("backlog", "3 cases wait")


class Inbox:
    """A mail server that keeps what it gets; it refuses one recipient."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    kept = Inbox()

    def right(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == b"secret", handled=False)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port, authenticator=right, auth_require_tls=False)
    controller.start()
    yield kept, port
    controller.stop()


@pytest.fixture
def hook() -> Iterator[tuple[list[dict[str, Any]], str]]:
    """Takes what Apprise posts as JSON."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield got, f"json://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    init_workspace(tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture
def store(workspace: Path) -> Iterator[Store]:
    with open_store(load_settings(workspace).database) as opened:
        yield opened


def settings_of(workspace: Path, port: int, **more: Any) -> Settings:
    settings = load_settings(workspace)
    smtp = {
        "host": "127.0.0.1",
        "port": port,
        "security": "plain",
        "sender": "intake@example.com",
        **more.pop("smtp", {}),
    }
    reports = {"mail_to": ("cfo@example.com", "desk@example.com"), **more}
    return settings.model_copy(
        update={"smtp": settings.smtp.model_copy(update=smtp), "reports": settings.reports.model_copy(update=reports)}
    )


def test_a_week_that_is_over_is_written_and_mailed_once(
    workspace: Path, store: Store, inbox: tuple[Inbox, int]
) -> None:
    kept, port = inbox
    settings = settings_of(workspace, port)
    first = delivery.look(store, settings, NOW)
    assert first.folder == workspace.resolve() / "reports" / "2026-W46" and first.digest
    assert (first.folder / "report.html").is_file() and not list(first.folder.parent.glob("*.unfinished"))
    again = delivery.look(store, settings, NOW + timedelta(hours=1))
    assert again.folder is None and not again.digest
    (mail,) = kept.mails
    assert mail["To"] == "cfo@example.com, desk@example.com" and mail["Subject"].startswith(
        "Purchase orders 2026-W46: "
    )
    assert mail["Message-ID"] == "<2026-W46.digest@example.com>"
    text, page, book = mail.get_payload()
    assert "2026-11-09 to 2026-11-15" in text.get_payload() and "No alerts." in text.get_payload()
    assert page.get_filename() == "report.html" and book.get_payload(decode=True)[:2] == b"PK"
    assert delivery.look(store, settings, NOW + timedelta(days=7)).digest and len(kept.mails) == 2


def test_a_mail_server_that_does_not_answer_costs_nothing_but_the_mail(workspace: Path, store: Store) -> None:
    settings = settings_of(workspace, 9)
    with pytest.raises(SourceError, match=r"SMTP 127.0.0.1:9: .*is the server up"):
        delivery.look(store, settings, NOW)
    assert (workspace / "reports" / "2026-W46" / "report.xlsx").is_file() and store.noted(delivery.DIGESTED) is None


@pytest.mark.parametrize(
    ("smtp", "to", "words"),
    [
        ({"user": "u", "password": "wrong"}, "cfo@example.com", "user u or its password was refused"),
        ({}, "nobody@example.com", "refused nobody@example.com: 550 no such person"),
        ({"security": "starttls"}, "cfo@example.com", "STARTTLS.*smtp.security"),
        ({"security": "plain", "host": "192.0.2.1"}, "cfo@example.com", "loopback host only"),
        ({"sender": ""}, "cfo@example.com", "smtp.sender"),
    ],
)
def test_what_the_operator_must_mend(
    workspace: Path, store: Store, inbox: tuple[Inbox, int], smtp: dict[str, Any], to: str, words: str
) -> None:
    from pydantic import SecretStr

    if "password" in smtp:
        smtp = {**smtp, "password": SecretStr(smtp["password"])}
    with pytest.raises(ConfigError, match=words):
        delivery.send_digest(store, settings_of(workspace, inbox[1], smtp=smtp, mail_to=(to,)), NOW.date())
    assert inbox[0].mails == []


def test_signing_in(workspace: Path, store: Store, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PO_INTAKE_PASSWORD_SMTP", "secret")
    settings = settings_of(workspace, inbox[1], smtp={"user": "u"})
    assert delivery.send_digest(store, settings, NOW.date()) and len(inbox[0].mails) == 1


def test_alerts_are_told_once_or_once_a_day(
    workspace: Path, store: Store, hook: tuple[list[dict[str, Any]], str]
) -> None:
    (workspace / "secrets" / "notify").write_text(hook[1] + "\n")
    settings, today = load_settings(workspace), NOW.date()
    assert delivery.tell(store, settings, [DRIFT, LATE], today) == (DRIFT, LATE)
    assert hook[0][0]["title"] == "po-intake: 2 alerts" and "drift: week from" in hook[0][0]["message"]
    assert delivery.tell(store, settings, [DRIFT, Alert("backlog", "4 cases wait")], today) == ()
    assert delivery.tell(store, settings, [DRIFT, LATE], today + timedelta(days=1)) == (LATE,)
    assert delivery.tell(store, settings, [DRIFT], date(2027, 6, 1)) == (DRIFT,) and len(hook[0]) == 3


def test_notifications_that_fail_are_tried_again(workspace: Path, store: Store) -> None:
    (workspace / "secrets" / "notify").write_text("json://127.0.0.1:9/")
    for _ in range(2):
        with pytest.raises(SourceError, match="could not be delivered"):
            delivery.tell(store, load_settings(workspace), [LATE], NOW.date())
    (workspace / "secrets" / "notify").write_text("nonsense")
    with pytest.raises(ConfigError, match="none that Apprise knows"):
        delivery.tell(store, load_settings(workspace), [LATE], NOW.date())
    (workspace / "secrets" / "notify").write_text("")
    assert delivery.tell(store, load_settings(workspace), [LATE], NOW.date()) == ()


def test_secrets_do_not_stand_in_the_file(workspace: Path) -> None:
    path = workspace / "po-intake.toml"
    text = path.read_text()
    path.write_text(
        text.replace("[smtp]", '[smtp]\npassword = "x"').replace("[reports]", '[reports]\nnotify = "json://x"')
    )
    with pytest.raises(ConfigError) as raised:
        load_settings(workspace)
    assert "smtp.password: a secret in the file" in str(raised.value) and "reports.notify: a secret" in str(
        raised.value
    )


def test_the_doctor_counts_the_mails(workspace: Path, store: Store) -> None:
    found = [f for f in examine(workspace) if f.subject == "conservation"]
    assert [(f.level, f.text) for f in found] == [(OK, "0 mails received, all accounted for")]
