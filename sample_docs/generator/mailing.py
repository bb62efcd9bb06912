"""Mails as bytes, the same every time: dates, ids and boundaries are given, not drawn."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import encode_rfc2231, format_datetime

TO = "bestellung@falkenrath.example"
START = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; ``rfc2231`` writes its name in that form, else as it is."""

    name: str
    content: bytes
    media_type: str = "application/pdf"
    disposition: str = "attachment"
    rfc2231: bool = False


def text_part(text: str, subtype: str = "plain", charset: str = "utf-8") -> Message:
    part = MIMENonMultipart("text", subtype)
    how = Charset(charset)
    how.body_encoding = QP
    part.set_payload(text, charset=how)
    return part


def file_part(file: File) -> Message:
    main, sub = file.media_type.split("/")
    part = MIMEBase(main, sub)
    part.set_payload(base64.encodebytes(file.content).decode("ascii"))
    part["Content-Transfer-Encoding"] = "base64"
    name = encode_rfc2231(file.name, "utf-8") if file.rfc2231 else file.name
    part["Content-Disposition"] = (
        f"{file.disposition}; filename*={name}" if file.rfc2231 else f'{file.disposition}; filename="{name}"'
    )
    return part


def mail(number: int, sender: str, subject: str, parts: Sequence[Message], *, to: str = TO) -> Message:
    """``number`` sets date, id and boundaries."""
    if len(parts) == 1:
        message = parts[0]
    else:
        message = MIMEMultipart("mixed", boundary=f"=_sample_{number:02d}")
        for part in parts:
            message.attach(part)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = Header(subject, "utf-8" if not subject.isascii() else None).encode()
    message["Date"] = format_datetime(START + timedelta(minutes=7 * number))
    message["Message-ID"] = f"<sample-{number:02d}@{sender.rstrip('>').rpartition('@')[2]}>"
    return message


def forwarded(number: int, sender: str, subject: str, text: str, inner: Message) -> Message:
    return mail(number, sender, subject, [text_part(text), MIMEMessage(inner)])


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 11, 16, 8, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def raw(message: Message) -> bytes:
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
