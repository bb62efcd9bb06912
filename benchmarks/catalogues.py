"""A made catalogue of any size: families of things that differ in size, material and make, as an ERP holds them."""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import numpy as np

from pipeline.model import CatalogueItem, ItemStatus
from pipeline.packed import Array, Texts, summed

KINDS = (
    "HEX BOLT", "SOCKET SCREW", "HEX NUT", "FLAT WASHER", "SPRING WASHER", "THREADED ROD", "ANCHOR", "BLIND RIVET",
    "BALL BEARING", "ROLLER BEARING", "NEEDLE BEARING", "SHAFT SEAL", "O-RING", "GASKET", "CIRCLIP", "DOWEL PIN",
    "HYDRAULIC HOSE", "HOSE CLAMP", "BALL VALVE", "GATE VALVE", "CHECK VALVE", "SOLENOID VALVE", "PIPE ELBOW",
    "TEE PIECE", "REDUCER", "FLANGE", "COUPLING", "CYLINDER", "PRESSURE GAUGE", "FILTER ELEMENT",
    "FITTING STRAIGHT", "NIPPLE", "CABLE", "CABLE GLAND", "TERMINAL BLOCK", "CONTACTOR", "CIRCUIT BREAKER",
    "FUSE LINK", "RELAY", "PUSH BUTTON", "PROXIMITY SENSOR", "LIMIT SWITCH", "POWER SUPPLY", "LED LAMP",
    "CONNECTOR PLUG", "ENCLOSURE", "DRILL BIT", "END MILL", "SAW BLADE", "GRINDING DISC", "FILE FLAT", "SPANNER",
    "SCREWDRIVER", "PLIERS", "TAP", "CHISEL", "V-BELT", "ROLLER CHAIN", "SPROCKET", "GEAR WHEEL", "CASTOR", "HINGE",
    "PADLOCK", "HANDLE", "ADHESIVE TAPE", "LUBRICANT", "SAFETY GLOVES",
)  # fmt: skip
MATERIALS = (
    "STEEL ZINC PLATED", "STEEL BLACK", "STAINLESS A2", "STAINLESS A4", "BRASS", "ALUMINIUM", "PVC GREY", "NYLON",
    "NBR 70", "EPDM", "VITON", "PTFE", "CAST IRON", "BRONZE", "HSS-G", "CARBIDE",
)  # fmt: skip
TRAITS = (
    "",
    "",
    "",
    "LONG",
    "SHORT",
    "LEFT",
    "RIGHT",
    "HEAVY DUTY",
    "WITH SEAL",
    "SELF LOCKING",
    "COATED",
    "INSULATED",
)
SYLLABLES = ("ba", "cor", "del", "fen", "gri", "hal", "ko", "lum", "mar", "nex", "or", "pel", "ro", "sti", "tor", "vek")
MAKERS, SERIES, CUSTOMERS = 400, 4000, 2000
HEADS = {
    "items": "sku description base_uom barcode mpn product_group status superseded_by pack_multiple moq list_price "
    "currency",
    "customers": "customer_id name email_domains street city_zip country tax_id currency credit_status price_list_id",
    "price_list": "price_list_id customer_id sku min_qty price currency valid_from valid_to",
    "stock": "sku warehouse on_hand allocated next_receipt_date next_receipt_qty",
}


Row = tuple[str, str, str, str]  # sku, description, barcode, mpn


class Column:
    """Texts that are added block by block and lie packed, as those of a snapshot do."""

    def __init__(self) -> None:
        self._blobs, self._lengths = list[Array](), list[Array]()

    def extend(self, texts: Iterable[str]) -> None:
        block = Texts.of(texts)
        self._blobs.append(block.blob)
        self._lengths.append(block.lengths())

    def texts(self) -> Texts:
        return Texts(np.concatenate(self._blobs), summed(np.concatenate(self._lengths)))


class MadeItems(Sequence[CatalogueItem]):
    """Made when asked for, as those of an export are."""

    def __init__(self, columns: Sequence[Texts]) -> None:
        self.columns = columns
        self.skus, self.descriptions, self.barcodes, self.mpns = columns

    def __len__(self) -> int:
        return len(self.skus)

    def __getitem__(self, at: int) -> CatalogueItem:  # type: ignore[override]
        return item((self.skus[at], self.descriptions[at], self.barcodes[at], self.mpns[at]))

    def __iter__(self) -> Iterator[CatalogueItem]:
        return map(item, zip(self.skus, self.descriptions, self.barcodes, self.mpns, strict=True))


def item(row: Row) -> CatalogueItem:
    sku, description, barcode, mpn = row
    return CatalogueItem(sku, description, "EA", barcode, mpn, None, ItemStatus.ACTIVE)


