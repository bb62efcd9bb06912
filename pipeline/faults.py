"""Named points at which a test kills the process, to prove that nothing is lost or doubled wherever it dies.

A point does nothing unless the environment variable ``PO_INTAKE_KILL_AT`` names it. ``after-archive`` dies at the first
passage of that point in this process, ``after-archive:3`` at the third. The death is SIGKILL: nothing is flushed,
no handler runs, as with a power cut of the process.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

VARIABLE = "PO_INTAKE_KILL_AT"
_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Marks a place between two lasting effects (a commit, an fsync, a rename, a flag on the mail server)."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    _passed[name] += 1
    if wanted in (name, f"{name}:{_passed[name]}"):
        os.kill(os.getpid(), signal.SIGKILL)
