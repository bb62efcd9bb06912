"""The leaves of a mail sorted into bodies and files; mails in mails, archives and Outlook's containers opened."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from connectors.archives import unpack_zip
from connectors.charsets import decode_text
from connectors.decorations import is_decoration
from connectors.mime_headers import Headers, address, clean_file_name, decode_words
from connectors.mime_text import forwarded_senders, password_candidates, text_of_html, unflowed
from connectors.mime_tree import (
    MAX_DEPTH,
    MAX_PARTS,
    Budget,
    Entity,
    decode_body,
    is_multipart,
    read_entity,
    subparts,
    uuencoded,
)
from connectors.outlook import OutlookFile, OutlookMessage, read_msg, read_tnef
from pipeline import media
from pipeline.model import Attachment

_ENDINGS = {
    media.PDF: ".pdf", media.TIFF: ".tif", media.PNG: ".png", media.JPEG: ".jpg", media.XLSX: ".xlsx",
    media.XLS: ".xls", media.DOCX: ".docx", media.DOC: ".doc", media.HTML: ".html", media.CSV: ".csv",
    media.TEXT: ".txt", media.XML: ".xml", media.ZIP: ".zip", media.EMAIL: ".eml", media.MSG: ".msg",
    media.CALENDAR: ".ics", media.EDIFACT: ".edi",
}  # fmt: skip
_STUB = 200  # characters: "This mail needs a program that shows HTML" beside the order itself
_ASK = "Open the mail in a mail program."


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that holds no parts, decoded. ``name`` as the sender wrote it; None when there is none."""

    path: str
    content: bytes
    declared: str = ""
    name: str | None = None
    is_attached: bool = False
    is_inline: bool = False
    content_id: str | None = None
    charset: str | None = None
    flowed: str = ""  # RFC 3676: "flowed", or "delsp" when the blank before a soft line end goes as well
    doubt: str = ""
    refused: str = ""  # why it is not read at all


@dataclass(slots=True)
class Unpacked:
    """What one mail holds, the mails within it included. ``text`` is its own body only."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[Leaf] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    forwarded_senders: list[str] = field(default_factory=list)
    forwarded_texts: list[str] = field(default_factory=list)
    forwarded_bodies: list[Attachment] = field(default_factory=list)
    text: str = ""
    html: str | None = None
    doubt: str = ""
    body: Attachment | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the nesting we are, and the passwords the mails around this one name."""

    depth: int
    prefix: str = ""
    passwords: tuple[str, ...] = ()
    in_archive: bool = False
    doubt: str = ""  # of the container around


def unpack_entity(entity: Entity, budget: Budget, depth: int = 0, passwords: tuple[str, ...] = ()) -> Unpacked:
    """A mail from its outermost entity."""
    found = Unpacked()
    _walk(entity, found, budget, depth, in_alternative=False)
    _choose_body(found, entity.path)
    told = password_candidates(entity.headers.text("subject"), found.text)
    _open_files(found, budget, _Place(depth, entity.path, tuple(dict.fromkeys((*told, *passwords)))))
    return found


# --- the walk ---------------------------------------------------------------------------------------------------------


def _walk(entity: Entity, found: Unpacked, budget: Budget, depth: int, *, in_alternative: bool) -> None:
    budget.parts -= 1
    if not is_multipart(entity):
        _leaf(entity, found, budget, in_alternative=in_alternative)
        return
    if depth >= MAX_DEPTH:
        _refuse(found, entity, f"parts are nested more than {MAX_DEPTH} deep", budget)
        return
    alternative = entity.headers.value("content-type") == "multipart/alternative"
    seen = False
    for part in subparts(entity, budget):
        seen = True
        if budget.parts <= 0:
            _refuse(found, entity, f"the mail has more than {MAX_PARTS} parts; the rest was not read", budget)
            return
        _walk(part, found, budget, depth + 1, in_alternative=alternative)
    if not seen and entity.body.strip():
        budget.note(entity.path, "a multipart without parts was read as text")
        _add_text(found, Leaf(entity.path, entity.body, media.TEXT), budget)


