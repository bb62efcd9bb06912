"""The names of countries that are kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from extractors.header import countries


def test_the_file_holds_what_babel_gives() -> None:
    kept = Path(countries.__file__).with_name(countries.FILE).read_text(encoding="utf-8")
    assert kept == countries.file_text(), "run: python -m extractors.header.countries"


def test_names_are_known_in_many_languages() -> None:
    names = countries.country_names()
    assert [names[name] for name in ("deutschland", "niemcy", "usa", "norge")] == ["DE", "DE", "US", "NO"]


def test_a_worker_does_without_babel() -> None:
    code = (
        "import sys; from extractors.header import address as a; a.country_of('Peru'); sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
