"""Access tokens for a mailbox (OAuth 2, RFC 6749): renewed before they end, kept in a file nobody else reads."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.durable import flush_folder
from pipeline.errors import ConfigError, SourceError

if TYPE_CHECKING:  # at run time only where a mailbox takes tokens: they load slowly
    from authlib.integrations.base_client.errors import OAuthError
    from authlib.integrations.requests_client import OAuth2Session

_AHEAD = 120.0  # seconds before its end at which a token is renewed; half its life if that is shorter
# RFC 6749, 4.1.2.1: the provider cannot answer now; it does not say that anything is wrong with us
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


@dataclass(frozen=True, slots=True)
class OAuth2Settings:
    """``refresh_token`` empty: the program signs in as itself (client credentials). ``kept``: file for the tokens."""

    token_url: str
    client_id: str
    kept: Path
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    authorize_url: str = ""  # only for the first consent

    def findings(self) -> Iterator[str]:
        for name in ("token_url", "authorize_url"):
            if getattr(self, name) and not is_private(getattr(self, name)):
                yield f"{name} must start with https://"
        if not self.client_id:
            yield "token_url is set, so client_id must be too"
        if not self.refresh_token and not self.client_secret:
            yield "there is neither a refresh token nor a client secret: run `po-intake mailbox sign-in`"


@dataclass(frozen=True, slots=True)
class _Kept:
    """``granted``: which configured grant the tokens stem from; another one there makes them void."""

    granted: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    renew_at: float  # seconds since the epoch


def access_token(settings: OAuth2Settings, place: str, *, anew: bool = False) -> str:
    """A token that is good for a while. ``anew``: not the one kept, the server refused it.

    Raises ``ConfigError`` (consent ended, client unknown), ``SourceError`` (the provider does not answer).
    """
    kept = _read(settings)
    now = time.time()
    if kept and not anew and now < kept.renew_at:
        return kept.access_token
    refresh = kept.refresh_token if kept else settings.refresh_token
    token = _asked(settings, place, lambda client: _renewed(client, settings, refresh))
    return _keep(settings, token, refresh, now)


def first_consent(settings: OAuth2Settings, place: str, redirect: str, wait: Callable[[str], str]) -> str:
    """The refresh token of a person's consent (authorization code with PKCE, RFC 7636 and 8252).

    ``wait`` shows the address it is given to the person, and gives the whole address the provider sent them back to.
    Raises as ``access_token``.
    """
    verifier = os.urandom(48).hex()

    def asked(client: OAuth2Session) -> dict[str, Any]:
        # access_type and prompt: without them Google gives no refresh token; others do not know them
        address, state = client.create_authorization_url(
            settings.authorize_url, code_verifier=verifier, access_type="offline", prompt="consent"
        )
        back = wait(address)
        token: dict[str, Any] = client.fetch_token(
            settings.token_url, authorization_response=back, state=state, code_verifier=verifier
        )
        return token

    token = _asked(settings, place, asked, redirect_uri=redirect, code_challenge_method="S256")
    refresh = token.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        raise ConfigError(f"{place}: the provider gave no refresh token; add offline access to the scope")
    return refresh


def _renewed(client: OAuth2Session, settings: OAuth2Settings, refresh: str) -> dict[str, Any]:
    token: dict[str, Any]
    if refresh:
        token = client.refresh_token(settings.token_url, refresh_token=refresh)
    else:
        token = client.fetch_token(settings.token_url, grant_type="client_credentials")
    return token


def _asked(
    settings: OAuth2Settings, place: str, ask: Callable[[OAuth2Session], dict[str, Any]], **more: str
) -> dict[str, Any]:
    import requests
    from authlib.integrations.base_client.errors import OAuthError
    from authlib.integrations.requests_client import OAuth2Session

    method = "client_secret_post" if settings.client_secret else "none"
    try:
        with OAuth2Session(
            settings.client_id, settings.client_secret or None, scope=settings.scope or None,
            token_endpoint_auth_method=method, default_timeout=30.0, **more,
        ) as client:  # fmt: skip
            return ask(client)
    except OAuthError as error:
        if error.error in _PASSING:
            raise _silent(settings, place, error) from error
        raise ConfigError(f"{place}: {_refusal(settings, error)}") from error
    except (requests.RequestException, ValueError) as error:  # ValueError: an answer that is no JSON
        raise _silent(settings, place, error) from error


def _refusal(settings: OAuth2Settings, error: OAuthError) -> str:
    told = f"{error.error}: {error.description}" if error.description else str(error.error)
    if error.error == "invalid_grant":
        return f"the consent to read this mailbox has ended ({told}). Renew it: `po-intake mailbox sign-in`"
    return f"{settings.token_url} refused us ({told}). Check client_id, client secret and scope."


def _silent(settings: OAuth2Settings, place: str, error: Exception) -> SourceError:
    told = str(error) or type(error).__name__
    return SourceError(f"{place}: {settings.token_url} did not answer as it should ({told}). It is tried again.")


# --- what is kept -----------------------------------------------------------------------------------------------------


def _granted(settings: OAuth2Settings) -> str:
    said = (settings.token_url, settings.client_id, settings.scope, settings.refresh_token or settings.client_secret)
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def _read(settings: OAuth2Settings) -> _Kept | None:
    try:
        kept = _Kept(**json.loads(settings.kept.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):  # none, or torn: it is asked for anew
        return None
    return kept if kept.granted == _granted(settings) else None


def _keep(settings: OAuth2Settings, token: dict[str, Any], refresh: str, now: float) -> str:
    """Providers may give another refresh token with each answer; the last one counts."""
    life = float(token.get("expires_in") or 0.0)
    kept = _Kept(
        _granted(settings), str(token["access_token"]), str(token.get("refresh_token") or refresh),
        now + life - min(_AHEAD, life / 2),
    )  # fmt: skip
    settings.kept.parent.mkdir(parents=True, exist_ok=True)
    write_secret(settings.kept, json.dumps(asdict(kept)))
    return kept.access_token


def write_secret(path: Path, text: str) -> None:
    """Whole or not at all, and readable by us alone."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    flush_folder(path.parent)


def is_private(url: str) -> bool:
    """https, or a server on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
