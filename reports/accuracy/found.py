"""What the program found in a document, in the form in which it is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.accuracy.fields import Values, header_values, line_values, value_of


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """``confidences`` and ``sources`` by path; empty where the result was written without evidence."""

    document_type: str | None
    header: Values
    lines: tuple[Values, ...]
    confidences: Mapping[str, float]
    sources: Mapping[str, str]
    language: str | None = None


def found_order(order: Mapping[str, object]) -> FoundOrder:
    """``order``: order JSON of the contract, best with its evidence."""
    lines = order.get("lines")
    evidence = order.get("evidence")
    entries = {
        str(path): entry
        for path, entry in (evidence.items() if isinstance(evidence, Mapping) else ())
        if isinstance(entry, Mapping)
    }
    return FoundOrder(
        document_type=value_of(order.get("document_type")),
        header=header_values(order),
        lines=tuple(line_values(line) for line in lines if isinstance(line, Mapping))
        if isinstance(lines, list)
        else (),
        confidences={path: float(entry["confidence"]) for path, entry in entries.items() if "confidence" in entry},
        sources={path: str(entry["source"]) for path, entry in entries.items() if "source" in entry},
        language=value_of(order.get("language")),
    )
