"""The text of ``sample_docs/README.md``: every shipped sample with its purpose, their source and licence."""

from __future__ import annotations

from collections.abc import Iterator

from sample_docs.generator.shipped_documents import DOCUMENTS, HARD_DOCUMENTS
from sample_docs.generator.shipped_mails import MAILS

HEAD = """# Samples

Mails, documents and ERP exports of an invented supplier and its invented customers. Beside each sample lies its
expected JSON (same name, `.json`): the truth of what it says and what must be decided, in the form of the contract.
A key that is absent is not judged; `_alternatives` holds what is right as well.

| source | licence |
|---|---|
| made by `python -m sample_docs.make` from `generator/`; nothing is taken from real orders | Apache-2.0 |

The generator writes the expected JSON from what it drew, never from what the program read. "Today" is 2026-11-16; mails
are taken in the order of their names, so that duplicates and revisions follow their first.

## Adding a sample

1. Drop the file into `documents/` or `mails/`.
2. `python -m sample_docs.draft sample_docs/documents/FILE` drafts its expected JSON from what the program reads.
   It never overwrites one.
3. Correct the draft by hand until it is the truth: it states what the document says, not what the program made of it.
4. Add a row below the tables here: source, licence, purpose.

`pytest tests/test_samples.py` compares. What the program knowingly gets wrong stands in `tests/known_gaps.txt`; the
test demands exactly those gaps. A sample without expected JSON fails, and so does an expected JSON without sample.

`python -m sample_docs.make --random 100 --seed 7 --out FOLDER` makes documents nobody has tuned to, with their truth.
"""


def readme() -> str:
    return "\n".join([HEAD, *_table("documents", _documents()), *_table("mails", _mails()), *_exports()]) + "\n"


def _table(title: str, rows: Iterator[tuple[str, str]]) -> list[str]:
    return [f"## {title}/", "", "| file | purpose |", "|---|---|", *(f"| `{a}` | {b} |" for a, b in rows), ""]


def _documents() -> Iterator[tuple[str, str]]:
    for spec in DOCUMENTS:
        wrong = f"; must raise `{spec.wrong}`" if spec.wrong else ""
        yield spec.stem, f"{spec.purpose} ({spec.language}){wrong}"
    for kind, language, purpose in HARD_DOCUMENTS:
        yield f"hard-{kind.replace('_', '-')}-{language}", f"{purpose} ({language})"


def _mails() -> Iterator[tuple[str, str]]:
    for n, (stem, purpose, _) in enumerate(MAILS, 1):
        yield f"{n:02d}-{stem}.eml", purpose


def _exports() -> list[str]:
    return [
        "## erp/",
        "",
        "The nine export files of the contract: goods of several trades, customers in eight languages, price lists",
        "with breaks and validity, customers' own prices and part numbers, stock, units.",
    ]
