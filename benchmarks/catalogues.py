"""A made catalogue of any size: families of things that differ in size, material and make, as an ERP holds them."""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.model import CatalogueItem, ItemStatus

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
MAKERS, SERIES = 400, 4000


@dataclass(slots=True)
class Columns:
    skus: list[str]
    mpns: list[str]
    barcodes: list[str]
    descriptions: list[str]


class MadeItems(Sequence[CatalogueItem]):
    """Made when asked for, as those of an export are."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns.skus)

    def __getitem__(self, at: int) -> CatalogueItem:  # type: ignore[override]
        c = self.columns
        return CatalogueItem(c.skus[at], c.descriptions[at], "EA", c.barcodes[at], c.mpns[at], None, ItemStatus.ACTIVE)


class MadeCatalogue:
    """What the index and the catalogue ask of ``pipeline.interfaces.Erp``."""

    def __init__(self, count: int, seed: int = 5) -> None:
        self._items = MadeItems(made(count, random.Random(seed)))
        self.items_version = hashlib.sha256(f"{count} {seed} {Path(__file__).stat().st_mtime}".encode()).hexdigest()

    def items(self) -> MadeItems:
        return self._items


def made(count: int, rng: random.Random) -> Columns:
    makers = [name(rng) for _ in range(MAKERS)]
    series = [
        f"{rng.choice('ABCDEFGHKLMNPRSTVWX')}{rng.choice('ACEHKLMRS')}{rng.randrange(10, 999)}" for _ in range(SERIES)
    ]
    columns = Columns([], [], [], [])
    taken: set[str] = set()
    while len(columns.skus) < count:
        for sku, words in family(rng, makers, series):
            if sku not in taken and len(columns.skus) < count:
                taken.add(sku)
                columns.skus.append(sku)
                columns.descriptions.append(words)
                columns.mpns.append(maker_number(rng))
                columns.barcodes.append(ean(len(columns.skus)))
    return columns


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


def write_items(catalogue: MadeCatalogue, path: Path) -> None:
    """As the export ``items.csv``."""
    head = (
        "sku description base_uom barcode mpn product_group status superseded_by pack_multiple moq list_price currency"
    )
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(head.split())
        for item in catalogue.items():
            rows.writerow((item.sku, item.description, "EA", item.barcode, item.mpn, "", "active", "", "", "", "", ""))
