"""Columns of what became of an order: how much was delivered, how much is open. Then the ordered quantity is not wanted
as it is printed: what is, is for a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from extractors.table.cells import amount, kind_of
from extractors.table.meaning import Meanings
from extractors.table.printed import Printed
from extractors.table.records import Block, Column
from pipeline.language import fold

# Beginnings of words of labels, without accents, in the languages that are read.
_DONE = re.compile(
    r"\b(?:deliver|receiv|rcvd|shipped|invoiced|released|geliefert|gelief|erhalten|berechnet|fakturiert|abgerufen"
    r"|livre|recu|expedie|entregad|recibid|consegnat|ricevut|evas[oa]|geleverd|ontvangen|dostarczon|wydan|entregue|recebid)"
)
_OPEN = re.compile(
    r"\b(?:open|outstanding|balance|remaining|offen|rest|reliquat|solde|pendient|saldo|pendente|residu|pozost)"
)
_BEHIND = re.compile(r"\b(?:b o|bo|back ?order|ruckstand|nachlieferung)")


def other_quantities(printed: Printed, block: Block, columns: Sequence[Column], meanings: Meanings) -> list[str]:
    """The labels and figures of such columns that do not agree with all of the quantity being wanted."""
    ordered = printed.values.get("quantity")
    quantity = amount(ordered.text, meanings.marks.quantity) if ordered is not None else None
    labels = {c.index: fold(c.label.text) for c in columns if c.label.text and c.index not in meanings.of}
    return [
        f"{labels[cell.column]} {cell.text}"
        for cell in block.rows[block.core].cells
        if cell.column in labels
        and kind_of(cell.text) == "number"
        and _differs(labels[cell.column], amount(cell.text, meanings.marks.quantity), quantity)
    ]


def _differs(label: str, value: Decimal | None, quantity: Decimal | None) -> bool:
    if value is None:
        return False
    if _DONE.search(label):
        return value != 0
    if _BEHIND.search(label):
        return value not in (0, quantity)
    return bool(_OPEN.search(label)) and value != quantity
