"""How many lines the document says it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from pipeline.language import fold
from pipeline.model import MatchedOrder, Mismatch, Remark
from rules.base import PolicyRule
from rules.facts import lines_to_deliver, mismatch

# Labels in the eight languages, folded; the number stands behind them, in the same text or in the next to the right.
LABELS = (
    r"(?:(?:total )?(?:number|no|count) of (?:order )?(?:items|lines|positions|line items|articles)"
    r"|(?:item|line) count|total (?:items|lines|positions|line items)"
    r"|(?:gesamt)?(?:anzahl|zahl) (?:der )?(?:positionen|bestellpositionen|zeilen|artikel)"
    r"|nombre (?:total )?(?:de |d )(?:lignes|articles|postes|references)"
    r"|(?:numero|n|total) (?:total )?de (?:lineas|articulos|posiciones|partidas|linhas|artigos|itens|posicoes)"
    r"|(?:numero|totale|n) (?:di )?(?:righe|articoli|posizioni|voci)"
    r"|aantal (?:regels|orderregels|artikelen|posities)"
    r"|(?:liczba|ilosc) (?:pozycji|wierszy|linii))"
)
WITH_NUMBER = re.compile(rf"\b{LABELS} (\d{{1,4}})\b(?! \d)")
LABEL = re.compile(rf"\b{LABELS}$")


class LineCount(PolicyRule):
    """The printed number must be that of the lines read, or the sum of their quantities: "items" may mean either."""

    codes = ("low_confidence",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        if not any(True for _ in lines_to_deliver(matched)):
            return
        read = len(matched.order.lines)
        quantities = sum((line.quantity for line in matched.order.lines if line.quantity), Decimal(0))
        for text, number in printed_counts(matched.order.remarks):
            if number not in (read, quantities):
                reason = f'the document says "{text}", and {read} lines were read'
                yield mismatch("low_confidence", "lines", number, read, reason)
                return


def printed_counts(remarks: tuple[Remark, ...]) -> Iterator[tuple[str, int]]:
    for remark in remarks:
        if match := WITH_NUMBER.search(fold(remark.text)):
            yield remark.text, int(match[1])
    for left, right in pairwise(remarks):
        beside = left.page == right.page and abs(left.box.y_mid - right.box.y_mid) < left.box.height / 2
        if beside and right.text.strip().isdecimal() and LABEL.search(fold(left.text)):
            yield f"{left.text} {right.text}", int(right.text)
