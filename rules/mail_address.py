"""A place of delivery in the covering mail, or in a note, that the order does not print."""

from __future__ import annotations

import re

from pipeline.language import fold
from pipeline.model import MatchedOrder
from rules.phrasebook import without_accents

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
# What a company has several of, in the same languages; its name stands beside it ("plant 2", "Kreuztal site")
_PLACE = re.compile(
    r"\b(?:site|plant|works|warehouse|branch|depot|store|factory|facility|jobsite|werk|lager|standort|filiale|baustelle|"
    r"niederlassung|usine|entrepot|magasin|agence|chantier|almacen|planta|fabrica|nave|sucursal|obra|magazzino|sede|"
    r"stabilimento|cantiere|armazem|loja|magazijn|vestiging|fabriek|filiaal|bouwplaats|magazyn|zaklad|oddzial|budowa)\b"
)
_NAME_BEHIND = re.compile(r"[ :]{1,2}(?:no\.? |nr\.? |in |a |w |en |te )?([^\W\d_]\w+|\d{1,5}|[A-Z])\b")
_NAME_BEFORE = re.compile(r"\b([^\W\d_]\w+)[ -]$")


def names_elsewhere(text: str, matched: MatchedOrder) -> bool:
    return names_another_address(text, matched) or names_another_place(text, matched)


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


def names_another_place(text: str, matched: MatchedOrder) -> bool:
    """Whether the text asks for delivery to a plant, site or warehouse whose name stands nowhere in the order's
    addresses: "ship to our Kreuztal site"."""
    plain = without_accents(text)
    said = _DELIVER.search(plain)
    if said is None:
        return False
    ship_to = matched.order.ship_to
    known = set(fold(f"{ship_to.name or ''} {ship_to.address or ''}").split())
    for place in _PLACE.finditer(plain, said.start()):
        names = (_NAME_BEHIND.match(text, place.end()), _NAME_BEFORE.search(text[: place.start()]))
        if any(name is not None and _is_name(name[1]) and fold(name[1]) not in known for name in names):
            return True
    return False


def _is_name(word: str) -> bool:
    return word[0].isupper() or word.isdigit()


def _printed(matched: MatchedOrder) -> str:
    """All of the order in which a number of the text may stand."""
    order = matched.order
    parties = (order.ship_to, order.buyer, order.bill_to, order.seller)
    places = [part or "" for party in parties for part in (party.name, party.address)]
    codes = [code or "" for line in order.lines for code in (line.buyer_item_id, line.seller_item_id, line.description)]
    return " ".join([order.po_number or "", *places, *codes, *(remark.text for remark in order.remarks)])
