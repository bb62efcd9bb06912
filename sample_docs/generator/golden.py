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
# what follows from not knowing the customer or the item is not said twice
_OPEN_WITHOUT_CUSTOMER = ("customer_id", "ship_to_id")


def golden(sample: Sample, name: str, **stated: Any) -> Json:
    """The sample's truth as golden; ``stated`` overrides keys (``exceptions=["duplicate_po"], decision="review"``)."""
    truth = sample.truth(name)
    out: Json = {_RENAMED.get(k, k): v for k, v in truth.items() if not k.startswith("_")}
    out["lines"] = [_line(line, judged=not truth["_lines_exceptions_ambiguous"]) for line in truth["lines"]]
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
    *parents, last = path.split(".")
    target = out
    for key in parents:
        target = target[key]
    target.pop(last, None)
