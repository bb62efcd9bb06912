"""Whether a font's letters and digits look like what its text says they are.

A wrong ToUnicode table is seen by nobody: the page shows 4 and says 5. So of every font one glyph a character is cut
out of the page's picture and compared with the same character in the typefaces that pdfium brings along. It is another
one when a different character fits clearly better; one such digit is enough, letters differ between typefaces and need
many.
"""

from __future__ import annotations

import ctypes
import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2_raw as raw
from numpy.typing import NDArray

from extractors.readers import pdf_native as pdfium
from extractors.readers.pdf_drawing import Rectangle
from extractors.readers.pdf_picture import PagePicture

Grid = NDArray[np.float32]

DIGITS = "0123456789"
LETTERS = "abcdefghkmnopqrsuvwxyzABCDEFGHJKLMNOPQRSTUVWXYZ"  # without those that are hardly more than a stroke
_STANDARD = ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Times-Roman", "Times-Bold", "Times-Italic",
             "Courier", "Courier-Bold")  # fmt: skip
_HEIGHT = 24.0  # points and pixels of the typefaces that are compared with
_ROWS, _COLUMNS = 12, 8  # of the grid a glyph is brought to
_SHAPE = 0.35  # weight of the glyph's width to height beside the grid, whose length is one
_CLEARLY = 1.3  # times nearer than the character it claims to be, a glyph is another
_ENOUGH = {DIGITS: 10, LETTERS: 16}  # different characters looked at per font
_MOST_WORDS = 10  # looked at for each of the two
_INK = 0.4  # of the greatest contrast in a glyph's box, from which a pixel is ink
_UNSURE = "1"  # slanted, it is taken for 2 or 7 in some faces
_LEAST_LETTERS, _LYING_LETTERS = 8, 0.4  # so many different letters, and this share of them, convict a font


