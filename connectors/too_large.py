"""Mails over the size limit: a small stand-in takes their place; a person sees a case and the mailbox goes on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.mime_tree import Budget, read_entity

DEFAULT_LIMIT = 100_000_000  # bytes of a raw mail; most servers accept 25 to 50 MB
HEADER_BYTES = 65_536  # as much of a mail over the limit as is looked at
MARKER = "X-Po-Intake-Too-Large"
_KEPT = ("from", "to", "cc", "reply-to", "subject", "date", "message-id", "authentication-results")


def stand_in(header: bytes, size: int, limit: int, parts: Sequence[str] = ()) -> bytes:
    """A small mail with the original's sender, subject and date; the same for the same original.

    ``header`` is the beginning of the original, ``parts`` a line per part ("application/pdf order.pdf, 61 MB").
    """
    headers = read_entity(header, "", Budget()).headers
    kept = [f"{name.title()}: {_one_line(value)}" for name in _KEPT for value in headers.all(name)]
    text = [
        f"This mail has {size:,} bytes; {limit:,} are allowed. It was left in the mailbox and is not read.",
        *(f"- {_one_line(part)}" for part in parts),
    ]
    head = [f"{MARKER}: size={size}; limit={limit}", *kept, "Content-Type: text/plain; charset=utf-8", ""]
    return "\r\n".join([*head, *text, ""]).encode("utf-8", "replace")


def _one_line(value: str) -> str:
    return re.sub(r"[\r\n\x00]+", " ", value)[:2000]


def stand_in_problem(raw: bytes) -> str | None:
    """What to tell a person about a stand-in; None for any other mail. A forged marker only brings a mail to review."""
    found = re.match(MARKER.encode() + rb": size=(\d{1,12}); limit=(\d{1,12})\r\n", raw[:200])
    if found is None:
        return None
    size, limit = int(found.group(1)), int(found.group(2))
    return (
        f"the mail has {size:,} bytes; {limit:,} are allowed. It was left in the mailbox: open it in a mail program, "
        "or raise the limit for the size of a mail."
    )
