"""One spelling for codes that mean the same."""

from __future__ import annotations

import re

# characters that optical recognition takes for one another
CONFUSED = str.maketrans("oqdilszbg", "000115286")
_SEPARATORS = re.compile(r"[\W_]+")
_ZEROS = re.compile(r"0+")


def code_key(code: str) -> str:
    """Case, blanks, hyphens and leading zeros aside."""
    return _SEPARATORS.sub("", code).casefold().lstrip("0")


def confusion_key(code: str) -> str:
    """``code_key`` with look-alike characters made one (O/0, I/l/|/1, S/5, B/8, Z/2, G/6)."""
    return _SEPARATORS.sub("", code.replace("|", "1")).casefold().translate(CONFUSED).lstrip("0")


def print_key(code: str) -> str:
    """``confusion_key`` with several zeros in a row made one: a recogniser doubles them ("O0") and drops them.

    The lengths of numbers are lost in it ("-20", "-200"), so it proves no item by itself.
    """
    return _ZEROS.sub("0", confusion_key(code))


def gtin_key(code: str) -> str | None:
    """GTIN-8, UPC-A, EAN-13 and GTIN-14 as 14 digits (GS1 General Specifications, 3.2); None when it is none of them
    or its check digit is wrong."""
    digits = re.sub(r"[\s-]", "", code)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (8, 12, 13, 14):
        return None
    digits = digits.zfill(14)
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(digits[:-1]))
    return digits if (10 - total % 10) % 10 == int(digits[-1]) else None


def barcode_key(barcode: str) -> str:
    """What a barcode of the catalogue is found under: one with a wrong check digit as it stands."""
    return gtin_key(barcode) or barcode.strip().zfill(14)
