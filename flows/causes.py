"""One answer to all cases of the same cause: foreseen first, then given case by case, and taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from flows.parts import Parts
from flows.queue import foreseen
from flows.settling import Settlement, resolution_for, settle
from pipeline.causes import CODES, CauseKind, line_of
from pipeline.errors import UsageError
from pipeline.model import CaseStatus, How, ReviewCase, Scope, Settled
from review.many import Foreseen, ForMany, Preview
from store import AnsweredCase, CauseGroup, GroupAnswer, StaleCase, Store

Alone = Callable[[], AbstractContextManager[object]]
Cases = tuple[tuple[ReviewCase, tuple[int, ...]], ...]  # with the places of the mismatches in each


def preview(parts: Parts, said: ForMany, alone: Alone = nullcontext) -> Preview:
    """What would come out; nothing is recorded. Each case is decided inside of ``alone()``, so that others get a turn.

    Raises ``UsageError`` for an answer that cannot be.
    """
    return _foreseen(parts, said, tuple(_cases(parts, said)), alone)


def _foreseen(parts: Parts, said: ForMany, found: Cases, alone: Alone) -> Preview:
    group = parts.store.causes.group(said.cause_id, said.groups)
    cases, sealed = [], [said.cause_id, said.answer]
    for case, places in found:
        sealed.append(f"{case.case_id} {case.version}")
        with alone():
            stays = foreseen(parts, case, resolution_for(case, _settlement(group, case, places, said)))
        lines = tuple(_printed(case, place) for place in places)
        cases.append(Foreseen(case.case_id, case.decision.order.po_number, lines, not stays, stays))
    return Preview(tuple(cases), hashlib.sha256("\n".join(sealed).encode()).hexdigest())


def answer(parts: Parts, said: ForMany, alone: Alone) -> GroupAnswer:
    """Gives the answer to the cases as they were foreseen; each is decided again by itself, inside of ``alone()``.

    A price answer is given only to orders that then leave: others are looked at anyway. What the answer teaches counts
    as said once, not once an order. Raises ``UsageError``, and ``StaleCase`` if the cases are not those foreseen.
    """
    group = parts.store.causes.group(said.cause_id, said.groups)
    found = tuple(_cases(parts, said))  # those that are looked at, as they are now: who comes or changes later is not
    shown = _foreseen(parts, said, found, alone)
    if shown.seen != said.seen:
        raise StaleCase("the cases are not those that you saw; look at what would come out again")
    answer_id = parts.store.causes.begin(f"{group.kind}: {group.shown}", said.answer, said.reason, said.reviewer)
    leaves = {case.case_id for case in shown.cases if case.leaves}
    remember = said.remember
    for case, places in found:
        if group.kind == CauseKind.PRICE and case.case_id not in leaves:
            continue
        with alone():
            booked = _answered(parts, group, case, places, said, remember)
        remember = remember and booked.outcome != CaseStatus.RESOLVED
        parts.store.causes.touched(answer_id, (booked,))
    return parts.store.causes.answer(answer_id)


def undo(store: Store, answer_id: str, by: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The cases that are open again as before, and those that stay: exported, or worked on since.

    Raises ``UsageError`` for an unknown answer, or one that was undone.
    """
    given = store.causes.answer(answer_id)
    if given.undone_at is not None:
        raise UsageError("this answer was undone already")
    reopened: list[str] = []
    kept: list[str] = []
    for case in given.cases:
        if case.outcome in (CaseStatus.RESOLVED, CaseStatus.OPEN):
            (reopened if _taken_back(store, case, by) else kept).append(case.case_id)
    store.causes.undone(answer_id, by, reopened, kept)
    return tuple(reopened), tuple(kept)


def _taken_back(store: Store, case: AnsweredCase, by: str) -> bool:
    try:
        if case.outcome == CaseStatus.OPEN:
            store.step_back(case.case_id, case.version, by)
        elif store.case(case.case_id).version == case.version:
            store.reopen(case.case_id, by)
        else:
            return False
    except UsageError:  # exported, or somebody has worked on it since
        return False
    return True


