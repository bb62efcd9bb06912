"""A PostgreSQL server of one's own in a temporary folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    return Path(program).parent if program else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def private_server(found: Path, *settings: str) -> Iterator[str]:
    """The URL of a server on a loopback port, as user postgres when this runs as root (it refuses root)."""
    # not below pytest's own folder, which only its user may enter
    folder = Path(tempfile.mkdtemp(prefix="po-intake-pg-"))
    prefix: list[str] = []
    if os.geteuid() == 0:
        prefix = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    port = _free_port()
    data = folder / "data"
    subprocess.run(
        [*prefix, found / "initdb", "-D", data, "-U", "intake", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    # it is never killed itself, so it need not wait for the disk
    told = ("fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1", *settings)
    options = " ".join([f"-p {port} -k {folder}", *(f"-c {one}" for one in told)])
    log = ["-l", folder / "log"]
    subprocess.run([*prefix, found / "pg_ctl", "-D", data, "-o", options, *log, "-w", "start"], check=True, cwd=folder)
    try:
        yield f"postgresql://intake@127.0.0.1:{port}"
    finally:
        subprocess.run([*prefix, found / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, cwd=folder)
        shutil.rmtree(folder)
