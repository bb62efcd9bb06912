"""Currency signs, codes and names as printed on orders (ISO 4217)."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.language import fold

# ISO 4217 list one, active codes without funds, metals and testing codes
_LIST_ONE = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY"
    " COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR"
    " ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK"
    " MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF"
    " SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS"
    " VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG BGN"
)
_CODES = frozenset(_LIST_ONE.split())
# codes that are printed in small letters often enough; others would be words ("all", "top", "try")
_ANY_CASE = frozenset(
    {"EUR", "USD", "GBP", "CHF", "PLN", "CAD", "AUD", "BRL", "MXN", "CZK", "SEK", "NOK", "DKK", "HUF"}
)

# a sign that several currencies share ("$", "kr", "¥", "Rs") stands for None: the document must say more
_SIGNS: dict[str, str | None] = {
    "€": "EUR", "£": "GBP", "US$": "USD", "U$S": "USD", "$US": "USD", "USD$": "USD", "$USD": "USD", "U.S.$": "USD",
    "US $": "USD", "R$": "BRL", "C$": "CAD", "CA$": "CAD", "$CA": "CAD", "CAD$": "CAD", "CDN$": "CAD",
    "Can$": "CAD", "A$": "AUD", "AU$": "AUD", "AUD$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD",
    "MX$": "MXN", "Mex$": "MXN", "$MXN": "MXN", "NT$": "TWD", "zł": "PLN", "zl": "PLN", "zł.": "PLN", "Kč": "CZK",
    "Kc": "CZK", "Ft": "HUF", "Ft.": "HUF", "лв": "BGN", "лв.": "BGN", "lei": "RON", "₹": "INR", "₺": "TRY",
    "₽": "RUB", "₩": "KRW", "฿": "THB", "₫": "VND", "₪": "ILS", "₴": "UAH", "Fr.": "CHF", "sFr.": "CHF",
    "SFr.": "CHF", "SFr": "CHF", "sFr": "CHF", "CN¥": "CNY", "RMB": "CNY", "元": "CNY", "円": "JPY", "S/": "PEN",
    "S/.": "PEN", "Bs": None, "$": None, "¥": None, "kr": None, "kr.": None, "Kr": None, "Rs": None, "Rs.": None,
}  # fmt: skip

_NAMES = {
    "EUR": ("euro", "euros",),
    "USD": (
        "us dollar", "us dollars", "u s dollar", "u s dollars", "american dollar", "american dollars",
        "us dollar usd", "dolar amerykanski", "us dollaro", "dollaro usa", "dollari usa", "dollar americain",
        "dollars americains", "dolar estadounidense", "dolares americanos", "dolar americano",
        "dolares estadounidenses", "dolar usa", "amerikanischer dollar", "amerikaanse dollar", "dolares usd",
    ),
    "GBP": (
        "pound sterling", "pounds sterling", "british pound", "british pounds", "sterling", "livre sterling",
        "livres sterling", "libra esterlina", "libras esterlinas", "sterlina", "sterlina inglese",
        "pfund sterling", "britisches pfund", "funt szterling", "britse pond",
    ),
    "CHF": (
        "schweizer franken", "swiss franc", "swiss francs", "franc suisse", "francs suisses", "franco svizzero",
        "franchi svizzeri", "franco suizo", "zwitserse frank", "frank szwajcarski", "franken",
    ),
    "PLN": ("zloty", "zlotych", "zlote", "polski zloty", "polish zloty",),
    "BRL": ("real", "reais", "real brasileiro", "brazilian real",),
    "MXN": ("peso mexicano", "pesos mexicanos", "mexican peso", "mexican pesos",),
    "CAD": ("canadian dollar", "canadian dollars", "dollar canadien", "dollars canadiens",),
    "AUD": ("australian dollar", "australian dollars",),
    "JPY": ("yen", "japanese yen",),
    "CNY": ("yuan", "renminbi",),
    "SEK": ("swedish krona", "schwedische krone", "schwedische kronen", "svenska kronor",),
    "NOK": ("norwegian krone", "norwegische krone", "norwegische kronen", "norske kroner",),
    "DKK": ("danish krone", "danische krone", "danische kronen", "danske kroner",),
    "CZK": ("czech koruna", "tschechische krone", "tschechische kronen", "ceska koruna", "koruna czeska",),
    "HUF": ("forint", "hungarian forint",),
    "INR": ("indian rupee", "indian rupees",),
    "ARS": ("peso argentino", "pesos argentinos",),
    "CLP": ("peso chileno", "pesos chilenos",),
    "COP": ("peso colombiano", "pesos colombianos",),
    "PEN": ("sol peruano", "nuevo sol", "nuevos soles", "soles",),
}  # fmt: skip
_BY_NAME = {name: code for code, names in _NAMES.items() for name in names}
_SIGN_LIST = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_WORD = rf"(?:{_SIGN_LIST}|(?<![A-Za-z])[A-Za-z]{{3}}(?![A-Za-z])|[Ee][Uu][Rr][Oo][Ss]?)"
_BEFORE = re.compile(rf"({_WORD})\s?(?=[-+(.,\d])")
_AFTER = re.compile(rf"(?<=[-).,\d])\s?({_WORD})")


@lru_cache(maxsize=4096)
def currency_code(text: str) -> str | None:
    """ISO 4217 code of a code, sign or name that stands alone: "€" -> EUR, "zł" -> PLN; None for "$", "kr", words."""
    plain = text.strip().strip("()[]:;,").strip()
    if plain in _SIGNS:
        return _SIGNS[plain]
    if plain in _CODES:
        return plain
    if plain.upper() in _ANY_CASE:
        return plain.upper()
    return _BY_NAME.get(fold(plain)) if len(plain) < 40 else None


def strip_currency(text: str) -> str:
    """The text without one currency sign or code before and one after the number; unchanged where there is none."""
    before = _BEFORE.match(text)
    if before and _is_currency(before[1]):
        text = text[before.end() :].lstrip()
    after = _AFTER.search(text)
    if after and after.end() == len(text) and _is_currency(after[1]):
        text = text[: after.start()].rstrip()
    return text


def _is_currency(text: str) -> bool:
    return text in _SIGNS or currency_code(text) is not None
