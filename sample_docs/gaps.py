"""Prints what ``tests/known_gaps.txt`` would have to say today: ``python -m sample_docs.gaps > tests/known_gaps.txt``.

Look at the difference before you commit it: a line that is new is a regression.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sample_docs.compare import differences
from sample_docs.generator.shipped_documents import PAPER
from sample_docs.program import results

HERE = Path(__file__).parent
HEAD = """\
# What the program knowingly gets wrong in the shipped samples: sample, path of the value, what is expected and found.
# tests/test_samples.py demands exactly these. "*": paper, where the recogniser's version decides which values differ.
# No line here may let anything wrong through: that has a test of its own."""


def gap_lines() -> list[str]:
    found = [HEAD]
    for folder in ("documents", "mails"):
        samples = sorted(p for p in (HERE / folder).iterdir() if p.suffix != ".json" and p.is_file())
        for path, orders in results(samples):
            expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            different = list(differences(expected, orders))
            name = f"{folder}/{path.name}"
            if different and path.stem in PAPER:
                found.append(f"{name} *")
            else:
                found += [f"{name} {d.path} expected {d.expected!r} found {d.found!r}" for d in different]
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(gap_lines()) + "\n")
