"""Which language a recognised page is in, from the little words every text has, read even by a foreign model."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

from pipeline.language import fold, languages

# ISO 639-1 → Tesseract's name
TESSERACT = {
    "en": "eng", "de": "deu", "fr": "fra", "es": "spa", "pl": "pol", "nl": "nld", "pt": "por", "it": "ita",
}  # fmt: skip


@functools.cache
def _vocabulary() -> dict[str, frozenset[str]]:
    """Per Tesseract language the folded words of its labels and stop words that few other languages share."""
    words: dict[str, set[str]] = {}
    for code, language in languages().items():
        if code in TESSERACT:
            texts = [*language.stopwords]
            for group in (language.columns, language.header, language.totals, language.document_types):
                texts += [label for labels in group.values() for label in labels]
            words[TESSERACT[code]] = {part for text in texts for part in fold(text).split() if len(part) > 1}
    return {
        name: frozenset(w for w in own if sum(w in other for other in words.values()) <= 3)
        for name, own in words.items()
    }


def language_of(texts: Iterable[str], allowed: Sequence[str]) -> str | None:
    """The Tesseract language most of the words speak for; None when too few speak or two are near each other."""
    vocabulary = _vocabulary()
    folded = [word for text in texts for word in fold(text).split() if re.fullmatch(r"[a-z]{2,}", word)]
    votes = {name: sum(word in vocabulary.get(name, ()) for word in folded) for name in allowed}
    ranked = sorted(votes, key=lambda name: votes[name], reverse=True)
    if not ranked or votes[ranked[0]] < 4:
        return None
    if len(ranked) > 1 and votes[ranked[0]] < 1.25 * votes[ranked[1]]:
        return None
    return ranked[0]
