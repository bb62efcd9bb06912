"""One raw mail to a ``Message``: parts unpacked, bodies chosen, every defect named. No bytes make it raise."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import replace

from connectors.mime_headers import Headers, address, addresses, date_of
from connectors.mime_text import forwarded_senders, password_candidates
from connectors.mime_tree import Budget, Entity, read_entity
from connectors.mime_unpack import Unpacked, unpack_entity
from connectors.too_large import stand_in_problem
from pipeline.media import EMAIL, MSG, TNEF, sniff_media_type
from pipeline.model import Attachment, Document, Message

_log = logging.getLogger(__name__)
_MAX_ID = 998  # RFC 5322, 2.1.1: a line's length


def parse_message(raw: bytes) -> Message:
    """Reads any bytes as a mail. What was broken stands in ``defects``; what could not be opened has a ``problem``."""
    sha256 = hashlib.sha256(raw).hexdigest()
    try:
        return _parse(raw, sha256)
    except Exception as error:  # noqa: BLE001 - the promise: a mail nobody foresaw becomes a case, not a stopped mailbox
        _log.exception("mail %s could not be taken apart", sha256)
        problem = f"the mail could not be taken apart ({type(error).__name__}: {error}). Open it in a mail program."
        whole = Attachment("message.eml", EMAIL, raw, problem=problem)
        return Message(sha256, None, None, None, None, (), "", None, "", None, (whole,), defects=(problem,))


def _parse(raw: bytes, sha256: str) -> Message:
    budget = Budget()
    entity = _outermost(raw, budget)
    headers = entity.headers
    found = unpack_entity(entity, budget)
    sender_name, sender = address(headers.raw("from") or "")
    _, reply_to = address(headers.raw("reply-to") or "")
    own = found.text
    forwarded = (*forwarded_senders(own), *(mail for mail in found.forwarded_senders))
    too_large = stand_in_problem(raw)
    attachments = list(found.attachments)
    if too_large is not None:
        attachments.append(Attachment("message.eml", EMAIL, raw, problem=too_large))
    return Message(
        sha256=sha256,
        message_id=(headers.raw("message-id") or "").strip("<> \t")[:_MAX_ID] or None,
        sender_name=sender_name,
        sender=sender,
        reply_to=reply_to,
        recipients=addresses((*headers.all("to"), *headers.all("cc"))),
        subject=headers.text("subject"),
        date=date_of(headers.raw("date") or ""),
        text="\n\n".join(text for text in (own, *found.forwarded_texts) if text),
        html=found.html,
        attachments=tuple(attachments),
        authentication_results=headers.all("authentication-results"),
        forwarded_senders=tuple(dict.fromkeys(forwarded)),
        defects=tuple(budget.defects),
        bodies=_bodies(found),
    )


def _outermost(raw: bytes, budget: Budget) -> Entity:
    """A mail as it travels; Outlook's own files are taken for a mail that holds nothing but them."""
    kind = sniff_media_type(raw, "")
    if kind in (MSG, TNEF):
        return Entity("", Headers((("content-disposition", b"attachment"), ("content-type", kind.encode()))), raw)
    return read_entity(raw, "", budget)


def _bodies(found: Unpacked) -> tuple[Attachment, ...]:
    return tuple(body for body in (found.body, *found.forwarded_bodies) if body is not None)


def documents_of(message: Message) -> tuple[Document, ...]:
    """What should be read: files in the order of the mail, then the bodies of forwarded mails, the mail's own last.

    Bodies are named ``body.txt`` or ``body.html``. The same bytes twice are one document. Logos, digital signatures and
    business cards are none.
    """
    passwords = password_candidates(message.subject, message.text)
    documents: dict[str, Document] = {}
    for file in _readable(message):
        document = _document(file, passwords)
        documents.setdefault(document.sha256 + document.problem, document)
    return tuple(documents.values())


def _readable(message: Message) -> Iterator[Attachment]:
    yield from (file for file in message.attachments if not file.is_decoration)
    yield from reversed(message.bodies)


def _document(file: Attachment, passwords: tuple[str, ...]) -> Document:
    document = document_of(file.file_name, file.content, passwords)
    return replace(
        document,
        media_type=file.media_type,
        problem=file.problem,
        problem_code=file.problem_code,
        doubt=file.doubt and f"{file.file_name}: {file.doubt}",
    )


def document_of(file_name: str, content: bytes, passwords: tuple[str, ...] = ()) -> Document:
    """A bare file as a ``Document``: hashed and sniffed."""
    sha256 = hashlib.sha256(content).hexdigest()
    return Document(sha256, file_name, sniff_media_type(content, file_name), content, passwords)
