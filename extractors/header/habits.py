"""What a document as a whole says about its numbers: language, order of dates, currency by its signs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from extractors.header.fields import Choice, Found
from extractors.header.view import PageView
from extractors.header.wording import words
from pipeline.language import Language, fold, languages
from pipeline.model import Source, Word
from pipeline.values import currency_code, has_digit, is_unit, looks_like_date, parse_date, proven_date_orders

# the dollar of a country; source: ISO 4217 list one
_DOLLARS = {"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "MX": "MXN", "PR": "USD"}
_YENS = {"JP": "JPY", "CN": "CNY"}
_CROWNS = {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"}
# signs that several currencies share -> the one of a country
_SHARED = {"$": _DOLLARS, "¥": _YENS, "￥": _YENS, "kr": _CROWNS}
_DAY_SECOND = {"US", "PR"}  # month/day/year; in Canada both are in use
_UNDECIDED = {"CA"}
_MONEY = re.compile(r"\d[.,]\d{2,3}(?!\d)")
_RECENT_DAYS = 45  # an order is sent within these days of its date
_CLOCK_DAYS = 2  # time zones and wrong clocks


def language_of(pages: Sequence[PageView], preferred: Sequence[str] = ()) -> str | None:
    """The language whose labels and common words occur most; None for a document without any.

    ``preferred`` breaks ties only.
    """
    words = Counter([token for page in pages[:3] for segment in page.segments for token, _ in segment.tokens])
    scores = dict.fromkeys(languages(), 0)
    telling = _telling_words()
    for token, count in words.items():
        for code, weight, most in telling.get(token, ()):
            scores[code] += weight * min(count, most)
    ranks = [(score, -preferred.index(code) if code in preferred else -99, code) for code, score in scores.items()]
    best = max(ranks, default=(0, 0, ""))
    return best[2] if best[0] > 0 else None


@cache
def _telling_words() -> Mapping[str, tuple[tuple[str, int, int], ...]]:
    """Word -> (language, what each occurrence speaks for it, how many count): common words, and words of labels that
    no other language uses."""
    own = {code: _label_words(language) for code, language in languages().items()}
    users = Counter(token for tokens in own.values() for token in tokens)
    found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for code, language in languages().items():
        for token in language.stopwords:
            found[token].append((code, 1, 5))
        for token in own[code]:
            if users[token] == 1:
                found[token].append((code, 2, 3))
    return {token: tuple(says) for token, says in found.items()}


def _label_words(language: Language) -> set[str]:
    sections = (language.columns, language.header, language.totals, language.document_types)
    texts = (text for section in sections for labels in section.values() for text in labels)
    return {token for text in texts for token in fold(text).split() if len(token) > 2}


def date_order(pages: Sequence[PageView], language: str | None, country: str | None, voted: str | None) -> str | None:
    """ "dmy", "mdy" or "ymd": proven by a day over 12, else by the buyer's country, else by the language; else None.

    English alone decides nothing: it is written both ways. An order from the United States in a language that puts the
    day first decides nothing either.
    """
    proven = proven_date_orders(_dates(pages))
    if len(proven) > 1:
        return None
    if proven or voted:
        return next(iter(proven), voted)
    spoken = languages()[language].date_order if language and language != "en" else None
    if country is None or country in _UNDECIDED:
        return spoken
    local = "mdy" if country in _DAY_SECOND else "dmy"
    return None if local == "mdy" and spoken == "dmy" and country != "PR" else local


def _dates(pages: Sequence[PageView]) -> list[str]:
    words = (word.text.strip(".,;:()") for page in pages[:20] for segment in page.segments for word in segment.words)
    return [text for text in words if looks_like_date(text)]


def order_by_arrival(printed: Sequence[str], received: date | None) -> str | None:
    """ "dmy" or "mdy" where only one of them puts every order date shortly before the document reached us."""
    if received is None or not printed:
        return None
    fitting = [order for order in ("dmy", "mdy") if all(_just_before(t, order, received) for t in printed)]
    return fitting[0] if len(fitting) == 1 else None


def _just_before(text: str, order: str, received: date) -> bool:
    day = parse_date(text, order=order)
    return day is not None and -_CLOCK_DAYS <= (received - day).days <= _RECENT_DAYS


def currency_by_signs(pages: Sequence[PageView], country: str | None) -> Choice:
    """The only currency whose sign or code is printed; a lone "$", "¥" or "kr" is that of the buyer's country."""
    found: dict[str, list[tuple[Word, PageView]]] = {}
    shared: dict[str, tuple[Word, PageView]] = {}
    for page in pages[:10]:
        for segment in page.segments:
            for i, word in enumerate(segment.words):
                code = _sign(word.text)
                if code in _SHARED:
                    shared.setdefault(code, (word, page))
                elif code and (_is_plain(word.text, code) or _beside_amount(segment.words, i)):
                    found.setdefault(code, []).append((word, page))
    if len(found) == 1:
        code, places = next(iter(found.items()))
        return Choice(_found(code, *places[0], 0.96 if len(places) > 1 else 0.93))
    if len(found) > 1:
        return Choice(None, f"several currencies are printed: {', '.join(sorted(found))}")
    if len(shared) != 1 or country is None:
        return Choice()
    sign, place = next(iter(shared.items()))
    code = _SHARED[sign].get(country)
    note = f"only {sign} is printed; {code} by the buyer's country {country}"
    return Choice(_found(code, *place, 0.93, note)) if code else Choice()


def _is_plain(text: str, code: str) -> bool:
    """Whether a word means a currency wherever it stands: "ALL" and "TRY" are words, Sterling and Rand are names."""
    bare = fold(text).strip(".,;:()")
    if bare.isalpha() and len(bare) > len(code):
        return bare in words("plain_currency_names")
    return code in words("plain_currencies") or text.strip(".,;:") != code


def _beside_amount(words: Sequence[Word], index: int) -> bool:
    """Whether a bare ISO code stands alone, or any name of a currency beside an amount ("Model TOP 29" is none)."""
    beside = (*words[max(0, index - 1) : index], *words[index + 1 : index + 2])
    alone = len(words) == 1 and len(words[0].text.strip(".,;:()")) == 3
    return alone or any(_MONEY.search(word.text) for word in beside)


def _sign(text: str) -> str | None:
    """The currency a word shows: "€12.50", "(USD)", "EUR"; a sign that several share ("$", "¥", "kr") for itself."""
    bare = text.strip("()[]:;,.*|")
    money, _, unit = bare.partition("/")
    bare = money if unit and is_unit(unit) else bare  # "EUR/EA": what one of them costs
    letters = "".join(c for c in bare if not c.isdigit() and c not in ".,-+'\u00a0 ")
    if letters.casefold() in _SHARED:
        return letters.casefold()
    if len(letters) == 3 and letters.isalpha() and not letters.isupper():
        return None
    return currency_code(letters) if letters and (letters == bare or has_digit(bare)) else None


def _found(code: str, word: Word, page: PageView, score: float, note: str | None = None) -> Found:
    source: Source = page.page.source
    return Found(code, (word,), page.page.number, source, score, note)