def _refuse(found: Unpacked, entity: Entity, why: str, budget: Budget) -> None:
    budget.note(entity.path, why)
    found.files.append(Leaf(entity.path, b"", media.EMAIL, "message.eml", refused=f"{why}. {_ASK}"))


def _leaf(entity: Entity, found: Unpacked, budget: Budget, *, in_alternative: bool) -> None:
    decoded = decode_body(entity, budget)
    if decoded is None:
        _refuse(found, entity, "the parts of the mail are larger than allowed; the rest was not read", budget)
        return
    content, flawed = decoded
    leaf = _describe(entity, content, "it arrived damaged, so something of it may be missing" if flawed else "")
    if _is_body(leaf, in_alternative):
        _add_text(found, leaf, budget)
    elif content or leaf.name is not None or leaf.is_attached:
        found.files.append(leaf)


def _describe(entity: Entity, content: bytes, doubt: str) -> Leaf:
    headers = entity.headers
    name = headers.parameter("content-disposition", "filename") or headers.parameter("content-type", "name")
    disposition = headers.value("content-disposition")
    return Leaf(
        entity.path,
        content,
        headers.value("content-type"),
        name or _word_name(headers.raw("content-description")),
        is_attached=disposition == "attachment",
        is_inline=disposition == "inline",
        content_id=(headers.raw("content-id") or "").strip("<> ") or None,
        charset=headers.parameter("content-type", "charset"),
        flowed=_flowed(headers),
        doubt=doubt,
    )


def _flowed(headers: Headers) -> str:
    if (headers.parameter("content-type", "format") or "").lower() != "flowed":
        return ""
    return "delsp" if (headers.parameter("content-type", "delsp") or "").lower() == "yes" else "flowed"


def _word_name(description: str | None) -> str | None:
    """A description counts as a name when it looks like one: "order.pdf"."""
    text = decode_words(description or "").strip()
    return text if re.fullmatch(r"[^\r\n]{1,100}\.[A-Za-z0-9]{2,5}", text) else None


def _is_body(leaf: Leaf, in_alternative: bool) -> bool:
    if leaf.declared not in ("", media.TEXT, media.HTML, "text/enriched") or leaf.is_attached:
        return False
    if leaf.name is not None and not in_alternative:
        return False
    if leaf.declared == "":  # RFC 2045, 5.2: plain text, unless the bytes say otherwise
        return media.sniff_media_type(leaf.content, "") in (media.TEXT, media.CSV, media.EMPTY, media.HTML)
    return media.head_text(leaf.content[:4096]) is not None


# --- the body ---------------------------------------------------------------------------------------------------------


def _add_text(found: Unpacked, leaf: Leaf, budget: Budget) -> None:
    content = leaf.content
    declared = leaf.charset
    if leaf.declared == media.HTML and declared is None:
        meta = re.search(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_:.-]{2,40})", content[:4096], re.I)
        declared = meta.group(1).decode("ascii") if meta else None
    if leaf.declared != media.HTML:
        for name, inner in uuencoded(content):
            found.files.append(Leaf(leaf.path, inner, name=name, is_attached=True))
    text, remark = decode_text(content, declared)
    if remark is not None:
        budget.note(leaf.path, remark)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if leaf.flowed:
        text = unflowed(text, delete_blank=leaf.flowed == "delsp")
    found.doubt = found.doubt or leaf.doubt
    (found.htmls if leaf.declared == media.HTML else found.texts).append(text)


def _choose_body(found: Unpacked, path: str) -> None:
    """Plain text for people and rules; HTML to be read when it holds a table, or says much more than the text."""
    plain = "\n\n".join(text.strip("\n") for text in found.texts if text.strip())
    found.html = "\n".join(text for text in found.htmls if text.strip()) or None
    rich = text_of_html(found.html) if found.html else ""
    is_stub = len(rich) > 2 * len(plain) + _STUB
    found.text = rich if is_stub or not plain else plain
    if found.html is not None and (is_stub or not plain or "<table" in found.html.lower()):
        content = found.html.encode("utf-8", "replace")
        found.body = Attachment("body.html", media.HTML, content, from_part=path, doubt=found.doubt)
    elif plain:
        content = plain.encode("utf-8", "replace")
        found.body = Attachment("body.txt", media.TEXT, content, from_part=path, doubt=found.doubt)


