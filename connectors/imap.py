"""Mail from an IMAP server: looked at by UID, never marked as read, acknowledged last."""

from __future__ import annotations

import imaplib
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from imapclient import IMAPClient

from connectors.imap_connection import ImapSettings, connect, hang_up, no_answer
from connectors.imap_structure import part_list
from connectors.too_large import HEADER_BYTES, stand_in
from pipeline.errors import ConfigError, SourceError
from pipeline.model import MailKey

__all__ = ["ImapSettings", "ImapSource"]

KEYWORD = b"$PoIntakeDone"
_SEARCH_CHUNK = 50_000  # messages; imaplib refuses an answer line of more than a million bytes
_SIZE_CHUNK = 500
_IDLE_LIMIT = 28 * 60.0  # seconds; RFC 2177: leave IDLE before the server's half hour is over
_Given = TypeVar("_Given")
_log = logging.getLogger(__name__)


class ImapSource:
    """One account. The connection is made when first needed, kept between calls, and made anew once when it broke."""

    def __init__(self, settings: ImapSettings) -> None:
        findings = settings.findings()
        if findings:
            raise ConfigError(f"mailbox {settings.account}: the settings cannot be used", findings)
        self._settings = settings
        self._client: IMAPClient | None = None
        self._selected: tuple[str, bool] | None = None
        self._uid_validity = 0
        self._exists = 0
        self._permanent_flags: tuple[object, ...] = ()
        self._sizes: dict[tuple[str, int], dict[int, int]] = {}

    # --- MailSource ---------------------------------------------------------------------------------------------------

    def list(self) -> Iterator[tuple[MailKey, int]]:
        """Folder by folder, in the order of arrival. Raises ``SourceError``, ``ConfigError`` (login, folder)."""
        for folder in self._settings.folders:
            validity, sizes = self._command(partial(self._list_folder, folder=folder))
            for uid, size in sorted(sizes.items()):
                yield MailKey(self._settings.account, folder, validity, uid), size

    def fetch(self, key: MailKey) -> bytes | None:
        """The raw mail; a stand-in for one over the size limit; None when it is gone or the folder was made anew.

        Raises ``SourceError``, also when fewer bytes arrive than the server announced.
        """
        return self._command(lambda client: self._fetch(client, key))

    def acknowledge(self, key: MailKey) -> None:
        """Flags or moves the mail as configured. A mail that is gone is done. Raises ``SourceError``."""
        if self._settings.after != "keep":
            self._command(lambda client: self._acknowledge(client, key))

    # --- beside it ----------------------------------------------------------------------------------------------------

    def wait_for_mail(self, timeout: float) -> bool:
        """Waits in IDLE on the first folder, at most ``timeout`` seconds; whether something changed there.

        A server without IDLE makes it return at once, with False. Raises ``SourceError``.
        """
        return self._command(lambda client: self._idle(client, min(timeout, _IDLE_LIMIT)))

    def close(self) -> None:
        client, self._client, self._selected = self._client, None, None
        if client is None:
            return
        try:
            client.logout()
        except (OSError, imaplib.IMAP4.error) as error:
            _log.info("mailbox %s: the connection did not end cleanly: %s", self._settings.account, error)

    # --- the connection -----------------------------------------------------------------------------------------------

    def _command(self, command: Callable[[IMAPClient], _Given]) -> _Given:
        """Runs a command; once more on a fresh connection when one that was kept turns out to be dead."""
        kept = self._client is not None
        try:
            return self._try(command)
        except SourceError:
            if not kept:
                raise
        return self._try(command)

    def _try(self, command: Callable[[IMAPClient], _Given]) -> _Given:
        try:
            if self._client is None:
                self._client = connect(self._settings)
            return command(self._client)
        except (OSError, imaplib.IMAP4.error, ValueError, AssertionError) as error:
            # ValueError and AssertionError: imapclient's parser on an answer that is no IMAP
            self._drop()
            raise no_answer(self._settings, error) from error
        except SourceError:
            self._drop()
            raise

    def _drop(self) -> None:
        client, self._client, self._selected = self._client, None, None
        if client is not None:
            hang_up(client)

    # --- folders ------------------------------------------------------------------------------------------------------

    def _select(self, client: IMAPClient, folder: str, *, writing: bool = False, anew: bool = False) -> int:
        """Opens a folder and returns its UIDVALIDITY. Read-only unless something is to be marked."""
        if anew or self._selected not in ((folder, writing), (folder, True)):
            self._selected = None
            answer = self._open(client, folder, writing)
            validity = answer.get(b"UIDVALIDITY")
            if not isinstance(validity, int) or validity <= 0:
                raise SourceError(
                    f"{self._settings.place}: folder {folder!r} has no UIDVALIDITY, so its mails cannot be told apart "
                    "for good. Ask the operator of the mail server."
                )
            self._selected, self._uid_validity = (folder, writing), validity
            exists, flags = answer.get(b"EXISTS"), answer.get(b"PERMANENTFLAGS")
            self._exists = exists if isinstance(exists, int) else 0
            self._permanent_flags = flags if isinstance(flags, tuple) else ()
        return self._uid_validity

    def _open(self, client: IMAPClient, folder: str, writing: bool) -> dict[bytes, object]:
        try:
            answer: dict[bytes, object] = client.select_folder(folder, readonly=not writing)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            names = ", ".join(sorted(str(name) for _, _, name in client.list_folders())[:30])
            raise ConfigError(
                f"{self._settings.place}: folder {folder!r} cannot be opened ({error}). Folders there: {names}"
            ) from error
        return answer

    def _list_folder(self, client: IMAPClient, folder: str) -> tuple[int, dict[int, int]]:
        validity = self._select(client, folder, anew=True)
        uids: set[int] = set()
        for start in range(1, self._exists + 1, _SEARCH_CHUNK):
            uids |= set(client.search(f"{start}:{min(start + _SEARCH_CHUNK - 1, self._exists)}"))
        known = {uid: size for uid, size in self._sizes.get((folder, validity), {}).items() if uid in uids}
        unknown = sorted(uids - known.keys())
        for start in range(0, len(unknown), _SIZE_CHUNK):
            chunk = unknown[start : start + _SIZE_CHUNK]
            answer = client.fetch(chunk, ["RFC822.SIZE"])
            known |= {uid: _size(answer[uid]) for uid in chunk if uid in answer}  # others went meanwhile
        self._sizes[folder, validity] = known
        return validity, known

    # --- one mail -----------------------------------------------------------------------------------------------------

    def _fetch(self, client: IMAPClient, key: MailKey) -> bytes | None:
        if self._select(client, key.folder) != key.uid_validity:
            return None
        answer = client.fetch([key.uid], ["RFC822.SIZE"])
        if key.uid not in answer:
            return None
        size = _size(answer[key.uid])
        if size > self._settings.max_bytes:
            return self._stand_in(client, key, size)
        raw = self._body(client, key)
        if raw is None or len(raw) >= size:
            return raw
        # Some servers (Exchange) only estimate the size. What comes twice the same, announced in full, is whole.
        if raw != self._body(client, key):
            raise SourceError(
                f"{self._settings.place}: mail {key.uid} in {key.folder!r} came with {len(raw)} of {size} bytes. "
                "It is tried again."
            )
        return raw

    def _body(self, client: IMAPClient, key: MailKey) -> bytes | None:
        """None for NIL: what servers answer when the mail was expunged while we looked at it."""
        answer = client.fetch([key.uid], ["BODY.PEEK[]"]).get(key.uid, {})
        raw = answer.get(b"BODY[]")
        return raw if isinstance(raw, bytes) else None

    def _stand_in(self, client: IMAPClient, key: MailKey, size: int) -> bytes | None:
        wanted = [f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>", "BODYSTRUCTURE"]
        answer = client.fetch([key.uid], wanted).get(key.uid)
        if answer is None:
            return None
        header = answer.get(b"BODY[HEADER]<0>") or b""
        return stand_in(header, size, self._settings.max_bytes, part_list(answer.get(b"BODYSTRUCTURE")))

    def _acknowledge(self, client: IMAPClient, key: MailKey) -> None:
        if self._select(client, key.folder, writing=True) != key.uid_validity:
            return
        if self._settings.after == "flag":
            keywords = b"\\*" in self._permanent_flags or KEYWORD in self._permanent_flags
            client.add_flags([key.uid], [KEYWORD if keywords else b"\\Flagged"], silent=True)
        elif client.fetch([key.uid], ["UID"]):
            self._move(client, key)

    def _move(self, client: IMAPClient, key: MailKey) -> None:
        target = self._settings.move_to
        if not client.folder_exists(target):
            self._create(client, target)
        if client.has_capability("MOVE"):
            client.move([key.uid], target)
            return
        client.copy([key.uid], target)
        client.add_flags([key.uid], [b"\\Deleted"], silent=True)
        # A plain EXPUNGE would also remove what others marked as deleted: without UIDPLUS the mail stays marked.
        if client.has_capability("UIDPLUS"):
            client.uid_expunge([key.uid])

    def _create(self, client: IMAPClient, folder: str) -> None:
        try:
            client.create_folder(folder)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise ConfigError(
                f"{self._settings.place}: the folder {folder!r} for done mails cannot be made ({error}): "
                "make it on the server, or set another one as move_to"
            ) from error

    def _idle(self, client: IMAPClient, timeout: float) -> bool:
        if not client.has_capability("IDLE"):
            return False
        self._select(client, self._settings.folders[0], anew=True)
        client.idle()
        try:
            answers = client.idle_check(timeout=timeout)
        finally:
            _, late = client.idle_done()
        return any(len(answer) > 1 and answer[1] in (b"EXISTS", b"EXPUNGE") for answer in (*answers, *late))


def _size(answer: dict[bytes, object]) -> int:
    size = answer.get(b"RFC822.SIZE")
    return size if isinstance(size, int) and size > 0 else 0
