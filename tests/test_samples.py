"""The shipped samples against their expected JSON: equal, different (with the difference), or one without the other.

What the program knowingly gets wrong stands in ``known_gaps.txt``; exactly those gaps are demanded.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from sample_docs.compare import Difference, differences
from sample_docs.draft import draft
from sample_docs.make import make_shipped
from sample_docs.program import results

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_docs"
GAPS = Path(__file__).parent / "known_gaps.txt"
FOLDERS = ("documents", "mails")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("samples")]


def samples(folder: str) -> list[Path]:
    return sorted(p for p in (SAMPLES / folder).iterdir() if p.suffix != ".json" and p.is_file())


def known_gaps() -> dict[str, set[str]]:
    """Sample (folder/name) -> paths that differ; "*" stands for any (paper, where the recogniser's version decides)."""
    gaps: dict[str, set[str]] = {}
    for line in GAPS.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, path = line.split()[:2]
            gaps.setdefault(name, set()).add(path)
    return gaps


@cache
def found(folder: str) -> dict[str, list[Difference]]:
    """Mails are taken in the order of their names, as one mailbox."""
    compared = {}
    for path, orders in results(samples(folder)):
        expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        compared[path.name] = list(differences(expected, orders))
    return compared


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_sample_has_its_golden_and_every_golden_its_sample(folder: str) -> None:
    named = {p.with_suffix(".json").name for p in samples(folder)}
    goldens = {p.name for p in (SAMPLES / folder).glob("*.json")}
    assert not named - goldens, "samples without expected JSON: python -m sample_docs.draft FILE"
    assert not goldens - named, "expected JSON without sample"


@pytest.mark.parametrize(
    ("folder", "name"), [(folder, path.name) for folder in FOLDERS for path in samples(folder)]
)  # fmt: skip
def test_sample(folder: str, name: str) -> None:
    gaps = known_gaps().get(f"{folder}/{name}", set())
    different = found(folder)[name]
    if gaps == {"*"}:
        assert different, f"{folder}/{name} is right now: take it out of {GAPS.name}"
        return
    unknown = [str(d) for d in different if d.path not in gaps]
    assert not unknown, "\n".join([f"{folder}/{name} differs from its expected JSON:", *unknown])
    mended = gaps - {d.path for d in different}
    assert not mended, f"{folder}/{name} is right now in {sorted(mended)}: take them out of {GAPS.name}"


def test_gaps_name_samples() -> None:
    names = {f"{folder}/{path.name}" for folder in FOLDERS for path in samples(folder)}
    assert set(known_gaps()) <= names


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_wrong_goes_through(folder: str) -> None:
    """No gap excuses an escaped error: ``auto`` where a person must look."""
    escaped = [name for name, different in found(folder).items()
               for d in different if d.path.endswith("decision") and d.found == "auto"]  # fmt: skip
    assert not escaped


def test_the_comparison_notices() -> None:
    golden = {"po_number": "A-1", "total": "10.00", "buyer": {"name": "Łódź GmbH"}, "lines": [{"quantity": "1"}],
              "_alternatives": {"total": ["11"]}}  # fmt: skip
    right = {
        "po_number": "A-1",
        "total": "11.0",
        "buyer": {"name": "Lodz  GMBH"},
        "lines": [{"quantity": "1.0"}],
        "x": 1,
    }
    assert not list(differences(golden, [right]))
    assert [d.path for d in differences(golden, [right | {"po_number": None, "total": "12"}])] == ["po_number", "total"]
    assert [d.path for d in differences(golden, [right | {"lines": []}])] == ["lines"]
    assert [d.path for d in differences([golden, golden], [right])] == ["orders"]
    assert [str(d) for d in differences(golden, [right | {"lines": [{"quantity": None}]}])] == [
        "lines[0].quantity: expected '1', found None"
    ]


def test_made_anew_the_samples_are_the_same(tmp_path: Path) -> None:
    make_shipped(tmp_path)
    for path in sorted(p for p in tmp_path.rglob("*") if p.is_file()):
        shipped = SAMPLES / path.relative_to(tmp_path)
        assert shipped.read_bytes() == path.read_bytes(), f"{shipped.name}: run `make samples` and look at the change"


def test_draft_never_overwrites(tmp_path: Path) -> None:
    sample = tmp_path / "printer-pl.txt"
    sample.write_bytes((SAMPLES / "documents" / sample.name).read_bytes())
    written = draft(sample)
    assert written is not None
    drafted = json.loads(written.read_text(encoding="utf-8"))
    truth = json.loads((SAMPLES / "documents" / "printer-pl.json").read_text(encoding="utf-8"))
    assert drafted["po_number"] == truth["po_number"]
    assert len(drafted["lines"]) == len(truth["lines"])
    written.write_text("mine", encoding="utf-8")
    assert draft(sample) is None
    assert written.read_text(encoding="utf-8") == "mine"