# --- the files --------------------------------------------------------------------------------------------------------


def _open_files(found: Unpacked, budget: Budget, place: _Place) -> None:
    files, found.files = found.files, []
    for leaf in files:
        _open(leaf, found, budget, place)


def _open(leaf: Leaf, found: Unpacked, budget: Budget, place: _Place) -> None:
    """A container is opened, anything else becomes an attachment."""
    if leaf.refused:
        name = leaf.name or "attachment"
        found.attachments.append(Attachment(name, leaf.declared, b"", from_part=leaf.path, problem=leaf.refused))
        return
    kind = media.sniff_media_type(leaf.content, leaf.name or "")
    if leaf.declared == media.EMAIL and kind in (media.TEXT, media.HTML, media.CSV):
        kind = media.EMAIL
    if kind == media.EMAIL:
        _open_mail(leaf, found, budget, place)
    elif kind == media.TNEF:
        _open_tnef(leaf, found, budget, replace(place, doubt=leaf.doubt or place.doubt))
    elif kind == media.MSG:
        _open_msg(leaf, found, budget, replace(place, doubt=leaf.doubt or place.doubt))
    elif kind == media.ZIP:
        _open_zip(leaf, found, budget, replace(place, doubt=leaf.doubt or place.doubt))
    else:
        found.attachments.append(_attachment(leaf, kind, found, place))


def _attachment(leaf: Leaf, kind: str, found: Unpacked, place: _Place) -> Attachment:
    name = clean_file_name(leaf.name or "", "attachment" + _ENDINGS.get(kind, ""))
    problem, code = _sealed(leaf, kind)
    referenced = leaf.content_id is not None and found.html is not None and f"cid:{leaf.content_id}" in found.html
    return Attachment(
        name,
        kind,
        leaf.content,
        leaf.declared,
        is_inline=leaf.is_inline,
        from_part=leaf.path or place.prefix,
        is_decoration=is_decoration(leaf.content, kind, leaf.declared, name, in_text=referenced or leaf.is_inline),
        problem=problem,
        problem_code=code,
        doubt=leaf.doubt or place.doubt,
    )


def _sealed(leaf: Leaf, kind: str) -> tuple[str, str]:
    """Mail under S/MIME or PGP, a piece of a mail, a mail whose content lies elsewhere."""
    if leaf.declared in ("message/partial", "message/external-body"):
        return f"this is only a piece of a mail ({leaf.declared}). {_ASK}", "unreadable_document"
    if leaf.declared in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return f"the mail is sealed with S/MIME. {_ASK}", "encrypted_document"
    if kind == media.TEXT and b"-----BEGIN PGP MESSAGE-----" in leaf.content[:200]:
        return f"the mail is encrypted with PGP. {_ASK}", "encrypted_document"
    return "", "unreadable_document"


def _problem(found: Unpacked, leaf: Leaf, kind: str, problem: str) -> None:
    name = clean_file_name(leaf.name or "", "attachment" + _ENDINGS.get(kind, ""))
    attachment = Attachment(name, kind, leaf.content, leaf.declared, from_part=leaf.path, problem=f"{name}: {problem}")
    found.attachments.append(attachment)


def _too_deep(leaf: Leaf, found: Unpacked, kind: str, budget: Budget, place: _Place) -> bool:
    if place.depth < MAX_DEPTH and budget.parts > 0:
        return False
    _problem(found, leaf, kind, f"mails within mails are nested more than {MAX_DEPTH} deep. {_ASK}")
    return True


def _open_mail(leaf: Leaf, found: Unpacked, budget: Budget, place: _Place) -> None:
    if _too_deep(leaf, found, media.EMAIL, budget, place):
        return
    entity = read_entity(leaf.content.lstrip(b"\r\n"), leaf.path or place.prefix, budget)
    entity = replace(entity, torn=bool(leaf.doubt or place.doubt))
    inner = unpack_entity(entity, budget, place.depth + 1, place.passwords)
    _, sender = address(entity.headers.raw("from") or "")
    _take_over(found, inner, sender)


