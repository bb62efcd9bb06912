"""Item descriptions as tokens that can be compared: one spelling for every size, norm, material and product word.

``tokens("Zylinderschraube mit Innensechskant DIN 912 M6 x 25 A2-70")`` and
``tokens("SOCKET HEAD CAP SCREW DIN 912 M6X25 A2-70")`` are alike. Lengths come out in millimetres without a unit, other
quantities in one base unit ("24v", "100ul"), norms and nominal sizes joined to their number ("din912", "dn19"),
dimension chains whole ("m6x25", "600x200x100"). The words stand in ``synonyms.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"})
_SIGNS = str.maketrans({
    "×": "x", "✕": "x", "″": '"', "”": '"', "“": '"', "„": '"', "′": "'", "µ": "u", "μ": "u", "°": " deg ",
    "º": " deg ",
    "⌀": " ", "Ø": " ", "ø": " ", "∅": " ", "⁄": "/", "–": "-", "—": "-", "−": "-", "‑": "-",
})  # fmt: skip
# numbers in which recognition put a capital letter: B.8, 1O.9, 7O; and what such a letter was
_MISREAD_NUMBER = re.compile(r"(?<![\w.,])(?=\S*\d)(?:[\dOISB]{1,3}[.,][\dOISB]{1,2}|\d+O\d*)(?![\w])")
_TO_DIGITS = str.maketrans("OISB", "0158")
_TO_LETTERS = str.maketrans("0158", "olsb")
_VULGAR = re.compile(r"(\d)([¼½¾⅛⅜⅝⅞⅓⅔])")
_FRENCH_AT = re.compile(r"(?<!\S)[àÀ](?!\S)")
_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2}),(\d{3})(?![\d.,])")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_ELIDED = re.compile(r"\b[ldn]'(?=[a-z])")
_NON = re.compile(r"\bnon[\s-]+(?=[a-z]{3})")
_RUN = re.compile(r"[a-z0-9]+(?:(?<=\d)[./](?=\d)[a-z0-9]+)*|\"")
_NUMBER = r"\d+(?:\.\d+)?(?:/\d+)?"
_QUANTITY = re.compile(rf"({_NUMBER})([a-z]+\d?)")
_PURE = re.compile(_NUMBER)
_CHAIN = re.compile(rf"[a-z]{{0,3}}{_NUMBER}(?:x{_NUMBER})+(?:mm)?")
_LINK = re.compile(rf"[a-z]{{0,2}}{_NUMBER}(?:x{_NUMBER})*")
_THREAD = re.compile(r"(?:g|r|rp|rc|npt)\d+")
_GARMENT = re.compile(r"\d?x{0,4}[sl]|m")
_FRACTION = re.compile(r"\d+/\d+")
_MANY = re.compile(r"(\d+)er")  # 100er Pack
_CURRENT = {"vac": "ac", "vdc": "dc"}  # 24VAC says two things


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``phrases`` maps folded words of any language to canonical ones; ``classes`` an attribute word to what it is an
    attribute of ("red" -> "colour"); ``kinds`` product nouns to the kind of thing ("bolt" -> "screw")."""

    phrases: Mapping[tuple[str, ...], tuple[str, ...]]
    classes: Mapping[str, str]
    kinds: Mapping[str, str]
    longest: Mapping[str, int]  # of the phrases that begin with a word
    known: frozenset[str]  # every word of a phrase
    norms: frozenset[str]
    prefixes: frozenset[str]  # words that belong to the number behind them
    dropped: frozenset[str]
    packs: frozenset[str]  # words before the number of pieces in a pack
    units: Mapping[str, tuple[str, Decimal]]  # base unit and factor


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    data = tomllib.loads(resources.files("matchers").joinpath("synonyms.toml").read_text(encoding="utf-8"))
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    classes: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for canonical, others in data["words"].items():
        _add(phrases, tuple(_runs(canonical)), others)
    for name, members in data["attributes"].items():
        for canonical, others in members.items():
            one = "".join(_runs(canonical))  # "single wall" is one token: half of it says nothing
            classes[one] = name
            _add(phrases, (one,), (canonical, *others))
    for kind, nouns in data["kinds"].items():
        kinds.update(dict.fromkeys(nouns, kind))
    grammar = data["grammar"]
    norms = frozenset(grammar["norms"])
    return Lexicon(
        phrases,
        classes,
        kinds,
        longest={first: max(map(len, begun)) for first, begun in _by_first_word(phrases).items()},
        known=frozenset(word for pair in phrases.items() for phrase in pair for word in phrase),
        norms=norms,
        prefixes=norms | frozenset(grammar["prefixes"]),
        dropped=frozenset(grammar["dropped"]),
        packs=frozenset(grammar["packs"]),
        units={name: (unit["base"], Decimal(unit["factor"])) for name, unit in data["units"].items()},
    )


