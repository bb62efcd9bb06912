"""The word lists of ``wording.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def _file() -> Mapping[str, object]:
    text = resources.files("extractors.header").joinpath("wording.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def words(name: str) -> tuple[str, ...]:
    """One list of the file, in its order."""
    found = _file()[name]
    assert isinstance(found, list), f"wording.toml: {name} is no list"
    return tuple(str(word) for word in found)


@cache
def countries() -> Mapping[str, str]:
    """Folded name → ISO 3166-1 code."""
    found = _file()["countries"]
    assert isinstance(found, dict), "wording.toml: countries is no table"
    return {str(name): str(code) for name, code in found.items()}


@cache
def strange_words() -> Mapping[str, frozenset[str]]:
    """ISO 639-1 code of a language nobody reads here yet → folded words that tell it."""
    found = _file()["strange"]
    assert isinstance(found, dict), "wording.toml: strange is no table"
    return {str(code): frozenset(str(word) for word in told) for code, told in found.items()}
