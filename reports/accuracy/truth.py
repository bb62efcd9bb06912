"""Truth files: order JSON of the contract, with a few keys that say what is open.

``_ambiguous``: paths that are not judged ("currency", "buyer", "lines[2].unit", "lines[*].unit", "*").
``_alternatives``: path → values that are right as well. ``_type_only``: only the document type is judged.
``_unreadable``: the document cannot be read, and must say so. ``_meta``: layout, lang, degradation of the document.
A key that is absent is not judged; ``null`` means that the document does not say it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigError
from reports.accuracy.fields import Values, header_values, line_values, value_of

_LINE_PATH = re.compile(r"lines\[(\d+)\]\.?(.*)")


@dataclass(frozen=True, slots=True)
class TruthOrder:
    """What one order truly says. ``lines`` is None where the truth states none at all."""

    document_type: str | None
    header: Values
    lines: tuple[Values, ...] | None
    ambiguous: frozenset[str] = frozenset()
    alternatives: Mapping[str, tuple[str | None, ...]] | None = None
    type_only: bool = False
    unreadable: bool = False
    layout: str | None = None
    language: str | None = None

    def judges(self, path: str) -> bool:
        """Whether the truth of this path is known: ``path`` as in the contract."""
        if not self.ambiguous.isdisjoint({"*", path, path.split(".")[0]}):
            return False
        found = _LINE_PATH.match(path)
        if found is None:
            return True
        return self.ambiguous.isdisjoint({"lines", "lines[*]", f"lines[{found[1]}]", f"lines[*].{found[2]}"})

    def also_right(self, path: str) -> tuple[str | None, ...]:
        return (self.alternatives or {}).get(path, ())

    @property
    def judges_lines(self) -> bool:
        return self.lines is not None and self.ambiguous.isdisjoint({"*", "lines"})


def load_truth(path: Path) -> tuple[TruthOrder, ...]:
    """The orders of one truth file: an object, a list of them, or ``{"orders": [...]}``. Raises ``ConfigError``."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: not readable as JSON: {error}") from error
    if isinstance(value, Mapping) and isinstance(value.get("orders"), list):
        value = value["orders"]
    orders = value if isinstance(value, list) else [value]
    if not orders or not all(isinstance(order, Mapping) for order in orders):
        raise ConfigError(f"{path}: not an order JSON, nor a list of them")
    return tuple(_order(order, path) for order in orders)


def _order(order: Mapping[str, object], path: Path) -> TruthOrder:
    meta = order.get("_meta")
    meta = meta if isinstance(meta, Mapping) else {}
    return TruthOrder(
        document_type=value_of(order.get("document_type")),
        header=header_values(order),
        lines=_lines(order, path),
        ambiguous=frozenset(str(p) for p in _list(order, "_ambiguous", path)),
        alternatives=_alternatives(order, path),
        type_only=bool(order.get("_type_only")),
        unreadable=bool(order.get("_unreadable")),
        layout=value_of(meta.get("layout")),
        language=value_of(meta.get("lang")),
    )


def _lines(order: Mapping[str, object], path: Path) -> tuple[Values, ...] | None:
    if order.get("lines") is None:
        return None
    lines = _list(order, "lines", path)
    if not all(isinstance(line, Mapping) for line in lines):
        raise ConfigError(f"{path}: lines: every line is an object")
    return tuple(line_values(line) for line in lines if isinstance(line, Mapping))


def _alternatives(order: Mapping[str, object], path: Path) -> dict[str, tuple[str | None, ...]]:
    value = order.get("_alternatives") or {}
    if not isinstance(value, Mapping) or not all(isinstance(v, list) for v in value.values()):
        raise ConfigError(f'{path}: _alternatives: paths and lists of values, such as {{"total": ["12.50"]}}')
    return {str(key): tuple(value_of(v) for v in values) for key, values in value.items()}


def _list(order: Mapping[str, object], key: str, path: Path) -> Sequence[object]:
    value = order.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ConfigError(f"{path}: {key}: a list is expected")
    return value
