"""What can go wrong. The class says what happens next; the text says where, what, and what to do about it."""

from __future__ import annotations


class IntakeError(Exception):
    """Base of all foreseen errors. ``exit_code`` is what the command line ends with."""

    exit_code = 1


class DocumentError(IntakeError):
    """This document or message cannot be read: it goes to review and is never retried.

    ``code`` is the exception code of the contract the review case carries.
    """

    def __init__(self, message: str, *, code: str = "unreadable_document") -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return (_document_error, (str(self), self.code))


def _document_error(message: str, code: str) -> DocumentError:
    return DocumentError(message, code=code)


class EncryptedDocument(DocumentError):
    """The file asks for a password that we do not have."""

    def __init__(self, message: str, *, code: str = "encrypted_document") -> None:
        super().__init__(message, code=code)


class SourceError(IntakeError):
    """The outside world did not answer (mail server, database, ERP folder): retried with backoff."""

    exit_code = 4


class ConfigError(IntakeError):
    """The operator must act. ``findings`` holds every fault found, not only the first."""

    exit_code = 3

    def __init__(self, message: str, findings: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((message, *findings)))
        self.findings = findings


class UsageError(IntakeError):
    """The command was called with words that make no sense together."""

    exit_code = 2
