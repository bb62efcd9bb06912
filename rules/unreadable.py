"""Documents that could not be read: a review that says why."""

from __future__ import annotations

from pipeline.errors import DocumentError
from pipeline.model import Decision, DocumentType, Mismatch, Order, Verdict

CODES = frozenset({"unreadable_document", "encrypted_document"})


def decision_for_error(error: DocumentError, order: Order | None = None) -> Decision:
    """The review of a document that gave no order. ``order`` is what little is known of it."""
    code = error.code if error.code in CODES else "unreadable_document"
    reason = str(error) or "the document could not be read, and the reader did not say why"
    return Decision(
        order=order if order is not None else Order(DocumentType.OTHER),
        decision=Verdict.REVIEW,
        exceptions=(code,),
        mismatches=(Mismatch(code, "", None, None, reason),),
    )
