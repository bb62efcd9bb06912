"""A picture of a page → upright words and rulings: cleaned, recognised, and doubtful numbers read a second time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.readers import cleaning, colours, glyphs, marks, segments, shining, strokes, unread, upright
from extractors.readers.cleaning import Lines, Picture
from extractors.readers.merging import merged
from extractors.readers.reread import doubtful, second_reading
from extractors.readers.tesseract import Recognised, recognise
from extractors.readers.text import normalise
from extractors.readers.tongue import language_of
from pipeline.model import FLATTENED, Box, Mark, Page, Ruling, Source, Word

PEN = "a pen stroke lies over the print"
THROUGH = "a line runs through the print"
UNREADABLE = 0.55  # mean confidence below which a page may stand on its head
READABLE = 0.75  # mean confidence that no strip standing on its head reaches
_LETTER_SIZES = ((842.0, 595.0), (792.0, 612.0))  # A4 and Letter in points
_SPECKS = re.compile(r"[|_\-–—=~.,'`´‘’:;·•*\"“”]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture as it lies in the file. ``dpi`` is (across, down), None when the file does not say.

    ``coloured`` are the boxes in pixels where ink of another colour lay over print; it is taken off already.
    """

    grey: Picture
    dpi: tuple[float, float] | None = None
    coloured: tuple[marks.Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """``picture`` is without table lines, ``lined`` with them; ``points`` is how many points a pixel is."""

    picture: Picture
    lined: Picture
    lines: Lines
    letter: float
    points: float
    rotation: int
    place: upright.Matrix  # from pixels of the sheet as it came to pixels of ``picture``
    doubts: tuple[str, ...] = ()
    stamps: tuple[marks.Box, ...] = ()  # where pale stamps were lifted off


@dataclass(frozen=True, slots=True)
class Laid:
    """The runs of text of a cleaned page, the sheet they are laid out on for the recogniser, and the pen strokes.

    ``hidden`` are those strokes that may be one with print.
    """

    shapes: segments.Shapes
    runs: list[segments.Run]
    sheet: Picture
    placed: list[segments.Placed]
    strokes: list[marks.Box]
    hidden: list[marks.Box]


def read_sheet(sheet: Sheet, number: int, languages: Sequence[str], first: str = "eng") -> tuple[Page, str]:
    """One page, and the language it was read in. ``first`` is the language tried first (of the page before).

    ``number`` counts from 1. Raises ``DocumentError``.
    """
    cleaned = clean(sheet, first)
    laid = _laid_out(cleaned)
    words = _recognised(cleaned, laid, first)
    if _confidence(words) < UNREADABLE and words:
        cleaned, laid, words = _perhaps_upside_down(cleaned, laid, words, first)
    tongue = language_of([word.text for word in words], languages) or first
    if tongue != first:
        words = merged(_recognised(cleaned, laid, tongue), words)
    words = glyphs.told_apart(words, laid.runs, laid.shapes, cleaned.picture)
    words = [word for word in words if not _is_speck(word, cleaned)]
    words = second_reading(cleaned.lined, words, [w for w in words if doubtful(w)], cleaned.letter)
    words = marks.doubted(words, marks.edges(cleaned.picture.shape, cleaned.letter), marks.AT_EDGE)
    place = upright.as_row(cleaned.place, sheet.grey.shape, cleaned.points)
    over = [upright.moved(cleaned.place, box) for box in sheet.coloured]
    words = marks.doubted(words, over, marks.UNDER_STAMP)
    missed = unread.unread(cleaned.picture, words, cleaned.lines, cleaned.letter)
    found = [(box, PEN) for box in laid.strokes] + [(box, unread.UNREAD) for box in missed]
    found += [(box, colours.OVER_PRINT) for box in over] + [(box, THROUGH) for box in cleaned.lines.through]
    return replace(_page(cleaned, words, number), upright=place, marks=_marks(found, cleaned.points)), tongue


def _laid_out(cleaned: Cleaned) -> Laid:
    picture, letter = cleaned.picture, cleaned.letter
    shapes = segments.shapes_of(cleaning.ink(picture))
    runs, strange = segments.runs_of(shapes, letter, cleaned.lines.boxes, picture)
    if not runs:
        return Laid(shapes, [], picture, [], [], [])
    over = strokes.strokes_over(shapes, strange, runs, letter)
    hidden = strokes.hiding(shapes, strange, runs, letter)
    return Laid(shapes, runs, *segments.sheet_of(picture, shapes, runs, letter), over, hidden)


def _recognised(cleaned: Cleaned, laid: Laid, language: str) -> list[Recognised]:
    """``line[0]`` of a word is its run, below zero where a pen stroke hid it."""
    if not laid.runs:
        return []
    words = segments.words_on_page(recognise(laid.sheet, (language,), 6), laid.placed)
    words = marks.beside_unread_ink(segments.joined(words, laid.runs, laid.shapes), laid.runs, laid.shapes)
    words += marks.under_strokes(cleaned.picture, words, laid.hidden, lambda piece: recognise(piece, (language,), 11))
    words = marks.doubted(words, cleaned.stamps, marks.UNDER_STAMP)
    return marks.doubted(words, [*laid.strokes, *laid.hidden], marks.UNDER_STROKE)


def clean(sheet: Sheet, language: str = "eng") -> Cleaned:
    """Flattens, lights, turns, levels and scales the picture, then takes its table lines out."""
    grey = _square_pixels(sheet)
    place = upright.scaling(grey.shape[1] / sheet.grey.shape[1], grey.shape[0] / sheet.grey.shape[0])
    doubts = [colours.OVER_PRINT] if sheet.coloured else []
    dpi = max(sheet.dpi) if sheet.dpi else None
    corners = cleaning.page_outline(grey)
    if corners is not None:
        grey, dpi = cleaning.flatten(grey, corners), None
        place = cleaning.flattening(corners)[0] @ place
        doubts.append(FLATTENED)
    if cleaning.is_unevenly_lit(grey):
        grey = cleaning.even_light(grey)
    darkened = cleaning.darkened_print(grey)
    faded, grey = darkened is not grey, darkened
    if cleaning.is_black_and_white(grey):
        grey = cleaning.softened(grey)
    rotation = 0
    if cleaning.runs_sideways(grey):
        rotation = _which_way(grey, language)
        place = upright.turning(grey.shape, rotation) @ place
        grey = turned(grey, rotation)
    skew = cleaning.skew(grey)
    place = upright.levelling(grey.shape, skew) @ place
    grey = cleaning.level(grey, skew)
    points = 72 / dpi if dpi else _paper_points(grey)
    mask = cleaning.ink(grey)
    letter = cleaning.letter_height(mask)
    if letter and not cleaning.SMALLEST <= letter <= cleaning.LARGEST:
        factor = cleaning.LETTER / letter
        grey, place = _scaled(grey, factor), upright.scaling(factor) @ place
        mask, letter, points = cleaning.ink(grey), cleaning.LETTER, points / factor
    letter = letter or cleaning.LETTER
    plain = cleaning.with_light_text_darkened(grey, letter)
    if plain is not grey:
        grey, mask = plain, cleaning.ink(plain)
    front = None if faded else shining.without_back(grey, mask, letter, _reader(language))
    if front is not None:
        grey, mask = front, cleaning.ink(front)
        doubts.append("the print of the back shines through")
    grey, stamps = marks.lifted(grey, mask, letter)
    if stamps:
        mask = cleaning.ink(grey)
        doubts.append("a stamp lies over print")
    lines = cleaning.table_lines(mask, letter)
    cleaned = cleaning.without_lines(grey, lines, letter)
    return Cleaned(cleaned, grey, lines, letter, points, rotation, place, tuple(doubts), tuple(stamps))


def _reader(language: str) -> Callable[[Picture], float]:
    """How well a picture of text can be read, 0 to 1."""
    return lambda picture: _confidence(recognise(picture, (language,), 6))


def _square_pixels(sheet: Sheet) -> Picture:
    """Faxes have twice as many dots across as down."""
    grey = sheet.grey
    if sheet.dpi is None:
        across, down = (
            (204.0, 98.0)
            if grey.shape[1] in (1728, 2048, 2432) and grey.shape[0] < 0.95 * grey.shape[1]
            else (1.0, 1.0)
        )
    else:
        across, down = sheet.dpi
    if not 0.9 < across / down < 1.1:
        factor = across / down
        size = (
            (grey.shape[1], round(grey.shape[0] * factor))
            if factor > 1
            else (round(grey.shape[1] / factor), grey.shape[0])
        )
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    return grey


def _scaled(grey: Picture, factor: float) -> Picture:
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=how), dtype=np.uint8)


