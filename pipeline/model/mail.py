"""Mail and the files in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MailKey:
    """Where a message lies on a server.

    In a Maildir ``name`` tells and the numbers are 0; of a plain file ``uid`` is the time of change in nanoseconds.
    """

    account: str
    folder: str
    uid_validity: int = 0
    uid: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file found in a message, as bytes. ``file_name`` is shown to people and never used as a path."""

    file_name: str
    media_type: str  # sniffed from the bytes, not what the mail says
    content: bytes
    declared_type: str = ""
    is_inline: bool = False
    from_part: str = ""  # where it was found: "2.1", "2/order.zip", "winmail.dat"
    is_decoration: bool = False  # a logo, a digital signature, a business card: never a document
    problem: str = ""  # why it could not be unpacked (over a limit, encrypted, torn): a person must open it
    problem_code: str = "unreadable_document"
    doubt: str = ""  # it can be read, but something of it may be missing


@dataclass(frozen=True, slots=True)
class Message:
    """One mail, its parts unpacked (nested mails, ZIP, TNEF). ``sha256`` of the raw bytes is its key."""

    sha256: str
    message_id: str | None
    sender_name: str | None
    sender: str | None  # address of From, lower case
    reply_to: str | None
    recipients: tuple[str, ...]
    subject: str
    date: datetime | None
    text: str  # plain body (from HTML where there is none), then the bodies of forwarded mails
    html: str | None
    attachments: tuple[Attachment, ...]
    authentication_results: tuple[str, ...] = ()  # topmost first
    forwarded_senders: tuple[str, ...] = ()  # From of message/rfc822 parts and of quoted forwards, outermost first
    defects: tuple[str, ...] = ()  # what was broken in the MIME tree and how it was read all the same
    bodies: tuple[Attachment, ...] = ()  # as they are to be read, own first, then those of forwarded mails


@dataclass(frozen=True, slots=True)
class Document:
    """One file to be read. ``sha256`` is its key from here on."""

    sha256: str
    file_name: str
    media_type: str
    content: bytes
    passwords: tuple[str, ...] = ()  # tried in this order on a protected file
    problem: str = ""  # it is known already that it cannot be read, and why
    problem_code: str = "unreadable_document"
    doubt: str = ""  # it can be read, but something of it may be missing: its orders are for a person
