"""What a person says about the columns of one document, as a correction for all documents of its layout."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.readers import ReadingOptions, read_document
from extractors.table.meaning import MEANINGS
from extractors.table.memory import layouts_in
from extractors.table.rows import rows_of
from pipeline.errors import UsageError
from pipeline.language import fold
from pipeline.model import Document, LayoutColumn, LayoutCorrection

IGNORED = "ignored"
_WHICH = re.compile(r"(.*)#(\d+)")  # "Ref#2": the second column of that label
_SHOWN = 12


def correction_of(document: Document, said: Mapping[str, str], options: ReadingOptions) -> LayoutCorrection:
    """``said``: label as printed → meaning. The heading is the first row that holds all the labels.

    Raises ``UsageError`` for an unknown meaning or labels that stand in no row, ``DocumentError`` as reading does.
    """
    unknown = sorted(set(said.values()) - {*MEANINGS, IGNORED})
    if unknown:
        raise UsageError(f"{', '.join(unknown)}: no meaning of a column; there are {', '.join((*MEANINGS, IGNORED))}")
    wanted = {_split(label): meaning for label, meaning in said.items()}
    found = list(layouts_in(rows_of(read_document(document, options).pages)))
    for columns in found:
        corrected = _corrected(columns, wanted)
        if corrected is not None:
            return LayoutCorrection(corrected, document.file_name)
    raise UsageError(f"{document.file_name}: no row has the labels {', '.join(said)}; {_rows_in_words(found)}")


def _split(label: str) -> tuple[str, int]:
    """A folded label, and which one of that name, from 1."""
    match = _WHICH.fullmatch(label)
    return (fold(match[1]), int(match[2])) if match else (fold(label), 1)


def _corrected(
    columns: Sequence[LayoutColumn], wanted: Mapping[tuple[str, int], str]
) -> tuple[LayoutColumn, ...] | None:
    names = [column.label for column in columns]
    keys = [(name, names[: i + 1].count(name)) for i, name in enumerate(names)]
    if not wanted or not set(wanted) <= set(keys):
        return None
    return tuple(replace(column, meaning=wanted.get(key)) for column, key in zip(columns, keys, strict=True))


def _rows_in_words(found: Sequence[Sequence[LayoutColumn]]) -> str:
    rows = dict.fromkeys(" | ".join(column.label for column in columns) for columns in found)
    if not rows:
        return "there is no row of three parts in it"
    return "\n  ".join(("the first rows are", *list(rows)[:_SHOWN]))