def _take_over(found: Unpacked, inner: Unpacked, sender: str | None) -> None:
    found.attachments += inner.attachments
    found.forwarded_senders += [*([sender] if sender else []), *forwarded_senders(inner.text), *inner.forwarded_senders]
    found.forwarded_texts += [*([inner.text] if inner.text else []), *inner.forwarded_texts]
    found.forwarded_bodies += [*([inner.body] if inner.body else []), *inner.forwarded_bodies]


def _open_zip(leaf: Leaf, found: Unpacked, budget: Budget, place: _Place) -> None:
    name = clean_file_name(leaf.name or "", "archive.zip")
    if place.in_archive:
        _problem(
            found, leaf, media.ZIP, "a ZIP archive within a ZIP archive is not opened. Ask for the files themselves."
        )
        return
    prefix = f"{leaf.path}/{name}" if leaf.path else name
    inside = replace(place, depth=place.depth + 1, prefix=prefix, in_archive=True)
    for member in unpack_zip(leaf.content, name, place.passwords, budget):
        if member.problem:
            kind = media.sniff_media_type(member.content, member.file_name)
            found.attachments.append(
                Attachment(
                    member.file_name,
                    kind,
                    member.content,
                    from_part=inside.prefix,
                    problem=member.problem,
                    problem_code=member.problem_code,
                )
            )
        else:
            _open(Leaf(inside.prefix, member.content, name=member.file_name, is_attached=True), found, budget, inside)


# --- Outlook ----------------------------------------------------------------------------------------------------------


def _open_tnef(leaf: Leaf, found: Unpacked, budget: Budget, place: _Place) -> None:
    if _too_deep(leaf, found, media.TNEF, budget, place):
        return
    message, whole = read_tnef(leaf.content)
    if not whole:
        _problem(found, leaf, media.TNEF, f"Outlook's winmail.dat breaks off; files may be missing. {_ASK}")
    if not found.text and (message.text or message.html):
        found.texts, found.htmls = [message.text or ""], [message.html or ""]
        _choose_body(found, place.prefix)
    _open_outlook_files(message, leaf.path, found, budget, place)


def _open_msg(leaf: Leaf, found: Unpacked, budget: Budget, place: _Place) -> None:
    if _too_deep(leaf, found, media.MSG, budget, place):
        return
    try:
        message = read_msg(leaf.content, max(budget.expanded, 0))
    except Exception as error:  # noqa: BLE001 - olefile raises many kinds on damaged files; a person gets the file
        _problem(found, leaf, media.MSG, f"the Outlook mail cannot be opened ({error}). {_ASK}")
        return
    _take_outlook_message(message, leaf.path, found, budget, place)


def _take_outlook_message(message: OutlookMessage, path: str, found: Unpacked, budget: Budget, place: _Place) -> None:
    inner = Unpacked(texts=[message.text or ""], htmls=[message.html or ""], doubt=place.doubt)
    _choose_body(inner, path)
    told = password_candidates(message.subject, inner.text)
    passwords = tuple(dict.fromkeys((*told, *place.passwords)))
    deeper = replace(place, depth=place.depth + 1, prefix=path, passwords=passwords)
    _open_outlook_files(message, path, inner, budget, deeper)
    _take_over(found, inner, address(message.sender)[1])


def _open_outlook_files(message: OutlookMessage, path: str, found: Unpacked, budget: Budget, place: _Place) -> None:
    for file in message.files:
        budget.parts -= 1
        budget.expanded -= len(file.content)
        if budget.parts <= 0 or budget.expanded < 0:
            _problem(found, Leaf(path, b"", name=file.file_name), media.UNKNOWN, f"too much for one mail. {_ASK}")
            return
        if file.message is not None:
            _take_outlook_message(file.message, path, found, budget, place)
        else:
            _open(_outlook_leaf(file, path), found, budget, place)


def _outlook_leaf(file: OutlookFile, path: str) -> Leaf:
    return Leaf(
        path,
        file.content,
        file.declared_type.lower(),
        file.file_name or None,
        is_attached=True,
        content_id=file.content_id,
    )
