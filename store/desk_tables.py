"""The tables beside the review cases: what the queue is filtered by, and whose customers are whose."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables import Base


class CaseCodeRow(Base):
    """One of the codes that speak against an order as it is now; each once a case."""

    __tablename__ = "case_codes"

    case_row: Mapped[int] = mapped_column(ForeignKey("review_cases.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)

    __table_args__ = (Index("ix_case_codes_code", "code", "case_row"),)


class CustomerGroupRow(Base):
    """A customer belongs to a group; "-" stands for orders whose customer is not known."""

    __tablename__ = "customer_groups"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(200), primary_key=True)
