"""What a reading process tries in vain when a document has taken it over (hazard M7), against the real kernel."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractors.isolation import Isolated, Limits
from extractors.sandbox import available

pytestmark = pytest.mark.skipif(
    not (available().files and available().network), reason="this kernel has no Landlock or no seccomp filter for us"
)
SECRET = "canary-4711"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def pool(cache: Path) -> Iterator[Isolated]:
    with Isolated(1, Limits(seconds=20), writable=(str(cache),)) as isolated:
        yield isolated


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return "done"


def read(path: str) -> str:
    return outcome(lambda: Path(path).read_bytes())


def listing(path: str) -> str:
    return outcome(lambda: list(Path(path).iterdir()))


def write(path: str) -> str:
    return outcome(lambda: Path(path).write_text("x"))


def remove(path: str) -> str:
    return outcome(Path(path).unlink)


def link(path: str, name: str) -> str:
    return outcome(lambda: os.link(path, name))


def connect(port: int) -> str:
    return outcome(lambda: socket.create_connection(("127.0.0.1", port), timeout=2))


def open_socket(family: int, kind: int) -> str:
    return outcome(lambda: socket.socket(family, kind))


def signal_parent() -> str:
    return outcome(lambda: os.kill(os.getppid(), signal.SIGCONT))


def parent() -> int:
    return os.getppid()


def below_a_tool(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def temporary() -> str:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        return write(file.name)


def test_files_that_reading_does_not_need_stay_shut(pool: Isolated, tmp_path: Path) -> None:
    secret = tmp_path / "password_orders"
    secret.write_text(SECRET)
    assert read(str(secret)) == "done"
    for path in (str(secret), "/etc/passwd", "/etc/hostname", f"/proc/{os.getpid()}/environ"):
        assert pool.submit(read, path).result() == "PermissionError", path
    assert pool.submit(listing, str(tmp_path)).result() == "PermissionError"


def test_nothing_is_written_but_in_its_own_folders(pool: Isolated, cache: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("kept")
    for path in (str(kept), str(tmp_path / "new"), str(Path(__file__).with_name("planted.py"))):
        assert pool.submit(write, path).result() == "PermissionError", path
    assert pool.submit(remove, str(kept)).result() == "PermissionError"
    assert kept.read_text() == "kept"
    assert pool.submit(link, str(kept), str(cache / "linked")).result() in ("PermissionError", "OSError")
    assert pool.submit(write, str(cache / "page.json")).result() == "done"
    assert pool.submit(temporary).result() == "done"
    assert pool.submit(write, os.devnull).result() == "done"


def test_there_is_no_network_at_all(pool: Isolated) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=server.accept, daemon=True).start()
        assert connect(port) == "done"
        assert pool.submit(connect, port).result() == "PermissionError"
    for family, kind in (
        (socket.AF_INET, socket.SOCK_STREAM),
        (socket.AF_INET6, socket.SOCK_DGRAM),
        (socket.AF_UNIX, socket.SOCK_STREAM),
        (socket.AF_NETLINK, socket.SOCK_RAW),
    ):
        assert pool.submit(open_socket, int(family), int(kind)).result() == "PermissionError", family


def test_the_tools_a_child_starts_are_shut_in_too(pool: Isolated, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    code, told = pool.submit(below_a_tool, ["cat", str(tmp_path / "secret")]).result()
    assert code != 0 and SECRET not in told
    opening = "import socket; socket.socket()"
    code, told = pool.submit(below_a_tool, [sys.executable, "-c", opening]).result()
    assert code != 0 and "PermissionError" in told
    code, told = pool.submit(below_a_tool, [sys.executable, "-c", "print(6 * 7)"]).result()
    assert (code, told) == (0, "42\n")


def test_the_parent_is_out_of_reach(pool: Isolated) -> None:
    assert pool.submit(parent).result() == os.getpid()
    assert pool.submit(read, f"/proc/{os.getpid()}/mem").result() == "PermissionError"
    if available().signals:
        assert pool.submit(signal_parent).result() == "PermissionError"
