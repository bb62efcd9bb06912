"""Sums of an order: subtotal, tax, freight, discount, total, from the table's foot and from labels elsewhere.

Arithmetic decides between readings: the lines add up to the subtotal; subtotal + tax + freight - discount = total.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from extractors.header.fields import Choice, Found, hit_weight
from extractors.header.labels import Context, LabelHit
from extractors.header.places import Relation, Surroundings, column_values
from extractors.header.readings import Reading, read_amounts
from extractors.table.lexicon import is_exclusion
from pipeline.language import fold
from pipeline.model import LineItem, Word
from pipeline.values import currency_code

KINDS = ("subtotal", "tax", "freight", "discount", "total")
_INSIDE_LENGTH = 8  # letters a label in running text needs
_SHORT = 5  # letters: "Net 30" is no sum
_PROSE = 10  # words of a segment that is running text
_NET_ONLY = 0.6
_BARE = "subtotal only"
_MONEY = re.compile(r"\d[.,]\d{2}(?!\d)")  # in running text only amounts with cents are sums
_RATE = re.compile(r"\d{1,2}(?:[.,]\d+)?\s*%")
_COLUMN_NET = "net of two columns"
_CENT = Decimal("0.01")


def label_totals(pages: Sequence[Surroundings], decimal: str | None) -> Iterator[tuple[str, Found]]:
    """(kind, amount) at every label of a sum; the last amount to the right of the label on its line."""
    for around in pages:
        for hit in around.hits:
            if hit.section != "totals" or hit.field not in KINDS:
                continue
            if hit.context is Context.INSIDE and hit.length < _INSIDE_LENGTH:
                continue
            if column_values(around.page, hit) is not None:
                continue  # the column of a list of records
            named = _sum_before(around, hit)
            for kind, reading in _sums(around, hit, decimal):
                page = around.page.page
                kind = named if named and kind == hit.field else kind
                score = 0.95 * hit_weight(hit)
                label = " ".join(word.text for word in hit.segment.words[hit.start : hit.end])
                yield kind, Found(reading.value, reading.words, page.number, page.source, score, label=label)


def _sum_before(around: Surroundings, hit: LabelHit) -> str | None:
    """The sum a charge only describes: "Total after 10 % discount" is a total, and the amount behind it no discount."""
    if hit.field in ("subtotal", "total"):
        return None
    words = hit.segment.words
    for other in around.hits:
        is_sum = other.section == "totals" and other.field in ("subtotal", "total")
        if not is_sum or other.segment is not hit.segment or other.end > hit.start:
            continue
        if not any(_MONEY.search(word.text) for word in words[other.end : hit.start]):
            return other.field
    return None


def bare_rates(pages: Sequence[Surroundings]) -> Iterator[str]:
    """Discounts of the whole order that are printed as a rate alone: "Discount 10 %"."""
    for around in pages:
        for hit in around.hits:
            if hit.section != "totals" or hit.field != "discount" or hit.context < Context.START:
                continue
            words = [] if column_values(around.page, hit) is not None else _behind(around, hit)
            text = " ".join(word.text for word in words)
            if _RATE.fullmatch(text.strip(" :-–—()")) and any(c in "123456789" for c in text):
                label = " ".join(word.text for word in hit.segment.words[hit.start : hit.end])
                yield f"{label} {text}"


def _sums(around: Surroundings, hit: LabelHit, decimal: str | None) -> Iterator[tuple[str, Reading[Decimal]]]:
    """The sum behind a label; a row of sums under net, tax and gross columns gives one of each."""
    prose = len(hit.segment.words) > _PROSE
    words = hit.segment.words[hit.end : hit.end + 5] if prose else _behind(around, hit)
    loose = prose or hit.length <= _SHORT or hit.context is Context.INSIDE
    found = [one for one in read_amounts(words, decimal) if not loose or _MONEY.search(one.text)]
    if len(found) == 1:
        yield hit.field, found[0]
    elif not prose and hit.field in ("subtotal", "total") and 2 <= len(found) <= 3:
        values = [one.value for one in found]
        if len(found) == 2 and values[0] <= values[1]:
            yield from ((_COLUMN_NET, found[0]), ("total", found[1]))
        elif len(found) == 3 and values[0] + values[1] == values[2]:
            yield from zip(("subtotal", "tax", "total"), found, strict=True)


def _behind(around: Surroundings, hit: LabelHit) -> list[Word]:
    """The words behind a label on its line up to the next label; none when more wording follows ("Tax code")."""
    rest = list(hit.segment.words[hit.end :])
    for segment in around.page.lines[hit.segment.line]:
        if segment.box.x0 >= hit.segment.box.x1:
            if around.is_label(segment):
                break
            rest += segment.words
    rest = _without_tax(rest)
    if any(not _may_follow(word.text) for word in rest):
        return []
    return rest or _under(around, hit)


def _under(around: Surroundings, hit: LabelHit) -> list[Word]:
    """An amount with cents under a label that stands alone, as in a row of sums."""
    if hit.context is not Context.WHOLE and not (hit.context is Context.START and _is_rate_behind(hit)):
        return []
    if any(other.segment is hit.segment and other.start == hit.end for other in around.hits):
        return []  # "Total taxable": the word behind says which sum
    if boxed := _boxed(around, hit):
        return boxed
    if hit.length < _INSIDE_LENGTH and not _heads_sums(around, hit):
        return []
    for place in around.places(hit):
        if place.relation is Relation.BELOW and _MONEY.search(place.text):
            return list(place.words)
    return []


def _boxed(around: Surroundings, hit: LabelHit) -> list[Word]:
    """The amount in the box under a label: a row of labels of sums, each over its amount, set to whichever side."""
    labels = around.page.lines[hit.segment.line]
    heads = [s for s in labels if any(h.section == "totals" for h in around.labels_in(s))]
    if len(heads) < 2 or len(heads) != len(labels) or any(_MONEY.search(s.text) for s in labels):
        return []
    right = min((s.box.x0 for s in labels if s.box.x0 > hit.segment.box.x0), default=float("inf"))
    for line in around.page.lines[hit.segment.line + 1 : hit.segment.line + 2]:
        under = [s for s in line if hit.segment.box.x0 - 1 <= s.box.x_mid < right]
        if sum(_MONEY.search(s.text) is not None for s in under) == 1:
            return [word for segment in under for word in segment.words]
    return []


def _without_tax(words: Sequence[Word]) -> list[Word]:
    """Without "+ VAT" and "excl. VAT" behind an amount."""
    cut = next((i for i, w in enumerate(words) if i and (w.text == "+" or is_exclusion(w.text))), len(words))
    return list(words[:cut] if len(words) - cut <= 3 else words)


def _is_rate_behind(hit: LabelHit) -> bool:
    return _RATE.fullmatch(" ".join(word.text for word in hit.segment.words[hit.end :])) is not None


def _heads_sums(around: Surroundings, hit: LabelHit) -> bool:
    """Whether a row of labels stands over a row of as many figures, most of them with cents."""
    labels = around.page.lines[hit.segment.line]
    for figures in around.page.lines[hit.segment.line + 1 : hit.segment.line + 2]:
        sums = sum(_MONEY.search(s.text) is not None for s in figures)
        if len(figures) == len(labels) > 1 and sums > 0.5 * len(figures):
            return not any(_MONEY.search(s.text) for s in labels)
    return False


def _may_follow(text: str) -> bool:
    """What may stand between a label and its amount: figures, currencies, marks, a rate in brackets."""
    bare = text.strip(" :;,.()[]|*=$€£-–")
    return not bare or any(c.isdigit() for c in bare) or bare == "%" or currency_code(bare) is not None


def choose_totals(found: Sequence[tuple[str, Found]], lines: Sequence[LineItem]) -> Mapping[str, Choice]:
    """One amount a kind. A single net sum is the total; where two amounts claim one kind, arithmetic must decide."""
    options: dict[str, list[Found]] = defaultdict(list)
    line_sum = _line_sum(lines)
    for kind, one in found:
        if kind == _COLUMN_NET:
            if one.value != line_sum:
                continue  # only the lines prove that the first of two sums is the net one
            kind = "subtotal"
        if all(one.value != other.value for other in options[kind]):
            options[kind].append(one)
    whole = _whole_tax([one for kind, one in found if kind == "tax"], options, line_sum)
    if whole is not None:
        options["tax"] = [whole]
    if options["subtotal"] and not options["total"] and not options["tax"] and not options["freight"]:
        options["total"] = [one for one in options["subtotal"] if one.note != _BARE]
    return {kind: _pick(kind, options, line_sum) for kind in KINDS}


def _line_sum(lines: Sequence[LineItem]) -> Decimal | None:
    amounts = [line.line_amount for line in lines]
    return sum((a for a in amounts if a is not None), Decimal(0)) if amounts and None not in amounts else None


def _pick(kind: str, options: Mapping[str, list[Found]], line_sum: Decimal | None) -> Choice:
    rivals = options.get(kind, [])
    if kind == "total" and len(rivals) == 1 and _is_net_only(rivals[0], options, line_sum):
        doubt = f"total: “{rivals[0].text}” is the sum of the lines, and a tax is printed besides"
        return Choice(replace(rivals[0], score=min(rivals[0].score, _NET_ONLY)), doubt)
    if len(rivals) <= 1:
        return Choice(_proven(rivals[0], kind, options, line_sum)) if rivals else Choice()
    right = [one for one in rivals if _agrees(one.value, kind, options, line_sum)]
    if kind == "total" and len(right) == 1 and (more := _larger_below(right[0], rivals)):
        doubt = f"total: “{right[0].text}” is the sum of the lines, and “{more.text}” below it is called a total too"
        return Choice(replace(right[0], score=_NET_ONLY), doubt)
    if len(right) == 1:
        return Choice(replace(right[0], score=max(right[0].score, 0.99)))
    if kind == "total":
        most = max(rivals, key=lambda f: f.value)
        if any(_agrees(f.value, "subtotal", options, line_sum) for f in rivals if f is not most) and most in right:
            return Choice(most)
    shown = " and ".join(f"“{f.text}”" for f in rivals[:3])
    return Choice(None, f"{kind}: {shown} are both called so, and the sums do not decide")


def _larger_below(one: Found, rivals: Sequence[Found]) -> Found | None:
    """What a tax or charge nobody could read may lead to."""
    below = (r for r in rivals if r.page == one.page and r.box.top > one.box.bottom and r.value > one.value)
    return next(below, None)


def _is_net_only(one: Found, options: Mapping[str, list[Found]], line_sum: Decimal | None) -> bool:
    """Whether what is called the total leaves out a tax that is printed: another sum may stand below it."""
    taxed = any(tax.value for tax in options.get("tax", []))
    return taxed and one.value == line_sum


def _whole_tax(taxes: Sequence[Found], options: Mapping[str, list[Found]], line_sum: Decimal | None) -> Found | None:
    """Taxes of several names ("CGST", "SGST"; "GST", "QST") or rates that only together lead from net to total.

    Of one name the largest counts: the others are those of single lines.
    """
    if any(_agrees(one.value, "tax", options, line_sum) for one in taxes):
        return None
    parts: dict[str, Found] = {}
    for one in taxes:
        name = _tax_name(one)
        parts[name] = max(parts.get(name, one), one, key=lambda tax: tax.value)
    if len(parts) < 2:
        parts = {str(one.value): one for one in taxes}
    value = sum((one.value for one in parts.values()), Decimal(0))
    first = next(iter(parts.values()), None)
    alone = first is None or len(parts) < 2 or any(one.page != first.page for one in parts.values())
    if first is None or alone or not _agrees(value, "tax", options, line_sum):
        return None
    words = tuple(word for one in parts.values() for word in one.words)
    return replace(first, value=value, words=words, score=0.97, note="the sum of the taxes printed")


def _tax_name(one: Found) -> str:
    """The letters before the first amount, without "Total"."""
    text = one.label or one.text
    words = (fold(word).strip(" .:@%") for word in text.split())
    return " ".join(word for word in words if word.isalpha() and word != "total")


def _proven(one: Found, kind: str, options: Mapping[str, list[Found]], line_sum: Decimal | None) -> Found:
    return replace(one, score=0.995) if _agrees(one.value, kind, options, line_sum) else one


def _agrees(value: Decimal, kind: str, options: Mapping[str, list[Found]], line_sum: Decimal | None) -> bool:
    """Whether the arithmetic of the order holds with this value, within a cent. That nothings add up proves nothing."""
    if kind in ("subtotal", "total") and not value:
        return False
    if kind == "subtotal":
        return line_sum is not None and abs(value - line_sum) <= _CENT
    if kind != "total":
        return any(_sum_holds({kind: value}, total.value, options, line_sum) for total in options.get("total", []))
    return _sum_holds({}, value, options, line_sum)


def _sum_holds(
    fixed: Mapping[str, Decimal], total: Decimal, options: Mapping[str, list[Found]], line_sum: Decimal | None
) -> bool:
    bases = [f.value for f in options.get("subtotal", [])] + ([line_sum] if line_sum is not None else [])
    for base in bases:
        for tax in _values("tax", fixed, options):
            for freight in _values("freight", fixed, options):
                for discount in _values("discount", fixed, options):
                    if abs(base + tax + freight - abs(discount) - total) <= _CENT:
                        return True
    return False


def _values(kind: str, fixed: Mapping[str, Decimal], options: Mapping[str, list[Found]]) -> list[Decimal]:
    if kind in fixed:
        return [fixed[kind]]
    return [Decimal(0), *(f.value for f in options.get(kind, [])[:6])]
