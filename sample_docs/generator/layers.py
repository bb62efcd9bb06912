"""PDFs whose text layer says something else than their print: the order is what is printed, and the truth says that.

Some layers are garbled by their fonts, some are an old, bad recognition under, behind or over a picture of the page,
some hold what nobody sees, and some pages are partly pictures. A few are honest but unusual.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from sample_docs.generator import scan
from sample_docs.generator.look import FONTS, Look
from sample_docs.generator.orders import OrderTruth
from sample_docs.generator.pdf import FONT_FOLDER, SIZE, Drawing, draw_pdf, register

DIGITS = "0123456789"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CONFUSED = dict(zip("0156389BOSlgtcem", "8734509885I9fooc", strict=False))
_OLD_OCR = 0.12  # share of the confusable characters that the old recognition got wrong


def _shifted(alphabet: str, by: int) -> dict[str, str]:
    return {c: alphabet[(n + by) % len(alphabet)] for n, c in enumerate(alphabet)}


def _letters(by: int) -> dict[str, str]:
    return _shifted(LETTERS, by) | _shifted(LETTERS.upper(), by)


# printed character → what the layer says it is
FONT_LIES: dict[str, dict[str, str]] = {
    "digits_shifted": _shifted(DIGITS, 1),
    "digits_reversed": dict(zip(DIGITS, reversed(DIGITS), strict=True)),
    "two_digits_swapped": {"3": "8", "8": "3"},
    "letters_shifted": _letters(3),
    "all_shifted": _shifted(DIGITS, 4) | _letters(1),
    "digits_unmapped": {c: chr(0xE000 + n) for n, c in enumerate(DIGITS)},
    "digits_as_controls": {c: chr(0x0E + n) for n, c in enumerate(DIGITS)},
    "digits_without_meaning": {},
    "sevens_without_meaning": {},
}


# characters that the fonts give no meaning to
_DROPPED = {"digits_without_meaning": DIGITS, "sevens_without_meaning": "7"}


@cache
def _lying_font(font: str, lie: str) -> str:
    """The font, registered under another name: what ``lie`` says of a character is drawn as that character."""
    for face in (font, f"{font}-Bold"):
        readable = lie not in _DROPPED  # else the codes are the characters, which viewers fall back on
        made = TTFont(_named(face, lie), str(FONT_FOLDER / f"{face}.ttf"), asciiReadable=readable)
        made.face.name += lie.replace(
            "_", ""
        ).encode()  # else it would share the objects of the honest font in the file
        shown, widths = dict(made.face.charToGlyph), dict(made.face.charWidths)
        for printed, said in FONT_LIES[lie].items():
            made.face.charToGlyph[ord(said)] = shown[ord(printed)]
            made.face.charWidths[ord(said)] = widths[ord(printed)]
        pdfmetrics.registerFont(made)
    return font


def _named(face: str, lie: str) -> str:
    return f"{face}+{lie}"


class _FontLie(Drawing):
    lie = ""

    def __init__(self, look: Look, order: OrderTruth) -> None:
        super().__init__(look, order)
        self.canvas.setPageCompression(int(self.lie not in _DROPPED))

    def text(
        self, x: float, y: float, text: str, *, bold: bool = False, size: float = SIZE, right: bool = False
    ) -> None:
        _lying_font(self.font, self.lie)
        face = self.bold if bold else self.font
        self.canvas.setFont(_named(face, self.lie), size)
        draw = self.canvas.drawRightString if right else self.canvas.drawString
        draw(x, self.height - y - size, text.translate({ord(c): said for c, said in FONT_LIES[self.lie].items()}))


def _without_meaning(pdf: bytes, lie: str) -> bytes:
    """The ToUnicode tables without the dropped characters; nothing changes its place in the file."""
    for character in _DROPPED.get(lie, ""):
        row = rb"<[0-9A-F]{2}> <%04X>" % ord(character)
        pdf = re.sub(row, lambda found: b" " * len(found[0]), pdf)
    return pdf


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of print: where its baseline begins, in points from the bottom left."""

    page: int
    x: float
    y: float
    font: str
    size: float
    text: str


