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
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

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
_BITS = {character: 1 << n for n, character in enumerate(DIGITS + LETTERS)}
_MOST_WORDS = 10  # looked at for each of the two
_LARGEST = 40  # pixels of a glyph's side; of a larger one, not every row and column is looked at
_INK = 0.4  # of the greatest contrast in a glyph's box, from which a pixel is ink
_UNSURE = "1"  # slanted, it is taken for 2 or 7 in some faces
_LEAST_LETTERS, _LYING_LETTERS = 8, 0.4  # so many different letters, and this share of them, convict a font


# A table that says what glyphs mean, by name or with a name in disguise, or objects packed where it may stand unseen.
_TABLES = re.compile(rb"/ToUnicode|/ObjStm|/\w*#[0-9A-Fa-f]{2}")


class Spot(NamedTuple):
    """Glyphs of one text object: the number of the first, what they say, and their quarter turns anticlockwise."""

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


Said = dict[int, dict[str, Spot]]  # by font: its texts, and where each stands first


def lying_fonts(picture: PagePicture, text_page: int, said: Said) -> set[int]:
    """Of the fonts those whose glyphs are not what they say. All handles are pdfium's."""
    if not said:
        return set()
    glyphs = [(font, *glyph) for font, texts in said.items() for glyph in _glyphs(picture, text_page, texts)]
    characters = [character for _, character, _ in glyphs]
    others = _others(characters, [part for _, _, part in glyphs])
    verdicts: dict[int, dict[str, bool]] = {font: {} for font in said}
    for (font, character, _), other in zip(glyphs, others, strict=True):
        if other is not None:
            verdicts[font][character] = other
    return {font for font, own in verdicts.items() if _lies(own)}


def _name(font: int) -> bytes:
    buffer = ctypes.create_string_buffer(128)
    pdfium.font_name(font, ctypes.addressof(buffer), 128)
    return buffer.value


def _telling(texts: Mapping[str, Spot]) -> Iterator[tuple[Spot, list[str]]]:
    """The words that show most different characters, digits first, and which of theirs to look at."""
    words = [(spot, _mask(text)) for text, spot in texts.items()]
    for alphabet, enough in _ENOUGH.items():
        left, wanted, looked_at = words, _mask(alphabet), 0
        for _ in range(_MOST_WORDS):
            left = [(spot, mask) for spot, mask in left if mask & wanted]
            if not left or looked_at >= enough:
                break
            best, mask = max(left, key=lambda word: (word[1] & wanted).bit_count())
            new = [character for character in alphabet if mask & wanted & _BITS[character]]
            yield best, new
            wanted &= ~mask
            looked_at += len(new)


def _mask(text: str) -> int:
    mask = 0
    for character in text:
        if character in _BITS:
            mask |= _BITS[character]
    return mask


