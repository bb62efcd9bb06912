"""The program's own results for samples: what `check` would write, mails in the order of their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cli.documents import read_path
from flows import wiring
from flows.settings import Intake
from pipeline.codec import decision_to_json
from pipeline.history import MemoryHistory
from pipeline.run import decide_message
from rules.policy import load_policies

ERP = Path(__file__).parent / "erp"
AS_OF = date(2026, 11, 16)


def results(paths: Sequence[Path], erp: Path = ERP) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """The decision JSONs of each file, in document order; one history for all, so that duplicates are noticed."""
    snapshot = wiring.load_erp(erp)
    intake = Intake(ocr_cache=None)
    parts = wiring.deciders(snapshot, MemoryHistory(), load_policies(None))
    context = wiring.reading_context(snapshot, intake)
    with wiring.isolated_reader(intake, 1) as read:
        for path in paths:
            decided = decide_message(read_path(path, read, context), parts, AS_OF)
            yield path, [decision_to_json(d.decision) for d in decided]
