"""What the review page does with one case, by the parts of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from extractors.layouts import correction_of
from extractors.pictures import PageWords
from flows import queue, rearranging, settling
from flows.parts import Parts
from flows.pictures import Pictures
from flows.settings import Settings
from flows.wiring import reading_options
from matchers.earlier import from_erp
from pipeline.model import Candidate, EarlierOrder, LayoutCorrection, ReviewCase
from pipeline.run import code_key
from pipeline.settling import Settlement


@dataclass(frozen=True, slots=True)
class WorkspaceCases:
    """Implements ``review.desk.CaseWork``. The matcher keeps what it worked out: one thread at a time."""

    parts: Parts
    settings: Settings
    pictures: Pictures
    lock: Lock

    def settle(self, said: Settlement) -> queue.Outcome:
        with self.lock:
            return settling.settle(self.parts, said)

    def reject(self, case_id: str, version: str, reviewer: str, code: str, text: str) -> queue.Outcome:
        reason = settling.rejection(code, text)
        return queue.reject(self.parts.store, case_id, reviewer, reason, version, code)

    def rearrange(self, case_id: str, version: str, reviewer: str, what: str, line: int) -> queue.Outcome:
        with self.lock:
            return rearranging.rearrange(self.parts, case_id, version, reviewer, what, line)

    def part(self, case_id: str, version: str, reviewer: str, line: int, po_number: str) -> str:
        with self.lock:
            return rearranging.part(self.parts, case_id, version, reviewer, line, po_number)[1]

    def words(self, case: ReviewCase, page: int) -> PageWords:
        return self.pictures.words(case, page)

    def items(self, text: str) -> tuple[Candidate, ...]:
        with self.lock:
            return self.parts.search(text)

    def mail_html(self, case: ReviewCase) -> str | None:
        return self.pictures.message(case).html

    def earlier(self, case: ReviewCase) -> tuple[EarlierOrder, ...]:
        """Orders of this customer under this number, newest last: the ERP's first, then our own."""
        decision, number = case.decision, code_key(case.decision.order.po_number)
        if decision.customer_id is None or not number:
            return ()
        history = self.parts.store.history(but=case.order_key)
        held = from_erp(self.parts.deciders(history).erp.open_orders(decision.customer_id))
        ours = history.earlier(decision.customer_id, None)
        return tuple(one for one in (*held, *ours) if code_key(one.po_number) == number)

    def learn_layout(self, case: ReviewCase, said: Mapping[str, str], reviewer: str) -> LayoutCorrection:
        document, options = self.pictures.document(case), reading_options(self.settings.intake)
        correction = self.pictures.pool.submit(correction_of, document, dict(said), options).result()
        self.parts.store.remember_layout(correction, reviewer)
        return correction
