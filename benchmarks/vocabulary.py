"""Our dictionary and document types beside spaCy's PhraseMatcher and bag-of-words text classifier, in one run.

    python -m benchmarks.vocabulary

Both get the same header labels of all languages, each on a line of its own before a value: as printed, with one letter
misread as OCR does, and grown together with the value. Both learn the types from four fifths of the texts of
``extractors.doctype_train`` and are asked about the rest. spaCy runs with blank pipelines; nothing is fetched.
Time is processor time; memory is what the process grew by.
"""

from __future__ import annotations

import random
import resource
import time
import tomllib
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any

import numpy as np

from extractors.doctype_model import BUCKETS, buckets_of, tokens_of
from extractors.doctype_train import TELLING, matrix_of, telling_buckets, texts, train
from extractors.header.labels import find_labels
from extractors.header.view import PageView, view
from pipeline.language import fold, languages
from pipeline.model import Box, DocumentType, Page, Source, Word

LINES = 50  # labels on a page
MISREAD = {"o": "0", "l": "1", "i": "l", "e": "c", "m": "rn", "b": "h", "u": "v", "s": "5", "g": "q", "n": "ri"}
EPOCHS = 4
BATCH = 64
Labels = list[tuple[str, str]]  # field, label


def main() -> None:
    chance = random.Random(1)
    fields = [(f, x) for one in languages().values() for f, labels in one.header.items() for x in labels]
    labels = sorted(set(chance.sample(fields, 1500)))
    ours, ours_cost = _cost(lambda: find_labels(_page(labels[:1], " 4711", Source.OCR)))
    del ours
    spacy, spacy_cost = _cost(_spacy)
    print(f"import and vocabulary: ours {ours_cost}, spaCy {spacy_cost}")
    damaged = [(f, _misread(x, chance)) for f, x in labels if len(fold(x)) >= 6]
    for name, asked, behind, source in (
        ("as printed", labels, ": 4711", Source.TEXT),
        ("one letter misread", damaged, ": 4711", Source.OCR),
        ("grown together", labels, ":4711", Source.TEXT),
    ):
        pages = [_page(asked[i : i + LINES], behind, source) for i in range(0, len(asked), LINES)]
        print(f"{name}: ours {_ours(pages, asked)}; spaCy {_matched(spacy, asked, behind)} of {len(asked)} labels")
    _types()


def _cost(work: Callable[[], Any]) -> tuple[Any, str]:
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = work()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return result, f"{time.process_time() - start:.2f} s, {grown:.0f} MB"


def _spacy() -> tuple[Any, Any]:
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("xx")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for language in languages().values():
        for name, labels in language.header.items():
            matcher.add(name, list(nlp.pipe(labels)))
    return nlp, matcher


def _misread(label: str, chance: random.Random) -> str:
    places = [i for i, letter in enumerate(label) if letter.lower() in MISREAD]
    if not places:
        return label
    at = chance.choice(places)
    return label[:at] + MISREAD[label[at].lower()] + label[at + 1 :]


def _page(labels: Labels, behind: str, source: Source) -> PageView:
    words = []
    for row, (_, label) in enumerate(labels):
        x = 30.0
        for text in f"{label}{behind}".split():
            words.append(Word(text, Box(x, 30 + 14 * row, x + 5 * len(text), 39 + 14 * row)))
            x += 5 * len(text) + 3
    return view(Page(1, 595, 842, tuple(words), source))


def _ours(pages: Sequence[PageView], asked: Labels) -> str:
    start = time.process_time()
    hits = [find_labels(page) for page in pages]
    spent = time.process_time() - start
    found = 0
    for number, page_hits in enumerate(hits):
        fields_at: dict[int, set[str]] = {}
        for hit in page_hits:
            if hit.start == 0:
                fields_at.setdefault(round((hit.box.top - 30) / 14), set()).add(hit.field)
        part = asked[number * LINES : (number + 1) * LINES]
        found += sum(field in fields_at.get(row, set()) for row, (field, _) in enumerate(part))
    return f"{found / len(asked):.1%}, {1000 * spent / len(pages):.1f} ms a page"


def _matched(spacy: tuple[Any, Any], asked: Labels, behind: str) -> str:
    nlp, matcher = spacy
    start, found = time.process_time(), 0
    for field, label in asked:
        doc = nlp.make_doc(f"{label}{behind}")
        found += any(nlp.vocab.strings[key] == field and first == 0 for key, first, _ in matcher(doc))
    spent = time.process_time() - start
    return f"{found / len(asked):.1%}, {1000 * spent * LINES / len(asked):.1f} ms a page"


def _types() -> None:
    file = resources.files("extractors").joinpath("doctype_phrases.toml")
    samples = list(texts(tomllib.loads(file.read_text(encoding="utf-8"))))
    random.Random(2).shuffle(samples)
    cut = len(samples) * 4 // 5
    print(f"types of {len(samples) - cut} texts, learned from {cut}: ours {_our_types(samples, cut)}")
    print(f"  spaCy {_spacy_types(samples, cut)}")


def _our_types(samples: Sequence[tuple[str, str]], cut: int) -> str:
    kinds = [kind.value for kind in DocumentType]
    start = time.process_time()
    labels = np.array([kinds.index(kind) for kind, _ in samples])
    filled = [buckets_of(tokens_of(text)) for _, text in samples]
    telling = telling_buckets(filled[:cut], labels[:cut], len(kinds))
    matrix = matrix_of([buckets[np.isin(buckets, telling)] for buckets in filled])
    weights, bias = train(matrix[:cut], labels[:cut], len(kinds))
    learned = time.process_time() - start
    start = time.process_time()
    for _, text in samples[cut:]:
        buckets_of(tokens_of(text))
    right = ((matrix[cut:] @ weights + bias).argmax(axis=1) == labels[cut:]).mean()
    each = (time.process_time() - start) / (len(samples) - cut)
    size = TELLING * len(kinds) * 2 / 1e6
    return f"{right:.2%}, {learned:.0f} s to learn, {1000 * each:.2f} ms a text, {size:.2f} MB of {BUCKETS} buckets"


def _spacy_types(samples: Sequence[tuple[str, str]], cut: int) -> str:
    import spacy
    from spacy.training import Example

    kinds = [kind.value for kind in DocumentType]
    model = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": True, "ngram_size": 2, "length": 1 << 15}
    nlp = spacy.blank("xx")
    labelled: Any = nlp.add_pipe("textcat", config={"model": {**model, "no_output_layer": False}})
    examples = [
        Example.from_dict(nlp.make_doc(fold(text)), {"cats": {name: float(name == kind) for name in kinds}})
        for kind, text in samples[:cut]
    ]
    start = time.process_time()
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(EPOCHS):
        for at in range(0, len(examples), BATCH):
            nlp.update(examples[at : at + BATCH], sgd=optimizer)
    learned = time.process_time() - start
    start = time.process_time()
    found = [max(doc.cats, key=doc.cats.__getitem__) for doc in nlp.pipe(fold(text) for _, text in samples[cut:])]
    each = (time.process_time() - start) / len(found)
    right = sum(name == kind for name, (kind, _) in zip(found, samples[cut:], strict=True)) / len(found)
    size = len(labelled.to_bytes()) / 1e6
    return f"{right:.2%}, {learned:.0f} s to learn, {1000 * each:.2f} ms a text, {size:.2f} MB"


if __name__ == "__main__":
    main()
