"""What the pages of reports and audits are given from above; ``flows.figures`` makes it."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class Figures(Protocol):
    def file(self, first: date, last: date, name: str, link: str) -> bytes | None:
        """One file of the report of a period ("report.html", "report.xlsx", "pareto.csv"); None where it has none such.

        ``link``: the address of this page, for links to cases.
        """

    def metrics(self) -> bytes:
        """In Prometheus' text format."""

    def picture(self, order_key: str, page: int) -> bytes:
        """A page of an order's document as PNG, from 1. Raises ``DocumentError`` and ``SourceError``."""
