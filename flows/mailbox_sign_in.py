"""A person's consent that po-intake reads a mailbox at Google or Microsoft, given once in a browser."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from connectors.oauth2 import first_consent, write_secret
from flows.settings import load_settings, secret_file
from flows.wiring import oauth2_of
from pipeline.errors import ConfigError, UsageError


class _Back(BaseHTTPRequestHandler):
    """Where the provider sends the browser back to."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, _Listener)
        known = "code=" in self.path or "error=" in self.path
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"Done: you may close this window.\n" if known else b"Nothing is here.\n")
        if known:
            server.came = self.path

    def log_message(self, *_args: object) -> None:
        """The path holds the code, which belongs into no log."""


class _Listener(HTTPServer):
    came = ""


def sign_in(workspace: Path, account: str, port: int, show: Callable[[str], None]) -> Path:
    """Waits for the consent and writes the refresh token into the secrets folder; returns the file.

    ``show`` gets the address to open; ``port`` 0 takes any free one. Raises ``UsageError`` (no such mailbox),
    ``ConfigError`` (settings missing, consent refused), ``SourceError`` (the provider does not answer).
    """
    box = next((box for box in load_settings(workspace).mailboxes if box.account == account), None)
    if box is None:
        raise UsageError(f"there is no mailbox {account!r} in the settings")
    oauth2 = oauth2_of(box)
    if oauth2 is None or not oauth2.authorize_url or not oauth2.client_id:
        raise ConfigError(f"mailbox {account}: set token_url, authorize_url, client_id and scope first")
    with _Listener(("127.0.0.1", port), _Back) as listener:

        def wait(address: str) -> str:
            show(address)
            while not listener.came:
                listener.handle_request()
            return redirect + listener.came

        # Microsoft lets a program on a machine listen on any port of "localhost", and of no other name
        redirect = f"http://localhost:{listener.server_port}"
        token = first_consent(oauth2, f"mailbox {account}", redirect, wait)
    file = secret_file(workspace, "refresh_token", account)
    write_secret(file, token + "\n")
    return file
