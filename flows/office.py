"""What administrators look at on the review page: mailboxes, the exports in force, the policies in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flows.settings import Mailbox, Settings
from flows.wiring import load_policies, snapshots_of
from pipeline.errors import ConfigError
from review.office import ErpAbout, MailboxAbout, PolicyAbout


@dataclass(frozen=True, slots=True)
class WorkspaceOffice:
    """Reads anew at every look."""

    settings: Settings

    def mailboxes(self) -> tuple[MailboxAbout, ...]:
        return tuple(MailboxAbout(box.account, _where(box)) for box in self.settings.mailboxes)

    def erp(self) -> ErpAbout:
        """Raises ``ConfigError`` before the first exports were taken over."""
        snapshots = snapshots_of(self.settings)
        erp, version = snapshots.current(), snapshots.version() or ""
        try:
            taken = (self.settings.data / "erp" / version).stat().st_mtime
        except OSError as error:
            raise ConfigError(f"{self.settings.data / 'erp' / version}: {error.strerror}") from None
        since = datetime.fromtimestamp(taken, UTC)
        return ErpAbout(version, since, len(erp.items()), len(erp.customers()), tuple(sorted(erp.absent)))

    def policies(self) -> tuple[PolicyAbout, ...]:
        """Everybody's first. Raises ``ConfigError``."""
        layers = load_policies(self.settings.policies).layers
        return tuple(
            PolicyAbout(
                " ".join(scope).strip() or "everybody",
                tuple((key, value, layer.origins.get(key, "")) for key, value in _flat(layer.values)),
            )
            for scope, layer in sorted(layers.items())
        )


def _where(box: Mailbox) -> str:
    return str(box.path) if box.kind == "folder" else f"{box.user}, {box.host}: {', '.join(box.folders)}"


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
