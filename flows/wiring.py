"""Names the concrete parts: the one place where protocols meet the classes behind them."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial
from pathlib import Path

from connectors.erp import load_erp, load_open_orders
from connectors.erp_snapshots import SnapshotStore
from connectors.imap import ImapSettings, ImapSource
from connectors.mail_folder import FolderSource
from connectors.mime import document_of, documents_of, parse_message
from connectors.oauth2 import OAuth2Settings
from connectors.order_files import OrderFileSink
from connectors.originals import Originals
from extractors.isolation import Isolated, Limits
from extractors.read import read_orders
from extractors.readers import ReadingOptions
from flows.parts import Mailbox, Parts, SyncReport
from flows.settings import Intake, Settings
from flows.settings import Mailbox as MailboxSettings
from matchers.index.store import open_index
from matchers.matcher import OrderMatcher
from pipeline.errors import ConfigError
from pipeline.interfaces import AliasMemory, Erp, LayoutMemory, MailSource, OrderHistory
from pipeline.model import Document, JudgedValue, MailKey, Message, Order, ReadingContext
from pipeline.run import Deciders, ReadDocument
from reports.budget import proofs, thresholds
from rules.judge import judge
from rules.policy import Policies, load_policies
from rules.unreadable import decision_for_error
from store import Store, open_store

__all__ = [
    "Deciders",
    "Parts",
    "decision_for_error",
    "document_of",
    "load_erp",
    "load_open_orders",
    "load_policies",
    "open_store",
]

# ISO 639-1 to the names of Tesseract's language data
TESSERACT_LANGUAGES = {
    "en": "eng", "de": "deu", "fr": "fra", "es": "spa", "pt": "por", "it": "ita", "nl": "nld", "pl": "pol",
}  # fmt: skip


# --- reading


def unpack(raw: bytes) -> tuple[Message, tuple[Document, ...]]:
    """A raw mail and the documents in it, the body last."""
    message = parse_message(raw)
    return message, documents_of(message)


@contextmanager
def isolated_reader(intake: Intake, workers: int) -> Iterator[ReadDocument]:
    """Reads documents in killable child processes, ``workers`` at a time; the children end with the block."""
    with reading_processes(intake, workers) as pool:
        options = reading_options(intake)

        def read(document: Document, context: ReadingContext) -> tuple[Order, ...]:
            return pool.submit(read_orders, document, context, options).result()

        yield read


def reading_processes(intake: Intake, workers: int = 1) -> Isolated:
    """What of the settings holds for every child that looks at a stranger's document."""
    seconds = intake.seconds_per_document
    limits = Limits(seconds=seconds, cpu_seconds=int(seconds) + 1, memory=intake.megabytes_per_document * 1_000_000)
    cache = reading_options(intake).cache_dir
    return Isolated(workers, limits, writable=(cache,) if cache else ())


def reading_options(intake: Intake) -> ReadingOptions:
    cache = intake.ocr_cache
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
    return ReadingOptions(
        max_pages=intake.max_pages,
        ocr_seconds=0.6 * intake.seconds_per_document,  # what was read by then is still put together
        languages=tuple(TESSERACT_LANGUAGES[code] for code in intake.languages if code in TESSERACT_LANGUAGES),
        cache_dir=None if cache is None else str(cache),
    )


def reading_context(erp: Erp | None, intake: Intake) -> ReadingContext:
    """What the ERP says about ourselves, so that the reader does not take us for the buyer."""
    companies = erp.companies() if erp is not None else ()
    return ReadingContext(
        own_names=tuple(c.name for c in companies),
        own_addresses=tuple(" ".join(p for p in (c.street, c.city_zip, c.country) if p) for c in companies),
        own_tax_ids=tuple(c.tax_id for c in companies if c.tax_id),
        own_emails=tuple(c.email for c in companies if c.email),
        languages=intake.languages,
    )


def with_memory(context: ReadingContext, memory: LayoutMemory) -> ReadingContext:
    """With what reviewers taught us about layouts by now."""
    return replace(context, layout_corrections=memory.layout_corrections())


# --- deciding


def deciders(erp: Erp, history: OrderHistory, policies: Policies, matcher: OrderMatcher | None = None) -> Deciders:
    return Deciders(
        matcher=matcher or OrderMatcher(),
        judge=partial(judge, policies=policies),
        judge_error=decision_for_error,
        two_people=lambda matched: frozenset(policies.for_order(matched).release.two_people),
        erp=erp,
        history=history,
    )


# --- a workspace


def policies_of(settings: Settings, store: Store, folder: Path | None = None) -> Policies:
    """The workspace's policies (or those of ``folder``), with what people's judgements prove of the error budget."""
    policies = load_policies(folder or settings.policies, own_mail_server=settings.intake.own_mail_server)

    @cache
    def values() -> tuple[JudgedValue, ...]:
        return store.judged_values()

    @cache
    def proven(budget: Decimal) -> Mapping[tuple[str, str], float | None]:
        return thresholds(proofs(values(), budget))

    return replace(policies, proven=proven)


