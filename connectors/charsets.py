"""Bytes of a stranger to text, whatever charset they claim."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_SAMPLE = 65_536  # as much as the charset is guessed from
_TOO_SHORT = 100  # bytes; a guess from less is worse than the commonest charset
# what mailers call charsets, and the superset to read them with (WHATWG Encoding Standard, "names and labels")
_SUPERSETS = {
    "us-ascii": "utf-8", "ascii": "utf-8", "ansi_x3.4-1968": "utf-8", "utf8mb4": "utf-8", "unicode": "utf-16",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ansi": "cp1252",
    "x-ansi": "cp1252", "windows-latin1": "cp1252", "iso-8859-9": "cp1254",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932", "x-sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7", "x-mac-roman": "mac-roman", "macintosh": "mac-roman",
}  # fmt: skip
# text codecs that are no charsets; some of them take quadratic time
_NO_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}


_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode_text(raw: bytes, declared: str | None) -> tuple[str, str | None]:
    """The text, and a remark when the declared charset did not hold (None when it did). Never raises.

    Tried in turn: byte order mark, UTF-8 where a one-byte charset is declared (such text is hardly ever valid UTF-8 by
    chance), the declared charset, UTF-8, a guess from the bytes, Windows-1252.
    """
    for bom, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(bom):
            return raw.decode(codec, "replace"), None
    name = _codec(declared)
    first = "utf-8" if name is None or _one_byte(name) else name
    for codec in dict.fromkeys(codec for codec in (first, name, "utf-8") if codec is not None):
        try:
            text = raw.decode(codec)
        except (UnicodeError, LookupError):
            continue
        fits = codec == name or raw.isascii()
        return text, (None if fits else f"charset {_shown(declared)} did not fit, read as {codec}")
    guess = _guess(raw)
    return raw.decode(guess, "replace"), f"charset {_shown(declared)} did not fit, read as {guess}"


def _shown(declared: str | None) -> str:
    return repr((declared or "(none)")[:40])


def _codec(declared: str | None) -> str | None:
    name = re.sub(r"[^a-z0-9_.:+-]", "", (declared or "utf-8")[:64].lower()).removeprefix("x-unknown")
    name = _SUPERSETS.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, ImportError):
        return None
    # a codec like "hex" or "zlib" is refused by bytes.decode itself, with a LookupError
    return None if found.name.replace("_", "-") in _NO_CHARSETS else found.name


def _one_byte(codec: str) -> bool:
    return codec.startswith(("cp12", "iso8859", "cp85", "cp437", "koi8", "mac"))


def _guess(raw: bytes) -> str:
    if len(raw) < _TOO_SHORT:
        return "cp1252"
    best = from_bytes(raw[:_SAMPLE], steps=5, chunk_size=512).best()
    if best is not None and best.encoding.replace("_", "-") not in _NO_CHARSETS:
        try:
            raw.decode(best.encoding)
        except (UnicodeError, LookupError):
            return "cp1252"
        return best.encoding
    return "cp1252"