def _answered(
    parts: Parts, group: CauseGroup, case: ReviewCase, places: tuple[int, ...], said: ForMany, remember: bool
) -> AnsweredCase:
    """A case that somebody changed meanwhile, or that an answer does not change, stays as it is."""
    try:
        after = settle(parts, _settlement(group, case, places, said, remember)).case
    except UsageError as error:
        return AnsweredCase(case.case_id, "stale" if isinstance(error, StaleCase) else "unchanged", case.version)
    return AnsweredCase(case.case_id, str(after.status), after.version)


def _cases(parts: Parts, said: ForMany) -> Iterator[tuple[ReviewCase, tuple[int, ...]]]:
    for case_id, places in parts.store.causes.cases(said.cause_id, said.groups).items():
        case = parts.store.case(case_id)
        here = tuple(place for place in places if place < len(case.decision.mismatches))
        if case.status is CaseStatus.OPEN and case.signed_by is None and here:
            yield case, here


def _settlement(
    group: CauseGroup, case: ReviewCase, places: tuple[int, ...], said: ForMany, remember: bool = False
) -> Settlement:
    kind, skus, values, settled = CauseKind(group.kind), {}, {}, []
    for place in places:
        mismatch = case.decision.mismatches[place]
        i = line_of(mismatch)
        if i is None or CODES.get(mismatch.code) is not kind:
            raise StaleCase(f"case {case.case_id} has changed since you saw it; look again and decide then")
        if kind is CauseKind.ITEM:
            skus[i + 1] = said.answer
        elif kind is CauseKind.UNIT:
            values[f"lines[{i}].unit"] = said.answer
        settled.append(Settled(mismatch.code, mismatch.path, _how(kind, said.answer), said.answer))
    return Settlement(
        case_id=case.case_id,
        version=case.version,
        reviewer=said.reviewer,
        settled=tuple(settled),
        values=values,
        skus=skus,
        reason_code=said.reason_code,
        reason=said.reason,
        remember=Scope.CUSTOMER if remember else Scope.NOTHING,
    )


def _how(kind: CauseKind, answer: str) -> How:
    if kind is CauseKind.PRICE:
        if answer not in (How.DOCUMENT, How.ERP):
            raise UsageError('whose price holds: answer "document" or "erp"')
        return How(answer)
    if not answer.strip():
        raise UsageError("name the item" if kind is CauseKind.ITEM else "name the unit")
    return How.ITEM if kind is CauseKind.ITEM else How.CORRECTED


def _printed(case: ReviewCase, place: int) -> str:
    i = line_of(case.decision.mismatches[place])
    line = case.decision.order.lines[i or 0]
    code = line.seller_item_id or line.buyer_item_id or line.manufacturer_item_id
    words = (code, line.description, line.quantity, line.unit, line.unit_price)
    return f"{(i or 0) + 1}: " + " · ".join(str(word) for word in words if word is not None)


def suggestions(parts: Parts, said: ForMany) -> tuple[tuple[str, str], ...]:
    """Answers to choose from: value, and what it is."""
    group = parts.store.causes.group(said.cause_id, said.groups)
    if group.kind == CauseKind.PRICE:
        return (("document", "the document's price holds"), ("erp", "the ERP's price holds"))
    for case, places in _cases(parts, said):
        mismatch = case.decision.mismatches[places[0]]
        if group.kind == CauseKind.UNIT:
            return tuple((unit.strip(), "") for unit in (mismatch.expected or "").split(",") if unit.strip())
        line = case.decision.lines[line_of(mismatch) or 0]
        return tuple((c.key, f"{c.label} ({c.score:.2f}, {c.reason})") for c in line.candidates[:9])
    return ()


@dataclass(frozen=True, slots=True)
class ForReview:
    """What the review page is given (``review.many.Many``); ``alone`` keeps others from deciding at the same moment."""

    parts: Parts
    alone: Alone

    def suggestions(self, said: ForMany) -> tuple[tuple[str, str], ...]:
        return suggestions(self.parts, said)

    def preview(self, said: ForMany) -> Preview:
        return preview(self.parts, said, self.alone)

    def answer(self, said: ForMany) -> GroupAnswer:
        return answer(self.parts, said, self.alone)

    def undo(self, answer_id: str, by: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return undo(self.parts.store, answer_id, by)
