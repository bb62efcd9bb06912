"""Holds the floors of docs/ARCHITECTURE.md: imports point down, siblings never meet, third parties stay put."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOOR = {
    "pipeline": 0,
    "extractors": 1, "matchers": 1, "rules": 1, "connectors": 1, "store": 1,
    "review": 2, "reports": 2,
    "flows": 3,
    "cli": 4,
}  # fmt: skip
# a view over the store may read the store, and nothing else of the crafts
VIEWS = {"review", "reports"}
THIRD_PARTY = {
    "pipeline": {"pydantic", "numpy"},  # numpy: packed.py, the file that connectors and matchers both map
    "extractors": {
        "pdfplumber", "pypdfium2", "pypdfium2_raw", "pdfminer", "pytesseract", "tesserocr", "PIL", "pi_heif", "cv2",
        "numpy", "spacy", "thinc", "rapidfuzz",
        "openpyxl", "python_calamine", "docx", "lxml", "charset_normalizer", "pebble", "scipy", "nh3", "babel",
    },
    "matchers": {"rapidfuzz", "numpy", "pandas"},
    "rules": {"pydantic", "spacy", "rapidfuzz"},
    "connectors": {
        "imapclient", "pandas", "numpy", "charset_normalizer", "olefile", "openpyxl", "lxml", "authlib", "requests",
        "joserfc",
    },
    "store": {"sqlalchemy", "alembic"},
    "review": {"fastapi", "starlette", "jinja2", "pydantic", "nh3", "sqlalchemy", "argon2"},
    "reports": {"pandas", "numpy", "scipy", "rapidfuzz", "openpyxl", "jinja2", "sqlalchemy"},
    "flows": {
        "apprise", "prefect", "prometheus_client", "pydantic", "pydantic_settings", "sqlalchemy", "stamina",
        "structlog", "uvicorn",
    },
    "cli": {"cyclopts", "rich"},
}  # fmt: skip


def modules() -> list[Path]:
    return [p for top in FLOOR for p in sorted((ROOT / top).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """Top-level names of everything a module imports, wherever in the module the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; name the package"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    for name in imported(path):
        if name in FLOOR and name != package:
            below = FLOOR[name] < FLOOR[package]
            if package in VIEWS:
                below = name in {"pipeline", "store"}
            assert below, f"{path.relative_to(ROOT)} imports {name}: imports point down"
        elif name not in FLOOR and name not in sys.stdlib_module_names:
            assert name in THIRD_PARTY[package], f"{path.relative_to(ROOT)} uses {name}: not on the list of {package}"


def test_the_test_would_notice(tmp_path: Path) -> None:
    module = tmp_path / "wrong.py"
    module.write_text("def f():\n    from flows import wiring\n")
    assert imported(module) == {"flows"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_stay_readable(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, (
        f"{path}: split it, a module stays under 400 lines"
    )
