"""The review page beside the parts of one workspace: page and command line decide through the same functions."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TypeVar
from urllib.parse import urlsplit

from connectors.files import write_aside
from extractors.isolation import Isolated
from extractors.pictures import PagePicture, page_picture
from flows import queue
from flows.figures import WorkspaceFigures
from flows.parts import Parts
from flows.settings import Settings
from flows.wiring import reading_options, reading_processes, workspace_parts
from pipeline.errors import ConfigError, DocumentError
from pipeline.model import Document, ReviewCase, Scope
from review.desk import Desk, Said

T = TypeVar("T")


@contextmanager
def desk_of(settings: Settings) -> Iterator[Desk]:
    """Everything the page needs, until the block ends. Raises ``ConfigError``."""
    with workspace_parts(settings) as parts, reading_processes(settings.intake) as pool:
        deciding = Deciding(parts, Lock())
        pictures = Pictures(parts, settings, pool)
        yield Desk(
            store=parts.store,
            approve=deciding.approve,
            correct=deciding.correct,
            reject=deciding.reject,
            picture=pictures.picture,
            figures=WorkspaceFigures(parts.store, settings, lambda key, page: pictures.of_order(key, page).png),
            public_url=settings.review.public_url.rstrip("/"),
            idle=timedelta(minutes=settings.review.idle_minutes),
            longest=timedelta(hours=settings.review.session_hours),
        )


@dataclass(frozen=True, slots=True)
class Deciding:
    """One at a time: the matcher behind it keeps what it worked out, and threads must not share that."""

    parts: Parts
    lock: Lock

    def approve(self, said: Said) -> queue.Outcome:
        scope = Scope.CUSTOMER if said.remember else Scope.NOTHING
        return self._alone(
            lambda: queue.approve(
                self.parts,
                said.case_id,
                said.reviewer,
                reason=said.reason,
                skus=said.skus,
                version=said.version,
                remember=scope,
            )
        )

    def correct(self, said: Said) -> queue.Outcome:
        return self._alone(
            lambda: queue.correct(
                self.parts, said.case_id, said.reviewer, said.order_json, reason=said.reason, version=said.version
            )
        )

    def reject(self, said: Said) -> queue.Outcome:
        return queue.reject(self.parts.store, said.case_id, said.reviewer, said.reason, said.version)

    def _alone(self, decide: Callable[[], T]) -> T:
        with self.lock:
            return decide()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pages drawn by a killable child, and kept under ``data/pictures``: what is archived never changes."""

    parts: Parts
    settings: Settings
    pool: Isolated

    def picture(self, case: ReviewCase, number: int) -> PagePicture:
        """As ``of_order``."""
        return self.of_order(case.order_key, number)

    def of_order(self, order_key: str, number: int) -> PagePicture:
        """Page ``number`` from 1. Raises ``DocumentError`` and ``SourceError``."""
        if not 1 <= number <= self.settings.intake.max_pages:
            raise DocumentError(f"there is no page {number}")
        source = self.parts.store.source(order_key)
        folder = self.settings.data / "pictures" / source.document_sha256[:2]
        stem = f"{source.document_sha256[2:]}-{number}"
        for path in folder.glob(f"{stem}-*.png"):
            width, height = path.stem.removeprefix(f"{stem}-").split("x")
            return PagePicture(path.read_bytes(), float(width), float(height))
        document = self._document(source.message_sha256, source.document_sha256)
        options = reading_options(self.settings.intake)
        drawn = self.pool.submit(page_picture, document, number, options=options).result()
        write_aside(folder / f"{stem}-{drawn.width:.2f}x{drawn.height:.2f}.png", drawn.png)
        return drawn

    def _document(self, message_sha256: str, document_sha256: str) -> Document:
        _, documents = self.parts.unpack(self.parts.originals.get(message_sha256))
        for document in documents:
            if document.sha256 == document_sha256 and not document.problem:
                return document
        raise DocumentError("the document could not be opened; the original mail is in the archive")


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


def serve(settings: Settings, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Until stopped. ``ready`` gets the page's address. Raises ``ConfigError``."""
    import uvicorn

    from review.app import create_app

    check_address(host, settings)
    with desk_of(settings) as desk:
        if not any(user.disabled_at is None for user in desk.store.people.users()):
            raise ConfigError("nobody may sign in yet: po-intake user add NAME --role admin")
        ready(settings.review.public_url or f"http://{host}:{port}")
        proxied = bool(settings.review.public_url)
        uvicorn.run(
            create_app(desk), host=host, port=port, log_level="warning", server_header=False, proxy_headers=proxied
        )
