"""Runs the whole way in a process of its own that may be killed at a named point or at any time."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from extractors.read import read_orders
from flows import steps, wiring
from flows.processing import process_all
from flows.settings import load_settings
from pipeline import faults

FORK = multiprocessing.get_context("fork")
NOWHERE = "nowhere"  # kills at no point, but counts all


def whole_way(workspace: Path, *, isolated: bool = False) -> None:
    """Sync, poll, process, export, acknowledge. Not isolated: documents are read in this process, which is quicker."""
    settings = load_settings(workspace)
    with wiring.workspace_parts(settings) as parts:
        if not isolated:
            options = wiring.reading_options(settings.intake)
            parts = replace(parts, read=partial(read_orders, options=options))
        steps.sync_erp(parts)
        assert steps.poll(parts).failures == []
        process_all(parts)
        assert steps.export_orders(parts).failures == []
        assert steps.acknowledge(parts) == steps.MailboxTroubles()


def _child(work: Callable[[], None], kill_at: str, counts: Path | None) -> None:
    os.environ[faults.VARIABLE] = kill_at
    faults._passed.clear()
    work()
    if counts is not None:
        counts.write_text(json.dumps(dict(faults._passed)))


def run(work: Callable[[], None], kill_at: str = NOWHERE, counts: Path | None = None) -> int:
    """The exit code: 0, or -9 when it was killed at that point."""
    process = FORK.Process(target=_child, args=(work, kill_at, counts))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def run_killed_after(work: Callable[[], None], seconds: float) -> int:
    process = FORK.Process(target=_child, args=(work, NOWHERE, None))
    process.start()
    process.join(seconds)
    if process.is_alive() and process.pid is not None:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def points(work: Callable[[], None], scratch: Path) -> dict[str, int]:
    """Every named point on the way and how often it is passed."""
    assert run(work, counts=scratch) == 0
    found: dict[str, int] = json.loads(scratch.read_text())
    return found


def duration(work: Callable[[], None]) -> float:
    begin = time.monotonic()
    assert run(work) == 0
    return time.monotonic() - begin
