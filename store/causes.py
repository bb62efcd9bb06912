"""Open cases that share a cause, and the answers that were given to many at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, select

from pipeline.errors import UsageError
from store import audit
from store.desk_tables import CaseCauseRow, GroupAnswerCaseRow, GroupAnswerRow
from store.engine import Database
from store.records import AnsweredCase, CauseGroup, GroupAnswer
from store.sight import Groups, sees
from store.tables import CaseRow

MOST_CASES = 500  # answered at once; the rest comes with the next answer
MOST_GROUPS = 200
LATEST = 50


class Causes:
    def __init__(self, db: Database) -> None:
        self._db = db

    def groups(self, groups: Groups = None) -> tuple[CauseGroup, ...]:
        """Causes of at least two open cases, those of most cases first."""
        return self._groups(sees(groups))

    def group(self, cause_id: str, groups: Groups = None) -> CauseGroup:
        """Raises ``UsageError`` where no two open cases share the cause any more."""
        found = self._groups(sees(groups), CaseCauseRow.cause_id == cause_id)
        if not found:
            raise UsageError("no two open cases have this cause any more; look at the list again")
        return found[0]

    def _groups(self, *which: ColumnElement[bool]) -> tuple[CauseGroup, ...]:
        cases = func.count(func.distinct(CaseCauseRow.case_row))
        about = (func.min(column) for column in (CaseCauseRow.kind, CaseCauseRow.customer_id, CaseCauseRow.shown))
        query = select(CaseCauseRow.cause_id, *about, cases, func.count())
        query = query.join(CaseRow, CaseRow.id == CaseCauseRow.case_row).where(CaseRow.status == "open", *which)
        query = query.group_by(CaseCauseRow.cause_id).having(cases > 1).order_by(cases.desc(), CaseCauseRow.cause_id)
        with self._db.reading() as session:
            return tuple(CauseGroup(*row) for row in session.execute(query.limit(MOST_GROUPS)))

    def cases(self, cause_id: str, groups: Groups = None) -> dict[str, tuple[int, ...]]:
        """The open cases of a cause, oldest first, with the places of its mismatches in each."""
        query = select(CaseRow.case_id, CaseCauseRow.place).join(CaseRow, CaseRow.id == CaseCauseRow.case_row)
        query = query.where(CaseCauseRow.cause_id == cause_id, CaseRow.status == "open", sees(groups))
        found: dict[str, tuple[int, ...]] = {}
        with self._db.reading() as session:
            for case_id, place in session.execute(query.order_by(CaseRow.id, CaseCauseRow.place)):
                found[case_id] = (*found.get(case_id, ()), place)
        return dict(list(found.items())[:MOST_CASES])

    def begin(self, cause: str, answer: str, reason: str, by: str) -> str:
        """Books that an answer is being given; its id. Each case that it touches is then booked by ``touched``."""
        with self._db.writing("group-answer") as session:
            row = GroupAnswerRow(answer_id=secrets.token_hex(8), cause=cause, answer=answer, reason=reason, by=by)
            row.at = self._db.now()
            session.add(row)
            session.flush()
            detail = {"cause": cause, "answer": answer, "reason": reason}
            audit.append(session, row.at, by, "answered for many", f"answer:{row.answer_id}", detail)
            return row.answer_id

    def touched(self, answer_id: str, cases: Iterable[AnsweredCase]) -> None:
        """What became of cases by the answer."""
        with self._db.writing("group-answer-case") as session:
            row = _answer(session.scalars(select(GroupAnswerRow).where(GroupAnswerRow.answer_id == answer_id)).first())
            for case in cases:
                session.merge(
                    GroupAnswerCaseRow(
                        answer_row=row.id, case_id=case.case_id, outcome=case.outcome, version=case.version
                    )
                )

    def answers(self) -> tuple[GroupAnswer, ...]:
        """The latest, newest first."""
        with self._db.reading() as session:
            rows = session.scalars(select(GroupAnswerRow).order_by(GroupAnswerRow.id.desc()).limit(LATEST))
            return tuple(_record(row) for row in rows)

    def answer(self, answer_id: str) -> GroupAnswer:
        """Raises ``UsageError`` for an unknown id."""
        with self._db.reading() as session:
            query = select(GroupAnswerRow).where(GroupAnswerRow.answer_id == answer_id)
            return _record(_answer(session.scalars(query).first()))

    def undone(self, answer_id: str, by: str, cases: Iterable[str], kept: Iterable[str]) -> None:
        """Books which cases are open again as they were before, and which stay as they are."""
        with self._db.writing("group-undone") as session:
            row = _answer(session.scalars(select(GroupAnswerRow).where(GroupAnswerRow.answer_id == answer_id)).first())
            row.undone_at = self._db.now()
            detail = {"reopened": sorted(cases), "kept": sorted(kept)}
            audit.append(session, row.undone_at, by, "answer undone", f"answer:{answer_id}", detail)


def _answer(row: GroupAnswerRow | None) -> GroupAnswerRow:
    if row is None:
        raise UsageError("there is no such answer")
    return row


def _record(row: GroupAnswerRow) -> GroupAnswer:
    cases = tuple(AnsweredCase(case.case_id, case.outcome, case.version) for case in row.cases)
    return GroupAnswer(row.answer_id, row.cause, row.answer, row.reason, row.by, row.at, row.undone_at, cases)
