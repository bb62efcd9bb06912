"""A packed file comes back as it was written, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.packed import Lookup, Texts, hashes, open_packed, text_hash, write_packed


@given(st.lists(st.text(max_size=20)))
def test_texts_and_their_places(texts: list[str]) -> None:
    packed = Texts.of(texts)
    assert list(packed) == texts
    assert [int(h) for h in hashes(packed)] == [int(text_hash(text)) for text in texts]
    lookup = Lookup.from_arrays(Lookup.arrays("n", packed), "n")
    for text in texts:
        assert [at for at in lookup.find(text) if packed[at] == text] == [
            i for i, other in enumerate(texts) if other == text
        ]


def test_a_text_longer_than_what_is_hashed() -> None:
    packed = Texts.of(["x" * 3000, "x" * 3000 + "y"])
    assert [int(h) for h in hashes(packed)] == [int(text_hash(text)) for text in packed]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.packed"
    write_packed(path, "v1", {**Texts.of(["one", "", "zwei"]).arrays("t"), "none": np.zeros(0, np.uint32)})
    return path


def test_written_and_opened(file: Path) -> None:
    arrays = open_packed(file, "v1")
    assert arrays is not None and list(Texts.from_arrays(arrays, "t")) == ["one", "", "zwei"]
    assert len(arrays["none"]) == 0
    assert not arrays["t.blob"].flags.writeable
    assert [p.name for p in file.parent.iterdir()] == ["a.packed"]


def test_another_version_is_refused(file: Path) -> None:
    assert open_packed(file, "v2") is None
    assert open_packed(file.with_name("absent"), "v1") is None


def test_torn_at_any_byte_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        assert open_packed(file, "v1") is None


def test_a_flipped_byte_of_what_is_stored_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    for at in (0, 20, 30, whole.index(b"onezwei") + 2, len(whole) - 1):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert open_packed(file, "v1") is None


def test_a_mapped_file_outlives_its_replacement(file: Path) -> None:
    held = open_packed(file, "v1")
    write_packed(file, "v2", {"n": np.arange(9, dtype=np.uint32)})
    assert held is not None and list(Texts.from_arrays(held, "t")) == ["one", "", "zwei"]
