"""What several packages test against: a real PostgreSQL that the tests start where its programs are installed."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import psycopg
import pytest
from hypothesis import settings

from benchmarks.postgres import private_server, programs

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of what is tested
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL's programs (initdb) are not installed: apt-get install postgresql")
    with private_server(found) as url:
        yield url


@pytest.fixture
def postgres_url(postgres: str, request: pytest.FixtureRequest) -> str:
    """A fresh database of its own for each test."""
    name = f"t{sha256(request.node.nodeid.encode()).hexdigest()[:16]}"
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgres}/{name}"
