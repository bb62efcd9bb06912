"""ZIP archives of strangers: what may be opened is decided from the directory, before a byte is expanded."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.mime_headers import clean_file_name
from connectors.mime_tree import Budget
from pipeline.media import MAX_ZIP_ENTRIES, zip_entry_count

MAX_ENTRIES = 1_000
MAX_RATIO = 100  # of expanded to packed bytes, over the whole archive
_RATIO_COUNTS_FROM = 1_000_000  # bytes; an empty form of 200 KB packs better than 1:100 and harms nobody
_LEFT_OUT = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, or with ``problem`` why it (or the whole archive) could not be opened."""

    file_name: str
    content: bytes
    problem: str = ""
    problem_code: str = "unreadable_document"


def unpack_zip(content: bytes, name: str, passwords: Sequence[str], budget: Budget) -> Iterator[Member]:
    """The files of an archive in its own order. Never raises: what cannot be opened is a member with a problem."""
    count = zip_entry_count(content)
    if count > MAX_ZIP_ENTRIES:
        yield Member(name, content, f"{name}: {_too_many(count)}. Ask the sender for the files themselves.")
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if _counts(entry)]
            problem = _over_limit(entries, len(content), len(archive.infolist()), budget)
            if problem:
                yield Member(name, content, f"{name}: {problem}. Ask the sender for the files themselves.")
                return
            budget.expanded -= sum(entry.file_size for entry in entries)
            for entry in entries:
                yield _member(archive, entry, name, passwords, budget)
    except Exception as error:  # noqa: BLE001 - zipfile raises BadZipFile, struct.error, ValueError, OSError ... by input
        yield Member(name, content, f"{name}: the ZIP archive is damaged ({error}). Ask the sender to send it again.")


def _counts(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.lower()
    return not entry.is_dir() and not name.startswith(_LEFT_OUT) and not name.endswith(_LEFT_OUT)


def _over_limit(entries: Sequence[zipfile.ZipInfo], packed: int, count: int, budget: Budget) -> str:
    total = sum(entry.file_size for entry in entries)
    if count > MAX_ENTRIES:
        return _too_many(count)
    if total > budget.expanded:
        return f"the ZIP archive expands to {total} bytes; {budget.expanded} are left of what a mail may expand to"
    if total > _RATIO_COUNTS_FROM and total > MAX_RATIO * packed:
        return f"the ZIP archive expands {total // max(packed, 1)} times; {MAX_RATIO} times is allowed"
    return ""


def _too_many(count: int) -> str:
    return f"the ZIP archive holds {count} entries; {MAX_ENTRIES} are allowed"


def _member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, zip_name: str, passwords: Sequence[str], budget: Budget
) -> Member:
    name = clean_file_name(_entry_name(entry), "file")
    where = f"{zip_name}/{name}"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Member(name, b"", f"{where} is a link, not a file. Ask the sender for the file itself.")
    if entry.flag_bits & 1:
        return _encrypted_member(archive, entry, name, where, passwords, budget)
    try:
        return Member(name, archive.read(entry))
    except (NotImplementedError, RuntimeError) as error:
        return Member(name, b"", f"{where} is packed in a way that cannot be opened ({error}). Ask for a plain ZIP.")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        return Member(name, b"", f"{where} is damaged ({error}). Ask the sender to send it again.")


def _encrypted_member(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    name: str,
    where: str,
    passwords: Sequence[str],
    budget: Budget,
) -> Member:
    for password in passwords:
        if entry.file_size > budget.decrypted:
            break
        try:
            content = archive.read(entry, pwd=password.encode("utf-8", "replace"))
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
            continue  # the wrong password, or AES, which the standard library does not open
        budget.decrypted -= entry.file_size
        return Member(name, content)
    tried = f"{len(passwords)} passwords of this mail did not open it" if passwords else "the mail names no password"
    return Member(name, b"", f"{where} is encrypted and {tried}. Ask the sender.", "encrypted_document")


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """The last part of the name. Without the UTF-8 flag zipfile reads code page 437, but many packers wrote UTF-8."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    return name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
