"""Killed at any moment and run again: the same database content and the same export files as without the kill."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from crashing import duration, points, run, run_killed_after, whole_way
from intake_workspace import content, exported, few, mails, make_workspace

from flows.settings import load_settings
from store import open_store

torture = pytest.mark.torture
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash")]  # one worker: they share what was undisturbed
FEW = (
    "01-good.eml",
    "03-price.eml",
    "07-same.eml",
    "08-broken.eml",
)  # what comes to each end: order, case, copy, wreck
DIFFERENT = {"few": 3, "all": 8}  # messages of different content


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where that is possible: SIGKILL does not care, and a hundred runs do not wait for the disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path_factory.mktemp("crash")
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="po-intake-") as folder:
        yield Path(folder)


def fresh(folder: Path, which: str, **values: str) -> Path:
    """A new workspace with a few or all of the mails, in place of an old one."""
    shutil.rmtree(folder, ignore_errors=True)
    return make_workspace(folder, mails() if which == "all" else few(), **values)


def state(workspace: Path, which: str) -> tuple[object, object]:
    """What two runs must agree in; the store's own checks must be silent."""
    with open_store(load_settings(workspace).database) as store:
        assert store.counts().faults == () and store.audit_verify().faults == () and store.integrity() == ()
        assert store.counts().messages["done"] == sum(store.counts().messages.values()) == DIFFERENT[which]
    return content(workspace), exported(workspace)


@pytest.fixture(scope="module")
def undisturbed(scratch: Path) -> Callable[[str], Path]:
    """Workspaces that nobody killed, "few" or "all" mails; worked off when first asked for."""

    whole_way(fresh(scratch / "warm", "all"))  # what it imports and loads is there for all that are forked later

    @cache
    def worked_off(which: str) -> Path:
        workspace = fresh(scratch / f"undisturbed-{which}", which)
        assert run(partial(whole_way, workspace)) == 0
        return workspace

    return worked_off


def test_the_whole_way_gives_what_the_mails_hold(undisturbed: Callable[[str], Path]) -> None:
    workspace = undisturbed("all")
    with open_store(load_settings(workspace).database) as store:
        counts = store.counts()
    assert (counts.orders["auto"], counts.orders["review"], counts.orders["ignored"]) == (3, 4, 1)
    assert (counts.cases["open"], counts.outbox["done"], counts.unacknowledged) == (4, 3, 0)
    files = [name for name in exported(workspace) if not name.startswith(".")]
    assert len(files) == 6 and {Path(name).suffix for name in files} == {".csv", ".json"}


def test_a_second_run_changes_nothing(undisturbed: Callable[[str], Path]) -> None:
    workspace = undisturbed("all")

    def bytes_of(folder: Path) -> dict[str, object]:
        return {"files": exported(folder), "rows": _all_rows(folder)}

    before = bytes_of(workspace)
    assert run(partial(whole_way, workspace)) == 0
    assert bytes_of(workspace) == before


def _all_rows(workspace: Path) -> list[str]:
    with sqlite3.connect(workspace / "data" / "po-intake.db") as db:
        return [row for row in db.iterdump() if not row.startswith('INSERT INTO "last_looks"')]


@pytest.mark.parametrize("which", ["few", pytest.param("all", marks=torture)])
def test_killed_at_every_named_point(which: str, undisturbed: Callable[[str], Path], scratch: Path) -> None:
    """At the last time it is passed; in the long form at the first time too, with more mails on the way."""
    expected = state(undisturbed(which), which)
    passed = points(partial(whole_way, fresh(scratch / "count", which)), scratch / "points.json")
    assert len(passed) >= 15, "the points are there"
    for name, times in sorted(passed.items()):
        for nth in sorted({times} if which == "few" else {1, times}):
            workspace = fresh(scratch / "w", which)
            work = partial(whole_way, workspace)
            assert run(work, f"{name}:{nth}") == -9, f"{name}:{nth} was not reached"
            assert run(work) == 0, f"{name}:{nth}"
            assert state(workspace, which) == expected, f"killed at {name}:{nth}"


@pytest.mark.parametrize(("which", "kills"), [("few", 3), pytest.param("all", 40, marks=torture)])
def test_killed_at_random_times(which: str, kills: int, undisturbed: Callable[[str], Path], scratch: Path) -> None:
    """Twice in a row each, since a message that is there at three deaths is rightly given up."""
    expected = state(undisturbed(which), which)
    whole = duration(partial(whole_way, fresh(scratch / "timed", which)))
    chance = random.Random(20261116)
    for turn in range(kills):
        workspace = fresh(scratch / "w", which)
        work = partial(whole_way, workspace)
        for _ in range(2):
            run_killed_after(work, chance.uniform(0, whole))
        assert run(work) == 0
        assert state(workspace, which) == expected, f"turn {turn}"


@pytest.mark.real
@pytest.mark.parametrize(
    ("which", "killed_at"),
    [("few", ["after-decided:2"]), pytest.param("all", ["after-leased:2", "after-decided:3"], marks=torture)],
)
def test_killed_while_children_read(
    which: str, killed_at: list[str], undisturbed: Callable[[str], Path], scratch: Path
) -> None:
    """The same with the reading processes of the real wiring."""
    expected = state(undisturbed(which), which)
    workspace = fresh(scratch / "w", which)
    work = partial(whole_way, workspace, isolated=True)
    for name in killed_at:
        assert run(work, name) == -9
    assert run(work) == 0
    assert state(workspace, which) == expected


@pytest.mark.real
@pytest.mark.parametrize(
    ("which", "killed_at"),
    [
        ("few", ["before-record:2", "after-deliver:1"]),
        pytest.param("all", ["after-leased:3", "before-record:6", "after-deliver:2"], marks=torture),
    ],
)
def test_the_same_on_postgresql(
    which: str, killed_at: list[str], undisturbed: Callable[[str], Path], scratch: Path, postgres_url: str
) -> None:
    workspace = fresh(scratch / "pg", which, database=postgres_url)
    work = partial(whole_way, workspace)
    for name in killed_at:
        assert run(work, name) == -9
    for _ in range(2):
        assert run(work) == 0
    assert exported(workspace) == exported(undisturbed(which))
    database = load_settings(undisturbed(which)).database
    with open_store(postgres_url) as there, open_store(database) as here:
        assert there.counts() == here.counts() and there.audit_verify().faults == ()
        assert {o.order_key for o in there.history().earlier(None, None)} == {
            o.order_key for o in here.history().earlier(None, None)
        }
