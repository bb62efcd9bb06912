"""The tables beside the review cases: the queue's filters, groups of customers, answers for many, last looks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables import Base


class CaseCodeRow(Base):
    """One of the codes that speak against an order as it is now; each once a case."""

    __tablename__ = "case_codes"

    case_row: Mapped[int] = mapped_column(ForeignKey("review_cases.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)

    __table_args__ = (Index("ix_case_codes_code", "code", "case_row"),)


class CaseCauseRow(Base):
    """A mismatch that other cases may share: ``place`` counts the mismatches of the case from 0."""

    __tablename__ = "case_causes"

    case_row: Mapped[int] = mapped_column(ForeignKey("review_cases.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    cause_id: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(8))
    customer_id: Mapped[str]
    shown: Mapped[str]

    __table_args__ = (Index("ix_case_causes_cause_id", "cause_id", "case_row"),)


class CustomerGroupRow(Base):
    """A customer belongs to a group; "unknown" stands for orders whose customer is not known."""

    __tablename__ = "customer_groups"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(200), primary_key=True)


class LookRow(Base):
    """The last look at a mailbox ("mailbox:orders") or at the ERP exports ("erp"); it is overwritten by the next."""

    __tablename__ = "last_looks"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[datetime]
    found: Mapped[str]
    trouble: Mapped[str]  # a line each; "" when all was well


class GroupAnswerRow(Base):
    """One answer to many cases of the same cause."""

    __tablename__ = "group_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[str] = mapped_column(String(16), unique=True)
    cause: Mapped[str]
    answer: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    cases: Mapped[list[GroupAnswerCaseRow]] = relationship(order_by="GroupAnswerCaseRow.case_id")


class GroupAnswerCaseRow(Base):
    """``outcome``: the status of the case after the answer; ``version``: the case as the answer left it."""

    __tablename__ = "group_answer_cases"

    answer_row: Mapped[int] = mapped_column(ForeignKey("group_answers.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(64))
