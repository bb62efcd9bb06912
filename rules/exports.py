"""Checks that could not run because an ERP export is absent."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.facts import mismatch


class RequiredExports(PolicyRule):
    """Holds an order where the policy demands a check whose export is not there."""

    codes = ("low_confidence",)
    settings = ("order.required_exports",)

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        required = self._policies.for_order(matched).order.required_exports
        absent = [name for name in required if name in matched.absent_exports]
        if absent:
            files = ", ".join(f"{name}.csv" for name in absent)
            reason = f"the policy requires {files}, which the ERP exports lack: what it would show is unchecked"
            yield mismatch("low_confidence", "", files, None, reason)
