"""The scheduled path for real: Prefect's server and runner, an orderly end, and Prefect's memory wiped."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from crashing import run, whole_way
from intake_workspace import HARBOUR, NUTS, content, exported, few, mail, make_workspace, order_text

from flows import prefect_settings
from flows.locks import only_one
from flows.server import LocalServer
from flows.settings import load_settings
from pipeline.errors import ConfigError, DocumentError, SourceError
from store import Counts, open_store

pytestmark = pytest.mark.xdist_group("serve")  # two servers of Prefect at a time would starve each other
PATIENCE = 300.0  # seconds; a machine under load takes long to import and start everything
INTERVAL = "20"  # a process each run: two cores can do with that; the ERP exports are synced once, at the beginning
HOLDER = """
import sys, time
from pathlib import Path
from flows.locks import only_one
with only_one(Path(sys.argv[1])) as alone:
    print(alone, flush=True)
    time.sleep(60)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving:
    """`po-intake serve` in a process of its own."""

    def __init__(self, workspace: Path, log: Path) -> None:
        seconds = {"POLL_SECONDS": INTERVAL, "EXPORT_SECONDS": INTERVAL, "SYNC_ERP_SECONDS": "3600"}
        fast = {f"PO_INTAKE_SCHEDULE__{name}": value for name, value in seconds.items()}
        self.port, self.page = free_port(), free_port()
        own = {"PO_INTAKE_SCHEDULE__SERVER_PORT": str(self.port), "OMP_THREAD_LIMIT": "1"}
        own["PO_INTAKE_REVIEW__PORT"] = str(self.page)
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
        command = "import sys; from cli.main import main; sys.exit(main())"
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", command, "serve", "--workspace", str(workspace)],
                stdout=out, stderr=out, env={**clean, **fast, **own}, start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def wait_until(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert self.process.poll() is None, f"serve ended: {self.log.read_text()[-3000:]}"
            assert time.monotonic() < deadline, f"{what}: {self.log.read_text()[-3000:]}"
            time.sleep(0.5)

    def end(self) -> int:
        """The exit code after SIGTERM to the one process that was started."""
        self.process.terminate()
        return self.process.wait(90)


def counts(workspace: Path) -> Counts:
    with open_store(load_settings(workspace).database) as store:
        return store.counts()


def worked_off(workspace: Path, messages: int, orders: int) -> bool:
    now = counts(workspace)
    return now.messages["done"] == messages and now.outbox["done"] == orders and now.unacknowledged == 0


@pytest.mark.slow
@pytest.mark.real
def test_serve_works_on_a_schedule_and_ends_in_order(tmp_path: Path) -> None:
    undisturbed = make_workspace(tmp_path / "undisturbed", few())
    assert run(partial(whole_way, undisturbed)) == 0
    workspace = make_workspace(tmp_path / "w", few())
    with Serving(workspace, tmp_path / "serve.log") as serving:
        serving.wait_until(lambda: worked_off(workspace, 3, 1), "first mails")
        with urllib.request.urlopen(f"http://127.0.0.1:{serving.page}/health", timeout=30) as answer:
            assert answer.status == 200, "the review page is there too"
        written = workspace / "reports"
        serving.wait_until(lambda: any(written.glob("*/report.html")), "the report of the week that is over")
        assert serving.end() == 0
        assert_gone(serving)
    assert (content(workspace), exported(workspace)) == (content(undisturbed), exported(undisturbed))


@pytest.mark.torture
@pytest.mark.real
def test_serve_needs_no_memory_of_prefect(tmp_path: Path) -> None:
    undisturbed = make_workspace(tmp_path / "undisturbed")
    assert run(partial(whole_way, undisturbed)) == 0
    workspace, log = make_workspace(tmp_path / "w"), tmp_path / "serve.log"
    with Serving(workspace, log) as serving:
        serving.wait_until(lambda: worked_off(workspace, 8, 3), "first mails")
        assert serving.end() == 0
        assert_gone(serving)
    assert (content(workspace), exported(workspace)) == (content(undisturbed), exported(undisturbed))

    shutil.rmtree(workspace / "data" / "prefect")
    new = mail(HARBOUR, "One more", order_text(HARBOUR, "PO-7010", [NUTS]))
    for folder in (workspace, undisturbed):
        (folder / "mails" / "10-more.eml").write_bytes(new)
        os.utime(folder / "mails" / "10-more.eml", (1, 1))
    with Serving(workspace, log) as serving:
        serving.wait_until(lambda: worked_off(workspace, 9, 4), "a new mail")
        assert serving.end() == 0
    assert run(partial(whole_way, undisturbed)) == 0
    assert (content(workspace), exported(workspace)) == (content(undisturbed), exported(undisturbed))


def assert_gone(serving: Serving) -> None:
    """Neither Prefect's server nor a run is left behind."""
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", serving.port)) != 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", serving.page)) != 0
    with pytest.raises(ProcessLookupError):
        os.killpg(serving.process.pid, 0)


def test_prefect_tells_nobody_and_keeps_to_this_machine(tmp_path: Path) -> None:
    found = prefect_settings.environment(tmp_path, 4711)
    assert found["DO_NOT_TRACK"] == "1" and found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert found["PREFECT_API_URL"] == "http://127.0.0.1:4711/api" and found["PREFECT_HOME"] == str(tmp_path)


@pytest.fixture
def prefect_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, int]:
    port = free_port()
    for key, value in prefect_settings.environment(tmp_path / "prefect", port).items():
        monkeypatch.setenv(key, value)
    return tmp_path, port


def test_a_taken_port_is_a_matter_of_configuration(prefect_home: tuple[Path, int]) -> None:
    folder, port = prefect_home
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(ConfigError, match=r"schedule\.server_port"), LocalServer(port, folder / "log"):
            pass


@pytest.mark.slow
@pytest.mark.real
def test_a_server_that_does_not_start_says_why(prefect_home: tuple[Path, int], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, port = prefect_home
    monkeypatch.setenv("PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS", "a lot")
    with pytest.raises(SourceError, match=r"(?s)did not start.*max_runs"), LocalServer(port, folder / "log"):
        pass


@pytest.mark.real
@pytest.mark.parametrize(
    ("error", "again"),
    [(SourceError("away"), True), (DocumentError("torn"), False), (ConfigError("no"), False), (KeyError("x"), False)],
)
def test_only_the_outside_world_is_tried_again(error: Exception, again: bool) -> None:
    from prefect.states import exception_to_failed_state

    from flows.deployments import is_source_error

    state: Any = asyncio.run(exception_to_failed_state(error))
    nothing: Any = None
    assert is_source_error(nothing, nothing, state) is again


def test_one_process_holds_the_lock_and_the_dead_hold_none(tmp_path: Path) -> None:
    path = tmp_path / "data" / "process.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "True\n"
        with only_one(path) as alone:
            assert not alone
    finally:
        holder.kill()
        holder.wait()
    with only_one(path) as alone:
        assert alone


@pytest.mark.slow
@pytest.mark.real
def test_the_death_of_the_server_is_noticed(prefect_home: tuple[Path, int]) -> None:
    folder, port = prefect_home
    noticed = threading.Event()
    with LocalServer(port, folder / "log") as server:
        assert server.is_running and not noticed.is_set()
        server.watch(noticed.set)
        assert server._process is not None
        server._process.kill()
        assert noticed.wait(10)
        assert not server.is_running and "ended unexpectedly" in str(server.died())
