"""The records that flow through po-intake, in UBL 2.1 Order terms.

All are frozen, hold tuples, ``Decimal``, ``date`` and aware UTC ``datetime``. Absent is ``None``: nothing is guessed.
Boxes are PDF points from the top left of the upright page; confidences run from 0 (none) to 1 (proven).
"""

from pipeline.model.decision import CaseStatus, Decision, LineDecision, Mismatch, Resolution, ReviewCase, Verdict
from pipeline.model.erp import (
    CatalogueItem,
    Company,
    Customer,
    ItemStatus,
    OpenOrderLine,
    Price,
    ShipTo,
    StockLevel,
    UnitConversion,
)
from pipeline.model.layout import LayoutColumn, LayoutCorrection
from pipeline.model.mail import Attachment, Document, MailKey, Message
from pipeline.model.matching import (
    Candidate,
    EarlierLine,
    EarlierOrder,
    ExpectedPrice,
    LineMatch,
    MailContext,
    MatchedOrder,
    PartyMatch,
    UnitReading,
)
from pipeline.model.order import (
    ALONE,
    Discount,
    DocumentType,
    Doubt,
    Evidence,
    LineItem,
    Order,
    Party,
    ReadingContext,
    Remark,
    ScheduleLine,
)
from pipeline.model.pages import FLATTENED, Box, Cell, Mark, Page, Pages, Ruling, Source, Word

__all__ = [
    "ALONE",
    "FLATTENED",
    "Attachment",
    "Box",
    "Candidate",
    "CaseStatus",
    "CatalogueItem",
    "Cell",
    "Company",
    "Customer",
    "Decision",
    "Discount",
    "Document",
    "DocumentType",
    "Doubt",
    "EarlierLine",
    "EarlierOrder",
    "Evidence",
    "ExpectedPrice",
    "ItemStatus",
    "LayoutColumn",
    "LayoutCorrection",
    "LineDecision",
    "LineItem",
    "LineMatch",
    "MailContext",
    "MailKey",
    "Mark",
    "MatchedOrder",
    "Message",
    "Mismatch",
    "OpenOrderLine",
    "Order",
    "Page",
    "Pages",
    "Party",
    "PartyMatch",
    "Price",
    "ReadingContext",
    "Remark",
    "Resolution",
    "ReviewCase",
    "Ruling",
    "ScheduleLine",
    "ShipTo",
    "Source",
    "StockLevel",
    "UnitConversion",
    "UnitReading",
    "Verdict",
    "Word",
]
