"""Strangers' files are parsed in killable child processes, so that a hostile one costs one document and nothing else.

The children stay warm between documents. Each has limits of time, processor, memory and file size, an environment
without the parent's secrets, no network, no files but those that reading needs (``sandbox``), and a temporary folder
that goes when the pool closes (at the next start, if the program was killed).
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import popen_spawn_posix
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from extractors.sandbox import confine
from pipeline.errors import DocumentError, IntakeError, SourceError
from pipeline.model import Document
from pipeline.scratch import scratch_folder

P = ParamSpec("P")
T = TypeVar("T")

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TESSDATA_PREFIX", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH")
# thresholds of collections: a long document is a million small records and no rings, and they took a tenth of its time
GARBAGE = (20_000, 50, 100)
_ADVICE = "look at it by hand, or raise the limit if you trust the sender"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost. ``memory`` is address space in bytes of a child (and of each tool it starts)."""

    seconds: float = 120.0
    cpu_seconds: int = 110
    memory: int = 2_000_000_000
    file_size: int = 500_000_000
    documents_per_child: int = 200  # then a fresh child takes over, so that leaks do not add up


class Pending(Generic[T]):
    """A result to come."""

    def __init__(self, future: Future[T], file_name: str, limits: Limits) -> None:
        self._future = future
        self._file_name = file_name
        self._limits = limits

    def done(self) -> bool:
        return self._future.done()

    def cancel(self) -> None:
        """Kills the child that works on it."""
        self._future.cancel()

    def result(self) -> T:
        """Waits. Raises ``DocumentError`` naming file and limit when the child was stopped or died."""
        name, limits = self._file_name, self._limits
        try:
            return self._future.result()
        except IntakeError:
            raise
        except TimeoutError as error:
            raise DocumentError(
                f"{name}: took longer than {limits.seconds:g} seconds and was stopped; {_ADVICE}"
            ) from error
        except MemoryError as error:
            raise DocumentError(f"{name}: {_memory(limits)}; {_ADVICE}") from error
        except ProcessExpired as error:
            raise DocumentError(f"{name}: {_death(error, limits)}; {_ADVICE}") from error
        except BrokenProcessPool as error:  # the children do not even start: no document's fault
            raise SourceError(
                "documents cannot be read now: the reading processes do not start; see the log"
            ) from error
        except CancelledError as error:
            raise DocumentError(f"{name}: reading was cancelled") from error


def _memory(limits: Limits) -> str:
    return f"needed more than {limits.memory / 1e6:,.0f} MB of memory and was stopped"


def _death(error: ProcessExpired, limits: Limits) -> str:
    code = error.exitcode
    if code == -signal.SIGXCPU:
        return f"used more than {limits.cpu_seconds} seconds of processor time and was stopped"
    if code in (-signal.SIGABRT, -signal.SIGKILL):  # pdfium aborts, the kernel kills, when memory is refused
        return _memory(limits)
    if code is not None and code < 0:
        return f"made the reader crash ({signal.Signals(-code).name})"
    return f"made the reader end with code {code}"


class _Child(SpawnProcess):
    """Starts without the parent's main program, which a spawned child would import: in a flow run, all of Prefect."""

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> popen_spawn_posix.Popen:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return SpawnProcess._Popen(process_obj)
        finally:
            sys.modules["__main__"] = main


class _Spawn(SpawnContext):
    Process = _Child


class Isolated:
    """A warm pool. Functions passed to ``submit`` must be importable, arguments and results records."""

    def __init__(self, workers: int, limits: Limits = Limits(), writable: tuple[str, ...] = ()) -> None:
        """``writable``: folders that the children may write to beside their own, which goes with them."""
        self._limits = limits
        self._opened = ExitStack()
        folder = self._opened.enter_context(scratch_folder(Path(tempfile.gettempdir()), "po-intake-reading-"))
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=limits.documents_per_child,
            initializer=_prepare,
            initargs=(limits, str(folder), writable),
            # never fork: the parent has threads, and its memory holds what a child must not see
            context=_Spawn(),
        )

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Pending[T]:
        future = self._pool.schedule(
            _run, args=(self._limits.cpu_seconds, function, args, kwargs), timeout=self._limits.seconds
        )
        return Pending(future, _name_in(args), self._limits)

    def close(self) -> None:
        """Stops the children, working or not."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        self._opened.close()

    def __enter__(self) -> Isolated:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _name_in(args: tuple[object, ...]) -> str:
    return next((arg.file_name for arg in args if isinstance(arg, Document)), "document")


def _prepare(limits: Limits, folder: str, writable: tuple[str, ...]) -> None:
    """Runs once in each child, before anything of a stranger is seen."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    os.environ.clear()
    # one thread each: a child is one of many, and numpy would start others for a product of two matrices
    os.environ.update(kept, OMP_THREAD_LIMIT="1", OPENBLAS_NUM_THREADS="1", TMPDIR=folder, HOME=folder)
    tempfile.tempdir = None  # else the folder of before stays in use
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    _limit(resource.RLIMIT_AS, limits.memory)
    _limit(resource.RLIMIT_FSIZE, limits.file_size)
    _limit(resource.RLIMIT_CORE, 0)
    confine((folder, *writable))
    gc.set_threshold(*GARBAGE)


def _limit(which: int, soft: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _run(cpu_seconds: int, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + cpu_seconds + 1)
    return function(*args, **kwargs)