# A table that says what glyphs mean, by name or with a name in disguise, or objects packed where it may stand unseen.
_TABLES = re.compile(rb"/ToUnicode|/ObjStm|/\w*#[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True)
class Spot:
    """Glyphs of one text object: the number of the first, what they say, and their quarter turns anticlockwise."""

    handle: int
    first: int
    text: str
    turn: int


class Judged:
    """The fonts of one document that need not be looked at: those that were, and those that cannot lie.

    A font that is not embedded is drawn by the same codes that its text is read from, unless a ToUnicode table says
    otherwise; in a file that visibly has none, such fonts are what they say.
    """

    def __init__(self, content: bytes) -> None:
        self._seen: set[bytes] = set()
        self._may_have_tables = _TABLES.search(content) is not None

    def again(self, font: int) -> bool:
        """Whether the font (pdfium's handle) is one of them; asked once, it is."""
        if not self._may_have_tables and not pdfium.font_is_embedded(font):
            return True
        name = _name(font)
        known = name in self._seen
        self._seen.add(name)
        return known


def lying_fonts(picture: PagePicture, text_page: int, spots: Iterable[Spot], judged: Judged) -> set[int]:
    """Handles of the fonts whose glyphs are not what they say. All handles are pdfium's."""
    by_font: dict[int, list[Spot]] = {}
    fonts: dict[int, int] = {}
    for spot in spots:
        if spot.handle not in fonts:
            fonts[spot.handle] = pdfium.text_font(spot.handle) or 0
        by_font.setdefault(fonts[spot.handle], []).append(spot)
    found: set[int] = set()
    for font, own in by_font.items():
        if font and not judged.again(font) and _lies(_glyphs(picture, text_page, own)):
            found.add(font)
    return found


def _name(font: int) -> bytes:
    buffer = ctypes.create_string_buffer(128)
    pdfium.font_name(font, ctypes.addressof(buffer), 128)
    return buffer.value


def _telling(spots: Sequence[Spot]) -> Iterator[tuple[Spot, set[str]]]:
    """The words that show most different characters, digits first, and which of theirs to look at."""
    for alphabet, enough in _ENOUGH.items():
        wanted = set(alphabet)
        for _ in range(_MOST_WORDS):
            best = max(spots, key=lambda spot: len(wanted.intersection(spot.text)))
            new = wanted.intersection(best.text)
            if len(alphabet) - len(wanted) >= enough or not new:
                break
            wanted -= new
            yield best, new


def _glyphs(picture: PagePicture, text_page: int, spots: Sequence[Spot]) -> Iterator[tuple[str, Grid]]:
    for spot, characters in _telling(spots):
        for character in characters:
            box = _tight_box(text_page, spot.first + spot.text.index(character))
            grid = as_grid(_contrast(np.rot90(picture.part(box), -spot.turn)))
            if grid is not None:
                yield character, grid


def _contrast(part: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink as 255 and ground as 0, whichever of the two is the lighter: the ground has the middle grey of the rim."""
    if part.size == 0:
        return part
    rim = np.concatenate((part[0], part[-1], part[:, 0], part[:, -1]))
    away = np.abs(part.astype(np.int16) - np.int16(np.median(rim)))
    return (away * (255 / max(int(away.max()), 1))).astype(np.uint8) if away.max() > 40 else np.zeros_like(part)


def _tight_box(text_page: int, index: int) -> Rectangle:
    sides = (ctypes.c_double * 4)()
    pdfium.char_box(text_page, index, *(ctypes.addressof(sides) + 8 * n for n in range(4)))
    left, right, bottom, top = sides
    return left, bottom, right, top


def as_grid(ink: NDArray[np.uint8]) -> Grid | None:
    """The glyph cut to its ink, as one vector of length about one; None when there is nothing to see."""
    dark = ink > 255 * _INK
    if np.count_nonzero(dark) < 6:
        return None
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    glyph = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    grid = _shares(glyph.shape[0], _ROWS) @ glyph @ _shares(glyph.shape[1], _COLUMNS).T
    shape = min(glyph.shape[1] / glyph.shape[0], 1.2)
    return np.append(grid.ravel() / np.linalg.norm(grid), np.float32(_SHAPE * shape)).astype(np.float32)


@functools.lru_cache(maxsize=256)
def _shares(pixels: int, cells: int) -> Grid:
    """How much of each pixel falls into each cell, by the cell's size."""
    edges = np.arange(cells + 1) * pixels / cells
    at = np.arange(pixels)
    inside = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    return np.asarray(np.clip(inside, 0, None) * cells / pixels, dtype=np.float32)


def _lies(glyphs: Iterable[tuple[str, Grid]]) -> bool:
    """Whether a digit, or many letters, are drawn as another character. Each character comes once."""
    drawn = list(glyphs)
    others = {alphabet: _others([one for one in drawn if one[0] in alphabet], alphabet) for alphabet in _ENOUGH}
    letters = sum(character in LETTERS for character, _ in drawn)
    many = letters >= _LEAST_LETTERS and len(others[LETTERS]) > _LYING_LETTERS * letters
    return many or bool(others[DIGITS] - {_UNSURE})


def _others(glyphs: Sequence[tuple[str, Grid]], alphabet: str) -> set[str]:
    """The characters whose glyph another one of the alphabet fits clearly better; upper and lower case are one."""
    if not glyphs:
        return set()
    grids, known = np.stack([grid for _, grid in glyphs]), _known(alphabet)
    # |a - b|^2 = |a|^2 + |b|^2 - 2ab: characters by faces by glyphs, of which the nearest face counts
    distances = ((known**2).sum(axis=2)[:, :, None] - 2 * known @ grids.T).min(axis=1) + (grids**2).sum(axis=1)
    nearest = distances.min(axis=0)
    found = set()
    for index, (character, _) in enumerate(glyphs):
        cases = [alphabet.index(c) for c in {character, character.swapcase()} if c in alphabet]
        if distances[cases, index].min() > _CLEARLY * nearest[index]:
            found.add(character)
    return found


@functools.cache
def _known(alphabet: str) -> Grid:
    """Characters by standard typefaces by grid."""
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(100, 100)
    try:
        faces = [_face(document, page, face, alphabet) for face in _STANDARD]
    finally:
        page.close()
        document.close()
    return np.stack([np.stack(grids) for grids in zip(*faces, strict=True)])


def _face(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, face: str, alphabet: str) -> list[Grid]:
    """The characters drawn with blanks between, cut apart where there is no ink."""
    text = "  ".join(alphabet).encode("utf-16-le") + b"\0\0"
    item = raw.FPDFPageObj_NewTextObj(document.raw, face.encode(), _HEIGHT)
    raw.FPDFText_SetText(item, ctypes.cast(ctypes.create_string_buffer(text), ctypes.POINTER(ctypes.c_ushort)))
    bitmap = raw.FPDFTextObj_GetRenderedBitmap(document.raw, page.raw, item, 1.0)
    ink = pypdfium2.PdfBitmap.from_raw(bitmap).to_numpy()[..., 3].copy()
    raw.FPDFBitmap_Destroy(bitmap)
    raw.FPDFPageObj_Destroy(item)
    filled = np.concatenate(([False], (ink > 255 * _INK).any(axis=0), [False]))
    edges = np.flatnonzero(filled[1:] != filled[:-1])
    grids = [as_grid(ink[:, start:end]) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    known = [grid for grid in grids if grid is not None]
    assert len(known) == len(alphabet), f"{face}: {len(known)} glyphs of {len(alphabet)}"
    return known
