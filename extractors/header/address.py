"""What the lines of an address are: company, street, place, country, phone, e-mail, tax number."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extractors.header.countries import country_names
from extractors.header.wording import words
from pipeline.language import fold, languages
from pipeline.values import has_digit

_LEGAL = re.compile(rf"(?:^|[\s,.])(?:{'|'.join(words('legal_forms'))})\.?(?=$|[\s,.)(–-])", re.IGNORECASE)
_POSTCODES = (
    re.compile(r"\b[A-Z]{2}\s+\d{5}(?:-\d{4})?\b"),  # US: state and ZIP
    re.compile(r"\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b"),  # Canada
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s+\d[A-Z]{2}\b"),  # United Kingdom
    re.compile(r"\b\d{4}\s?[A-Z]{2}\b"),  # Netherlands
    re.compile(r"\b[A-Z]\d[\dW]\s?[A-Z\d]{4}\b"),  # Ireland
    re.compile(r"\b\d{2}-\d{3}\b"),  # Poland
    re.compile(r"^\d{5}(?:-\d{4})?$"),  # on a line of its own
    re.compile(r"\b\d{4}-\d{3}\b"),  # Portugal
    re.compile(r"\b\d{5}-\d{3}\b"),  # Brazil
    re.compile(r"^(?:[A-Z]{1,3}[- ])?\d{4,6}\s+[^\W\d_][^\d]+$"),  # most of Europe: number before the place
    re.compile(r"^[^\d]{3,}[ ,-]+\d{5,6}$"),  # India and others: number behind the place
)
# of the United States, their districts and territories; source: USPS Publication 28, appendix B
_STATES = frozenset({
    "AL", "AK", "AS", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FM", "FL",
    "GA", "GU", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MH",
    "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM",
    "NY", "NC", "ND", "MP", "OH", "OK", "OR", "PW", "PA", "PR", "RI", "SC",
    "SD", "TN", "TX", "UT", "VT", "VI", "VA", "WA", "WV", "WI", "WY", "AA",
    "AE", "AP",
})  # fmt: skip
# numbers of registers, which are followed by the place of the court ("HRB 4471 Kiel")
_REGISTER = re.compile(r"(?:HR[AB]?|KvK|RCS|REA|SIRET|SIREN|KRS|REGON|CRC)\b", re.IGNORECASE)
_STREET_WORD = re.compile(
    rf"\b(?:{'|'.join(words('street_words'))})\b\.?|(?:{'|'.join(words('street_endings'))})\b", re.IGNORECASE
)
_BOX = re.compile(
    r"(?:p\.? ?o\.? ?b(?:ox)?|postfach|b\.? ?p|apartado|caixa postal|postbus|postboks|box)\b", re.IGNORECASE
)
_PHONE = re.compile(r"(?:\+|\b00)\d[\d\s()./-]{6,}|\(?\b0?\d{2,5}\)?[\s./-]\d{3,}[\d\s./-]*")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WEB = re.compile(r"\b(?:www\.|https?://)\S+", re.IGNORECASE)
# VAT numbers with a country code, EIN (US), CNPJ (BR), CIF and NIF (ES), GSTIN (IN), other long numbers
_TAX_FORM = re.compile(
    r"\b(?:[A-Z]{2}\s?[A-Z0-9]?\d[\d .-]{6,12}[A-Z0-9]{0,3}|\d{2}-\d{7}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|[A-Z]\d{8}|"
    r"[A-Z]-?\d{7}[A-Z0-9]|\d{2}[A-Z]{5}\d{4}[A-Z]\d[A-Z][A-Z0-9]|\d[\d .-]{7,15}\d)\b"
)


_PLACE_AND_COUNTRY = re.compile(
    r"\d{4,6}\b.*?\s([^\W\d_]{3,})$"
)  # "Stafford Texas 77477 USA", "23862 Civate LC Italia"
_STATES_TOO = {"GE", "JE"}  # Georgia and (New) Jersey


@lru_cache(maxsize=4096)
def country_of(text: str) -> str | None:
    """ISO 3166-1 code of a line that is a country's name, alone or behind the last comma."""
    for part in (text, text.rsplit(",", 1)[-1]):
        code = country_names().get(fold(part))
        if code is not None:
            return code
    place = _PLACE_AND_COUNTRY.search(text)
    code = country_names().get(fold(place[1])) if place else None
    return None if code in _STATES_TOO else code


@lru_cache(maxsize=4096)
def has_legal_form(text: str) -> bool:
    return bool(_LEGAL.search(text))


def legal_form_at(text: str) -> int:
    """Where the legal form begins; the length of a text without one."""
    found = _LEGAL.search(text)
    return found.start() if found else len(text)


def is_box(text: str) -> bool:
    return _BOX.match(text) is not None


@lru_cache(maxsize=4096)
def has_postcode(text: str) -> bool:
    if _REGISTER.match(text):
        return False
    if any(pattern.search(text) for pattern in _POSTCODES[:-2]):
        return True
    return any(_is_place(part) for part in re.split(r",\s|\s[-–]\s", text))


def _is_place(text: str) -> bool:
    """A number and a place; both may stand on one line with the street."""
    return any(pattern.search(text) for pattern in _POSTCODES[-2:]) and not _STREET_WORD.search(text)


@lru_cache(maxsize=4096)
def has_street(text: str) -> bool:
    """A street line: a word for streets, or a house number at either end beside a word."""
    return bool(_STREET_WORD.search(text) and has_digit(text)) or bool(
        re.search(r"^\d+[\w/-]{0,4},?\s+[^\W\d_]{3,}|[^\W\d_]{3,}\.?\s+\d+[\w/ -]{0,6}$", text)
    )


def is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return digits >= 7 and bool(_PHONE.fullmatch(text.strip()))


def emails_in(text: str) -> list[str]:
    return [m.rstrip(".") for m in EMAIL.findall(text)]


def is_web(text: str) -> bool:
    return bool(_WEB.search(text))


def tax_number_in(text: str) -> str | None:
    """A tax number by its form: VAT numbers with a country code, EIN, CNPJ, GSTIN; the longest."""
    found = [m.group(0).strip(" .-") for m in _TAX_FORM.finditer(text)]
    return max(found, key=len) if found else None


@lru_cache(maxsize=4096)
def has_tax_label(text: str) -> bool:
    """Whether a line begins with the label of a tax number and goes on with one ("R.F.C. MSJ850101KQ2")."""
    parts = text.split()
    at = next((i for i, part in enumerate(parts) if has_digit(part)), 0)
    return 0 < at < 4 and fold(" ".join(parts[:at])).strip() in _tax_labels()


@cache
def _tax_labels() -> frozenset[str]:
    return frozenset(fold(x) for language in languages().values() for x in language.header.get("tax_id", ()))


def country_by_postcode(text: str) -> str | None:
    """US, CA and GB can be told by the form of their postcodes; None for the others."""
    for code, pattern in zip(("US", "CA", "GB"), _POSTCODES, strict=False):
        found = pattern.search(text)
        if found and (code != "US" or found[0][:2] in _STATES):
            return code  # "NL 66254" is in Nuevo León
    return None
