"""Learning a layout: the document is a stranger's, so a killable child looks at it."""

from __future__ import annotations

from collections.abc import Mapping

from extractors.layouts import correction_of
from flows import wiring
from flows.settings import Intake
from pipeline.model import Document, LayoutCorrection


def learn(document: Document, said: Mapping[str, str], intake: Intake) -> LayoutCorrection:
    """``said``: label → meaning. Raises ``UsageError`` and ``DocumentError`` as ``correction_of`` does."""
    with wiring.reading_processes(intake) as pool:
        return pool.submit(correction_of, document, dict(said), wiring.reading_options(intake)).result()
