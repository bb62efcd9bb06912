"""Sending one e-mail through a server, encrypted and checked."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from pipeline.errors import ConfigError, SourceError

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """``security``: tls | starttls | plain (the caller sees to it that plain stays on this machine)."""

    host: str
    port: int = 587
    security: str = "starttls"
    ca_file: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)


def send(settings: SmtpSettings, message: EmailMessage) -> None:
    """Raises ``ConfigError`` (the password, an address that is refused) and ``SourceError`` (worth another try)."""
    where = f"SMTP {settings.host}:{settings.port}"
    try:
        with _connected(settings) as server:
            if settings.user:
                server.login(settings.user, settings.password)
            server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise ConfigError(
            f"{where}: user {settings.user} or its password was refused: {_said(error.smtp_error)}"
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        refused = ", ".join(f"{who}: {code} {_said(words)}" for who, (code, words) in error.recipients.items())
        kind = ConfigError if all(code >= 500 for code, _ in error.recipients.values()) else SourceError
        raise kind(f"{where} refused {refused}") from None
    except smtplib.SMTPNotSupportedError as error:
        raise ConfigError(
            f'{where}: {error}; does the server offer what smtp.security = "{settings.security}" asks?'
        ) from None
    except ssl.SSLError as error:
        raise ConfigError(
            f"{where}: its certificate cannot be trusted ({error.reason}); name its CA as smtp.ca_file"
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise SourceError(f"{where}: {error}; is the server up, are host and port right?") from None


def _connected(settings: SmtpSettings) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _said(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
