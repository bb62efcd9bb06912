"""What recognition made of figures and codes, mended where something proves it.

Figures that the column makes impossible are mended by arithmetic: O for 0, l for 1, a lost decimal mark, or what a
second recognition saw. Only lines of recognised pages that do not close are tried, and only a single change that makes
them close is taken. What is left keeps its printed form, a low confidence and a doubt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

from extractors.table.arithmetic import Figures, Marks, line_closes
from extractors.table.cells import number_cell
from extractors.table.codes import is_strong_code
from extractors.table.printed import Found, Printed
from extractors.table.records import CODES
from pipeline.model import Word

# Letters that stand for figures on scans; in a number they are impossible.
_LOOK_ALIKE = str.maketrans({"O": "0", "o": "0", "D": "0", "Q": "0", "l": "1", "I": "1", "|": "1", "i": "1", "S": "5",
                             "s": "5", "B": "8", "Z": "2", "z": "2", "g": "9", "q": "9", "A": "4"})  # fmt: skip
_FIGURES = re.compile(r"[\dOoDQlI|iSsBZzgqA.,'’ -]+")
NOT_READ_AGAIN = Figures(None, None, None)
_DIRT = re.compile(r"(?<=\w)[.,:;·]+[-–—_~.,:;·]*$")  # specks behind the last character
_NAMES = ("quantity", "price", "amount")


def usual_decimals(texts: Iterable[str | None]) -> frozenset[int]:
    """How many decimals the numbers of a column have; those seen in at least a fifth of them."""
    counts: Counter[int] = Counter()
    for text in texts:
        cell = number_cell(text) if text else None
        if cell is not None:
            match = re.search(r"[.,](\d+)$", cell.digits)
            counts[len(match.group(1)) if match else 0] += 1
    most = sum(counts.values())
    return frozenset(decimals for decimals, n in counts.items() if n >= 0.2 * most)


def repair(
    line: Figures, marks: Marks, decimals: Sequence[frozenset[int]], again: Figures = NOT_READ_AGAIN
) -> Figures | None:
    """The line with the one set of changed texts under which it closes; None when none or several do.

    ``decimals``: the usual decimals of the quantity, price and amount columns. ``again``: a second recognition.
    """
    places = (marks.quantity, marks.price, marks.amount)
    printed = [getattr(line, name) for name in _NAMES]
    others = [getattr(again, name) for name in _NAMES]
    if any(text is None for text in printed):
        return None
    choices = [
        list(
            dict.fromkeys(
                [*_readings(text, mark or ".", usual), *(_readings(other, mark or ".", usual) if other else ())]
            )
        )
        for text, other, mark, usual in zip(printed, others, places, decimals, strict=True)
    ]
    closing: dict[int, list[Figures]] = {}
    for texts in product(*choices):
        changed = sum(text != old for text, old in zip(texts, printed, strict=True))
        candidate = replace(line, quantity=texts[0], price=texts[1], amount=texts[2])
        if 0 < changed <= 2 and line_closes(candidate, *places):
            closing.setdefault(changed, []).append(candidate)
    fewest = min(closing, default=0)
    return closing[fewest][0] if fewest and len(closing[fewest]) == 1 else None


def _readings(text: str, mark: str, usual: frozenset[int]) -> Iterator[str]:
    """The text as recognised, and what it may have been."""
    yield text
    plain = text.strip(" -~_'’.,:;")
    if plain != text:
        yield plain
    if _FIGURES.fullmatch(plain) and not plain.isdigit():
        yield plain.translate(_LOOK_ALIKE).replace(" ", "")
    digits = re.sub(r"\D", "", plain.translate(_LOOK_ALIKE) if _FIGURES.fullmatch(plain) else plain)
    if digits and _FIGURES.fullmatch(plain):
        for count in sorted(usual):
            if 0 < count < len(digits) + 1 and 0 not in usual:
                yield f"{digits[:-count] or '0'}{mark}{digits[-count:]}"


def clear_codes(printed: Printed, description: Found | None) -> Found | None:
    """Recognised code cells without dirt behind the code and without the description's first words, which ran into
    them where two columns stand close; returns the description with those words."""
    for name in sorted(CODES & set(printed.values)):
        found = printed.values[name]
        code, *words = [word for word in found.words if any(map(str.isalnum, word.text))] or found.words
        if description is not None and is_strong_code(code.text) and _are_words(words):
            printed.values[name] = found = replace(found, words=(code,))
            description = replace(description, words=(*words, *description.words))
        last = found.words[-1]
        printed.values[name] = replace(found, words=(*found.words[:-1], replace(last, text=_DIRT.sub("", last.text))))
    return description


def _are_words(words: Sequence[Word]) -> bool:
    """At least two words as sentences have them, and nothing that may be part of a code."""
    return len(words) >= 2 and all(word.text.isalpha() and len(word.text) >= 3 for word in words)