class _Recorder(Drawing):
    """A drawing that keeps what it printed."""

    def __init__(self, look: Look, order: OrderTruth) -> None:
        super().__init__(look, order)
        self.said: list[Said] = []

    def text(
        self, x: float, y: float, text: str, *, bold: bool = False, size: float = SIZE, right: bool = False
    ) -> None:
        super().text(x, y, text, bold=bold, size=size, right=right)
        face = self.bold if bold else self.font
        left = x - pdfmetrics.stringWidth(text, face, size) if right else x
        self.said.append(Said(self.page, left, self.height - y - size, face, size, text))


@dataclass(frozen=True, slots=True)
class Print:
    """A drawn order: its pages as pictures, what they say where, and their size in points."""

    pictures: list[scan.Picture]
    said: list[Said]
    size: tuple[float, float]
    pdf: bytes


def printed(look: Look, order: OrderTruth, dpi: int = 200) -> Print:
    kept: list[_Recorder] = []

    def recorder(look: Look, order: OrderTruth) -> Drawing:
        kept.append(_Recorder(look, order))
        return kept[0]

    pdf = draw_pdf(look, order, recorder)
    return Print(scan.pages_of(pdf, dpi), kept[0].said, (kept[0].width, kept[0].height), pdf)


def _garbled(text: str, rng: random.Random) -> str:
    return "".join(_CONFUSED[c] if c in _CONFUSED and rng.random() < _OLD_OCR else c for c in text)


def _old(one: Said, rng: random.Random) -> Said:
    return replace(one, text=_garbled(one.text, rng))


def _moved(one: Said, _rng: random.Random) -> Said:
    """Said of the next column's or row's ink."""
    return replace(one, x=one.x + 31, y=one.y - 14)


def _at_the_foot(one: Said, rng: random.Random) -> Said:
    """In small type where the page is empty."""
    return replace(_old(one, rng), x=30 + 0.8 * one.x, y=8 + one.y / 12, size=4)


def _true(one: Said, _rng: random.Random) -> Said:
    return one


Change = Callable[[Said, random.Random], Said]


def _composed(
    made: Print, rng: random.Random, change: Change, *, mode: int = 0, white: bool = False, under: bool = False
) -> bytes:
    """The pages as pictures with a layer of text drawn after them, or before (``under``)."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=made.size, invariant=True, pageCompression=1)
    for number, picture in enumerate(made.pictures, 1):
        steps = [
            lambda picture=picture: _show(canvas, picture, (0, 0, *made.size)),
            lambda number=number: _say(
                canvas, [change(s, rng) for s in made.said if s.page == number], mode=mode, white=white
            ),
        ]
        for step in reversed(steps) if under else steps:
            step()
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _show(canvas: Canvas, picture: scan.Picture, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    canvas.drawImage(ImageReader(Image.fromarray(picture)), x, y, width, height)


def _say(canvas: Canvas, said: list[Said], *, mode: int = 0, white: bool = False) -> None:
    for one in said:
        text = canvas.beginText(one.x, one.y)
        text.setFont(one.font, one.size)
        text.setTextRenderMode(mode)
        text.setFillGray(1 if white else 0)
        text.textOut(one.text)
        canvas.drawText(text)


def _table_as_picture(made: Print, _rng: random.Random) -> bytes:
    """The middle of each page is a picture, the letterhead, the totals and a page of conditions are text."""
    buffer = io.BytesIO()
    width, height = made.size
    canvas = Canvas(buffer, pagesize=made.size, invariant=True, pageCompression=1)
    for number, picture in enumerate(made.pictures, 1):
        low, high = 0.25 * height, 0.75 * height
        scale = picture.shape[0] / height
        cut = picture[int(picture.shape[0] - high * scale) : int(picture.shape[0] - low * scale)]
        _show(canvas, cut, (0, low, width, high - low))
        _say(canvas, [s for s in made.said if s.page == number and not low - 6 < s.y < high])
        canvas.setFont("Helvetica", 5)
        for row in range(9):
            canvas.drawString(40, 100 - 7 * row, _CONDITIONS)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _typed_over(made: Print, _rng: random.Random, lines: int) -> bytes:
    """A scan with a received stamp typed over it by the mail room; with many ``lines``, a whole page of conditions."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=made.size, invariant=True, pageCompression=1)
    for picture in made.pictures:
        _show(canvas, picture, (0, 0, *made.size))
        canvas.setFont("Helvetica", 5)
        canvas.drawString(400, 8, "Received 2026-11-16 by mail room scan 4711-22")
        for row in range(lines):
            canvas.drawString(40, 100 - 7 * row, _CONDITIONS)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


