"""Work in a process of its own, so that its peak of memory is its own."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def apart(work: Callable[[], Result]) -> Result:
    """What ``work`` gives in a fork; it may hold anything, its result must be plain."""
    results = get_context("fork").SimpleQueue()
    child = get_context("fork").Process(target=lambda: results.put(work()))
    child.start()
    found: Result = results.get()
    child.join()
    return found


def memory(which: str) -> float:
    """Of this process in MB: VmHWM the peak (not ru_maxrss: a child begins with its parent's), VmRSS now, RssAnon what
    is not mapped from files."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{which}:")[2].split()[0]) / 1024
