"""How mail programs print the head of a mail they quote or forward."""

from __future__ import annotations

import re
from collections.abc import Sequence

# labels mail programs print above a forwarded mail, by their own language packs
_FROM = (
    "from|von|de|da|od|van|fra|från|lähettäjä|feladó|odesílatel|odosielateľ|expéditeur|remitente|mittente|absender|"
    "afzender|nadawca"
)
_BESIDE = (
    "sent|date|to|subject|cc|gesendet|datum|an|betreff|envoyé|date d'envoi|à|objet|enviado|enviado el|fecha|para|"
    "asunto|inviato|data|a|oggetto|enviada|enviada em|assunto|verzonden|aan|onderwerp|wysłano|wysłane|do|temat|dw|"
    "skickat|till|ämne|sendt|til|emne|lähetetty|vastaanottaja|aihe"
)
_QUOTE = r"^[ \t>|*_]{0,20}"
_SENDER_LINE = re.compile(rf"{_QUOTE}(?:{_FROM})[ *_]{{0,4}}:[ *_]{{0,4}}(.{{3,300}})$", re.I)
_BESIDE_LINE = re.compile(rf"{_QUOTE}(?:{_BESIDE})[ *_]{{0,4}}:", re.I)
_LONGEST = 400  # characters of a line that are looked at
_REACH = 6  # lines of a quoted header block


def header_lines(lines: Sequence[str], number: int) -> int:
    """How many header lines stand right below a line "From: ..."; 0 for any other line."""
    return sum(bool(_BESIDE_LINE.match(other)) for other in _below(lines, number)[:3]) if _sender(lines, number) else 0


def quoted_sender(lines: Sequence[str], number: int) -> tuple[str, str] | None:
    """What stands behind "From:" where a quoted mail begins, and the line below; None where none begins.

    A line counts only with another header line right below it: "From: 3 pieces" in an order is no sender.
    """
    sender = _sender(lines, number)
    if sender is None or not header_lines(lines, number):
        return None
    return sender.group(1), _below(lines, number)[0]


def _sender(lines: Sequence[str], number: int) -> re.Match[str] | None:
    return _SENDER_LINE.match(lines[number][:_LONGEST])


def _below(lines: Sequence[str], number: int) -> list[str]:
    return [line[:_LONGEST] for line in lines[number + 1 : number + 1 + _REACH] if line.strip(" \t>|")]
