"""Who works on what: names of workers that tell a dead one from a living one, and leases kept while work goes on."""

from __future__ import annotations

import logging
import os
import platform
import threading
from pathlib import Path
from types import TracebackType

from pipeline.errors import SourceError
from store import LEASE_SECONDS, ClaimedMessage, Store

log = logging.getLogger(__name__)


def machine() -> str:
    """This machine since its last start, as far as process ids mean the same: host, boot, process namespace."""
    boot = _text("/proc/sys/kernel/random/boot_id")[:8]
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return f"{platform.node()}/{boot}/{''.join(c for c in namespace if c.isdigit())}/"


def worker_name() -> str:
    """Unique among all workers that ever ran."""
    return f"{machine()}{os.getpid()}-{_started(os.getpid())}"


def living(owners: frozenset[str]) -> frozenset[str]:
    """Those of ``owners`` whose process on this machine still runs."""
    prefix = machine()
    return frozenset(o for o in owners if o.startswith(prefix) and _lives(o.removeprefix(prefix)))


def free_orphans(store: Store) -> int:
    """Messages whose worker died on this machine need not wait for the end of their lease."""
    return store.release_owners(machine(), living(store.lease_owners()))


def _lives(process: str) -> bool:
    pid, _, started = process.partition("-")
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """Start time in clock ticks, so that a pid used again is not mistaken; "" where /proc does not tell."""
    stat = _text(f"/proc/{pid}/stat")
    return stat.rpartition(")")[2].split()[19] if stat else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class LeaseKeeper:
    """Renews the leases of the messages in hand from a thread, as long as this process lives."""

    def __init__(self, store: Store, lease_seconds: float = LEASE_SECONDS) -> None:
        self._store = store
        self._seconds = lease_seconds
        self._claims: dict[int, ClaimedMessage] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def keep(self, claim: ClaimedMessage) -> None:
        with self._lock:
            self._claims[claim.message_id] = claim

    def drop(self, claim: ClaimedMessage) -> None:
        with self._lock:
            self._claims.pop(claim.message_id, None)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds / 3):
            with self._lock:
                claims = list(self._claims.values())
            for claim in claims:
                self._renew(claim)

    def _renew(self, claim: ClaimedMessage) -> None:
        try:
            held = self._store.renew(claim, self._seconds)
        except SourceError as error:  # the next round may be in time yet; recording checks the fence anyhow
            log.warning("message %s: lease not renewed: %s", claim.sha256[:12], error)
            return
        if not held:
            self.drop(claim)

    def __enter__(self) -> LeaseKeeper:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
