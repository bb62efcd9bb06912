"""From the fields of the case's form to what a person says of the case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.model import Box, Evidence, How, ReviewCase, Scope, Settled
from pipeline.settling import Settlement, line_index
from review import fields
from review.desk import Words
from review.guard import Refused, Visit, text_of

VALUE, PLACE = "v:", "place:"
_NUMBER = re.compile(r"m-(\d{1,6})")
_SCOPES = {"": Scope.CUSTOMER, "customer": Scope.CUSTOMER, "ship-to": Scope.SHIP_TO, "nothing": Scope.NOTHING}


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to one card."""

    code: str
    path: str
    how: str  # as the form names it: "", "document", "erp", "item", "corrected"
    sku: str

    @property
    def line(self) -> int | None:
        """From 1."""
        i = line_index(self.path)
        return None if i is None else i + 1


def settlement_of(visit: Visit, case: ReviewCase) -> Settlement:
    """Raises ``UsageError`` for what makes no sense, ``Refused`` for a form that is none of ours."""
    form = visit.values
    version = text_of(form, "version")
    if not version:
        raise UsageError("say which version of the case was seen")
    said = tuple(_cards(form))
    values = fields.different(case.decision.order, _values(form)) if version == case.version else dict(_values(form))
    skus = {one.line: one.sku for one in said if one.how == "item" and one.line is not None and one.sku}
    return Settlement(
        case_id=case.case_id,
        version=version,
        reviewer=visit.name,
        settled=tuple(_settled(said, values)),
        values=values,
        places=tuple(_places(visit, case, values)),
        skus=skus,
        reason_code=text_of(form, "reason_code"),
        reason=text_of(form, "reason"),
        remember=_scope(text_of(form, "scope")),
        forget=frozenset(line for line in skus if f"remember-{line}" not in form),
    )


def _scope(text: str) -> Scope:
    if text not in _SCOPES:
        raise UsageError(f"{text[:20]!r}: remember it for customer, ship-to or nothing")
    return _SCOPES[text]


def _cards(form: Mapping[str, object]) -> Iterator[Said]:
    for key, value in form.items():
        found = _NUMBER.fullmatch(key)
        if not found or not isinstance(value, str):
            continue
        code, _, path = value.partition(" ")
        how, _, sku = _text(form, f"how-{found[1]}").partition(":")
        typed = _text(form, f"sku-{found[1]}").strip()
        if typed and how in ("", "item"):
            how, sku = "item", sku or typed
        if how not in ("", *How):
            raise UsageError(f"{how[:20]!r} is no answer to {code[:40]}")
        yield Said(code, path, how, sku)


def _text(form: Mapping[str, object], key: str) -> str:
    value = form.get(key, "")
    if not isinstance(value, str):
        raise Refused(400, f"{key} must be text")
    return value


def _values(form: Mapping[str, object]) -> dict[str, str]:
    return {key.removeprefix(VALUE): _text(form, key) for key in form if key.startswith(VALUE)}


def _settled(said: tuple[Said, ...], values: Mapping[str, str]) -> Iterator[Settled]:
    for one in said:
        if one.path in values:  # a value that was typed anew says more than any button
            yield Settled(one.code, one.path, How.CORRECTED, values[one.path])
        elif one.how == "item" and one.sku:
            yield Settled(one.code, one.path, How.ITEM, one.sku)
        elif one.how in (How.DOCUMENT, How.ERP):
            yield Settled(one.code, one.path, How(one.how))


def _places(visit: Visit, case: ReviewCase, values: Mapping[str, str]) -> Iterator[Evidence]:
    """Where a value stands that the person took from the page; what stands there is looked up again here."""
    for path in values:
        given = _text(visit.values, f"{PLACE}{path}").split()
        if not given:
            continue
        try:
            page, box = int(given[0]), Box(*(float(n) for n in given[1:]))
        except (ValueError, TypeError):
            raise UsageError("a place is a page and four numbers") from None
        words = visit.desk.work.words(case, page)
        text = text_in(words, box)
        if text:
            yield Evidence(path, page, box, text, 1.0, words.source, f"shown by {visit.name}")


def text_in(words: Words, box: Box) -> str:
    """The words whose middle lies in the box, in reading order."""
    inside = (
        (text, at) for text, at in words.words if box.x0 <= at.x_mid <= box.x1 and box.top <= at.y_mid <= box.bottom
    )
    return " ".join(text for text, _ in inside)
