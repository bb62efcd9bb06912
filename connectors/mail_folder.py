"""Mail from a folder: single ``.eml`` files in the order of their names, or a Maildir."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from connectors.files import cannot
from connectors.too_large import DEFAULT_LIMIT, HEADER_BYTES, stand_in
from pipeline.durable import flush_folder
from pipeline.errors import ConfigError
from pipeline.model import MailKey

_MAILDIR = ("cur", "new")


class FolderSource:
    """A folder of ``.eml`` files, or a Maildir (recognised by its ``cur`` and ``new``).

    Keys name the file, so a mail keeps its key while a mail program moves it between ``new`` and ``cur`` or changes its
    flags. Nothing is moved or changed, unless ``done`` names a folder that acknowledged mails are moved to.
    """

    def __init__(
        self, path: Path, *, account: str = "folder", done: Path | None = None, size_limit: int = DEFAULT_LIMIT
    ) -> None:
        if not path.is_dir():
            raise ConfigError(f"the mail folder {path} does not exist: create it or mend the setting that names it")
        self._path = path
        self._account = account
        self._done = done
        self._limit = size_limit
        self._seen: dict[str, Path] = {}
        self._is_maildir = all((path / name).is_dir() for name in _MAILDIR)

    def list(self) -> Iterator[tuple[MailKey, int]]:
        """By name, which in a Maildir begins with the time of delivery. Raises ``SourceError``."""
        self._seen = self._files()
        for name, file in sorted(self._seen.items()):
            try:
                stat = file.stat()
            except FileNotFoundError:
                continue  # taken away since the folder was listed
            except OSError as error:
                raise cannot("read", file, error) from error
            yield MailKey(self._account, str(self._path), uid=self._change(stat), name=name), stat.st_size

    def fetch(self, key: MailKey) -> bytes | None:
        """The raw mail; a stand-in for one over the size limit; None when it is gone. Raises ``SourceError``."""
        file = self._find(key)
        if file is None:
            return None
        try:
            with file.open("rb") as opened:
                size = os.fstat(opened.fileno()).st_size
                if size > self._limit:
                    return stand_in(opened.read(HEADER_BYTES), size, self._limit)
                return opened.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise cannot("read", file, error) from error

    def acknowledge(self, key: MailKey) -> None:
        if self._done is None:
            return
        file = self._find(key)
        if file is None:
            return
        try:
            self._done.mkdir(parents=True, exist_ok=True)
            file.replace(self._done / file.name)
            flush_folder(self._done)
            flush_folder(file.parent)
        except FileNotFoundError:
            return  # another worker moved it
        except OSError as error:
            raise cannot("move", file, error) from error

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _files(self) -> dict[str, Path]:
        folders = [self._path / name for name in _MAILDIR] if self._is_maildir else [self._path]
        try:
            entries = [entry for folder in folders for entry in os.scandir(folder)]
        except OSError as error:
            raise cannot("read", self._path, error) from error
        return {self._key_name(e.name): Path(e.path) for e in entries if self._is_mail(e)}

    def _is_mail(self, entry: os.DirEntry[str]) -> bool:
        """A link counts for nothing: it could lead anywhere."""
        if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
            return False
        return self._is_maildir or entry.name.lower().endswith((".eml", ".msg"))

    def _find(self, key: MailKey) -> Path | None:
        """A plain file by its name; in a Maildir where it was last seen, else where it is now."""
        if key.folder != str(self._path):
            return None
        if not self._is_maildir:
            file = self._path / Path(key.name).name
            if not file.is_file() or file.is_symlink():
                return None
            return file if key.uid in (0, self._change(file.stat())) else None  # replaced by another mail meanwhile
        seen = self._seen.get(key.name)
        if seen is None or not seen.is_file():
            self._seen = self._files()
        return self._seen.get(key.name)

    def _change(self, stat: os.stat_result) -> int:
        """A plain file can be replaced by another of its name: its time of change belongs to its key."""
        return 0 if self._is_maildir else stat.st_mtime_ns

    def _key_name(self, file_name: str) -> str:
        """A Maildir name without its flags (":2,S" behind the unique part)."""
        return file_name.split(":", 1)[0] if self._is_maildir else file_name
