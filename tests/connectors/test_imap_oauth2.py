"""Signing in to a real Dovecot with tokens of an identity provider on loopback (hazard I9)."""

from __future__ import annotations

import stat
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from dovecot import BINARY, Dovecot, running
from identity_provider import Provider, providing

from cli.main import run
from connectors.imap import ImapSettings, ImapSource
from connectors.oauth2 import OAuth2Settings
from flows.mailbox_sign_in import sign_in
from pipeline.errors import ConfigError, SourceError

pytestmark = [
    pytest.mark.xdist_group("dovecot"),
    pytest.mark.real,
    pytest.mark.skipif(not Path(BINARY).exists(), reason="dovecot is not installed (Debian: dovecot-imapd)"),
]
MAIL = b"From: a@example.com\r\nSubject: order\r\n\r\nline\r\n"


@pytest.fixture(scope="module")
def one_provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(one_provider: Provider) -> Iterator[Dovecot]:
    with running(one_provider.address + "/introspect") as dovecot:
        dovecot.deliver(one_provider.user, MAIL)
        yield dovecot


@pytest.fixture
def provider(one_provider: Provider) -> Provider:
    """As new for each test; Dovecot keeps asking the same address."""
    address, user = one_provider.address, one_provider.user
    one_provider.__dict__.update(Provider().__dict__, address=address, user=user)
    return one_provider


def oauth2(provider: Provider, folder: Path, **changed: object) -> OAuth2Settings:
    values: dict[str, object] = {
        "token_url": provider.address + "/token", "client_id": "po-intake", "kept": folder / "secrets" / "tokens.json",
        "refresh_token": "first", "scope": "imap",
    }  # fmt: skip
    return OAuth2Settings(**{**values, **changed})  # type: ignore[arg-type]


def count(server: Dovecot, settings: OAuth2Settings) -> int:
    """Mails seen over a connection of its own."""
    source = ImapSource(
        ImapSettings("orders", "127.0.0.1", "tokens", port=server.port, security="plain", oauth2=settings, timeout=10.0)
    )
    try:
        return len(list(source.list()))
    finally:
        source.close()


def test_a_token_serves_until_shortly_before_its_end(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    settings = oauth2(provider, tmp_path)
    with time_machine.travel("2026-11-16 08:00:00Z", tick=False) as clock:
        assert count(server, settings) == 1
        clock.shift(3600 - 121)
        assert count(server, settings) == 1
        assert len(provider.requests) == 1
        clock.shift(2)
        assert count(server, settings) == 1
    assert [asked["grant_type"] for asked in provider.requests] == ["refresh_token"] * 2
    assert stat.S_IMODE(settings.kept.stat().st_mode) == 0o600


def test_one_minute_tokens_are_renewed_in_their_middle(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    provider.lifetime = 60
    with time_machine.travel("2026-11-16 08:00:00Z", tick=False) as clock:
        for _ in range(20):
            assert count(server, oauth2(provider, tmp_path)) == 1
            clock.shift(31)
            provider.access_tokens.clear()
    assert len(provider.requests) == 20


def test_a_rotating_refresh_token_outlasts_the_process(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    provider.rotate, provider.lifetime = True, 0
    for _ in range(3):
        assert count(server, oauth2(provider, tmp_path)) == 1
    assert [asked["refresh_token"] for asked in provider.requests] == ["first", "refresh1", "refresh2"]


def test_a_new_consent_beats_what_was_kept(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    count(server, oauth2(provider, tmp_path))
    provider.refresh_tokens.add("second")
    assert count(server, oauth2(provider, tmp_path, refresh_token="second")) == 1
    assert provider.requests[-1]["refresh_token"] == "second"


def test_a_token_taken_back_early_is_renewed_once(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    count(server, oauth2(provider, tmp_path))
    provider.access_tokens.clear()
    assert count(server, oauth2(provider, tmp_path)) == 1
    assert len(provider.requests) == 2


def test_the_program_signs_in_as_itself(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    assert count(server, oauth2(provider, tmp_path, refresh_token="", client_secret="the secret")) == 1
    assert provider.requests[0]["grant_type"] == "client_credentials"


def test_an_ended_consent_names_the_remedy(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    provider.refresh_tokens.clear()
    with pytest.raises(ConfigError, match=r"mailbox orders .*consent .* ended .*mailbox sign-in"):
        count(server, oauth2(provider, tmp_path))


def test_an_unknown_client_names_the_settings(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    provider.refuse = (401, "invalid_client")
    with pytest.raises(ConfigError, match="Check client_id"):
        count(server, oauth2(provider, tmp_path))


@pytest.mark.parametrize("refuse", [(503, "temporarily_unavailable"), (500, "server_error")])
def test_a_provider_in_trouble_is_tried_again(
    server: Dovecot, provider: Provider, tmp_path: Path, refuse: tuple[int, str]
) -> None:
    provider.refuse = refuse
    with pytest.raises(SourceError, match="tried again"):
        count(server, oauth2(provider, tmp_path))
    provider.refuse = None
    assert count(server, oauth2(provider, tmp_path)) == 1


def test_a_silent_provider_is_tried_again(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="tried again"):
        count(server, oauth2(provider, tmp_path, token_url="http://127.0.0.1:9/token"))


def test_a_foreign_mailbox_stays_shut(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    settings = ImapSettings(
        "orders", "127.0.0.1", "somebody-else", port=server.port, security="plain", oauth2=oauth2(provider, tmp_path)
    )
    with pytest.raises(ConfigError, match="refused user and token"):
        list(ImapSource(settings).list())


def test_a_server_without_tokens_says_so(provider: Provider, tmp_path: Path) -> None:
    with running() as plain, pytest.raises(ConfigError, match="takes no OAuth 2 tokens"):
        count(plain, oauth2(provider, tmp_path))


def test_torn_tokens_are_asked_for_anew(server: Dovecot, provider: Provider, tmp_path: Path) -> None:
    settings = oauth2(provider, tmp_path)
    count(server, settings)
    settings.kept.write_text(settings.kept.read_text()[:20])
    assert count(server, settings) == 1


def test_a_token_is_not_sent_in_the_clear(provider: Provider, tmp_path: Path) -> None:
    found = list(oauth2(provider, tmp_path, token_url="http://login.example.com/token").findings())
    assert found == ["token_url must start with https://"]
    assert list(oauth2(provider, tmp_path, refresh_token="").findings()) != []


WORKSPACE = """
[[mailboxes]]
account = "orders"
kind = "imap"
host = "127.0.0.1"
port = {port}
security = "plain"
user = "tokens"
token_url = "{provider}/token"
authorize_url = "{provider}/authorize"
client_id = "po-intake"
scope = "imap offline_access"
"""


def test_consent_is_given_in_a_browser_and_the_mailbox_is_polled(
    server: Dovecot, provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "po-intake.toml").write_text(WORKSPACE.format(port=server.port, provider=provider.address))
    assert run(["poll", "--workspace", str(tmp_path)]) == 3
    assert "mailbox sign-in" in capsys.readouterr().err

    def browser(url: str) -> None:
        back = provider.authorize(url).replace("localhost", "127.0.0.1")
        threading.Thread(target=lambda: urllib.request.urlopen(back).read()).start()

    file = sign_in(tmp_path, "orders", 0, browser)
    assert file == tmp_path / "secrets" / "refresh_token_orders"
    assert file.read_text() == "refresh1\n" and stat.S_IMODE(file.stat().st_mode) == 0o600
    run(["poll", "--workspace", str(tmp_path)])
    told = capsys.readouterr()
    assert "sign-in" not in told.err
    assert "refresh1" not in told.err + told.out
