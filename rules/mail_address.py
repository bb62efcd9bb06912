"""A place of delivery in the covering mail, or in a note, that the order does not print."""

from __future__ import annotations

import re

from pipeline.language import fold, month_names
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
# What introduces an address, with nothing but its name behind it
_LABEL = re.compile(
    r"\b(?:(?:ship|deliver|delivery|send)[ -]to|delivery address|lieferadresse|lieferanschrift|lieferung an|versand an|"
    r"livrer (?:a|chez)|livraison a|adresse de livraison|entregar en|entrega en|direccion de entrega|consegnare a|"
    r"consegna a|indirizzo di consegna|leveren (?:aan|op)|afleveradres|dostawa do|dostarczyc do|adres dostawy|"
    r"entregar em|local de entrega)\b(?: for (?:items?|lines?) \d+)?[: ]+"
)
_NEAR = 3  # words behind such a label that may be the name
_NO_NAME = re.compile(
    r"^(?:address|adress\w*|anschrift|lieferadresse|lieferanschrift|haus|firma|wareneingang|wareneingangs\w*|lager|werk|"
    r"abteilung|herrn|frau|attn|zhd|us|the|our|above|see|as|kw|week|unser\w*|direccion|indirizzo|endereco|adres\w*|site)$"
)
_NAME_BEHIND = re.compile(r"[ :]{1,2}(?:no\.? |nr\.? |in |a |w |en |te )?([^\W\d_]\w+|\d{1,5}|[A-Z])\b")
_NAME_BEFORE = re.compile(r"\b([^\W\d_]\w+)[ -]$")


def names_elsewhere(text: str, matched: MatchedOrder, *, in_document: bool = False) -> bool:
    """``in_document``: the text is print of the order itself, so that its own remarks prove nothing."""
    return names_another_address(text, matched, in_document=in_document) or names_another_place(text, matched)


def names_another_address(text: str, matched: MatchedOrder, *, in_document: bool = False) -> bool:
    """Whether the text asks for delivery to a place whose postcode stands nowhere in the order."""
    known = re.sub(r"\W", "", fold(_printed(matched, with_remarks=not in_document)))
    for said in _DELIVER.finditer(fold(text)):
        to = _TO.search(said["where"])
        codes = _POSTCODE.finditer(said["where"], to.end()) if to is not None else ()
        found = (re.sub(r"\W", "", code[0]) for code in codes)
        if any(code not in known and not _YEAR.fullmatch(code) for code in found):
            return True
    return False


def names_another_place(text: str, matched: MatchedOrder) -> bool:
    """Whether the text asks for delivery to somebody, or to a plant, site or warehouse, whose name stands nowhere in
    the order's addresses: "ship to our Kreuztal site", "Lieferadresse: Kreuztal"."""
    plain = without_accents(text)
    label = _LABEL.search(plain)
    if label is not None and any(_is_unknown(word, matched) for word in _names(text[label.end() :])):
        return True
    said = _DELIVER.search(plain)
    return said is not None and is_for_another_place(text[said.start() :], matched)


def is_for_another_place(text: str, matched: MatchedOrder) -> bool:
    """Whether the text names a plant, site or warehouse, with a name beside it, that no address of the order has."""
    for place in _PLACE.finditer(without_accents(text)):
        names = (_NAME_BEHIND.match(text, place.end()), _NAME_BEFORE.search(text[: place.start()]))
        if any(name is not None and _is_unknown(name[1], matched) for name in names):
            return True
    return False


def _names(text: str) -> list[str]:
    """The first words that may name somebody: no dates, no "address"."""
    words = [word for word in re.findall(r"\w+", text)[:_NEAR] if word.isalpha() and fold(word) not in month_names()]
    return [word for word in words if not _NO_NAME.match(fold(word))]


def _is_unknown(word: str, matched: MatchedOrder) -> bool:
    """Whether a name or number stands in no address of the order."""
    order = matched.order
    parties = (order.ship_to, order.buyer)
    known = fold(" ".join(part or "" for party in parties for part in (party.name, party.address))).split()
    return (word[0].isupper() or word.isdigit()) and fold(word) not in known


def _printed(matched: MatchedOrder, *, with_remarks: bool) -> str:
    """All of the order in which a number of the text may stand."""
    order = matched.order
    parties = (order.ship_to, order.buyer, order.bill_to, order.seller)
    places = [part or "" for party in parties for part in (party.name, party.address)]
    codes = [code or "" for line in order.lines for code in (line.buyer_item_id, line.seller_item_id, line.description)]
    remarks = [remark.text for remark in order.remarks] if with_remarks else []
    return " ".join([order.po_number or "", *places, *codes, *remarks])
