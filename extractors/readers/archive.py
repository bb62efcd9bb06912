"""Looks at the directory of a zip-based file (XLSX, ODS, DOCX) before anything is unpacked."""

from __future__ import annotations

import io
import zipfile

from extractors.readers.options import ReadingOptions
from pipeline.errors import DocumentError, EncryptedDocument


def check_archive(content: bytes, file_name: str, options: ReadingOptions) -> None:
    """Raises ``DocumentError`` for a file that would unpack to more than the limits allow."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise DocumentError(f"{file_name}: the file is damaged ({error}); ask the sender to send it again") from error
    if len(entries) > options.max_entries:
        raise DocumentError(f"{file_name}: holds {len(entries)} entries, the limit is {options.max_entries}")
    total = sum(entry.file_size for entry in entries)
    if total > options.max_unpacked:
        raise DocumentError(f"{file_name}: unpacks to {total:,} bytes, the limit is {options.max_unpacked:,}")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise EncryptedDocument(f"{file_name}: asks for a password; add it to the customer's passwords")
        if entry.file_size > 5_000_000 and entry.file_size > options.max_ratio * max(entry.compress_size, 1):
            raise DocumentError(f"{file_name}: {entry.filename} is packed over {options.max_ratio} times: not opened")
