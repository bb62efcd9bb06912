"""Which files of a mail are never orders: logos, tracking dots, digital signatures, business cards, CAD models."""

from __future__ import annotations

import re
import struct

from pipeline import media

_SEALS = {
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/pgp-keys",
    "application/pgp-encrypted", "text/calendar", "text/vcard", "text/x-vcard", "message/delivery-status",
    "text/rfc822-headers", "message/disposition-notification", "message/feedback-report", "text/x-amp-html",
}  # fmt: skip
_PICTURES = {media.PNG, media.JPEG, media.GIF, media.BMP, media.WEBP}
_GENERIC_NAME = re.compile(
    r"(image|img|att|picture|logo|pastedgraphic|outlook|graphic)[-_ ]?[0-9a-z-]*\.\w{2,4}$", re.I
)
# Pixels. A logo read in vain costs a second; an order that a customer pasted as a picture of five rows must be read.
_SMALL = 20_000
_SMALL_IN_TEXT = 100_000
_BANNER, _BANNER_SIDES = 300_000, 5.0


def is_decoration(content: bytes, kind: str, declared: str, name: str, *, in_text: bool) -> bool:
    """``in_text``: the HTML body shows it, or it is inline. A picture whose size cannot be told is a document."""
    if declared in _SEALS or kind in (media.CALENDAR, media.VCARD, media.CAD, media.MOVIE):
        return True
    if name.lower().endswith((".p7s", ".vcf", ".ics")) and kind in (media.UNKNOWN, media.TEXT):
        return True
    if kind not in _PICTURES:
        return False
    size = picture_size(content, kind)
    if size is None:
        return False
    short, long = sorted(size)
    if not in_text and _GENERIC_NAME.match(name) is None:
        return short * long < _SMALL
    return short * long < _SMALL_IN_TEXT or (short * long < _BANNER and long > _BANNER_SIDES * short)


def picture_size(content: bytes, kind: str) -> tuple[int, int] | None:
    """Width and height in pixels from the file's header; None when it is torn or of an unknown kind."""
    try:
        if kind == media.PNG:
            return struct.unpack_from(">II", content, 16)
        if kind == media.GIF:
            return struct.unpack_from("<HH", content, 6)
        if kind == media.BMP:
            width, height = struct.unpack_from("<ii", content, 18)
            return abs(width), abs(height)
        return _jpeg_size(content) if kind == media.JPEG else None
    except struct.error:
        return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """From the first frame header (ITU-T T.81, B.2.2): markers C0 to CF without C4, C8 and CC."""
    offset = 2
    for _ in range(1_000):
        marker, length = struct.unpack_from(">xBH", content, offset)
        if marker == 0xFF:
            offset += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, offset + 5)
            return width, height
        else:
            offset += 2 + length
    return None
