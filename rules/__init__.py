"""The rules: each judges one thing about a matched order. Adding one is a module and a line in ``ALL_RULES``."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.interfaces import Rule
from rules.arithmetic import LineArithmetic
from rules.blanket import Blanket
from rules.body_conflict import BodyConflict
from rules.cancellation import Cancellation
from rules.confidence import Confidence
from rules.credit import CreditHold
from rules.currency import Currency
from rules.customer import KnownCustomer
from rules.discount import OrderDiscount
from rules.duplicate import Duplicate
from rules.exports import RequiredExports
from rules.item import KnownItem
from rules.limits import ValueLimit
from rules.line_count import LineCount
from rules.line_numbers import LineNumbers
from rules.moq import MinimumQuantity
from rules.no_lines import NoLines
from rules.order_date import OrderDate
from rules.pack import PackMultiple
from rules.past_due import PastDue
from rules.po_number import RequiredFields
from rules.policy import Policies
from rules.price import ContractPrice
from rules.printed import PrintedNumbers
from rules.quantity import Quantity
from rules.remarks import Remarks
from rules.revision import Revision
from rules.ship_to import KnownShipTo
from rules.stock import Stock
from rules.suspicious_sender import SuspiciousSender
from rules.totals import Totals
from rules.unlisted import Unlisted
from rules.uom import Unit

ALL_RULES: tuple[Callable[[Policies], Rule], ...] = (
    # of the order
    SuspiciousSender,
    BodyConflict,
    KnownCustomer,
    KnownShipTo,
    CreditHold,
    Duplicate,
    Revision,
    Cancellation,
    Blanket,
    RequiredFields,
    OrderDate,
    NoLines,
    LineNumbers,
    LineCount,
    Unlisted,
    Remarks,
    Currency,
    Totals,
    OrderDiscount,
    ValueLimit,
    RequiredExports,
    # of a line
    KnownItem,
    Quantity,
    Unit,
    ContractPrice,
    LineArithmetic,
    MinimumQuantity,
    PackMultiple,
    Stock,
    PastDue,
    # of the reading
    PrintedNumbers,
    Confidence,
)