class Changed(MadeItems):
    """Some of the items described otherwise, some gone, some new."""

    def __init__(self, items: MadeItems, count: int) -> None:
        step = len(items) // count
        taken = np.delete(np.arange(len(items)), slice(step // 2, None, step))
        columns = [texts.take(taken) for texts in (items.skus, items.descriptions, items.barcodes, items.mpns)]
        new = [Texts.of(f"{letter}{n}" for n in range(count)) for letter in ("NEW-", "SPRING STEEL ", "", "NM")]
        super().__init__([old.joined(more) for old, more in zip(columns, new, strict=True)])


class MadeCatalogue:
    """What the index and the catalogue ask of ``pipeline.interfaces.Erp``."""

    def __init__(self, count: int, seed: int = 5) -> None:
        self._items = MadeItems(made(count, random.Random(seed)))
        self.items_version = hashlib.sha256(f"{count} {seed} {Path(__file__).stat().st_mtime}".encode()).hexdigest()

    def items(self) -> MadeItems:
        return self._items


def made(count: int, rng: random.Random) -> list[Texts]:
    makers = [name(rng) for _ in range(MAKERS)]
    series = [
        f"{rng.choice('ABCDEFGHKLMNPRSTVWX')}{rng.choice('ACEHKLMRS')}{rng.randrange(10, 999)}" for _ in range(SERIES)
    ]
    columns = [Column() for _ in range(4)]
    rows = islice(different(rng, makers, series), count)
    while block := list(islice(rows, 65536)):
        for column, texts in zip(columns, zip(*block, strict=True), strict=True):
            column.extend(texts)
    return [column.texts() for column in columns]


def different(rng: random.Random, makers: Sequence[str], series: Sequence[str]) -> Iterator[Row]:
    taken: set[str] = set()
    while True:
        for sku, words in family(rng, makers, series):
            if sku not in taken:
                taken.add(sku)
                yield sku, words, ean(len(taken)), maker_number(rng)


def family(rng: random.Random, makers: Sequence[str], series: Sequence[str]) -> Iterator[tuple[str, str]]:
    """One kind of thing of one make in 4 to 40 sizes: numbers and descriptions that differ in little."""
    kind, material, trait = rng.choice(KINDS), rng.choice(MATERIALS), rng.choice(TRAITS)
    make, model = rng.choice(makers), rng.choice(series)
    letters = "".join(word[0] for word in kind.replace("-", " ").split())
    stem = f"{letters}{rng.choice('ABCDEFGHKLMNPRSTVWX')}{rng.randrange(100, 99999)}"
    for _ in range(rng.randrange(4, 40)):
        first, second = rng.choice((3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50)), rng.randrange(5, 400)
        size = rng.choice((f"M{first} X {second}", f"{first} X {second} MM", f"DN{first} {second} MM"))
        words = " ".join(part for part in (kind, size, material, trait, make.upper(), model) if part)
        yield f"{stem}-{first}{second:03d}", words


def name(rng: random.Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randrange(2, 4)))


def maker_number(rng: random.Random) -> str:
    return rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") + "".join(
        rng.choice("0123456789") for _ in range(rng.randrange(6, 10))
    )


def ean(number: int) -> str:
    digits = f"40{number:010d}"
    total = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(digits))
    return f"{digits}{-total % 10}"


def write_exports(items: MadeItems, folder: Path) -> None:
    """As an ERP would: the items, two prices and a stock level of each, and some customers."""
    rng = random.Random(1)
    folder.mkdir(parents=True, exist_ok=True)
    named = {table: (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") for table in HEADS}
    with ExitStack() as opened:
        rows = {table: csv.writer(opened.enter_context(file)) for table, file in named.items()}
        for table, head in HEADS.items():
            rows[table].writerow(head.split())
        for n in range(CUSTOMERS):
            customer = (f"C{n:05d}", f"{name(rng)} Ltd", "", "", "", "", "", "EUR", "OK", f"PL{n % 20}")
            rows["customers"].writerow(customer)
        for one in items:
            price = f"{rng.randrange(1, 100000) / 100:.2f}"
            rows["items"].writerow(
                (one.sku, one.description, "EA", one.barcode, one.mpn, "", "active", "", "10", "", price, "EUR")
            )
            rows["price_list"].writerow((f"PL{rng.randrange(20)}", "", one.sku, 1, price, "EUR", "2026-01-01", ""))
            rows["price_list"].writerow(("", f"C{rng.randrange(CUSTOMERS):05d}", one.sku, 1, price, "EUR", "", ""))
            rows["stock"].writerow((one.sku, "W1", rng.randrange(1000), 0, "", ""))