def _by_first_word(phrases: Iterable[tuple[str, ...]]) -> Mapping[str, list[tuple[str, ...]]]:
    found = defaultdict(list)
    for phrase in phrases:
        found[phrase[0]].append(phrase)
    return found


def _add(phrases: dict[tuple[str, ...], tuple[str, ...]], target: tuple[str, ...], others: Iterable[str]) -> None:
    for other in others:
        phrases[tuple(_runs(other))] = target


@lru_cache(maxsize=200_000)
def tokens(text: str) -> tuple[str, ...]:
    """Canonical tokens in the order printed, each once."""
    runs = _joined(_quantities(_packed(_translated(_runs(text)))))
    return tuple(dict.fromkeys(run for run in runs if run not in lexicon().dropped))


def _runs(text: str) -> list[str]:
    text = _MISREAD_NUMBER.sub(lambda m: m[0].translate(_TO_DIGITS), text)
    text = (text.casefold() if text.isascii() else _unadorned(text)).replace("''", '"')
    text = _DECIMAL_COMMA.sub(".", _THOUSANDS.sub(r"\1\2", text))
    text = _ELIDED.sub(" ", text)  # elided articles are no type letters
    return _RUN.findall(_NON.sub("non", text))


def _unadorned(text: str) -> str:
    """Lower case without accents; signs as the letters and digits they mean."""
    text = _VULGAR.sub(r"\1 \2", text.translate(_SIGNS))
    text = _FRENCH_AT.sub(" ", text)  # the French "à" is no letter of a type
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    return "".join(c for c in text if not unicodedata.combining(c)).replace("⁄", "/")


def _translated(runs: Sequence[str]) -> list[str]:
    """Replaces phrases of any language by canonical words, the longest phrase first."""
    words = lexicon()
    runs = [_letters_again(run) for run in runs]
    result: list[str] = []
    at = 0
    while at < len(runs):
        for length in range(min(words.longest.get(runs[at], 0), len(runs) - at), 0, -1):
            target = words.phrases.get(tuple(runs[at : at + length]))
            if target is not None:
                result += target
                at += length
                break
        else:
            result.append(runs[at])
            at += 1
    return result


@lru_cache(maxsize=65536)
def _letters_again(run: str) -> str:
    """A word with look-alike digits in it (b0lt, unter1egscheibe), if it is a known word without them."""
    if run.isalpha() or sum(c.isalpha() for c in run) < 3:
        return run
    word = run.translate(_TO_LETTERS)
    return next((w for w in (word, word.replace("l", "i")) if w in lexicon().known), run)


def _packed(runs: Sequence[str]) -> Sequence[str]:
    """How many are in a pack, in one spelling: PK/50, pack of 50, VE 50 Stk and 50er Pack are 50pcs."""
    if lexicon().packs.isdisjoint(runs):
        return runs
    result: list[str] = []
    at = 0
    while at < len(runs):
        many, taken = _pack_of(runs, at) if runs[at] in lexicon().packs else (None, 1)
        if many is None and runs[at] in lexicon().packs and result and (before := _MANY.fullmatch(result[-1])):
            result.pop()
            many = before[1]
        result.append(runs[at] if many is None else f"{many}pcs")
        at += taken
    return result


def _pack_of(runs: Sequence[str], at: int) -> tuple[str | None, int]:
    """The number of pieces behind the pack word at ``at``, which is no measure of something else; the runs it took."""
    words = lexicon()
    number = next((n for n in range(at + 1, min(at + 3, len(runs))) if runs[n] not in words.dropped), at)
    after = runs[number + 1] if number + 1 < len(runs) else ""
    pieces = after in words.units and words.units[after][0] == "pcs"
    if not runs[number].isdigit() or (after in words.units and not pieces):
        return None, 1
    return runs[number], number - at + (2 if pieces else 1)


