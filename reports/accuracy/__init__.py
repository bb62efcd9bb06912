"""How well documents are read: results are paired with the truth once, and every figure is derived from that pairing.

As in DocILE (Simsa et al. 2023): lines are paired by optimal assignment, the pairing is stored, and a document without
a result is an error, so that a crash cannot pass for "nothing found".
"""

from __future__ import annotations

from reports.accuracy.figures import Figures, figures
from reports.accuracy.found import FoundOrder, found_order
from reports.accuracy.pairing import pair_document
from reports.accuracy.records import DocumentPair
from reports.accuracy.truth import TruthOrder, load_truth
from reports.accuracy.written import figures_to_json, pairing_to_json, write_report

__all__ = [
    "DocumentPair",
    "Figures",
    "FoundOrder",
    "TruthOrder",
    "figures",
    "figures_to_json",
    "found_order",
    "load_truth",
    "pair_document",
    "pairing_to_json",
    "write_report",
]
