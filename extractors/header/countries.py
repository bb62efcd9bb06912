"""The names of countries in many languages, kept in ``countries.tsv``.

    python -m extractors.header.countries

writes the file anew from the Unicode CLDR, by babel. It is kept because babel loads all it knows of a language to give
the names: 30 MB in every worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from extractors.header import wording
from pipeline.language import fold, languages

FILE = "countries.tsv"
# languages in which a country's own people write its name; where two disagree over a name, the first one holds
_LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "cs", "sk", "sl", "hu", "ro", "da", "sv", "nb", "fi",
              "et", "lv", "lt", "hr", "tr", "ga")  # fmt: skip


@cache
def country_names() -> Mapping[str, str]:
    """Folded names of countries → ISO 3166-1 code; those of ``wording.toml`` before those of the CLDR."""
    lines = resources.files("extractors.header").joinpath(FILE).read_text(encoding="utf-8").splitlines()
    return {name: code for name, _, code in (line.partition("\t") for line in lines)} | dict(wording.countries())


def file_text() -> str:
    """What ``countries.tsv`` holds: a folded name and its code on each line, sorted by name."""
    from babel import Locale

    names: dict[str, str] = {}
    for language in dict.fromkeys((*_LANGUAGES, *languages())):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(fold(name), code)
    names.pop("", None)
    return "".join(f"{name}\t{code}\n" for name, code in sorted(names.items()))


if __name__ == "__main__":
    Path(__file__).with_name(FILE).write_text(file_text(), encoding="utf-8")
