"""An index made out of an earlier one is, to the last byte, the one made anew; a crash on the way costs nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.catalogue import Catalogue
from matchers.index import build, store
from matchers.index.build import index_arrays
from matchers.index.store import index_version, open_index
from pipeline.interfaces import Erp
from pipeline.model import CatalogueItem
from pipeline.packed import Gathered

words = st.sampled_from(["BOLT M6X20", "BOLT M6X25 A2", "HEX NUT steel", "Bolt", "", "Mütter  M6", "washer NORD-LOCK"])
codes = st.text("aBO01-", max_size=8)
items = st.lists(
    st.builds(CatalogueItem, codes, words, st.just("EA"), st.none() | codes, st.none() | codes),
    unique_by=lambda item: item.sku, max_size=12,
)  # fmt: skip


def same(one: Any, other: Any) -> bool:
    return set(one) == set(other) and all(
        np.array_equal(one[name], other[name]) and one[name].dtype == other[name].dtype for name in one
    )


@given(items, items)
def test_updated_is_built_anew(before: list[CatalogueItem], after: list[CatalogueItem]) -> None:
    updated = index_arrays(after, Gathered, index_arrays(before, Gathered))
    assert same(updated, index_arrays(after, Gathered))


class Rows:
    def __init__(self, rows: Sequence[CatalogueItem], version: str) -> None:
        self.rows, self.items_version = rows, version

    def items(self) -> Sequence[CatalogueItem]:
        return self.rows

    def item(self, sku: str) -> CatalogueItem | None:
        return next((item for item in self.rows if item.sku == sku), None)


def catalogue(count: int, seed: int) -> list[CatalogueItem]:
    rng = Random(seed)
    return [
        CatalogueItem(f"AB{n * 37:06d}", f"BOLT M{rng.randrange(3, 30)}X{n} A{rng.randrange(2, 5)}", "EA", mpn=f"P{n}")
        for n in range(count)
    ]


def changed(rows: list[CatalogueItem]) -> list[CatalogueItem]:
    """Some gone, some in another place, some described otherwise, some new."""
    now = [row for n, row in enumerate(rows) if n % 50]
    now[7], now[90] = now[90], now[7]
    now[20] = replace(now[20], description="WASHER NORD-LOCK M20")
    return [*now, CatalogueItem("ZZ-0001", "SEALING RING 7X9", "EA", "4006381333931")]


@pytest.fixture
def states() -> tuple[Erp, Erp]:
    rows = catalogue(400, 3)
    return cast(Erp, Rows(rows, "before")), cast(Erp, Rows(changed(rows), "after"))


def test_what_did_not_change_is_not_read_anew(
    states: tuple[Erp, Erp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = states
    open_index(before, tmp_path)
    read: list[str] = []
    add = build.Words.add
    monkeypatch.setattr(build.Words, "add", lambda self, item: (read.append(item.sku), add(self, item))[1])
    updated = open_index(after, tmp_path)
    assert len(read) == 2
    monkeypatch.undo()
    assert same(updated, open_index(after, tmp_path / "anew"))
    old, new = (Catalogue(after, arrays) for arrays in (updated, open_index(after, tmp_path / "anew")))
    for item in after.items():
        for code in (item.sku, item.sku[1:], f"{item.sku}1"):
            assert old.near_codes(code, 2) == new.near_codes(code, 2)


def test_another_program_or_a_torn_file_is_no_ground(
    states: tuple[Erp, Erp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = states
    open_index(before, tmp_path)
    path = tmp_path / f"items-{index_version(before)}.packed"
    whole = path.read_bytes()
    at = whole.index(b"bolt") + 1
    path.write_bytes(whole[:at] + b"x" + whole[at + 1 :])
    assert store._earlier(tmp_path) is None
    path.write_bytes(whole)
    assert store._earlier(tmp_path) is not None
    monkeypatch.setattr(store, "_program", lambda: "f" * 32)
    assert store._earlier(tmp_path) is None


def _killed_in(function: str, erp: Erp, folder: Path) -> None:
    """Dies like a process that is killed where the step would have ended."""

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(store, function, die)
    open_index(erp, folder)


@pytest.mark.parametrize("step", ["index_arrays", "write_packed", "_earlier"])
def test_killed_on_the_way_the_old_one_serves(states: tuple[Erp, Erp], tmp_path: Path, step: str) -> None:
    before, after = states
    serving = Catalogue(before, open_index(before, tmp_path))
    child = get_context("fork").Process(target=_killed_in, args=(step, after, tmp_path))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    (tmp_path / ".items-begun").write_bytes(b"half of a file")
    assert "AB000037" in serving.near_codes("AB00003", 1)
    assert "AB000037" in Catalogue(before, open_index(before, tmp_path)).near_codes("AB00003", 1)
    assert same(open_index(after, tmp_path), open_index(after, tmp_path / "anew"))
    assert not list(tmp_path.glob(".items-*"))
