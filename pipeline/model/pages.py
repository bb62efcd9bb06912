"""Any file as words with boxes. Points from the top left of the upright page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where words come from; the contract's ``evidence.source``."""

    PDF_TEXT = "pdf-text"
    OCR = "ocr"
    XLSX = "xlsx"
    CSV = "csv"
    HTML = "html"
    DOCX = "docx"
    TEXT = "text"
    MAIL = "mail"


# A doubt of a page about its picture as a whole: void where sums and contract prices prove what was read.
FLATTENED = "photographed: the picture was flattened"


@dataclass(frozen=True, slots=True)
class Box:
    """``x0 <= x1``, ``top <= bottom``, points from the top left."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def x_mid(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def y_mid(self) -> float:
        return (self.top + self.bottom) / 2

    def union(self, other: Box) -> Box:
        return Box(
            min(self.x0, other.x0), min(self.top, other.top), max(self.x1, other.x1), max(self.bottom, other.bottom)
        )


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a blank. In sheets and tables ``cell`` is its index into ``Page.cells``.

    ``again`` is what a second, independent recognition of the same print gave where it differs: figures and marks.
    """

    text: str
    box: Box
    confidence: float = 1.0
    bold: bool = False
    cell: int | None = None
    again: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell the file itself declares (sheet, HTML, DOCX, CSV): row and column from 0; spans at least 1."""

    table: int
    row: int
    column: int
    box: Box
    text: str
    row_span: int = 1
    column_span: int = 1
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """A drawn line; horizontal when ``box.width >= box.height``."""

    box: Box

    @property
    def horizontal(self) -> bool:
        return self.box.width >= self.box.height


@dataclass(frozen=True, slots=True)
class Mark:
    """Something a hand put over print, or print that became no word: ``kind`` in words ("a line through the print")."""

    box: Box
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """One upright page, ``number`` from 1 within the document; ``rotation`` was undone to make it upright."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    source: Source
    rulings: tuple[Ruling, ...] = ()
    cells: tuple[Cell, ...] = ()
    rotation: int = 0
    doubts: tuple[str, ...] = ()  # "the text layer makes no sense: the page was recognised anew"
    marks: tuple[Mark, ...] = ()
    upright: tuple[float, ...] = ()  # of a recognised page: see ``extractors.readers.upright``
    quoted: tuple[tuple[float, float], ...] = ()  # top and bottom of older mails that a mail's text quotes or forwards


@dataclass(frozen=True, slots=True)
class Pages:
    """A whole document as words with boxes, whatever kind of file it was."""

    document_sha256: str
    file_name: str
    pages: tuple[Page, ...]
    doubts: tuple[str, ...] = ()  # about the document as a whole ("pages 501-2000 were not read: over the limit")
