"""Trains the document type classifier: ``python -m extractors.doctype_train`` writes ``doctype_model.npz`` anew.

The texts are put together at random (fixed seed) from ``doctype_phrases.toml`` and the labels of the languages: a title
or none, header and column labels that all types share, sentences of the type, and names that mean nothing.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from extractors.doctype_model import BUCKETS, MODEL, buckets_of, tokens_of
from pipeline.language import Language, languages
from pipeline.model import DocumentType

SEED = 20260101
TEXTS = 90  # of each type in each language
TELLING = 2500  # buckets kept, some hundreds a language
ROUNDS = 300
RATE = 0.2
DECAY = 1e-6  # pull of the weights to zero; keeps the model from trusting single words
_SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "ren",
    "tas",
    "vor",
    "bel",
    "dun",
    "fi",
    "gar",
    "hol",
    "jen",
    "pra",
    "sto",
    "wex",
    "zul",
    "nor",
    "tek",
]
_WITHOUT_TABLE = (DocumentType.OTHER, DocumentType.ORDER_CANCELLATION, DocumentType.STATEMENT)


def main() -> None:
    types = [kind.value for kind in DocumentType]
    phrases = tomllib.loads(resources.files("extractors").joinpath("doctype_phrases.toml").read_text(encoding="utf-8"))
    samples = list(texts(phrases))
    labels = np.array([types.index(kind) for kind, _ in samples])
    filled = [buckets_of(tokens_of(text)) for _, text in samples]
    telling = telling_buckets(filled, labels, len(types))
    matrix = matrix_of([buckets[np.isin(buckets, telling)] for buckets in filled])
    weights, bias = train(matrix, labels, len(types))
    path = Path(__file__).with_name(MODEL)
    np.savez_compressed(path, types=np.array(types), weights=weights.astype(np.float16), bias=bias)
    right = (matrix @ weights + bias).argmax(axis=1) == labels
    print(f"{path.name}: {len(samples)} texts, {right.mean():.4f} of them right, {path.stat().st_size} bytes")


def texts(phrases: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[tuple[str, str]]:
    """(type, text) pairs, the same in every run."""
    chance = random.Random(SEED)
    for code, language in languages().items():
        for kind in DocumentType:
            for _ in range(TEXTS):
                yield kind.value, _text(chance, language, kind, phrases[code][kind.value])


def _text(chance: random.Random, language: Language, kind: DocumentType, sentences: Sequence[str]) -> str:
    parts: list[str] = [_name(chance) for _ in range(chance.randint(2, 40))]
    is_mail = kind is DocumentType.OTHER or chance.random() < 0.25
    if kind is not DocumentType.OTHER and chance.random() < (0.4 if is_mail else 0.85):
        titles = language.document_types.get(kind.value, ())[:20]
        parts.append(chance.choice(titles) if titles else "")
    if not is_mail or chance.random() < 0.3:
        parts += _labels(chance, language.header, 22 if not is_mail else 4)
    if kind not in _WITHOUT_TABLE and chance.random() < (0.3 if is_mail else 0.95):
        parts += _labels(chance, language.columns, 12) + _labels(chance, language.totals, 5)
    count = chance.randint(2, 5) if is_mail else chance.randint(1, 4)
    parts += chance.sample(list(sentences), min(count, len(sentences)))
    chance.shuffle(parts)
    return ". ".join(parts)


def _labels(chance: random.Random, section: Mapping[str, Sequence[str]], most: int) -> list[str]:
    fields = [name for name, labels in section.items() if labels]
    chosen = chance.sample(fields, min(len(fields), chance.randint(most // 2, most)))
    return [chance.choice(section[name][:12]) for name in chosen]


def _name(chance: random.Random) -> str:
    return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4)))


def telling_buckets(filled: Sequence[NDArray[np.int64]], labels: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The buckets that lie most unevenly over the types (chi-square); names and labels all types share fall away."""
    seen = np.zeros((BUCKETS, count))
    for buckets, label in zip(filled, labels, strict=True):
        seen[buckets, label] += 1
    expected = seen.sum(axis=1, keepdims=True) * (np.bincount(labels, minlength=count) / len(labels))
    spread = ((seen - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=1)
    return np.sort(np.argsort(-spread, kind="stable")[:TELLING])


def matrix_of(filled: Sequence[NDArray[np.int64]]) -> csr_matrix:
    """One row a text, each bucket it fills with the same weight, rows of length 1."""
    rows, columns, values = [], [], []
    for row, buckets in enumerate(filled):
        rows += [row] * len(buckets)
        columns += buckets.tolist()
        values += [1 / np.sqrt(max(1, len(buckets)))] * len(buckets)
    return csr_matrix((values, (rows, columns)), shape=(len(filled), BUCKETS), dtype=np.float64)


def train(matrix: csr_matrix, labels: NDArray[np.int64], count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Softmax regression by full-batch Adam (Kingma and Ba 2015); no randomness."""
    weights, bias = np.zeros((BUCKETS, count)), np.zeros(count)
    mean, power = np.zeros_like(weights), np.zeros_like(weights)
    target = np.eye(count)[labels]
    for step in range(1, ROUNDS + 1):
        scores = matrix @ weights + bias
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = (shares / shares.sum(axis=1, keepdims=True) - target) / len(labels)
        gradient = matrix.T @ error + DECAY * weights
        mean = 0.9 * mean + 0.1 * gradient
        power = 0.999 * power + 0.001 * gradient**2
        weights -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(power / (1 - 0.999**step)) + 1e-8)
        bias -= RATE * error.sum(axis=0)
    return weights, bias


if __name__ == "__main__":
    main()
