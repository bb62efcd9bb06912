"""What the index finds is what looking at everything finds; a file that is not whole is built anew."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp import ErpSnapshot
from matchers.catalogue import Catalogue
from matchers.index.heaviest import heaviest
from matchers.index.store import KEPT, index_version, open_index
from pipeline.interfaces import Erp
from pipeline.model import CatalogueItem

tokens = st.lists(st.tuples(st.integers(1, 9), st.sets(st.integers(0, 29))), max_size=6)


@given(tokens, st.integers(1, 8))
def test_the_heaviest_are_those_of_the_whole(drawn: list[tuple[int, set[int]]], wanted: int) -> None:
    sums = {item: sum(w for w, held in drawn if item in held) for _, items in drawn for item in items}
    every = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    lists = [(weight, np.array(sorted(items), np.uint32)) for weight, items in drawn if items]
    assert heaviest(lists, 30, wanted) == every[:wanted]


@pytest.fixture
def path(erp: ErpSnapshot, tmp_path: Path) -> Path:
    open_index(erp, tmp_path)
    return tmp_path / f"items-{index_version(erp)}.packed"


def test_kept_and_mapped_it_is_the_one_in_memory(erp: ErpSnapshot, path: Path) -> None:
    kept, made = open_index(erp, path.parent), open_index(erp, None)
    only_kept = {"near.form", "near.starts", "near.prints", "near.ids", "items.digests"}
    assert {name for name in kept if name not in made} == only_kept
    assert made and all(np.array_equal(kept[name], made[name]) for name in made)


def test_near_codes_are_the_same_with_and_without_a_file(erp: ErpSnapshot, path: Path) -> None:
    kept, made = Catalogue(erp, open_index(erp, path.parent)), Catalogue(erp)
    for item in erp.items():
        for code in (item.sku, item.sku[1:], item.sku[:-2], "0" + item.sku):
            assert kept.near_codes(code, 2) == made.near_codes(code, 2)


def test_a_torn_file_is_built_anew(erp: ErpSnapshot, path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    sku = erp.items()[0].sku
    assert sku in Catalogue(erp, open_index(erp, path.parent)).near_codes(sku, 1)
    assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_the_keeping_only(erp: ErpSnapshot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(open_index(erp, tmp_path / "file" / "index")["tokens.first"]) == len(erp.items()) + 1


def _look_up(folder: Path, columns: tuple[tuple[str, ...], ...], rounds: int) -> int:
    """In a process of its own: opens, looks up, and opens again. The number of look-ups that failed."""
    erp = cast(Erp, Many(columns))
    wanted = columns[-1][0]
    return sum(wanted not in Catalogue(erp, open_index(erp, folder)).near_codes(wanted, 1) for _ in range(rounds))


@dataclass(frozen=True)
class Many:
    """Numbers and descriptions alone."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def items_version(self) -> str:
        return sha256(repr(self.rows).encode()).hexdigest()

    def items(self) -> Sequence[CatalogueItem]:
        return [CatalogueItem(sku, words, "EA") for sku, words in self.rows]


def test_workers_open_while_another_process_replaces(tmp_path: Path) -> None:
    """More states of the items than are kept, so that files are also removed under the readers."""
    states = [tuple((f"AB{n:05d}", f"BOLT M6X{n}") for n in range(first, first + 300)) for first in range(0, 3000, 300)]
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        readers = [pool.submit(_look_up, tmp_path, states[0], 40) for _ in range(2)]
        replacer = [pool.submit(_look_up, tmp_path, state, 2) for state in states]
        assert [future.result() for future in (*readers, *replacer)] == [0] * 12
    assert len(list(tmp_path.glob("items-*"))) <= KEPT
    assert not list(tmp_path.glob(".items-*"))
