"""Values of which it is known whether they were read right."""

from __future__ import annotations

from dataclasses import dataclass

CHANNELS = ("digital", "ocr")
FIELD_GROUPS = {
    "po_number": "po_number",
    "buyer_item_id": "item", "seller_item_id": "item", "manufacturer_item_id": "item", "standard_item_id": "item",
    "quantity": "quantity", "unit": "quantity",
    "unit_price": "price", "price_base_quantity": "price", "line_discount": "price",
    "line_amount": "amount", "subtotal": "amount", "tax": "amount", "freight": "amount", "discount": "amount",
    "total": "amount",
    "order_date": "date", "requested_date": "date",
}  # fmt: skip
"""Fields that decide what is delivered and paid, and their group. Parties are proven by the ERP they match."""


@dataclass(frozen=True, slots=True)
class JudgedValue:
    """``document`` (a file name or order key) and ``path`` ("0.lines[2].quantity") name it; ``confidence`` is 0..1."""

    document: str
    path: str
    channel: str  # of CHANNELS
    group: str  # of FIELD_GROUPS
    confidence: float
    right: bool
