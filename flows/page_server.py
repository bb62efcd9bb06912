"""The server behind the review page: alone, or in a thread beside what `po-intake serve` does."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows.review import desk_of
from flows.settings import Settings
from pipeline.errors import ConfigError
from review.desk import Desk

if TYPE_CHECKING:
    import uvicorn

STOP_SECONDS = 10
KEEP_ALIVE_SECONDS = 60  # a reviewer looks at a case for half a minute; the next one must not begin with a handshake
BACKLOG = 128


def check_address(host: str, settings: Settings) -> None:
    """Raises ``ConfigError`` for an address that others reach without TLS, or a public URL that is none."""
    public = urlsplit(settings.review.public_url)
    if settings.review.public_url and (public.scheme != "https" or not public.hostname or public.path not in ("", "/")):
        raise ConfigError(
            f"review.public_url {settings.review.public_url!r}: write it as https://orders.example.com, without a path"
        )
    if not settings.review.public_url and not _loopback(host):
        raise ConfigError(
            f"--host {host}: passwords would cross the network in the clear; put a TLS proxy before the page and "
            "state its address as review.public_url, or stay with 127.0.0.1"
        )


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> socket.socket:
    """Raises ``ConfigError`` where the port cannot be used: the server itself would just end."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigError(
            f"the review page cannot listen at {host}, port {port}: {error.strerror}; end the program that holds it, "
            "or choose another port (review.port, or --port)"
        ) from None


def serve(settings: Settings, host: str, port: int, ready: Callable[[str], None]) -> None:
    """The page alone, until stopped. ``ready`` gets its address. Raises ``ConfigError``."""
    check_address(host, settings)
    with desk_of(settings) as desk:
        if not somebody(desk):
            raise ConfigError("nobody may sign in yet: po-intake user add NAME --role admin")
        with listening(host, port) as door:
            server = _server(desk)
            ready(address(settings, host, port))
            server.run(sockets=[door])


def somebody(desk: Desk) -> bool:
    """Whether anybody may sign in, here or at the identity provider."""
    return desk.sign_on is not None or any(user.disabled_at is None for user in desk.store.people.users())


def address(settings: Settings, host: str, port: int) -> str:
    return settings.review.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"


@contextmanager
def beside(settings: Settings) -> Iterator[str]:
    """The page inside of the block, in a thread of this process; gives its address, "" where it is switched off.

    Raises ``ConfigError``.
    """
    about = settings.review
    if not about.in_serve:
        yield ""
        return
    check_address(about.host, settings)
    with desk_of(settings) as desk, listening(about.host, about.port) as door:
        server = _server(desk)
        thread = threading.Thread(target=server.run, args=([door],), name="review-page", daemon=True)
        thread.start()
        try:
            yield address(settings, about.host, about.port)
        finally:
            server.should_exit = True
            thread.join(2 * STOP_SECONDS)


def _server(desk: Desk) -> uvicorn.Server:
    import uvicorn  # where it is needed: it loads slowly

    from review.app import create_app

    config = uvicorn.Config(
        create_app(desk),
        log_level="warning",
        server_header=False,
        proxy_headers=bool(desk.public_url),
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    return uvicorn.Server(config)
