"""Drafts the expected JSON of a new sample: ``python -m sample_docs.draft FILE...``.

What comes out is what the program reads; correct it by hand until it is the truth. An expected JSON that is there
already is never overwritten.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sample_docs.program import ERP, results

# how the program came to its result, not what is true
_NOT_THE_TRUTH = frozenset(
    {"evidence", "doubts", "mismatches", "match_level", "match_reason", "candidates", "language", "erp_quantity",
     "erp_uom", "expected_price", "expected_currency"}
)  # fmt: skip


def draft(path: Path, erp: Path = ERP) -> Path | None:
    """Writes ``path`` with the suffix .json; None where one lies there already."""
    target = path.with_suffix(".json")
    if target.exists():
        return None
    ((_, orders),) = results([path], erp)
    kept = [_kept(order) for order in orders]
    value: Any = kept[0] if len(kept) == 1 else kept
    target.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return target


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _kept(v) for k, v in value.items() if k not in _NOT_THE_TRUTH}
    return [_kept(v) for v in value] if isinstance(value, list) else value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--erp", type=Path, default=ERP, help="ERP exports to check against (default: the samples')")
    arguments = parser.parse_args()
    failed = False
    for path in arguments.files:
        if not path.is_file():
            print(f"{path}: no such file", file=sys.stderr)
            failed = True
            continue
        written = draft(path, arguments.erp)
        print(f"{written}: correct it until it is the truth" if written else f"{path}: its JSON is there already, kept")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
