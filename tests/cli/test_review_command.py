"""`po-intake review`: the real server, and when it does not start."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.main import run


@pytest.fixture
def workspace(tmp_path: Path) -> str:
    assert run(["init", str(tmp_path / "w")]) == 0
    return str(tmp_path / "w")


def test_it_does_not_start_where_it_would_be_unsafe_or_useless(
    workspace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["review", "--host", "0.0.0.0", "-w", workspace]) == 3
    assert "cross the network in the clear" in capsys.readouterr().err
    assert run(["review", "-w", workspace]) == 3
    assert "po-intake user add" in capsys.readouterr().err


@pytest.mark.real
def test_the_server_answers_and_stops(workspace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PO_INTAKE_NEW_PASSWORD", "correct horse battery staple")
    assert run(["user", "add", "ann", "--role", "reviewer", "-w", workspace]) == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cli.main", "review", "--port", str(port), "-w", workspace]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONUNBUFFERED": "1"}) as server:
        try:
            answer = _get(port, "/queue")
            assert answer.status == 303 and answer.headers["location"].startswith("/sign-in")
            assert answer.headers["server"] is None
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert _get(port, "/nowhere").status == 404
        finally:
            server.send_signal(signal.SIGTERM)
        server.wait(30)


def _get(port: int, path: str) -> http.client.HTTPResponse:
    """Waits until somebody listens."""
    end = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path)
            return connection.getresponse()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "the server does not listen"
            time.sleep(0.1)
