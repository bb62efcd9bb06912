"""Columns that say of single lines what becomes of them: how much was delivered or is open, another place, a return, an
option, another quantity. Then the printed line is not wanted as it is: what is, is for a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from extractors.table.cells import amount, kind_of
from extractors.table.meaning import Meanings
from extractors.table.printed import Printed
from extractors.table.records import Block, Column
from pipeline.language import fold
from pipeline.values import is_unit, same_unit

# Beginnings of words of labels, without accents, in the languages that are read.
_DONE = re.compile(
    r"\b(?:deliver|receiv|rcvd|shipped|invoiced|released|geliefert|gelief|erhalten|berechnet|fakturiert|abgerufen"
    r"|livre|recu|expedie|entregad|recibid|consegnat|ricevut|evas[oa]|geleverd|ontvangen|dostarczon|wydan|entregue|recebid)"
)
_OPEN = re.compile(
    r"\b(?:open|outstanding|balance|remaining|offen|rest|reliquat|solde|pendient|saldo|pendente|residu|pozost)"
)
_BEHIND = re.compile(r"\b(?:b o|bo|back ?order|ruckstand|nachlieferung)")
_COUNT = r"(?:qty|quant|menge|qte|cant|qta|qtd|aantal|hoeveelheid|ilosc|stuck|pcs)"
_OTHER = re.compile(
    rf"\b(?:(?:new|revised|changed?|old|total|contract|annual|target|forecast|neu|alt|geandert|gesamt|kontrakt|jahres"
    rf"|nouvelle|totale|nueva|nova|nuova|nieuw|totaal|nowa)\w* ?{_COUNT}"
    rf"|{_COUNT}\w*(?: \w+)? (?:new|neu|revised|changed?|total)"
    r"|revised|changed? to|change|anderung|max\w*(?! \w*(?:price|preis))|limit)\b"
)
_PACK = re.compile(
    r"\b(?:pack|pk|per|box|carton|ctn|case|vpe|karton|gebinde|lot|colis|caja|conf|doos|verp|opak|moq|min)"
)
_LEAST = re.compile(r"\b(?:min|minimum|mindest\w*)\b")
_NO_COUNT = re.compile(r"price|preis|prix|preci|prec|prez|prijs|cena|date|datum|amount|value|wert|weight|gewicht|%")
_PLACE = re.compile(
    r"\b(?:(?:ship|deliver|delivery)[ -]?to|delivery (?:address|site|location|point|place)|destination|plant|site|"
    r"store|branch|warehouse|whse|wh|depot|receiver|consignee|werk|lieferort|empfangsort|empfanger|lieferadresse|"
    r"lieferanschrift|abladestelle|anlieferort|filiale|niederlassung|standort|usine|destinataire|"
    r"adresse de livraison|lieu de livraison|"
    r"magasin|etablissement|planta|almacen|destino|direccion de entrega|lugar de entrega|sucursal|tienda|stabilimento|"
    r"destinazione|luogo di consegna|negozio|armazem|local de entrega|loja|afleveradres|leveradres|vestiging|filiaal|"
    r"bestemming|magazijn|zaklad|magazyn|miejsce dostawy|adres dostawy|sklep|oddzial|odbiorca)\b"
)
# Labels of flags: what stands in them, unless it denies, holds for the line; or holds unless it affirms
_FLAG = re.compile(
    r"^(?:opt|option|optional|void|voided|deleted|cancel|cancelled|canceled|cancellation|storno|storniert|gestrichen|"
    r"geloscht|optionnel|annule|opcional|anulado|opzionale|annullato|optioneel|vervallen|opcja|anulowane|return|returns|"
    r"retoure|retour|rma|hold|on hold|alt|alternative|alternativ|alternativa|substitute|substitution|ersatz|"
    r"replaced by|replacement|ersetzt durch|sample|muster|foc|free of charge|gratis)$"
)
_FIRM = re.compile(
    r"^(?:firm|fixed|binding|confirmed|approved|released|fest|verbindlich|freigegeben|genehmigt|ferme|firme)$"
)
_KIND = re.compile(
    r"^(?:type|typ|tipo|art|t|kind|action|aktion|ind|indicator|code|kz|kennz|kennzeichen|del|change|chg|op|status|st|"
    r"line type|order type|pos typ|positionstyp|bewegungsart|movement type)$"
)
_DENIED = frozenset({"", "no", "n", "nein", "non", "nie", "nee", "nao", "false", "0", "none", "keine", "f"})
# Codes and words of returns, deletions, options
_TAKEN_BACK = re.compile(
    r"^(?:r|ret|rtn|rma|returns?|retoure|retour|ruckgabe|cr|cn|credit|gutschrift|d|del|x|v|void|c|can|cancel|cancell?ed|"
    r"deleted?|removed?|storno|loschen|supprimer|o|opt|option|optional|alt|alternative|s|sample|l)$"
)


def other_quantities(printed: Printed, block: Block, columns: Sequence[Column], meanings: Meanings) -> list[str]:
    """The labels and figures of such columns that do not agree with all of the quantity being wanted."""
    ordered = printed.values.get("quantity")
    unit = printed.values.get("unit")
    quantity = amount(ordered.text, meanings.marks.quantity) if ordered is not None else None
    labels = _labels(columns, meanings)
    found = []
    for cell in block.rows[block.core].cells:
        label = labels.get(cell.column)
        if label is None:
            continue
        if kind_of(cell.text) == "number":
            value = amount(cell.text, meanings.marks.quantity)
            again = re.search(rf"\b{_COUNT}", label) is not None and not _PACK.search(label)
            differs = _differs(label, value, quantity) or (again and value not in (None, quantity))
        else:
            differs = _is_other_unit(label, cell.text, unit.text if unit is not None else None)
        found += [f"{label} {cell.text}"] if differs or _is_flag(label, cell.text) else []
    return found


def _labels(columns: Sequence[Column], meanings: Meanings) -> dict[int, str]:
    """The columns without a meaning of their own, by index."""
    return {c.index: fold(c.label.text) for c in columns if c.label.text and c.index not in meanings.of}


def _differs(label: str, value: Decimal | None, quantity: Decimal | None) -> bool:
    if value is None:
        return False
    if _DONE.search(label):
        return value != 0
    if _BEHIND.search(label):
        return value not in (0, quantity)
    if _NO_COUNT.search(label):
        return False
    if _LEAST.search(label):
        return quantity is not None and value > quantity
    return bool(_OPEN.search(label) or _OTHER.search(label)) and value != quantity


def _is_other_unit(label: str, text: str, unit: str | None) -> bool:
    """A second unit beside the first: "EA" and, under "per", "DZ"."""
    units = re.search(
        r"^(?:per|uom ?2?|um ?2?|u m|unit ?2?|price unit|price uom|me|pe|preiseinheit|unite prix)$", label
    )
    return units is not None and unit is not None and is_unit(text) and not same_unit(text, unit)


def _is_flag(label: str, text: str) -> bool:
    said = fold(text)
    if _FLAG.match(label):
        return said not in _DENIED
    if _FIRM.match(label):
        return said in _DENIED - {""}
    return bool(_KIND.match(label)) and _TAKEN_BACK.match(said) is not None


def other_places(blocks: Sequence[Block], columns: Sequence[Column], meanings: Meanings) -> list[list[str]]:
    """Of each block, what its columns of places say where not all lines go to the same one."""
    found: list[list[str]] = [[] for _ in blocks]
    for index, label in _labels(columns, meanings).items():
        if not blocks or not _PLACE.search(label):
            continue
        texts = [" ".join(_texts(block, index)) for block in blocks]
        usual, count = Counter(texts).most_common(1)[0]
        for block_texts, text in zip(found, texts, strict=True):
            if text != usual or (2 * count <= len(texts) and len(set(texts)) > 1):
                block_texts.append(f"{label} {text or '(none)'}")
    return found


def _texts(block: Block, index: int) -> Iterator[str]:
    yield from (cell.text for row in block.rows for cell in row.cells if cell.column == index and not row.caption)


def provisional_heading(columns: Sequence[Column], meanings: Meanings) -> str | None:
    """The heading of the quantities, where it says that they are a limit or a guess ("Max. qty")."""
    index = meanings.column("quantity")
    label = next((c.label.text for c in columns if c.index == index), "")
    return label if _PROVISIONAL.search(fold(label)) else None


_PROVISIONAL = re.compile(
    r"\b(?:max|min|maxim\w*|minim\w*|up to|est|estim\w*|approx\w*|forecast\w*|planned|annual\w*|yearly|target|limit|"
    r"hochst\w*|mindest\w*|ca|circa|voraussichtlich\w*|geschatzt\w*|jahresmenge|jahresbedarf|prognose\w*|vorschau\w*|"
    r"prevision\w*|previst\w*|stimat\w*|geschat\w*|szacun\w*|roczn\w*)\b"
)
