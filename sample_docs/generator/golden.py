"""The expected JSON that lies beside a shipped sample: contract form, only keys that are judged.

A key that is absent is not judged; ``_alternatives`` holds what is right as well, by path.
"""

from __future__ import annotations

from typing import Any

from sample_docs.generator.sample import Sample

Json = dict[str, Any]
_RENAMED = {
    "expected_customer_id": "customer_id",
    "expected_ship_to_id": "ship_to_id",
    "expected_decision": "decision",
    "expected_order_exceptions": "exceptions",
}


def golden(sample: Sample, name: str, **stated: Any) -> Json:
    """The sample's truth as golden; ``stated`` overrides keys (``exceptions=["duplicate_po"], decision="review"``)."""
    return of_truth(sample.truth(name), **stated)


def of_truth(truth: Json, **stated: Any) -> Json:
    """The same of a truth in the generator's form."""
    out: Json = {_RENAMED.get(k, k): v for k, v in truth.items() if not k.startswith("_")}
    out["lines"] = [_line(line, judged=not truth["_lines_exceptions_ambiguous"]) for line in truth["lines"]]
    if truth["expected_decision"] is None:
        for key in ("decision", "exceptions"):
            out.pop(key)
    for path in truth["_ambiguous"]:
        _drop(out, path)
    out["_alternatives"] = {path: values for path, values in truth["_alternatives"].items() if values}
    return out | stated


def _line(line: Json, *, judged: bool) -> Json:
    kept = {k: v for k, v in line.items() if not k.startswith("expected_")}
    if not judged:
        return kept
    exceptions = line["expected_exceptions"]
    sku = line["expected_sku"]
    return kept | {"sku": sku, "decision": "review" if exceptions else "auto", "exceptions": exceptions}


def _drop(out: Json, path: str) -> None:
    """``path``: "freight", "buyer.tax_id" or "lines[*].line_no"."""
    parent, _, last = path.rpartition(".")
    targets = out["lines"] if parent == "lines[*]" else [out[parent] if parent else out]
    for target in targets:
        target.pop(last, None)
