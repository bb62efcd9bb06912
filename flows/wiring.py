"""Names the concrete parts: the one place where protocols meet the classes behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from connectors.erp import load_erp
from connectors.erp_snapshots import SnapshotStore
from connectors.imap import ImapSettings, ImapSource
from connectors.mail_folder import FolderSource
from connectors.mime import documents_of, parse_message
from connectors.order_files import OrderFileSink
from connectors.originals import Originals
from extractors.engine import DocumentExtractor
from extractors.isolation import Isolated, Limits
from extractors.readers import read_document
from flows.settings import Mailbox, Settings
from matchers.matcher import OrderMatcher
from pipeline.errors import ConfigError
from pipeline.interfaces import Erp, MailSource, OrderHistory, Sink
from pipeline.model import Document, Message, Order, ReadingContext
from pipeline.run import Deciders, ReadDocument
from rules.judge import judge
from rules.policy import Policies, load_policies
from rules.unreadable import decision_for_error
from store import Store, open_store


def unpack(raw: bytes) -> tuple[Message, tuple[Document, ...]]:
    """A raw mail and the documents in it, the body last."""
    message = parse_message(raw)
    return message, documents_of(message)


def read_orders(document: Document, context: ReadingContext) -> tuple[Order, ...]:
    """Reads one document in this process. Raises ``DocumentError``."""
    return DocumentExtractor().extract(read_document(document), context)


def isolated_reader(pool: Isolated) -> ReadDocument:
    """The same in a killable child process of the pool."""

    def read(document: Document, context: ReadingContext) -> tuple[Order, ...]:
        orders: tuple[Order, ...] = pool.submit(read_orders, document, context).result()
        return orders

    return read


def reading_limits(settings: Settings) -> Limits:
    return Limits(
        seconds=settings.intake.seconds_per_document,
        megabytes=settings.intake.megabytes_per_document,
    )


def reading_context(erp: Erp | None, languages: tuple[str, ...]) -> ReadingContext:
    """What the ERP says about ourselves, so that the reader does not take us for the buyer."""
    companies = erp.companies() if erp is not None else ()
    return ReadingContext(
        own_names=tuple(c.name for c in companies),
        own_addresses=tuple(" ".join(p for p in (c.street, c.city_zip, c.country) if p) for c in companies),
        own_tax_ids=tuple(c.tax_id for c in companies if c.tax_id),
        own_emails=tuple(c.email for c in companies if c.email),
        languages=languages,
    )


def deciders(erp: Erp, history: OrderHistory, policies: Policies) -> Deciders:
    return Deciders(
        matcher=OrderMatcher(),
        judge=partial(judge, policies=policies),
        judge_error=decision_for_error,
        erp=erp,
        history=history,
    )
