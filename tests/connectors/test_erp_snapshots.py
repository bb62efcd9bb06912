"""A bad export never replaces a good one, and nobody ever meets half a set."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connectors import erp_snapshots
from connectors.erp import ErpSnapshot, load_erp
from connectors.erp_snapshots import COLUMNS, KEPT, SnapshotStore
from pipeline.errors import ConfigError, SourceError

ITEMS = (
    "sku,description,base_uom,barcode,mpn,product_group,status,superseded_by,pack_multiple,moq,list_price,currency\n"
    "{sku},BOLT,EA,,,,active,,,,,\n"
)
CUSTOMERS = (
    "customer_id,name,email_domains,street,city_zip,country,tax_id,currency,credit_status,price_list_id\n"
    "C1,Acme,,,,,,EUR,OK,PL\n"
)
PRICES = "price_list_id,customer_id,sku,min_qty,price,currency,valid_from,valid_to\nPL,,{sku},1,1,EUR,,\n"


def export(folder: Path, sku: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "items.csv").write_text(ITEMS.format(sku=sku))
    (folder / "customers.csv").write_text(CUSTOMERS)
    (folder / "price_list.csv").write_text(PRICES.format(sku=sku))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots")


def test_before_the_first_sync_there_is_none(store: SnapshotStore) -> None:
    assert store.version() is None
    with pytest.raises(ConfigError, match="run the ERP sync first"):
        store.current()


def test_a_good_export_comes_into_force(store: SnapshotStore, tmp_path: Path) -> None:
    result = store.sync(export(tmp_path / "erp", "A"))
    assert result.accepted and result.changed
    assert store.current().version == result.version
    again = store.sync(tmp_path / "erp")
    assert again.accepted and not again.changed and again.version == result.version


def test_the_source_may_vanish_afterwards(store: SnapshotStore, tmp_path: Path) -> None:
    store.sync(export(tmp_path / "erp", "A"))
    shutil.rmtree(tmp_path / "erp")
    fresh = SnapshotStore(tmp_path / "snapshots")
    assert [item.sku for item in fresh.current().items()] == ["A"]


def test_a_bad_export_leaves_the_last_good_one(store: SnapshotStore, tmp_path: Path) -> None:
    good = store.sync(export(tmp_path / "erp", "A"))
    (tmp_path / "erp" / "items.csv").write_text("sku\nB\n")
    bad = store.sync(tmp_path / "erp")
    assert not bad.accepted and not bad.changed and bad.version == good.version
    assert any(str(tmp_path / "erp" / "items.csv") in finding for finding in bad.findings)
    assert [item.sku for item in store.current().items()] == ["A"]
    assert [p.name for p in (tmp_path / "snapshots").iterdir() if p.is_dir()] == [good.version]


def test_what_is_derived_is_ready_before_the_set_comes_into_force(tmp_path: Path) -> None:
    in_force: list[str | None] = []
    store = SnapshotStore(tmp_path / "snapshots", prepare=lambda _: in_force.append(store.version()))
    first = store.sync(export(tmp_path / "erp", "A"))
    store.sync(export(tmp_path / "erp", "B"))
    assert in_force == [None, first.version]


def test_a_missing_source_is_a_finding(store: SnapshotStore, tmp_path: Path) -> None:
    result = store.sync(tmp_path / "nowhere")
    assert not result.accepted and "no such folder" in result.findings[0]


def test_only_the_last_snapshots_are_kept(store: SnapshotStore, tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        store.sync(export(tmp_path / "erp", f"S{number}"))
    kept = [p for p in (tmp_path / "snapshots").iterdir() if p.is_dir()]
    assert len(kept) == KEPT
    assert [item.sku for item in store.current().items()] == [f"S{KEPT + 2}"]


def test_another_process_sees_the_change(store: SnapshotStore, tmp_path: Path) -> None:
    store.sync(export(tmp_path / "erp", "A"))
    worker = SnapshotStore(tmp_path / "snapshots")
    assert [item.sku for item in worker.current().items()] == ["A"]
    store.sync(export(tmp_path / "erp", "B"))
    assert [item.sku for item in worker.current().items()] == ["B"]


def refused(*_: object) -> ErpSnapshot:
    raise AssertionError("the exports are read and judged once")


def test_exports_are_read_once_and_mapped_from_then_on(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.sync(export(tmp_path / "erp", "A"))
    monkeypatch.setattr(erp_snapshots, "load_erp", refused)
    worker = SnapshotStore(tmp_path / "snapshots")
    assert [item.sku for item in worker.current().items()] == ["A"]
    again = worker.sync(tmp_path / "erp")
    assert again.accepted and not again.changed and again.version == first.version
    assert worker.current().items_version == load_erp(tmp_path / "erp").items_version


def test_a_setting_that_is_wrong_is_found_though_the_exports_are_known(store: SnapshotStore, tmp_path: Path) -> None:
    store.sync(export(tmp_path / "erp", "A"))
    result = SnapshotStore(tmp_path / "snapshots", {"articles": {"sku": "x"}}).sync(tmp_path / "erp")
    assert not result.accepted and any("'articles'" in finding for finding in result.findings)


@pytest.mark.parametrize("left", [0, 100])
def test_columns_that_are_torn_are_made_anew(store: SnapshotStore, tmp_path: Path, left: int) -> None:
    version = store.sync(export(tmp_path / "erp", "A")).version
    assert version is not None
    file = tmp_path / "snapshots" / version / COLUMNS
    whole = file.read_bytes()
    file.write_bytes(whole[:left])
    assert [item.sku for item in SnapshotStore(tmp_path / "snapshots").current().items()] == ["A"]
    assert file.read_bytes() == whole
    file.unlink()
    assert SnapshotStore(tmp_path / "snapshots").sync(tmp_path / "erp").version == version
    assert file.read_bytes() == whole


def test_exports_that_another_program_judged_are_judged_anew(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync(export(tmp_path / "erp", "A"))
    monkeypatch.setattr(erp_snapshots, "_program", lambda: "another")
    monkeypatch.setattr(erp_snapshots, "load_erp", refused)
    with pytest.raises(AssertionError, match="judged once"):
        SnapshotStore(tmp_path / "snapshots").current()


def test_a_file_that_still_grows_is_not_taken(
    store: SnapshotStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = export(tmp_path / "erp", "A")
    read = Path.read_bytes

    def read_while_written(path: Path) -> bytes:
        content = read(path)
        if path == source / "price_list.csv":
            path.write_bytes(content + b"PL,,A,2,1,EUR,,\n")
        return content

    monkeypatch.setattr(Path, "read_bytes", read_while_written)
    with pytest.raises(SourceError, match="still writing"):
        store.sync(source)
    assert store.version() is None
    assert not list((tmp_path / "snapshots").iterdir())