_CONDITIONS = (
    "Goods remain our property until paid in full. Deliveries are accepted on working days from 7 to 15 hours. "
    "Our conditions of purchase of January 2024 apply, others are not accepted even where we do not object to them."
)


def _logo_page(made: Print, _rng: random.Random) -> bytes:
    """Honest: a watermark picture with holes (transparent) over the text, and a pale letter paper below it."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=made.size, invariant=True, pageCompression=1)
    paper = Image.new("L", (800, 1100), 250)
    mark = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    for x in range(0, 600, 3):
        mark.putpixel((x, x), (200, 0, 0, 255))
    for number in range(1, len(made.pictures) + 1):
        canvas.drawImage(ImageReader(paper), 0, 0, *made.size)
        _say(canvas, [s for s in made.said if s.page == number])
        canvas.drawImage(ImageReader(mark), 20, 100, 500, 600, mask="auto")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _ligatures(text: str) -> str:
    for plain, tied in (("ffi", "ﬃ"), ("fi", "ﬁ"), ("fl", "ﬂ")):
        text = text.replace(plain, tied)
    return text


def _tied(made: Print, _rng: random.Random) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=made.size, invariant=True, pageCompression=1)
    for number in range(1, len(made.pictures) + 1):
        _say(canvas, [replace(s, text=_ligatures(s.text)) for s in made.said if s.page == number])
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _hidden_twin(made: Print, rng: random.Random) -> bytes:
    """The print as text, and other figures on the same spots that nobody sees."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=made.size, invariant=True, pageCompression=1)
    for number in range(1, len(made.pictures) + 1):
        own = [s for s in made.said if s.page == number]
        _say(canvas, own)
        _say(canvas, [_old(s, rng) for s in own], mode=3)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


PAGE_LIES: dict[str, Callable[[Print, random.Random], bytes]] = {
    "old_layer": lambda made, rng: _composed(made, rng, _old, mode=3),
    "moved_layer": lambda made, rng: _composed(made, rng, _moved, mode=3),
    "behind_picture": lambda made, rng: _composed(made, rng, _old, under=True),
    "white_over_picture": lambda made, rng: _composed(made, rng, _at_the_foot, white=True),
    "true_behind_picture": lambda made, rng: _composed(made, rng, _true, under=True),
    "table_is_picture": _table_as_picture,
    "typed_stamp": lambda made, rng: _typed_over(made, rng, 0),
    "typed_conditions": lambda made, rng: _typed_over(made, rng, 9),
    "letter_paper": _logo_page,
    "ligatures": _tied,
    "hidden_twin": _hidden_twin,
}
LAYERS = (*FONT_LIES, *PAGE_LIES)


def draw_layers(look: Look, order: OrderTruth, kind: str, seed: int) -> bytes:
    """The order as a PDF of that kind (one of ``LAYERS``)."""
    look = replace(look, font=look.font if look.font in FONTS else FONTS[seed % len(FONTS)])
    register(look.font)
    if kind in FONT_LIES:
        return _without_meaning(draw_pdf(look, order, type("_Lie", (_FontLie,), {"lie": kind})), kind)
    return PAGE_LIES[kind](printed(look, order), random.Random(f"layers/{seed}"))
