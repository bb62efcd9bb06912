"""Who somebody is by the word of an identity provider (OpenID Connect Core 1.0, authorization code with PKCE).

State, nonce and verifier are all made of one secret that only the browser's cookie holds: nothing is kept here, and an
answer counts only in the browser that asked. Claims are read from the signed ID token alone.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from connectors.oauth2 import is_private
from pipeline.errors import ConfigError, SourceError, UsageError

# RFC 7518; never "none", and no shared secrets: whoever has the client's could sign for anybody
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KEEP_SECONDS = 3600.0  # what the provider says of itself
KEYS_SECONDS = 60.0  # an unknown key makes us ask again, not oftener than this
LEEWAY = 60
SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class OidcSettings:
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scope: str = "openid profile email"


class OidcProvider:
    """Many threads may ask at once."""

    def __init__(self, settings: OidcSettings) -> None:
        """Raises ``ConfigError`` for settings that cannot work."""
        if not is_private(settings.issuer):
            raise ConfigError("sign_on.issuer must start with https://")
        if not settings.client_id:
            raise ConfigError("sign_on.issuer is set, so sign_on.client_id must be too")
        self._settings = settings
        self._lock = threading.Lock()
        self._about: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None

    def address(self, redirect: str, secret: str, to: str) -> str:
        """Where the browser is sent to; ``to`` comes back in the state. Raises ``SourceError`` and ``ConfigError``."""
        from authlib.integrations.requests_client import OAuth2Session

        with OAuth2Session(
            self._settings.client_id,
            scope=self._settings.scope,
            redirect_uri=redirect,
            code_challenge_method="S256",
        ) as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=state_of(secret, to),
                nonce=_made_of("nonce", secret),
                code_verifier=_made_of("verifier", secret),
            )
        return str(address)

    def claims(self, redirect: str, secret: str, answer: Mapping[str, str]) -> dict[str, Any]:
        """The claims of the ID token. ``answer`` is the query that the provider sent the browser back with.

        Raises ``UsageError`` for an answer that is none of ours or says no, ``SourceError``, ``ConfigError``.
        """
        state, code = answer.get("state", ""), answer.get("code", "")
        if not secret or state != state_of(secret, place_in(state)):
            raise UsageError("this sign-in was not begun in this browser, or too long ago; begin again")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:  # RFC 9207
            raise UsageError("the answer is of another identity provider; begin again")
        if not code:
            raise UsageError(f"the identity provider says no: {answer.get('error', 'no code')[:80]}")
        token = self._token(redirect, code, _made_of("verifier", secret))
        return self._verified(token, _made_of("nonce", secret))

    def _token(self, redirect: str, code: str, verifier: str) -> str:
        import requests
        from authlib.integrations.base_client.errors import OAuthError
        from authlib.integrations.requests_client import OAuth2Session

        settings, endpoint = self._settings, self._endpoint("token_endpoint")
        method = "client_secret_post" if settings.client_secret else "none"
        try:
            with OAuth2Session(
                settings.client_id, settings.client_secret or None, redirect_uri=redirect,
                token_endpoint_auth_method=method, default_timeout=SECONDS,
            ) as client:  # fmt: skip
                told = client.fetch_token(endpoint, code=code, code_verifier=verifier, grant_type="authorization_code")
        except OAuthError as error:
            raise UsageError(f"the identity provider says no: {error.error}; begin again") from error
        except (requests.RequestException, ValueError) as error:
            raise self._silent(endpoint, error) from error
        token = told.get("id_token")
        if not isinstance(token, str):
            raise ConfigError(f"{endpoint} gives no ID token; add openid to sign_on.scope")
        return token

    def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        settings = self._settings
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": settings.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": settings.client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for anew in (False, True):
            try:
                read = jwt.decode(
                    token, KeySet.import_key_set(cast(Any, self._key_set(anew))), algorithms=list(ALGORITHMS)
                )
                rules.validate(read.claims)
                break
            except (JoseError, ValueError, KeyError, TypeError) as error:
                if anew:
                    raise UsageError(f"the ID token is not right ({type(error).__name__}); begin again") from error
        claims = dict(read.claims)
        if claims.get("azp", settings.client_id) != settings.client_id or not claims["sub"]:
            raise UsageError("the ID token is for another program; begin again")
        return claims

    # what the provider says of itself

    def _endpoint(self, name: str) -> str:
        address = self._discovered().get(name)
        if not isinstance(address, str) or not is_private(address):
            raise ConfigError(f"{self._settings.issuer}: its {name} is none, or is not at https://")
        return address

    def _discovered(self) -> dict[str, Any]:
        with self._lock:
            if self._about is None or time.monotonic() - self._about[0] > KEEP_SECONDS:
                issuer = self._settings.issuer
                about = self._fetched(issuer.rstrip("/") + "/.well-known/openid-configuration")
                if about.get("issuer") != issuer:
                    raise ConfigError(f"sign_on.issuer {issuer}: it calls itself {str(about.get('issuer'))[:80]!r}")
                self._about = (time.monotonic(), about)
            return self._about[1]

    def _key_set(self, anew: bool) -> dict[str, Any]:
        endpoint = self._endpoint("jwks_uri")
        with self._lock:
            age = KEEP_SECONDS if self._keys is None else time.monotonic() - self._keys[0]
            if self._keys is None or age >= KEEP_SECONDS or (anew and age >= KEYS_SECONDS):
                self._keys = (time.monotonic(), self._fetched(endpoint))
            return self._keys[1]

    def _fetched(self, address: str) -> dict[str, Any]:
        import requests

        try:
            answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
            answer.raise_for_status()
            told = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise self._silent(address, error) from error
        if not isinstance(told, dict):
            raise self._silent(address, ValueError("no JSON object"))
        return told

    def _silent(self, address: str, error: Exception) -> SourceError:
        told = str(error) or type(error).__name__
        return SourceError(f"identity provider {address}: it did not answer as it should ({told[:200]}); try again")


def state_of(secret: str, to: str) -> str:
    return f"{_made_of('state', secret)}~{to}"


def place_in(state: str) -> str:
    """Where the person wanted to go; whoever uses it checks it."""
    return state.partition("~")[2]


def _made_of(purpose: str, secret: str) -> str:
    """64 characters that tell nothing of the secret."""
    return hashlib.sha256(f"oidc {purpose}:{secret}".encode()).hexdigest()
