"""What the lines of an address are: company, street, place, country, phone, e-mail, tax number."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from pipeline.language import fold, languages

# Legal forms of companies as they end or follow a name; source: the registers of the countries our languages cover
_LEGAL = re.compile(
    r"(?:^|[\s,.])(?:inc|incorporated|llc|l\.l\.c|corp|corporation|co|company|ltd|limited|plc|llp|lp|pty|gmbh|mbh|ag|kg|kgaa|ohg|ug|gbr|"
    r"e\.? ?k|se|s\.?a|s\.?a\.?s|s\.?a\.?s\.?u|sarl|s\.?à\.?r\.?l|eurl|sci|s\.?l|s\.?l\.?u|s\.a\.u|s\.? ?a\.? de c\.? ?v|s de rl|s\.?p\.?a|s\.?r\.?l|"
    r"s\.?a\.?p\.?a|lda|ltda|unipessoal|eireli|b\.? ?v|n\.? ?v|v\.?o\.?f|bvba|sprl|sp\.? ?z\.? ?o\.? ?o|sp\.? ?j|sp\.? ?k|s\.? ?k\.? ?a|"
    r"a/?s|aps|ab|oy|oyj|asa|as|k\.?s|s\.?r\.?o|a\.?s|kft|zrt|d\.?o\.?o|cv|c\.v|gie|e\.?v|pvt|pte|sdn|bhd|dac|clg|gesmbh|ges\.m\.b\.h|holding|group|gruppe)\.?(?=$|[\s,.)(–-])",
    re.IGNORECASE,
)
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
    re.compile(r"(?:^|,\s)(?:[A-Z]{1,3}[- ])?\d{4,6}\s+[^\W\d_][^\d]+$"),  # most of Europe: number before the place
    re.compile(r"^[^\d]{3,}[ ,-]+\d{5,6}$"),  # India and others: number behind the place
)
_STREET_WORD = re.compile(
    r"\b(?:street|str|st|road|rd|avenue|ave|av|lane|ln|drive|dr|blvd|boulevard|way|parkway|pkwy|court|ct|plaza|suite|ste|apt|unit|floor|"
    r"highway|hwy|p\.? ?o\.? ?box|postfach|postbus|apartado|bp|rue|chemin|allée|allee|place|quai|impasse|route|zone|zi|za|calle|c/|avda|avenida|"
    r"plaza|paseo|polígono|poligono|carretera|ctra|via|viale|corso|piazza|strada|rua|travessa|estrada|largo|praça|ul|ulica|al|aleja|pl|plac|os|"
    r"straat|laan|weg|kade|plein|singel|gracht)\b\.?|(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|kade|plein|dijk|hof)\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?:\+|\b00)\d[\d\s()./-]{6,}|\(?\b0?\d{2,5}\)?[\s./-]\d{3,}[\d\s./-]*")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WEB = re.compile(r"\b(?:www\.|https?://)\S+", re.IGNORECASE)
_TAX_FORM = re.compile(
    r"\b(?:[A-Z]{2}\s?[A-Z0-9]?\d[\d .-]{6,12}[A-Z0-9]{0,3}|\d{2}-\d{7}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|[A-Z]\d{8}|[A-Z]-?\d{7}[A-Z0-9]|\d{2}[A-Z]{5}\d{4}[A-Z]\d[A-Z][A-Z0-9]|\d[\d .-]{7,15}\d)\b"
)
# languages in which a country's own people write its name, beside those we read
_MORE_LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "cs",
    "sk",
    "sl",
    "hu",
    "ro",
    "da",
    "sv",
    "nb",
    "fi",
    "et",
    "lv",
    "lt",
    "hr",
    "tr",
    "ga",
)
_MORE_COUNTRIES = {
    "usa": "US", "u s a": "US", "us": "US", "united states of america": "US", "uk": "GB", "u k": "GB", "great britain": "GB",
    "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "holland": "NL", "the netherlands": "NL",
    "czech republic": "CZ", "republic of ireland": "IE", "eire": "IE", "brasil": "BR", "deutschland": "DE", "espana": "ES",
}  # fmt: skip


@cache
def _countries() -> dict[str, str]:
    """Folded names of countries in our languages → ISO 3166-1 code; source: Unicode CLDR, by babel."""
    names = dict(_MORE_COUNTRIES)
    for language in (*languages(), *_MORE_LANGUAGES):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(fold(name), code)
    names.pop("", None)
    return names


def country_of(text: str) -> str | None:
    """ISO 3166-1 code of a line that is a country's name, alone or behind the last comma."""
    for part in (text, text.rsplit(",", 1)[-1]):
        code = _countries().get(fold(part))
        if code is not None:
            return code
    return None


def has_legal_form(text: str) -> bool:
    return bool(_LEGAL.search(text))


def has_postcode(text: str) -> bool:
    if any(pattern.search(text) for pattern in _POSTCODES[:-2]):
        return True
    return any(pattern.search(text) for pattern in _POSTCODES[-2:]) and not _STREET_WORD.search(text)


def has_street(text: str) -> bool:
    """A street line: a word for streets, or a house number at either end beside a word."""
    return bool(_STREET_WORD.search(text) and any(c.isdigit() for c in text)) or bool(
        re.search(r"^\d+[\w/-]{0,4},?\s+[^\W\d_]{3,}|[^\W\d_]{3,}\.?\s+\d+[\w/ -]{0,6}$", text)
    )


def is_phone(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    return digits >= 7 and bool(_PHONE.fullmatch(text.strip()))


def emails_in(text: str) -> list[str]:
    return [m.rstrip(".") for m in EMAIL.findall(text)]


def is_web(text: str) -> bool:
    return bool(_WEB.search(text))


def tax_number_in(text: str) -> str | None:
    """A tax number by its form: VAT numbers with a country code, EIN, CNPJ, GSTIN; the longest."""
    found = [m.group(0).strip(" .-") for m in _TAX_FORM.finditer(text)]
    return max(found, key=len) if found else None


def country_by_postcode(text: str) -> str | None:
    """US, CA and GB can be told by the form of their postcodes; None for the others."""
    for code, pattern in zip(("US", "CA", "GB"), _POSTCODES, strict=False):
        if pattern.search(text):
            return code
    return None
