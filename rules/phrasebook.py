"""Requests in running text, found by the token patterns of a TOML file."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

STARTERS = frozenset({".", ",", "!", "?", ";", ":", "-", "–", "—", "and", "but", "und", "et", "y", "e", "en", "i"})
LETTERS = str.maketrans("łøđ'’", "lod  ")  # letters that have no accent to take off; elisions become words


class Phrasebook:
    """The kinds of one file of ``rules/``; phrases.toml explains how its patterns are written."""

    def __init__(self, file_name: str) -> None:
        text = files("rules").joinpath(file_name).read_text(encoding="utf-8")
        self.kinds: dict[str, dict[str, Any]] = tomllib.loads(text)

    def says(self, kind: str) -> str:
        return str(self.kinds[kind]["says"])

    def matches(self, paragraph: str) -> tuple[tuple[int, int, str], ...]:
        """Character spans of the paragraph and the kind of request, in their order."""
        return self._kept(paragraph)

    @cached_property
    def _kept(self) -> Callable[[str], tuple[tuple[int, int, str], ...]]:
        """The descriptions of items come again and again."""
        return lru_cache(maxsize=8192)(lambda paragraph: tuple(self._found(paragraph)))

    def _found(self, paragraph: str) -> Iterator[tuple[int, int, str]]:
        nlp, matcher = self._engine
        doc = nlp.make_doc(without_accents(paragraph))
        found = [(*nlp.vocab.strings[rule].split("/"), start, end) for rule, start, end in matcher(doc)]
        harmless = [(kind, start, end) for kind, _, place, start, end in found if place == "unless"]
        for kind, _, place, start, end in sorted(found, key=lambda m: (m[3], m[4])):
            if place == "start" and start > 0 and doc[start - 1].text not in STARTERS:
                continue
            if any(kind == other and start < last and first < end for other, first, last in harmless):
                continue
            span = doc[start:end]
            yield span.start_char, span.end_char, kind

    @cached_property
    def _engine(self) -> tuple[Any, Any]:
        """The tokenizer and the matcher; spaCy takes seconds to import, so it is, when there is text to look at."""
        import spacy
        from spacy.matcher import Matcher

        nlp = spacy.blank("xx")
        matcher = Matcher(nlp.vocab)
        for kind, entry in self.kinds.items():
            words = entry.get("words", {})
            for number, pattern in enumerate(entry["patterns"]):
                place = "start" if pattern.startswith("^ ") else "any"
                tokens = token_pattern(pattern.removeprefix("^ "), words)
                matcher.add(f"{kind}/{number}/{place}", [tokens], greedy="LONGEST")
            for number, pattern in enumerate(entry.get("unless", ())):
                matcher.add(f"{kind}/{number}/unless", [token_pattern(pattern, words)], greedy="LONGEST")
        return nlp, matcher


@lru_cache(maxsize=8)
def phrasebook(file_name: str) -> Phrasebook:
    return Phrasebook(file_name)


def without_accents(text: str) -> str:
    """Lower case without accents, character by character: positions stay those of the text."""

    def bare(char: str) -> str:
        lower = unicodedata.normalize("NFD", char.lower())[0]
        return lower.translate(LETTERS)

    return "".join(bare(char) for char in text)


def token_pattern(pattern: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row of a phrase file as spaCy's matcher takes it; ``words`` are the lists it may name by "@"."""
    tokens: list[dict[str, Any]] = []
    for word in pattern.split():
        if word.startswith("@"):
            name = word[1:].rstrip("?*")
            word = words[name] + word[1 + len(name) :]
        if word.startswith("~"):
            tokens += [{"TEXT": {"REGEX": r"^[^\W\d_]+$"}, "OP": "?"}] * int(word[1:])
        elif word.startswith(".."):
            gap = {"TEXT": {"NOT_IN": [".", "!", "?", ";", ":"]}, "OP": "?"}
            tokens += [gap] * int(word[2:])
        elif word == "#":
            tokens.append({"TEXT": {"REGEX": r"\d"}})
        else:
            operator = word[-1] if word[-1] in "?*" and len(word) > 1 else None
            choices = [without_accents(choice) for choice in word.removesuffix(operator or "").split("|")]
            token: dict[str, Any] = {"TEXT": {"IN": choices}}
            tokens.append({**token, "OP": operator} if operator else token)
    return tokens
