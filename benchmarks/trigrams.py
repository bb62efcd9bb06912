"""The same look-ups in PostgreSQL's pg_trgm, where it is installed: a GIN index of trigrams, the most similar first."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from benchmarks.postgres import private_server, programs

MOST_SIMILAR = SQL("SELECT said FROM {0} WHERE said %% %(said)s ORDER BY similarity(said, %(said)s) DESC LIMIT 1")


class Trigrams:
    """One server; ``add`` fills a table and indexes it."""

    def __init__(self, url: str) -> None:
        self._at = psycopg.connect(f"{url}/postgres", autocommit=True)
        self._at.execute("CREATE EXTENSION pg_trgm")
        self._at.execute("SET max_parallel_workers_per_gather = 0")

    def add(self, table: str, texts: Iterable[str]) -> float:
        """Processor seconds of the server for rows and index."""
        start = self._used()
        self._at.execute(SQL("CREATE UNLOGGED TABLE {0} (said text)").format(Identifier(table)))
        with self._at.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for text in texts:
                copy.write_row((text,))
        self._at.execute(SQL("CREATE INDEX ON {0} USING gin (said gin_trgm_ops)").format(Identifier(table)))
        self._at.execute(SQL("ANALYZE {0}").format(Identifier(table)))
        return self._used() - start

    def best(self, table: str, asked: Sequence[str]) -> tuple[list[str | None], float, list[float]]:
        """The most similar text of each, mean processor milliseconds of the server, and milliseconds waited for each,
        ascending."""
        query, found, waited = MOST_SIMILAR.format(Identifier(table)), list[str | None](), list[float]()
        before = self._used()
        for said in asked:
            start = time.perf_counter()
            row = self._at.execute(query, {"said": said}).fetchone()
            waited.append((time.perf_counter() - start) * 1000)
            found.append(row[0] if row else None)
        return found, (self._used() - before) * 1000 / len(asked), sorted(waited)

    def _used(self) -> float:
        """Processor seconds of the server's process so far, in hundredths."""
        fields = Path(f"/proc/{self._at.info.backend_pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


__all__ = ["Trigrams", "private_server", "programs"]