def _paper_points(grey: Picture) -> float:
    """Points a pixel, taking the page for the standard size whose shape is nearest."""
    long, short = max(grey.shape), min(grey.shape)
    paper = min(_LETTER_SIZES, key=lambda size: abs(size[0] / size[1] - long / short))
    return float(paper[0] / long)


def turned(grey: Picture, degrees: int) -> Picture:
    """Turned clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(grey, -(degrees // 90)))


def _which_way(grey: Picture, language: str) -> int:
    """90 or 270: the clockwise turn after which a busy strip of the page reads better."""
    strip = _busy_strip(np.ascontiguousarray(np.rot90(grey)))
    reads = _reader(language)
    straight = reads(strip)
    if straight >= READABLE:
        return 270
    other = reads(turned(strip, 180))
    return 270 if straight >= other else 90


def _busy_strip(grey: Picture) -> Picture:
    """The busier half of the busiest fifth of the page (a band across), its paper white."""
    mask = cleaning.ink(cleaning.shrink(grey, 600))
    top = _busiest(mask.mean(axis=1), 5)
    band = mask[int(top * len(mask)) : int((top + 0.2) * len(mask)) + 1]
    left = _busiest(band.mean(axis=0), 2)
    rows, columns = int(top * grey.shape[0]), int(left * grey.shape[1])
    strip = grey[rows : rows + grey.shape[0] // 5, columns : columns + grey.shape[1] // 2].copy()
    strip[cv2.dilate(cleaning.ink(strip), np.ones((3, 3), np.uint8)) == 0] = 255
    return strip


def _busiest(ink: NDArray[np.float64], parts: int) -> float:
    """Where the stretch of one ``parts``-th of the whole with the most ink begins, as a share of the whole."""
    sums = np.convolve(ink, np.ones(max(len(ink) // parts, 1)), mode="valid")
    return float(sums.argmax()) / len(ink)


def _perhaps_upside_down(
    cleaned: Cleaned, laid: Laid, words: list[Recognised], language: str
) -> tuple[Cleaned, Laid, list[Recognised]]:
    height, width = cleaned.picture.shape
    boxes, through, stamps = (
        tuple((width - x1, height - y1, width - x0, height - y0) for x0, y0, x1, y1 in there)
        for there in (cleaned.lines.boxes, cleaned.lines.through, cleaned.stamps)
    )
    head_up = replace(
        cleaned,
        stamps=stamps,
        picture=turned(cleaned.picture, 180),
        lined=turned(cleaned.lined, 180),
        lines=Lines(boxes, turned(cleaned.lines.mask, 180), through),
        rotation=(cleaned.rotation + 180) % 360,
        place=upright.turning((height, width), 180) @ cleaned.place,
    )
    over = _laid_out(head_up)
    others = _recognised(head_up, over, language)
    return (head_up, over, others) if _confidence(others) > _confidence(words) + 0.1 else (cleaned, laid, words)


def _confidence(words: Sequence[Recognised]) -> float:
    """Mean over letters, so that a hundred specks do not outvote a line of text."""
    letters = sum(len(word.text) for word in words)
    weighed: float = sum(word.confidence * len(word.text) for word in words)
    return weighed / letters if letters else 0.0


def _is_speck(word: Recognised, cleaned: Cleaned) -> bool:
    """Punctuation alone that is too small, too faint or too long to be print: rests of lines and dirt."""
    if not _SPECKS.fullmatch(word.text):
        return False
    tall = word.y1 - word.y0 > 1.8 * cleaned.letter
    return word.confidence < 0.6 or tall or "|" in word.text or word.x1 - word.x0 > 6 * cleaned.letter


def _page(cleaned: Cleaned, words: list[Recognised], number: int) -> Page:
    scale = cleaned.points
    height, width = cleaned.picture.shape
    rulings = tuple(Ruling(_points(box, scale)) for box in cleaned.lines.boxes)
    return Page(
        number,
        width * scale,
        height * scale,
        tuple(_word(word, scale) for word in words if word.text.strip("|")),
        Source.OCR,
        rulings,
        rotation=cleaned.rotation,
        doubts=cleaned.doubts,
    )


def _marks(found: Sequence[tuple[marks.Box, str]], scale: float) -> tuple[Mark, ...]:
    return tuple(Mark(_points(box, scale), kind) for box, kind in found)


def _points(box: marks.Box, scale: float) -> Box:
    x0, y0, x1, y1 = box
    return Box(x0 * scale, y0 * scale, x1 * scale, y1 * scale)


def _word(word: Recognised, scale: float) -> Word:
    box = _points((word.x0, word.y0, word.x1, word.y1), scale)
    return Word(normalise(word.text.strip("|")), box, round(word.confidence, 3), again=word.again)
