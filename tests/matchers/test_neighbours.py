"""The neighbours found are those a comparison with every text finds; a change to the texts gives the same arrays."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from matchers.index import neighbours
from matchers.index.neighbours import Neighbours, merged_arrays, neighbour_arrays
from pipeline.packed import Gathered, Spooled, Texts

codes = st.lists(st.text("ab1é", max_size=14), max_size=60).map(lambda found: sorted(set(found)))


@settings(max_examples=200)
@given(codes, st.text("ab1é", max_size=14), st.integers(0, 2))
def test_none_is_missed_and_none_invented(texts: list[str], asked: str, edits: int) -> None:
    packed = Texts.of(texts)
    found = Neighbours(packed, neighbour_arrays(packed, "n", Gathered), "n").within(asked, edits)
    every = ((Levenshtein.distance(asked, text), at) for at, text in enumerate(texts))
    assert found == sorted(pair for pair in every if pair[0] <= edits)


@given(codes)
def test_sorted_in_many_parts_it_is_the_same(texts: list[str]) -> None:
    whole = neighbour_arrays(Texts.of(texts), "n", Gathered)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(neighbours, "_SORTED_AT_ONCE", 30)
        patch.setattr(neighbours, "_TEXTS_AT_ONCE", 7)
        spooled = neighbour_arrays(Texts.of(texts), "n", partial(Spooled, Path(folder)))
        loaded = {name: one.load() if isinstance(one, Spooled) else one for name, one in spooled.items()}
    assert all(np.array_equal(loaded[name], whole[name]) for name in whole)
    assert all(loaded[name].dtype == whole[name].dtype for name in whole)


@given(codes, codes)
def test_merged_is_built_anew(before: list[str], after: list[str]) -> None:
    places = {text: at for at, text in enumerate(after)}
    old = neighbour_arrays(Texts.of(before), "n", Gathered)
    new = neighbour_arrays(Texts.of(after), "n", Gathered)
    added = np.array([at for text, at in places.items() if text not in set(before)], np.int64)
    kept = np.array([places.get(text, -1) for text in before], np.int64)
    merged = merged_arrays(Texts.of(after), added, old, kept, "n", Gathered)
    if merged is None:
        assert new["n.form"].tolist() != old["n.form"].tolist()
    else:
        assert all(np.array_equal(merged[name], new[name]) and merged[name].dtype == new[name].dtype for name in new)
