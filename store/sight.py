"""Which cases somebody may see: those of the customers of the own groups."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, true

from store.desk_tables import CustomerGroupRow
from store.tables import CaseRow

UNKNOWN = "unknown"  # in a group: orders whose customer is not known
Groups = tuple[str, ...] | None  # None: every customer; (): none


def sees(groups: Groups) -> ColumnElement[bool]:
    """A condition on ``CaseRow``."""
    if groups is None:
        return true()
    known = select(CustomerGroupRow.customer_id).where(CustomerGroupRow.name.in_(groups))
    unknown = known.where(CustomerGroupRow.customer_id == UNKNOWN).exists()
    return or_(CaseRow.customer_id.in_(known), and_(CaseRow.customer_id.is_(None), unknown))
