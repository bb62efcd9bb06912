"""Stores to report on: SQLite and a real PostgreSQL, with a clock that the test sets."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))

from intake_rows import Clock

from store import Store, open_store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'intake.db'}" if sqlite else str(request.getfixturevalue("postgres_url"))
    with open_store(url, clock=clock) as opened:
        yield opened
