"""What the reading is not sure of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.model import FIELD_GROUPS, Evidence, MatchedOrder, Mismatch, Source
from pipeline.run import code_key
from rules.arithmetic import line_agrees
from rules.base import PolicyRule
from rules.facts import Line, lines, mismatch
from rules.policy import Policy
from rules.price import price_agrees
from rules.totals import totals_agree

LINE_PATH = re.compile(r"lines\[(\d+)\](?:\.(.+))?")
EXACT = frozenset(
    {"sku", "cross_reference", "learned", "gtin", "mpn"}
)  # rungs of the item ladder that read the code as printed
PICTURE = "picture"  # path of a doubt about the whole picture an order was recognised from
OF_LINE_SUM = frozenset({"quantity", "price", "amount"})


class Confidence(PolicyRule):
    """Every doubt of the reading, and every value read with less confidence than the policy asks for.

    A figure needs no confidence where the document's own arithmetic proves it (and, on a line, the contract price too).
    Nor does a code that is exactly the ERP's, where the price agrees too and a description, which the matcher held
    against it, is printed; nor an order number that the mail's subject repeats.
    """

    codes = ("low_confidence",)
    settings = ("confidence.digital", "confidence.ocr", "budget.wrong_lines_per_1000")

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        by_index = {line.index: line for line in lines(matched)}
        for doubt in matched.order.doubts:
            if doubt.path == PICTURE and self._all_proven(matched, by_index):
                continue
            if not self._is_said(doubt.path, matched, by_index):
                yield mismatch("low_confidence", _known_path(doubt.path, matched), None, None, doubt.reason)
        policy = self._policies.for_order(matched)
        for evidence in matched.order.evidence:
            if not self._is_said(evidence.path, matched, by_index):
                yield from self._weak(evidence, matched, policy, by_index)

    def _is_said(self, path: str, matched: MatchedOrder, by_index: dict[int, Line]) -> bool:
        """Whether a figure's doubt is that its line does not add up, which ``arithmetic_error`` says already."""
        line, group = _place(path, by_index)
        if line is None or group not in OF_LINE_SUM or path.endswith(".unit"):
            return False
        if line_agrees(line.item, matched.order) is not False:
            return False
        return "arithmetic_error" not in self._policies.for_line(matched, line.index).switched_off

    def _weak(
        self, evidence: Evidence, matched: MatchedOrder, policy: Policy, by_index: dict[int, Line]
    ) -> Iterator[Mismatch]:
        line, group = _place(evidence.path, by_index)
        if group is None:
            return
        thresholds = policy.confidence.ocr if evidence.source is Source.OCR else policy.confidence.digital
        least: float = getattr(thresholds, group)
        budget = policy.budget.wrong_lines_per_1000
        if budget >= 0:
            yield from self._over_budget(evidence, matched, group, budget)
        if _is_misread_number(evidence, line):
            reason = f"our number was recognised as {evidence.text!r}, which is not that of the item the line means"
            yield mismatch("low_confidence", _known_path(evidence.path, matched), None, evidence.text, reason)
            return
        proven = self._is_proven(group, line, matched) and not _has_odd_mark(evidence, group)
        if evidence.confidence >= least or proven:
            return
        reason = (
            f"{evidence.path} was read as {evidence.text!r} on page {evidence.page} with confidence "
            f"{evidence.confidence:.0%} ({evidence.source}); the policy asks for {least:.0%}"
        )
        yield mismatch("low_confidence", _known_path(evidence.path, matched), None, evidence.text, reason)

    def _over_budget(
        self, evidence: Evidence, matched: MatchedOrder, group: str, budget: Decimal
    ) -> Iterator[Mismatch]:
        """Under an error budget only confidence counts that is proven to be enough, for figures that add up as well."""
        channel = "ocr" if evidence.source is Source.OCR else "digital"
        least = self._policies.proven(budget).get((channel, group))
        if least is not None and evidence.confidence >= least:
            return
        why = f"asks for {least:.0%}" if least is not None else f"is not proven yet for {group} in {channel} documents"
        reason = f"{evidence.path} was read with confidence {evidence.confidence:.0%}; the error budget {why}"
        yield mismatch("low_confidence", _known_path(evidence.path, matched), None, evidence.text, reason)

    def _is_proven(self, group: str, line: Line | None, matched: MatchedOrder) -> bool:
        if line is not None:
            named = group == "item" and line.match.level in EXACT and bool(line.item.description)
            return (group in OF_LINE_SUM or named) and self._line_proves(line, matched)
        if group == "amount":
            return totals_agree(matched.order) is True
        number = code_key(matched.order.po_number)
        repeated = matched.mail is not None and len(number) > 3 and number in code_key(matched.mail.subject)
        return group == "po_number" and repeated

    def _all_proven(self, matched: MatchedOrder, by_index: dict[int, Line]) -> bool:
        """Every line by its own sum and the contract price, and that no line is missing by the sum of all."""
        lines_prove = all(self._line_proves(line, matched) for line in by_index.values())
        return bool(by_index) and lines_prove and totals_agree(matched.order) is True

    def _line_proves(self, line: Line, matched: MatchedOrder) -> bool:
        policy = self._policies.for_line(matched, line.index)
        return line_agrees(line.item, matched.order) is True and price_agrees(line, matched.order, policy) is True


def _is_misread_number(evidence: Evidence, line: Line | None) -> bool:
    """Whether print that was recognised as our number is none of the item's, which another number or words led to."""
    if evidence.source is not Source.OCR or not evidence.path.endswith(".seller_item_id") or line is None:
        return False
    item, printed = line.match.item, line.item.seller_item_id
    if item is None or not printed or line.match.level not in EXACT - {"learned"}:
        return False
    return code_key(printed) not in {code_key(number) for number in (item.sku, item.mpn, item.barcode) if number}


def _has_odd_mark(evidence: Evidence, group: str) -> bool:
    """A comma in a recognised code: the ladder overlooks marks, and so names the item of a code nobody printed."""
    return group == "item" and evidence.source is Source.OCR and "," in evidence.text


def _place(path: str, by_index: dict[int, Line]) -> tuple[Line | None, str | None]:
    """The line a path lies in, and the group of its field; None each where there is none."""
    match = LINE_PATH.fullmatch(path)
    if match is None:
        return None, FIELD_GROUPS.get(path)
    return by_index.get(int(match[1])), FIELD_GROUPS.get(match[2] or "")


def _known_path(path: str, matched: MatchedOrder) -> str:
    """The doubt's path; the order's own where it names a line that does not exist."""
    match = LINE_PATH.match(path)
    return path if match is None or int(match[1]) < len(matched.order.lines) else ""
