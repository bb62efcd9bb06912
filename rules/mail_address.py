"""A delivery address in the covering mail that the order does not print."""

from __future__ import annotations

import re

from pipeline.language import fold
from pipeline.model import MatchedOrder

# "deliver ... to", in eight languages, folded; what follows close by is looked at for a postcode
_DELIVER = re.compile(
    r"\b(?:deliver|ship(?!\w*ment of)|dispatch|(?:send|sent) (?:it|them|the goods|the order|the parcel|everything)|"
    r"lieferung|liefer|versend|livrer|livraison|expedi|entregar|entrega|entreguem|consegn|sped|leveren|levering|bezorg|"
    r"verzend|dostarcz|dostaw|wyslij|wysylk)\w*\b(?P<where>.{0,100})"
)
_TO = re.compile(r"\b(?:to|at|an|nach|a|au|aux|chez|en|em|para|presso|naar|aan|op|do|na|pod)\b")
_POSTCODE = re.compile(
    r"\b(?:[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}|\d{4} ?[a-z]{2}|\d{2} \d{3}|\d{4} \d{3}|\d{3} \d{2}|\d{4,5})\b"
)
_YEAR = re.compile(r"20[2-4]\d")


def names_another_address(text: str, matched: MatchedOrder) -> bool:
    """Whether the text asks for delivery to a place whose postcode stands nowhere in the order."""
    known = re.sub(r"\W", "", fold(_printed(matched)))
    for said in _DELIVER.finditer(fold(text)):
        to = _TO.search(said["where"])
        codes = _POSTCODE.finditer(said["where"], to.end()) if to is not None else ()
        found = (re.sub(r"\W", "", code[0]) for code in codes)
        if any(code not in known and not _YEAR.fullmatch(code) for code in found):
            return True
    return False


def _printed(matched: MatchedOrder) -> str:
    """All of the order in which a number of the text may stand."""
    order = matched.order
    parties = (order.ship_to, order.buyer, order.bill_to, order.seller)
    places = [part or "" for party in parties for part in (party.name, party.address)]
    codes = [code or "" for line in order.lines for code in (line.buyer_item_id, line.seller_item_id, line.description)]
    return " ".join([order.po_number or "", *places, *codes, *(remark.text for remark in order.remarks)])
