"""What the index finds is what looking at everything finds; a file that is not whole is built anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp import ErpSnapshot
from matchers.catalogue import Catalogue
from matchers.index.heaviest import heaviest
from matchers.index.store import index_version, open_index

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
    assert {name for name in kept if name not in made} == {"near.form", "near.starts", "near.prints", "near.ids"}
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
