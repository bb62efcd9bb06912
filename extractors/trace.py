"""Lets somebody watch the reading: the steps hand their intermediates to whoever looks, `extract --debug` above all.

Nothing that is read depends on it. Nobody watching costs one look at a variable a step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seen: ContextVar[list[object] | None] = ContextVar("seen", default=None)


def note(intermediate: object) -> None:
    """Shows a frozen record of a step to the watcher, if there is one."""
    seen = _seen.get()
    if seen is not None:
        seen.append(intermediate)


@contextmanager
def watched() -> Iterator[list[object]]:
    """The intermediates of everything read within the block, in the order of the steps."""
    seen: list[object] = []
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)