def _quantities(runs: Sequence[str]) -> list[str]:
    """Numbers with their unit in base units; norms and nominal sizes joined to their number."""
    words = lexicon()
    result: list[str] = []
    at = 0
    while at < len(runs):
        run, after = runs[at], runs[at + 1] if at + 1 < len(runs) else ""
        if run.isalpha() and run != "size" and run not in words.prefixes:  # nearly all
            result.append(run)
            at += 1
            continue
        made, taken = [_plain(run) if _CHAIN.fullmatch(run) else run], 1
        if run == "size" and _GARMENT.fullmatch(after):
            made, taken = [run + after], 2
        elif (run in words.prefixes and after[:1].isdigit()) or (_THREAD.fullmatch(run) and _FRACTION.fullmatch(after)):
            made, taken = _designation(runs, at)
        elif run in words.norms and after in words.norms:
            made = []  # DIN EN ISO 4762 is ISO 4762
        elif _PURE.fullmatch(run):
            made, taken = _measured(runs, at)
        elif (parts := _QUANTITY.fullmatch(run)) and parts[2] in words.units:
            made = _in_base(parts[1], parts[2])
        result += made
        at += taken
    return result


def _designation(runs: Sequence[str], at: int) -> tuple[list[str], int]:
    """A norm, thread or nominal size printed apart from its number: DIN 125 A, DN 19, G 1 1/4"."""
    made, taken = (runs[at], 1) if _THREAD.fullmatch(runs[at]) else (runs[at] + _plain(runs[at + 1]), 2)
    follows = runs[at + taken] if at + taken < len(runs) else ""
    if made[-1:].isdigit() and "/" not in made and _FRACTION.fullmatch(follows):
        made, taken = f"{made}-{follows}", taken + 1
    elif runs[at] in lexicon().norms and len(follows) == 1 and follows.isalpha() and follows not in "mx":
        made, taken = made + follows, taken + 1
    if at + taken < len(runs) and runs[at + taken] == '"':
        taken += 1
    return [made], taken


def _measured(runs: Sequence[str], at: int) -> tuple[list[str], int]:
    """A bare number at ``at`` with a fraction and a unit behind it; the runs it took."""
    number, taken = runs[at], 1
    if at + 1 < len(runs) and number.isdigit() and _FRACTION.fullmatch(runs[at + 1]):
        number, taken = f"{number}-{runs[at + 1]}", 2
    unit = runs[at + taken] if at + taken < len(runs) else ""
    if unit in lexicon().units:
        return _in_base(number, unit), taken + 1
    return [_plain(number)], taken


def _in_base(number: str, unit: str) -> list[str]:
    base, factor = lexicon().units[unit]
    value = number if "/" in number else _trim(Decimal(number) * factor)
    return [value + base, *([_CURRENT[unit]] if unit in _CURRENT else [])]


def _joined(runs: Sequence[str]) -> list[str]:
    """Dimension chains printed with blanks: m6 x 25 becomes m6x25."""
    result: list[str] = []
    for at, run in enumerate(runs):
        if (
            run == "x"
            and result
            and _LINK.fullmatch(result[-1])
            and at + 1 < len(runs)
            and _PURE.fullmatch(runs[at + 1])
        ):
            result[-1] += "x"
        elif result and result[-1].endswith("x") and _PURE.fullmatch(run) and result[-1] != "x":
            result[-1] += run
        else:
            result.append(run)
    return result


def _plain(run: str) -> str:
    """Numbers of a chain or a size without needless zeros and without "mm"."""
    if "-" in run:
        return run
    parts = run.removesuffix("mm").split("x") if _CHAIN.fullmatch(run) else [run]
    return "x".join(re.sub(r"\d+\.\d+", lambda m: _trim(Decimal(m[0])), part) for part in parts)


def _trim(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=65536)
def shape(token: str) -> str | None:
    """What two tokens must share to contradict each other when they differ: the class of an attribute ("colour") or the
    token's form with its numbers blanked ("m#x#"). None for a word that is no hard attribute."""
    known = lexicon().classes.get(token)
    if known is not None:
        return known
    if token.startswith("size"):
        return "size"
    return re.sub(r"\d+(?:[./-]\d+)*", "#", token) if any(c.isdigit() for c in token) else None


def is_hard(token: str) -> bool:
    """Whether the token names a size, norm, material, colour, side ...: something that must agree."""
    return shape(token) is not None


def is_letter(token: str) -> bool:
    """A type letter ("DIN 125 A", "3-way L"): it tells items apart, but in running text it may be a small word."""
    return len(token) <= 2 and token.isalpha() and not is_hard(token)
