"""What an auditor keyed beside what the machine read. Paths: "po_number", "total", "lines[0].quantity" ..."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from pipeline.codec import order_to_json
from pipeline.errors import UsageError
from pipeline.model import FIELD_GROUPS, Decision, JudgedValue, Source
from pipeline.run import code_key
from pipeline.units import same_unit, unit_code
from store.comparison import LINE, Judged

PARTIES = ("customer", "ship_to")  # by our own numbers: matched, not read
HEADER = (*PARTIES, "po_number", "order_date", "requested_date", "currency", "total")
OF_LINE = ("item", "quantity", "unit", "unit_price", "price_base_quantity", "line_amount")
NUMBERS = ("total", "quantity", "unit_price", "price_base_quantity", "line_amount")
DATES = ("order_date", "requested_date")
MOST_LINES = 2000
_PATH = re.compile(r"(?:lines\[(\d{1,4})\]\.)?(\w+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """A value of the machine; ``confidence`` is None where none was stated (the item: it was matched, not read)."""

    value: str
    confidence: float | None


def machine_answers(decision: Decision) -> dict[str, Answer]:
    """By path; only what has a value."""
    tree = order_to_json(decision.order)
    sure = {e.path: e.confidence for e in decision.order.evidence}
    parties = zip(PARTIES, (decision.customer_id, decision.ship_to_id), strict=True)
    found = {name: Answer(key, None) for name, key in parties if key is not None}
    read = [name for name in HEADER if name not in PARTIES and tree[name] is not None]
    found |= {name: Answer(str(tree[name]), sure.get(name)) for name in read}
    for i, (line, decided) in enumerate(zip(tree["lines"], decision.lines, strict=True)):
        if decided.sku is not None:
            found[f"lines[{i}].item"] = Answer(decided.sku, None)
        for name in OF_LINE[1:]:
            if line[name] is not None:
                at = f"lines[{i}].{name}"
                found[at] = Answer(str(line[name]), sure.get(at))
    return found


def line_of(path: str) -> int:
    """From 0; -1 for the header."""
    found = _PATH.fullmatch(path)
    return int(found[1]) if found and found[1] is not None else -1


def name_of(path: str) -> str:
    return path.rpartition(".")[2]


def cleaned(values: Mapping[str, object]) -> dict[str, str]:
    """What was keyed, in order and without empty fields. Raises ``UsageError`` naming the field that cannot be."""
    found = {}
    for path, text in values.items():
        match = _PATH.fullmatch(path)
        known = match is not None and match[2] in (HEADER if match[1] is None else OF_LINE)
        if not known or not isinstance(text, str) or line_of(path) >= MOST_LINES:
            raise UsageError(f"{path[:60]}: an audit has no such field, or its value is no text")
        if text.strip():
            found[path] = _checked(path, text.strip())
    if not found:
        raise UsageError("nothing was keyed: type what the document says")
    return dict(sorted(found.items(), key=lambda pair: (line_of(pair[0]), pair[0])))


def _checked(path: str, text: str) -> str:
    try:
        if name_of(path) in NUMBERS and Decimal(text).is_finite():
            return text
        if name_of(path) in DATES:
            return date.fromisoformat(text).isoformat()
    except (InvalidOperation, ValueError):
        form = "a number as 1234.50" if name_of(path) in NUMBERS else "a date as 2026-11-30"
        raise UsageError(f"{path}: {text[:40]!r} is not {form}") from None
    if name_of(path) in NUMBERS:
        raise UsageError(f"{path}: {text[:40]!r} is not a number as 1234.50")
    return text[:200]


def same(path: str, one: str, other: str) -> bool:
    """Numbers by their value, units by their meaning, the rest but for blanks, punctuation and case."""
    name = name_of(path)
    if name in NUMBERS:
        try:
            return Decimal(one) == Decimal(other)
        except InvalidOperation:
            return False
    return code_key(one) == code_key(other) or (name == "unit" and same_unit(unit_code(one), unit_code(other)))


def differing(machine: Mapping[str, Answer], keyed: Mapping[str, str]) -> tuple[str, ...]:
    """Paths keyed otherwise or where the machine has nothing, and lines (``lines[3]``) that only one of them has."""
    theirs, ours = ({line_of(path) for path in paths if line_of(path) >= 0} for paths in (machine, keyed))
    values = [p for p, text in keyed.items() if line_of(p) in theirs | {-1} and not _agrees(machine.get(p), p, text)]
    return *values, *(f"lines[{i}]" for i in sorted(theirs ^ ours))


def _agrees(answer: Answer | None, path: str, text: str) -> bool:
    return answer is not None and same(path, answer.value, text)


def judged(machine: Mapping[str, Answer], keyed: Mapping[str, str], wrong: frozenset[str]) -> Iterator[Judged]:
    """Every value that was keyed, and each line as a whole."""
    lines: dict[int, list[Judged]] = {}
    for path in keyed:
        answer, line = machine.get(path), line_of(path)
        if f"lines[{line}]" in wrong or (answer is None and path not in wrong):
            continue
        one = Judged(_field(path), line, path not in wrong, answer.confidence if answer else None)
        lines.setdefault(line, []).append(one)
        yield one
    for line, values in sorted(lines.items()):
        if line >= 0:
            stated = [one.confidence for one in values if one.confidence is not None]
            yield Judged(LINE, line, all(one.right for one in values), min(stated, default=None))
    for path in sorted(wrong):
        if path.endswith("]"):
            yield Judged(LINE, int(path[6:-1]), right=False, confidence=None)


def _field(path: str) -> str:
    """As ``store.comparison`` calls it."""
    return "sku" if name_of(path) == "item" else name_of(path)


def evidence_of(
    order_key: str, decision: Decision, keyed: Mapping[str, str], wrong: frozenset[str]
) -> Iterator[JudgedValue]:
    """What the audit says for the error budget: values with evidence that were keyed."""
    for e in decision.order.evidence:
        group = FIELD_GROUPS.get(name_of(e.path))
        if group is not None and e.path in keyed:
            channel = "ocr" if e.source is Source.OCR else "digital"
            yield JudgedValue(order_key, e.path, channel, group, e.confidence, e.path not in wrong)
