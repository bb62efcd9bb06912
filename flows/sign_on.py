"""Signing in by an identity provider: its claims become a user of ours, with role and groups by the settings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.oidc import OidcProvider, OidcSettings, place_in
from flows.settings import Settings
from flows.settings import SignOn as SignOnSettings
from pipeline.errors import ConfigError, UsageError
from store import Identity, Role

STRONGEST = (Role.ADMIN, Role.APPROVER, Role.REVIEWER, Role.FINANCE)  # of several roles the first of these counts


@dataclass(frozen=True, slots=True)
class SignOn:
    """What the review page is given (``review.desk.SignOn``)."""

    provider: OidcProvider
    settings: SignOnSettings

    @property
    def label(self) -> str:
        return self.settings.label

    def address(self, redirect: str, secret: str, to: str) -> str:
        return self.provider.address(redirect, secret, to)

    def identity(self, redirect: str, secret: str, answer: Mapping[str, str]) -> tuple[Identity, str]:
        """Who it is, and where they wanted to go. Raises ``UsageError`` also for whom no role is meant."""
        claims = self.provider.claims(redirect, secret, answer)
        return identity_of(claims, self.settings), place_in(answer.get("state", ""))


def sign_on_of(settings: Settings) -> SignOn | None:
    """None where no provider is set. Raises ``ConfigError`` for settings that cannot work."""
    said = settings.sign_on
    if not said.issuer:
        return None
    wrong = sorted(set(said.roles.values()) - {str(role) for role in Role})
    if wrong or not said.roles:
        raise ConfigError(f'sign_on.roles: {", ".join(wrong) or "empty"}; write it as {{ "PO Clerks" = "reviewer" }}')
    about = OidcSettings(said.issuer, said.client_id, said.client_secret.get_secret_value(), said.scope)
    return SignOn(OidcProvider(about), said)


def identity_of(claims: Mapping[str, Any], settings: SignOnSettings) -> Identity:
    """Raises ``UsageError`` where the claims name no one, or no role of ours."""
    name = claims.get(settings.name_claim)
    if not isinstance(name, str):
        raise UsageError(f"the identity provider does not say your name (claim {settings.name_claim})")
    said = set(_texts(claims, settings.role_claim))
    roles = {settings.roles[one] for one in said if one in settings.roles}
    role = next((role for role in STRONGEST if role in roles), None)
    if role is None:
        raise UsageError("you may not use this page: the identity provider gives you none of its roles")
    subject = f"{claims['iss']}|{claims['sub']}"
    return Identity(subject, _spelt(name), role, _groups(claims, settings))


def _spelt(name: str) -> str:
    """As names are spelt here: small letters without accents."""
    plain = unicodedata.normalize("NFKD", name.strip().casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._@-]+", "-", plain).strip("-._@")[:64]


def _groups(claims: Mapping[str, Any], settings: SignOnSettings) -> tuple[str, ...] | None:
    """None, all customers, only where no claim is set that says whose."""
    if not settings.groups_claim:
        return None
    said = set(_texts(claims, settings.groups_claim))
    return tuple(sorted({settings.groups[one] for one in said if one in settings.groups}))


def _texts(claims: Mapping[str, Any], path: str) -> Iterator[str]:
    """The values of a claim, one or a list; "realm_access.roles" looks inside."""
    value: object = claims
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    values: Iterable[object] = value if isinstance(value, list) else (value,)
    return (one for one in values if isinstance(one, str))
