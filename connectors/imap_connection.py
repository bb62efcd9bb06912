"""A connection to an IMAP server that is encrypted and checked, or a clear word on what the operator must mend."""

from __future__ import annotations

import imaplib
import ipaddress
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, LoginError

from connectors.oauth2 import OAuth2Settings, access_token
from connectors.too_large import DEFAULT_LIMIT
from pipeline.errors import ConfigError, SourceError

_log = logging.getLogger(__name__)
# RFC 5530: the server cannot check the password now; it does not say that it is wrong
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[LIMIT]")


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """One account on a server. ``security``: tls | starttls | plain (loopback only); ``after``: keep | flag | move."""

    account: str
    host: str
    user: str
    password: str = field(default="", repr=False)
    port: int = 993
    security: str = "tls"
    ca_file: Path | None = None
    folders: tuple[str, ...] = ("INBOX",)
    after: str = "keep"
    move_to: str = "Processed"
    max_bytes: int = DEFAULT_LIMIT
    timeout: float = 60.0  # seconds without a byte from the server
    oauth2: OAuth2Settings | None = None  # signs in with a token instead of the password

    @property
    def place(self) -> str:
        return f"mailbox {self.account} ({self.user} on {self.host}:{self.port})"

    def findings(self) -> tuple[str, ...]:
        return tuple(self._findings())

    def _findings(self) -> Iterator[str]:
        if not self.host or not self.user:
            yield "host and user must be set"
        if self.oauth2:
            yield from self.oauth2.findings()
        elif not self.password:
            yield "there is no password: set it in the environment or in the secrets folder"
        if self.security not in ("tls", "starttls", "plain"):
            yield f"security is {self.security!r}; it must be tls, starttls or plain"
        if self.after not in ("keep", "flag", "move"):
            yield f"after is {self.after!r}; it must be keep, flag or move"
        if not self.folders:
            yield "no folder is watched"
        if self.after == "move" and self.move_to in self.folders:
            yield f"mails are moved to {self.move_to!r}, which is watched itself: choose another folder"
        if self.ca_file is not None and not self.ca_file.is_file():
            yield f"the CA file {self.ca_file} does not exist"


def connect(settings: ImapSettings) -> IMAPClient:
    """Connected and logged in. Raises ``ConfigError`` (certificate, password, encryption), ``SourceError``."""
    try:
        client = _encrypted(settings)
    except ssl.SSLCertVerificationError as error:
        raise ConfigError(
            f"{settings.place}: the server's certificate is not trusted ({error.verify_message}). "
            "If the server signs its own, give its CA certificate as ca_file; check the host name."
        ) from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise no_answer(settings, error) from error
    try:
        _log_in(settings, client)
    except LoginError as error:
        hang_up(client)
        raise _login_refused(settings, error) from error
    except (ConfigError, SourceError):
        hang_up(client)
        raise
    except (OSError, imaplib.IMAP4.error) as error:
        hang_up(client)
        raise no_answer(settings, error) from error
    return client


def _log_in(settings: ImapSettings, client: IMAPClient) -> None:
    """By token if there is one; else by SASL PLAIN where offered: LOGIN only takes ASCII."""
    if settings.oauth2:
        _log_in_by_token(settings, settings.oauth2, client)
    elif client.has_capability("AUTH=PLAIN"):
        client.plain_login(settings.user, settings.password)
    elif (settings.user + settings.password).isascii():
        client.login(settings.user, settings.password)
    else:
        raise ConfigError(f"{settings.place}: the server takes only ASCII in user and password")


def _log_in_by_token(settings: ImapSettings, oauth2: OAuth2Settings, client: IMAPClient) -> None:
    """XOAUTH2, what Google and Microsoft take. A token the server no longer wants is renewed once."""
    if not client.has_capability("AUTH=XOAUTH2"):
        raise ConfigError(f"{settings.place}: the server takes no OAuth 2 tokens (XOAUTH2); remove token_url")
    try:
        client.oauth2_login(settings.user, access_token(oauth2, settings.place))
    except LoginError as error:
        if any(code in str(error).upper() for code in _PASSING):
            raise
        client.oauth2_login(settings.user, access_token(oauth2, settings.place, anew=True))


def hang_up(client: IMAPClient) -> None:
    """Closes a connection that may be broken already."""
    try:
        client.shutdown()
    except (OSError, imaplib.IMAP4.error) as error:
        _log.debug("closing a broken connection: %s", error)


def no_answer(settings: ImapSettings, error: Exception) -> SourceError:
    told = str(error) or type(error).__name__
    return SourceError(
        f"{settings.place}: the mail server did not answer as it should ({told}). Check network and server; "
        "it is tried again."
    )


def _encrypted(settings: ImapSettings) -> IMAPClient:
    timeout = SocketTimeout(connect=min(settings.timeout, 30.0), read=settings.timeout)
    context = _context(settings)
    if settings.security == "tls":
        return IMAPClient(settings.host, settings.port, ssl=True, ssl_context=context, timeout=timeout)
    client = IMAPClient(settings.host, settings.port, ssl=False, timeout=timeout)
    try:
        if settings.security == "starttls":
            client.starttls(context)
        else:
            _refuse_unless_loopback(settings, client)
    except CapabilityError as error:
        hang_up(client)
        raise ConfigError(
            f'{settings.place}: the server offers no STARTTLS on this port: use security "tls" on port 993'
        ) from error
    except BaseException:
        hang_up(client)
        raise
    return client


def _context(settings: ImapSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{settings.place}: the CA file {settings.ca_file} cannot be read: {error}") from error


def _refuse_unless_loopback(settings: ImapSettings, client: IMAPClient) -> None:
    """Judged by whom we are connected to, not by the name: before the password is sent."""
    peer = str(client.socket().getpeername()[0])
    if not ipaddress.ip_address(peer.split("%", 1)[0]).is_loopback:
        raise ConfigError(
            f'{settings.place}: security "plain" sends the password readable and is for a loopback server only; '
            'use "tls" or "starttls"'
        )


def _login_refused(settings: ImapSettings, error: LoginError) -> ConfigError | SourceError:
    told = str(error)
    if any(code in told.upper() for code in _PASSING):
        return no_answer(settings, error)
    shown = "user and token" if settings.oauth2 else "user and password"
    return ConfigError(f"{settings.place}: the server refused {shown} ({told}). Check both.")
