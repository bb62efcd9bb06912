"""Killed at any moment and run again: the same database content and the same export files as without the kill."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from crashing import duration, points, run, run_killed_after, whole_way
from intake_workspace import content, exported, make_workspace

from flows.settings import load_settings
from store import open_store

RANDOM_KILLS = 12


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where that is possible: SIGKILL does not care, and a hundred runs do not wait for the disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path_factory.mktemp("crash")
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="po-intake-") as folder:
        yield Path(folder)


def state(workspace: Path) -> tuple[object, object]:
    """What two runs must agree in; the store's own checks must be silent."""
    with open_store(load_settings(workspace).database) as store:
        assert store.counts().faults == () and store.audit_verify().faults == () and store.integrity() == ()
        assert store.counts().messages["done"] == sum(store.counts().messages.values()) == 8
    return content(workspace), exported(workspace)


@pytest.fixture(scope="module")
def undisturbed(scratch: Path) -> Path:
    workspace = make_workspace(scratch / "undisturbed")
    assert run(partial(whole_way, workspace)) == 0
    return workspace


def test_the_whole_way_gives_what_the_mails_hold(undisturbed: Path) -> None:
    with open_store(load_settings(undisturbed).database) as store:
        counts = store.counts()
    assert (counts.orders["auto"], counts.orders["review"], counts.orders["ignored"]) == (3, 4, 1)
    assert (counts.cases["open"], counts.outbox["done"], counts.unacknowledged) == (4, 3, 0)
    files = [name for name in exported(undisturbed) if not name.startswith(".")]
    assert len(files) == 6 and {Path(name).suffix for name in files} == {".csv", ".json"}


def test_a_second_run_changes_nothing(undisturbed: Path) -> None:
    def bytes_of(folder: Path) -> dict[str, object]:
        return {"files": exported(folder), "rows": _all_rows(folder)}

    before = bytes_of(undisturbed)
    assert run(partial(whole_way, undisturbed)) == 0
    assert bytes_of(undisturbed) == before


def _all_rows(workspace: Path) -> list[str]:
    with sqlite3.connect(workspace / "data" / "po-intake.db") as db:
        return list(db.iterdump())


@pytest.mark.slow
def test_killed_at_every_named_point(undisturbed: Path, scratch: Path) -> None:
    expected = state(undisturbed)
    passed = points(partial(whole_way, make_workspace(scratch / "count")), scratch / "points.json")
    assert len(passed) >= 15, "the points are there"
    for name, times in sorted(passed.items()):
        for nth in sorted({1, times}):
            workspace = make_workspace(scratch / "w")
            work = partial(whole_way, workspace)
            assert run(work, f"{name}:{nth}") == -9, f"{name}:{nth} was not reached"
            assert run(work) == 0, f"{name}:{nth}"
            assert state(workspace) == expected, f"killed at {name}:{nth}"
            shutil.rmtree(workspace)


@pytest.mark.slow
def test_killed_at_random_times(undisturbed: Path, scratch: Path) -> None:
    """Twice in a row each, since a message that is there at three deaths is rightly given up."""
    expected = state(undisturbed)
    whole = duration(partial(whole_way, make_workspace(scratch / "timed")))
    chance = random.Random(20261116)
    for turn in range(RANDOM_KILLS):
        workspace = make_workspace(scratch / "w")
        work = partial(whole_way, workspace)
        for _ in range(2):
            run_killed_after(work, chance.uniform(0, whole))
        assert run(work) == 0
        assert state(workspace) == expected, f"turn {turn}"
        shutil.rmtree(workspace)


@pytest.mark.slow
@pytest.mark.real
def test_killed_while_children_read(undisturbed: Path, scratch: Path) -> None:
    """The same with the reading processes of the real wiring."""
    expected = state(undisturbed)
    workspace = make_workspace(scratch / "w")
    work = partial(whole_way, workspace, isolated=True)
    for name in ("after-leased:2", "after-decided:3"):
        assert run(work, name) == -9
    assert run(work) == 0
    assert state(workspace) == expected


@pytest.mark.slow
@pytest.mark.real
def test_the_same_on_postgresql(undisturbed: Path, scratch: Path, postgres_url: str) -> None:
    workspace = make_workspace(scratch / "pg", database=postgres_url)
    work = partial(whole_way, workspace)
    for name in ("after-leased:3", "before-record:6", "after-deliver:2"):
        assert run(work, name) == -9
    for _ in range(2):
        assert run(work) == 0
    assert exported(workspace) == exported(undisturbed)
    with open_store(postgres_url) as there, open_store(load_settings(undisturbed).database) as here:
        assert there.counts() == here.counts() and there.audit_verify().faults == ()
        assert {o.order_key for o in there.history().earlier(None, None)} == {
            o.order_key for o in here.history().earlier(None, None)
        }
