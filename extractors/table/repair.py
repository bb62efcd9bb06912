"""Recognised figures that the column makes impossible and arithmetic mends: O for 0, l for 1, a lost decimal mark.

Only lines of recognised pages that do not close are tried, and only a single change that makes them close is taken.
What is left keeps its printed form, a low confidence and a doubt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

from extractors.table.arithmetic import Figures, Marks, line_closes
from extractors.table.cells import number_cell

# Letters that stand for figures on scans; in a number they are impossible.
_LOOK_ALIKE = str.maketrans({"O": "0", "o": "0", "D": "0", "Q": "0", "l": "1", "I": "1", "|": "1", "i": "1", "S": "5",
                             "s": "5", "B": "8", "Z": "2", "z": "2", "g": "9", "q": "9", "A": "4"})  # fmt: skip
_FIGURES = re.compile(r"[\dOoDQlI|iSsBZzgqA.,'’ -]+")
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


def repair(line: Figures, marks: Marks, decimals: Sequence[frozenset[int]]) -> Figures | None:
    """The line with the one set of changed texts under which it closes; None when none or several do.

    ``decimals``: the usual decimals of the quantity, price and amount columns.
    """
    places = (marks.quantity, marks.price, marks.amount)
    printed = [getattr(line, name) for name in _NAMES]
    if any(text is None for text in printed):
        return None
    choices = [
        list(dict.fromkeys(_readings(text, mark or ".", usual)))
        for text, mark, usual in zip(printed, places, decimals, strict=True)
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