def _glyphs(picture: PagePicture, text_page: int, texts: Mapping[str, Spot]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """One glyph a character, cut out of the picture."""
    for spot, characters in _telling(texts):
        boxes = [_tight_box(text_page, spot.first + spot.text.index(character)) for character in characters]
        for character, part in zip(characters, picture.parts(boxes), strict=True):
            if part.size:
                yield character, np.rot90(part, -spot.turn) if spot.turn else part


def _contrasted(parts: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Sheets of one size (glyphs by rows by columns) with ink as 255 and ground as 0, whichever of the two is lighter.

    The ground has the middle grey of the rim.
    """
    parts = [part[:: len(part) // _LARGEST + 1, :: part.shape[1] // _LARGEST + 1] for part in parts]
    grounds = np.array([_middle_of_rim(part) for part in parts], dtype=np.int16).reshape(-1, 1, 1)
    size = [max((part.shape[axis] for part in parts), default=1) for axis in (0, 1)]
    sheets = np.broadcast_to(grounds, (len(parts), *size)).copy()
    for sheet, part in zip(sheets, parts, strict=True):
        sheet[: part.shape[0], : part.shape[1]] = part
    away = np.abs(sheets - grounds)
    most = away.max(axis=(1, 2), keepdims=True)
    return np.asarray(away * np.where(most > 40, 255 / np.maximum(most, 1), 0.0), dtype=np.uint8)


def _middle_of_rim(part: NDArray[np.uint8]) -> int:
    rim = sorted(b"".join(side.tobytes() for side in (part[0], part[-1], part[:, 0], part[:, -1])))
    return (rim[(len(rim) - 1) // 2] + rim[len(rim) // 2]) // 2


_SIDES = (ctypes.c_double * 4)()
_SIDES_AT = [ctypes.addressof(_SIDES) + 8 * n for n in range(4)]


def _tight_box(text_page: int, index: int) -> Rectangle:
    pdfium.char_box(text_page, index, *_SIDES_AT)
    left, right, bottom, top = _SIDES[:]
    return left, bottom, right, top


def as_grids(sheets: NDArray[np.uint8]) -> tuple[Grid, NDArray[np.bool_]]:
    """Each sheet cut to its ink, as one vector of length about one, and whether there is anything to see on it.

    ``sheets``: glyphs by rows by columns, ink 255.
    """
    dark = np.asarray(sheets > 255 * _INK)
    seen = np.count_nonzero(dark, axis=(1, 2)) >= 6
    (top, height), (left, width) = _extent(dark.max(axis=2)), _extent(dark.max(axis=1))
    down, across = _shares(top, height, _ROWS, sheets.shape[1]), _shares(left, width, _COLUMNS, sheets.shape[2])
    grids = (down @ sheets.astype(np.float32) @ across.transpose(0, 2, 1)).reshape(len(sheets), _ROWS * _COLUMNS)
    grids /= np.maximum(np.linalg.norm(grids, axis=1, keepdims=True), 1e-9)
    shapes = _SHAPE * np.minimum(width / height, 1.2)
    return np.concatenate((grids, shapes[:, None]), axis=1, dtype=np.float32), seen


def _extent(filled: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first place that is filled in each row, and how many there are up to the last."""
    first = filled.argmax(axis=1)
    return first, filled.shape[1] - filled[:, ::-1].argmax(axis=1) - first


def _shares(first: NDArray[np.int64], count: NDArray[np.int64], cells: int, pixels: int) -> Grid:
    """How much of each pixel falls into each cell, by the cell's size: glyphs by cells by pixels.

    The cells part the ``count`` pixels from the ``first`` on.
    """
    edges = np.arange(cells + 1, dtype=np.float32) * (count[:, None] / np.float32(cells)).astype(np.float32)
    at = np.arange(pixels, dtype=np.float32) - first[:, None].astype(np.float32)
    inside = np.minimum(edges[:, 1:, None], at[:, None] + 1)
    inside -= np.maximum(edges[:, :-1, None], at[:, None])
    return np.maximum(inside, 0, out=inside) * (cells / count[:, None, None]).astype(np.float32)


def _lies(others: Mapping[str, bool]) -> bool:
    """Whether a digit, or many letters, are drawn as another character (True)."""
    digits = [character for character, other in others.items() if other and character in DIGITS]
    letters = [other for character, other in others.items() if character in LETTERS]
    many = len(letters) >= _LEAST_LETTERS and sum(letters) > _LYING_LETTERS * len(letters)
    return many or digits not in ([], [_UNSURE])


def _others(characters: Sequence[str], parts: Sequence[NDArray[np.uint8]]) -> list[bool | None]:
    """Whether another character of its alphabet fits a glyph clearly better; upper and lower case are one.

    None where there is nothing to see.
    """
    grids, seen = as_grids(_contrasted(parts))
    found: list[bool | None] = [None] * len(parts)
    for alphabet in _ENOUGH:
        own = [n for n, character in enumerate(characters) if seen[n] and character in alphabet]
        known, lengths = _known(alphabet)
        # |a - b|^2 = |a|^2 + |b|^2 - 2ab: characters by faces by glyphs, of which the nearest face counts
        distances = (lengths - known @ (2 * grids[own]).T).min(axis=1) + (grids[own] ** 2).sum(axis=1)
        limits = (_CLEARLY * distances.min(axis=0, initial=np.inf)).tolist()
        for n, limit, column in zip(own, limits, distances.T, strict=True):
            cases = {characters[n], characters[n].swapcase()}
            found[n] = all(column[alphabet.index(case)] > limit for case in cases if case in alphabet)
    return found


@functools.cache
def _known(alphabet: str) -> tuple[Grid, Grid]:
    """Characters by standard typefaces by grid, and the squares of their lengths (by one)."""
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(100, 100)
    try:
        faces = np.stack([_face(document, page, face, alphabet) for face in _STANDARD], axis=1)
    finally:
        page.close()
        document.close()
    return faces, (faces**2).sum(axis=2, keepdims=True)


def _face(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, face: str, alphabet: str) -> Grid:
    """The characters drawn with blanks between, cut apart where there is no ink."""
    text = "  ".join(alphabet).encode("utf-16-le") + b"\0\0"
    item = raw.FPDFPageObj_NewTextObj(document.raw, face.encode(), _HEIGHT)
    raw.FPDFText_SetText(item, ctypes.cast(ctypes.create_string_buffer(text), ctypes.POINTER(ctypes.c_ushort)))
    bitmap = pypdfium2.PdfBitmap.from_raw(raw.FPDFTextObj_GetRenderedBitmap(document.raw, page.raw, item, 1.0))
    ink = bitmap.to_numpy()[..., 3].copy()
    bitmap.warn_on_close = False  # nothing looks at its pixels any more
    bitmap.close()  # pypdfium2 frees what it wraps: freed twice, it ended the process some documents later
    raw.FPDFPageObj_Destroy(item)
    filled = np.concatenate(([False], (ink > 255 * _INK).any(axis=0), [False]))
    edges = np.flatnonzero(filled[1:] != filled[:-1])
    glyphs = list(zip(edges[::2], edges[1::2], strict=True))
    assert len(glyphs) == len(alphabet), f"{face}: {len(glyphs)} glyphs of {len(alphabet)}"
    sheets = np.zeros((len(glyphs), len(ink), max(end - start for start, end in glyphs)), dtype=np.uint8)
    for sheet, (start, end) in zip(sheets, glyphs, strict=True):
        sheet[:, : end - start] = ink[:, start:end]
    return as_grids(sheets)[0]
