"""ERP exports: what is read, and that every fault is named with file, row, column, value and remedy, all at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.erp import load_erp
from pipeline.errors import ConfigError
from pipeline.model import ItemStatus

FILES = {
    "items": """\
sku,description,base_uom,barcode,mpn,product_group,status,superseded_by,pack_multiple,moq,list_price,currency
0012,"BOLT, M6 \""A\""",EA,4006381333931,MP-1,Fasteners,active,,100,200,0.10,EUR
 A 1,NUT,EA,,,,superseded,0012,,,,
""",
    "customers": """\
customer_id,name,email_domains,street,city_zip,country,tax_id,currency,credit_status,price_list_id
C1,Acme GmbH,acme.de; Acme.COM,Weg 1,10115 Berlin,DE,DE1,EUR,OK,PL
C2,Hold Ltd,,,,,,,HOLD,
""",
    "ship_to": """\
ship_to_id,customer_id,name,street,city_zip,country
S1,C1,Acme Plant,Weg 2,10115 Berlin,DE
""",
    "price_list": """\
price_list_id,customer_id,sku,min_qty,price,currency,valid_from,valid_to
PL,,0012,1,0.1200,EUR,2026-01-01,2026-12-31
,C1,0012,1,0.11,EUR,,
OTHER,,0012,1,9,USD,,
""",
    "uom": "sku,from_uom,to_uom,factor\n*,DZ,EA,12\n0012,BX,EA,50\n",
    "customer_items": "customer_id,customer_part_no,sku\nC1,007,0012\nC2,007, A 1\n",
    "stock": """\
sku,warehouse,on_hand,allocated,next_receipt_date,next_receipt_qty
0012,W1,100,10,2026-12-01,50
0012,W2,-5,,,
""",
    "open_orders": (
        "customer_id,po_number,revision,po_date,so_number,line,sku,customer_part_no,quantity,uom,price,currency,"
        "requested_date,status\nC1,0815,1,2026-11-01,SO1,1,0012,007,5,BX,6,EUR,2026-12-01,open\n"
    ),
    "company": "name,street,city_zip,country,tax_id,email\nWe Inc.,,,,,sales@we.com\n",
}  # fmt: skip

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writer(**changed: str | None) -> Path:
        for name, text in {**FILES, **changed}.items():
            if text is not None:
                (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        return tmp_path

    return writer


def findings(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        load_erp(folder)
    return raised.value.findings


def test_codes_are_kept_as_exported(write: Write) -> None:
    erp = load_erp(write())
    assert [item.sku for item in erp.items()] == ["0012", " A 1"]
    item = erp.item("0012")
    assert item is not None
    assert item.description == 'BOLT, M6 "A"'
    assert (item.pack_multiple, item.moq, item.list_price) == (Decimal(100), Decimal(200), Decimal("0.10"))
    assert erp.item("12") is None
    assert [i.sku for i in erp.items_by_barcode("4006381333931")] == ["0012"]
    assert [i.sku for i in erp.items_by_mpn("MP-1")] == ["0012"]
    assert erp.items_by_mpn("") == ()
    old = erp.item(" A 1")
    assert old is not None
    assert (old.status, old.superseded_by, old.moq) == (ItemStatus.SUPERSEDED, "0012", None)


def test_everything_else_is_found_by_its_key(write: Write) -> None:
    erp = load_erp(write())
    customer = erp.customer("C1")
    assert customer is not None
    assert customer.email_domains == ("acme.de", "acme.com")
    assert [c.credit_hold for c in erp.customers()] == [False, True]
    assert [s.ship_to_id for s in erp.ship_tos("C1")] == ["S1"]
    assert [(p.price, p.row, p.customer_id) for p in erp.prices("0012", customer)] == [
        (Decimal("0.1200"), 2, None),
        (Decimal("0.11"), 3, "C1"),
    ]
    assert erp.prices("0012", customer)[0].valid_to == date(2026, 12, 31)
    assert [(c.sku, c.factor) for c in erp.conversions("0012")] == [("0012", Decimal(50)), (None, Decimal(12))]
    assert [c.sku for c in erp.conversions(" A 1")] == [None]
    assert erp.cross_references("C1", "007") == ("0012",)
    assert erp.cross_references("C1", "7") == ()
    assert erp.customer_part_numbers("C2") == (("007", " A 1"),)
    stock = erp.stock("0012")
    assert stock is not None
    assert [(s.on_hand, s.allocated) for s in stock] == [(Decimal(100), Decimal(10)), (Decimal(-5), Decimal(0))]
    assert erp.stock(" A 1") == ()
    assert [o.po_number for o in erp.open_orders("C1")] == ["0815"]
    assert [c.name for c in erp.companies()] == ["We Inc."]
    assert erp.absent == frozenset()


def test_an_item_is_the_same_asked_for_alone_or_with_all(write: Write) -> None:
    rows = "".join(f"{n:05d},ITEM {n % 7},EA,{n % 11 or ''},M{n},G,active,,,{n % 3 or ''},,\n" for n in range(9000))
    items = load_erp(write(items=FILES["items"] + rows)).items()
    assert list(items) == [items[at] for at in range(len(items))]
    assert [item.sku for item in items[-2:]] == ["08998", "08999"] and items[-1] == items[len(items) - 1]
    with pytest.raises(IndexError):
        items[len(items)]


def test_rows_of_one_text_are_found_in_the_files_order(write: Write) -> None:
    erp = load_erp(write(items=FILES["items"] + "".join(f"X{n},B,EA,,{n % 2},,active,,,,,\n" for n in range(600))))
    assert [item.sku for item in erp.items_by_mpn("1")] == [f"X{n}" for n in range(1, 600, 2)]
    assert erp.items_by_mpn("2") == () and erp.items_by_mpn("") == ()


def test_a_missing_optional_export_is_absent_not_empty(write: Write) -> None:
    erp = load_erp(write(stock=None, ship_to=None, uom=None, customer_items=None, open_orders=None, company=None))
    assert erp.absent == {"stock", "ship_to", "uom", "customer_items", "open_orders", "company"}
    assert erp.stock("0012") is None
    assert (erp.ship_tos("C1"), erp.conversions("0012"), erp.cross_references("C1", "007")) == ((), (), ())
    assert (erp.open_orders("C1"), erp.companies(), erp.customer_part_numbers("C1")) == ((), (), ())


def test_bom_and_windows_line_ends(write: Write) -> None:
    folder = write()
    path = folder / "items.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert [item.sku for item in load_erp(folder).items()] == ["0012", " A 1"]


def test_the_version_is_the_content(write: Write) -> None:
    first = load_erp(write()).version
    assert load_erp(write()).version == first
    assert load_erp(write(uom="sku,from_uom,to_uom,factor\n*,DZ,EA,13\n")).version != first
    assert load_erp(write(uom=None)).version != first


def test_columns_can_be_mapped(write: Write) -> None:
    folder = write(uom="Artikel,Von,Nach,Faktor,Bemerkung\n*,DZ,EA,12,x\n")
    names = {"sku": "Artikel", "from_uom": "Von", "to_uom": "Nach", "factor": "Faktor"}
    assert load_erp(folder, {"uom.csv": names}).conversions("0012")[0].factor == 12


# export, its faulty text, and what the finding must say: place, column, value, remedy
FAULTS = [
    ("customers", "customer_id,name\nC1,Acme\n", ["customers.csv: row 1", "'email_domains'", "is missing", "map"]),
    ("uom", "sku;from_uom;to_uom;factor\n*;DZ;EA;12\n", ["uom.csv: row 1", "separated by ';'", "commas"]),
    ("uom", "sku,from_uom,to_uom,factor\n*,DZ,EA,zwölf\n", ["uom.csv: row 2, column factor", "'zwölf'"]),
    ("uom", "sku,from_uom,to_uom,factor\n*,DZ,EA,0\n", ["row 2, column factor", "'0'", "above 0"]),
    ("uom", "sku,from_uom,to_uom,factor\n*,DZ,EA\n", ["uom.csv: row 2", "3 fields", "4"]),
    ("uom", "sku,from_uom,to_uom,factor\n*,DZ,EA,1,2\n", ["uom.csv: row 2", "5 fields", "quote"]),
    ("uom", "sku,from_uom,to_uom,factor\n*,DZ,EA,12\n\n*,DZ,EA,13\n", ["uom.csv: row 4", "earlier row"]),
    ("uom", "sku,from_uom,to_uom,factor\n99,DZ,EA,12\n", ["row 2, column sku", "'99'", "items.csv has no such sku"]),
    ("uom", "sku,from_uom,to_uom,factor\n ,DZ,EA,12\n", ["row 2, column sku", "must not be empty"]),
    ("uom", "sku,from_uom,from_uom,to_uom,factor\n*,DZ,x,EA,12\n", ["'from_uom' stands there 2 times"]),
    ("uom", "", ["uom.csv: the file is empty"]),
    ("uom", "\nsku,from_uom,to_uom,factor\n", ["uom.csv: row 1", "no heading"]),
    ("items", "sku,description,base_uom,barcode,mpn,product_group,status,superseded_by,pack_multiple,moq,list_price,"
              "currency\n", ["items.csv: no rows"]),
    ("items", FILES["items"].replace("superseded,0012", "superseded,77"), ["row 3, column superseded_by", "'77'"]),
    ("items", FILES["items"].replace(",active,", ",aktiv,"), ["row 2, column status", "'aktiv'", "discontinued"]),
    ("items", FILES["items"].replace("0.10,EUR", "1,234.50,EUR"), ["items.csv: row 2: 13 fields"]),
    ("items", FILES["items"].replace("0.10,EUR", "0.10,€"), ["row 2, column currency", "ISO 4217"]),
    ("customers", FILES["customers"].replace("HOLD", "Sperre"), ["row 3, column credit_status", "OK or HOLD"]),
    ("customers", FILES["customers"].replace("C2,Hold", "C1,Hold"), ["row 3, column customer_id", "'C1'"]),
    ("price_list", FILES["price_list"].replace("2026-12-31", "31.12.2026"), ["row 2, column valid_to", "ISO date"]),
    ("price_list", FILES["price_list"].replace("2026-12-31", "2026-02-30"), ["column valid_to", "'2026-02-30'"]),
    ("price_list", FILES["price_list"].replace("2026-12-31", "2025-12-31"), ["valid_to", "before valid_from"]),
    ("price_list", FILES["price_list"].replace("PL,,0012", "PL,C1,0012"), ["row 2", "exactly one of the two"]),
    ("price_list", FILES["price_list"].replace(",C1,0012", ",,0012"), ["row 3", "exactly one of the two"]),
    ("price_list", FILES["price_list"].replace(",C1,", ",C9,"), ["row 3, column customer_id", "'C9'"]),
    ("price_list", FILES["price_list"].replace("1,9,USD", "-1,9,USD"), ["row 4, column min_qty", "at least 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words"), FAULTS, ids=[" ".join(f[2])[:60] for f in FAULTS])
def test_a_fault_names_place_value_and_remedy(write: Write, name: str, text: str, words: list[str]) -> None:
    found = findings(write(**{name: text}))
    assert any(all(word in finding for word in words) for finding in found), found


def test_all_faults_of_all_files_are_named_at_once(write: Write) -> None:
    folder = write(
        customers=None,
        uom="sku,from_uom,to_uom,factor\n*,DZ,EA,x\n*,BX,EA,y\n*,short\n",
        stock=FILES["stock"].replace("100", "viel"),
        ship_to=FILES["ship_to"].replace("S1", ""),
    )
    found = "\n".join(findings(folder))
    for word in ("customers.csv: the file is missing", "'x'", "'y'", "row 4: 2 fields", "'viel'", "ship_to_id"):
        assert word in found


def test_wrong_bytes_are_located(write: Write) -> None:
    folder = write()
    path = folder / "items.csv"
    path.write_bytes(path.read_bytes().replace(b"NUT", "Mütter".encode("latin-1")))
    assert any("items.csv: row 3" in f and "0xfc" in f and "UTF-8" in f for f in findings(folder))


def test_many_rows_with_one_fault_are_counted(write: Write) -> None:
    rows = "".join(f"*,U{n},EA,bad\n" for n in range(500))
    found = findings(write(uom="sku,from_uom,to_uom,factor\n" + rows))
    assert len(found) == 201
    assert "300 more rows" in found[-1]


def test_settings_that_map_what_does_not_exist(write: Write) -> None:
    folder = write()
    with pytest.raises(ConfigError) as raised:
        load_erp(folder, {"articles": {"sku": "x"}, "uom": {"colour": "y"}})
    assert any("'articles'" in f for f in raised.value.findings)
    assert any("'colour'" in f for f in raised.value.findings)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load_erp(tmp_path / "none")
