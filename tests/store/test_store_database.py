"""The database itself: schema, audit chain, settings, trouble told in words."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from intake_rows import decision, key_of, received, recorded

from pipeline.errors import ConfigError, SourceError
from store import Store, open_store
from store.engine import connect
from store.migrate import downgrade, newest, upgrade
from store.schema import NEWEST, current
from store.tables import Base


def run_sql(url: str, *statements: str) -> None:
    """Past the store, as somebody with access to the database would."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
    else:
        with psycopg.connect(url) as connection:
            for statement in statements:
                connection.execute(statement)


DROP_GUARD = {
    "sqlite": ("DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"),
    "postgresql": ("DROP TRIGGER audit_log_append_only ON audit_log",),
}


def test_the_migrations_give_the_tables_of_the_code(url: str) -> None:
    db = connect(url)
    upgrade(db)
    assert current(db) == newest() == NEWEST
    with db.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again(url: str) -> None:
    db = connect(url)
    upgrade(db), upgrade(db)
    downgrade(db, "base")
    assert current(db) is None
    upgrade(db)
    assert current(db) == newest()


def test_many_may_open_a_new_database_at_once(url: str) -> None:
    errors: list[Exception] = []

    def start() -> None:
        try:
            open_store(url).close()
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    open_store(url).close()
    run_sql(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="newer po-intake"):
        open_store(url)


def test_sqlite_is_opened_for_durability(tmp_path: Path) -> None:
    db = connect(f"sqlite:///{tmp_path / 'new' / 'folder' / 'a.db'}")
    with db.reading() as session:
        connection = session.connection()
        pragmas = {p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous")}
        assert pragmas == {"journal_mode": "wal", "synchronous": 2}
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "foo+bar://x"])
def test_a_wrong_url_is_a_matter_of_configuration(url: str) -> None:
    with pytest.raises(ConfigError, match="database"):
        open_store(url)


def test_a_server_that_does_not_answer_is_retried_and_its_password_stays_secret() -> None:
    with pytest.raises(SourceError) as caught:
        open_store("postgresql://intake:hunter2@127.0.0.1:1/none")
    assert "127.0.0.1:1/none" in str(caught.value) and "hunter2" not in str(caught.value)


def test_a_read_only_database_says_so(tmp_path: Path) -> None:
    file = tmp_path / "not-a-folder"
    file.write_text("x")
    with pytest.raises((ConfigError, SourceError), match="not-a-folder"):
        open_store(f"sqlite:///{file / 'a.db'}")


def test_a_writer_waits_for_another(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with open_store(url) as store:
        other = sqlite3.connect(tmp_path / "a.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(1.5, lambda: other.execute("COMMIT"))
        timer.start()
        begin = time.monotonic()
        assert received(store, 1) and time.monotonic() - begin > 1
        timer.join()
        other.close()


def test_the_audit_chain_is_whole(store: Store) -> None:
    assert store.audit_verify().faults == () and store.audit_verify().entries == 0
    recorded(store, 1, decision())
    check = store.audit_verify()
    assert check.faults == () and check.entries == len(store.audit_entries()) == 2


def test_the_database_refuses_to_change_the_audit_log(store: Store, url: str) -> None:
    recorded(store, 1, decision())
    for statement in ("UPDATE audit_log SET actor = 'eve'", "DELETE FROM audit_log"):
        with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="append-only"):
            run_sql(url, statement)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE audit_log SET detail = '{}' WHERE seq = 2", "entry 2 was changed"),
        ("UPDATE audit_log SET actor = 'eve' WHERE seq = 1", "entry 1 was changed"),
        ("DELETE FROM audit_log WHERE seq = 2", "entry 2 is missing"),
        ("DELETE FROM audit_log WHERE seq = 3", "the newest entry should be 3:"),
    ],
)
def test_whoever_gets_past_that_is_noticed(store: Store, url: str, damage: str, fault: str) -> None:
    recorded(store, 1, decision())
    received(store, 2)
    run_sql(url, *DROP_GUARD[url.partition(":")[0]], damage)
    assert any(f.startswith(fault) for f in store.audit_verify().faults)


def test_a_broken_sum_is_told(store: Store, url: str) -> None:
    recorded(store, 1, decision())
    run_sql(url, "DELETE FROM outbox")
    assert store.counts().faults == ("1 auto and approved orders, but 0 orders in the outbox",)
    received(store, 2)
    run_sql(url, "UPDATE messages SET state = 'done'")
    assert any("done without any decision" in f for f in store.counts().faults)


def test_the_store_reopens_where_it_was(url: str) -> None:
    with open_store(url) as store:
        recorded(store, 1, decision())
    with open_store(url) as store:
        assert store.known_location(key_of(1)) and len(store.outbox_pending()) == 1 and store.schema() == newest()