def mail_source(box: MailboxSettings) -> MailSource:
    """Raises ``ConfigError`` for a mailbox that cannot work as configured."""
    if box.kind == "folder":
        return FolderSource(box.path, account=box.account, size_limit=box.max_megabytes * 1_000_000)
    if not box.host or not box.user:
        raise ConfigError(f'mailbox {box.account}: kind "imap" needs host and user')
    if box.security == "plain" and not is_loopback(box.host):
        raise ConfigError(
            f'mailbox {box.account}: security "plain" is for a loopback host only; use "tls" or "starttls"'
        )
    return ImapSource(
        ImapSettings(
            account=box.account,
            host=box.host,
            port=box.port,
            security=box.security,
            ca_file=box.ca_file,
            user=box.user,
            password=box.password.get_secret_value(),
            oauth2=oauth2_of(box),
            folders=box.folders,
            after=box.after,
            move_to=box.move_to,
            max_bytes=box.max_megabytes * 1_000_000,
        )
    )


def oauth2_of(box: MailboxSettings) -> OAuth2Settings | None:
    if not box.token_url or box.token_file is None:
        return None
    return OAuth2Settings(
        token_url=box.token_url,
        authorize_url=box.authorize_url,
        client_id=box.client_id,
        client_secret=box.client_secret.get_secret_value(),
        refresh_token=box.refresh_token.get_secret_value(),
        scope=box.scope,
        kept=box.token_file,
    )


@dataclass(frozen=True, slots=True)
class Unusable:
    """Stands for a mailbox that cannot work as configured: it says so wherever it is used, and the others work."""

    error: ConfigError

    def list(self) -> Iterator[tuple[MailKey, int]]:
        raise self.error

    def fetch(self, key: MailKey) -> bytes | None:  # noqa: ARG002 - the protocol's
        raise self.error

    def acknowledge(self, key: MailKey) -> None:  # noqa: ARG002 - the protocol's
        raise self.error

    def close(self) -> None:
        """Nothing was opened."""


@contextmanager
def _mailbox(box: MailboxSettings) -> Iterator[Mailbox]:
    source: MailSource
    try:
        source = mail_source(box)
    except ConfigError as error:
        source = Unusable(error)
    with closing(source):
        yield Mailbox(box.account, source, box.max_megabytes * 1_000_000)


def is_loopback(host: str) -> bool:
    """Whether a host name leads to this machine."""
    try:
        return ipaddress.ip_address(socket.gethostbyname(host)).is_loopback
    except OSError:
        return False


def snapshots_of(settings: Settings) -> SnapshotStore:
    prepare = partial(open_index, folder=_index_folder(settings))
    return SnapshotStore(settings.data / "erp", settings.erp.columns, prepare)


def _index_folder(settings: Settings) -> Path:
    return settings.data / "index"


def matcher_of(settings: Settings, memory: AliasMemory) -> OrderMatcher:
    return OrderMatcher(_index_folder(settings), memory, settings.learning.confirmations)


def erp_in_force(settings: Settings) -> Erp:
    """The exports that were last found good. Raises ``ConfigError`` when there are none yet."""
    return snapshots_of(settings).current()


def sync_exports(snapshots: SnapshotStore, folder: Path) -> SyncReport:
    result = snapshots.sync(folder)
    return SyncReport(result.accepted, result.changed, result.version, result.findings)


@contextmanager
def workspace_parts(settings: Settings, *, store: Store | None = None) -> Iterator[Parts]:
    """All parts of one workspace; what was opened here is closed with the block."""
    snapshots = snapshots_of(settings)
    with ExitStack() as opened:
        kept = store or opened.enter_context(open_store(settings.database))
        matcher = matcher_of(settings, kept)
        yield Parts(
            store=kept,
            mailboxes=tuple(opened.enter_context(_mailbox(box)) for box in settings.mailboxes),
            originals=Originals(settings.data / "originals"),
            unpack=unpack,
            read=opened.enter_context(isolated_reader(settings.intake, settings.intake.workers)),
            context=lambda: with_memory(reading_context(snapshots.current(), settings.intake), kept),
            deciders=_deciders_of(snapshots, policies_of(settings, kept), matcher),
            search=lambda text: matcher.search(text, snapshots.current()),
            sink=OrderFileSink(settings.output.folder),
            sync=partial(sync_exports, snapshots, settings.erp.folder),
            workers=settings.intake.workers,
        )


def _deciders_of(
    snapshots: SnapshotStore, policies: Policies, matcher: OrderMatcher
) -> Callable[[OrderHistory], Deciders]:
    """One matcher for all messages: it keeps its indexes as long as the ERP snapshot is the same."""
    return lambda history: deciders(snapshots.current(), history, policies, matcher)
