"""Prefect's server on a loopback port of this machine, started and ended with `po-intake serve`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from pipeline.errors import ConfigError, SourceError

START_SECONDS = 180.0
STOP_SECONDS = 15.0


class LocalServer:
    """``with LocalServer(...)``: the server answers inside the block and is gone after it.

    The settings of ``flows.prefect_settings`` must be in force. Raises ``ConfigError`` when the port is taken, and
    ``SourceError`` with the end of the server's log when it does not start.
    """

    def __init__(self, port: int, log: Path) -> None:
        self._port = port
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def __enter__(self) -> LocalServer:
        self._refuse_taken_port()
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self._port)]
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            # a session of its own: Ctrl-C on the terminal ends us first, and we end the server last
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def watch(self, on_death: Callable[[], None]) -> None:
        """Calls ``on_death`` from a thread when the server ends without having been told to."""

        def wait() -> None:
            if self._process is not None:
                self._process.wait()
            if not self._stopping.is_set():
                on_death()

        threading.Thread(target=wait, name="prefect-server", daemon=True).start()

    def died(self) -> SourceError:
        return SourceError(f"Prefect's server ended unexpectedly; the end of {self._log}:\n{self._log_end()}")

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        self._stopping.set()
        if self._process is None or self._process.poll() is not None:
            return
        group = os.getpgid(self._process.pid)
        os.killpg(group, signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(group, signal.SIGKILL)
            self._process.wait()

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self._port))
            except OSError as error:
                raise ConfigError(
                    f"port {self._port} for Prefect's server cannot be used: {error.strerror}; end the program that "
                    "holds it (another `po-intake serve`?), or set `schedule.server_port` in po-intake.toml"
                ) from None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running:
                raise SourceError(f"Prefect's server did not start; the end of {self._log}:\n{self._log_end()}")
            if self._answers():
                return
            time.sleep(0.3)
        raise SourceError(f"Prefect's server did not answer within {START_SECONDS:g} seconds; see {self._log}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/api/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _log_end(self) -> str:
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
