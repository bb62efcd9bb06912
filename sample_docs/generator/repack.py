"""Office files without the time they were made at, so that the same order gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile

_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms)")


def repacked(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = _TIMES.sub(rb"\g<1>2026-11-16T08:00:00Z\g<2>", source.read(name))
            target.writestr(zipfile.ZipInfo(name, (2026, 11, 16, 8, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
