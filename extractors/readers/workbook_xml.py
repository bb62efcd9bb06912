"""What python-calamine does not tell about a sheet: what is hidden or struck through, and how numbers are shown."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field, replace

from lxml import etree

from extractors.marked import STRUCK

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_BESIDE = re.compile(r"xl/(?:comments/?|drawings/)(?:comment|drawing)?s?\d*\.xml")
RESCALED = "a number format that shows thousands as ones"
_PERCENT = {"9": "0%", "10": "0.00%"}  # formats without a code of their own in the file
STRANGE = "a number format that shows another number than the cell holds"
# A minus or brackets around what is above zero, figures in quotes, a white colour, a condition, fractions
_SHOWS_OTHERWISE = re.compile(
    r'^(?:\[[^$\]]*\])*-[0#]|^\([0#]|[0#]"\d|\d"[0#]|\[white\]|\[[<>=]|[0#?] ?/ ?[0#?\d]', re.I
)
_TOKEN = re.compile(
    r'(?P<quoted>"[^"]*")|(?P<escaped>\\.)|(?P<currency>\[\$[^\]]*\])|(?P<other>\[[^\]]*\]|[_*].)'
    r"|(?P<end>;)|(?P<digits>[0#?][0#?.,]*)|(?P<sign>[$€£¥])|(?P<letter>.)"
)


@dataclass(frozen=True, slots=True)
class CellLook:
    """``digits`` are the least an integer is shown with, ``before`` and ``behind`` what its number format puts there
    (a currency, a unit). ``mark`` says in words why what is shown is not what is stored, or not meant."""

    digits: int = 1
    before: str = ""
    behind: str = ""
    mark: str | None = None
    unseen: bool = False
    percent: bool = False  # 20 is shown as 2000 %


_PLAIN = CellLook()


@dataclass(slots=True)
class SheetLook:
    """Rows and columns from 0; ``cells`` holds those that do not look as usual."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cells: dict[tuple[int, int], CellLook] = field(default_factory=dict)

    def hides(self, row: int, column: int) -> bool:
        return row in self.hidden_rows or column in self.hidden_columns or self.of(row, column).unseen

    def of(self, row: int, column: int) -> CellLook:
        return self.cells.get((row, column), _PLAIN)


def looks(content: bytes, sheet_name: str) -> SheetLook:
    """The look of one sheet of an XLSX file; nothing hidden and no formats for other kinds of workbook."""
    if not content.startswith(b"PK"):
        return SheetLook()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        part = _sheet_part(archive, sheet_name) if "xl/workbook.xml" in names else None
        if part is None or part not in names:
            return SheetLook()
        styles = _styles(archive) if "xl/styles.xml" in names else {}
        shared = _struck_texts(archive) if "xl/sharedStrings.xml" in names else frozenset()
        return _scan(archive, part, styles, shared)


def remarks(content: bytes) -> tuple[str, ...]:
    """The texts of comments and text boxes of an XLSX file: they stand in no cell."""
    if not content.startswith(b"PK"):
        return ()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = sorted(name for name in archive.namelist() if _BESIDE.fullmatch(name))
        texts = (" ".join(map(str, _parse(archive, name).itertext(f"{_MAIN}t", f"{_DRAWN}t"))) for name in parts)
        return tuple(" ".join(text.split()) for text in texts if text.strip())


def _parse(archive: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    return etree.fromstring(archive.read(name), parser)


def _sheet_part(archive: zipfile.ZipFile, sheet_name: str) -> str | None:
    target = None
    for sheet in _parse(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        if sheet.get("name") == sheet_name:
            target = sheet.get(_REL)
    if target is None or "xl/_rels/workbook.xml.rels" not in archive.namelist():
        return None
    for relation in _parse(archive, "xl/_rels/workbook.xml.rels"):
        if relation.get("Id") == target:
            path = relation.get("Target") or ""
            return path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    return None


def _styles(archive: zipfile.ZipFile) -> dict[str, CellLook]:
    """Cell style number → its look, where that is not the usual one."""
    styles = _parse(archive, "xl/styles.xml")
    formats = {f.get("numFmtId"): f.get("formatCode") or "" for f in styles.iter(f"{_MAIN}numFmt")}
    group, fonts, fills = (styles.find(f"{_MAIN}{name}") for name in ("cellXfs", "fonts", "fills"))
    looks = {}
    for number, style in enumerate(group if group is not None else ()):
        code = formats.get(style.get("numFmtId"), _PERCENT.get(style.get("numFmtId") or "", ""))
        look = replace(_of_format(code), percent="%" in re.sub(r'"[^"]*"|\\.', "", code))
        font, fill = _part(fonts, style.get("fontId")), _part(fills, style.get("fillId"))
        if font is not None and _is_struck(font):
            look = replace(look, mark=STRUCK)
        if font is not None and _is_white(font) and not _is_filled(fill):
            look = replace(look, unseen=True)
        if look != _PLAIN:
            looks[str(number)] = look
    return looks


def _part(group: etree._Element | None, number: str | None) -> etree._Element | None:
    known = group is not None and number is not None and number.isdigit() and int(number) < len(group)
    return group[int(number)] if group is not None and number is not None and known else None


def _is_struck(font: etree._Element) -> bool:
    return any(strike.get("val") not in ("0", "false") for strike in font.iter(f"{_MAIN}strike"))


def _is_white(font: etree._Element) -> bool:
    colour = font.find(f"{_MAIN}color")
    return colour is not None and (colour.get("rgb") or "").upper()[-6:] == "FFFFFF"


def _is_filled(fill: etree._Element | None) -> bool:
    pattern = fill.find(f"{_MAIN}patternFill") if fill is not None else None
    return fill is not None and (pattern is None or pattern.get("patternType") not in (None, "none"))


def _of_format(code: str) -> CellLook:
    """How a number format shows a number above zero (ECMA-376 part 1, 18.8.31)."""
    if not code:
        return _PLAIN
    before, core, behind = "", "", ""
    for found in _TOKEN.finditer(code):
        kind, text = found.lastgroup, found.group()
        if kind == "end":
            break
        if kind == "digits":
            core += text
            continue
        shown = {"quoted": text[1:-1], "escaped": text[1:], "currency": text[2:-1].partition("-")[0]}.get(kind or "")
        if kind == "sign":
            shown = text
        if core:
            behind += shown or ""
        else:
            before += shown or ""
    if not core:
        mark = STRANGE if re.search(r'"[^"]*\d|\[[<>=]', code.split(";")[0]) else None
        return replace(_PLAIN, unseen=not code.strip("; "), mark=mark)
    digits = len(core) if re.fullmatch("0{2,40}", core) else 1
    mark = RESCALED if core.endswith(",") else STRANGE if _SHOWS_OTHERWISE.search(code.split(";")[0]) else None
    return CellLook(digits, _said(before), _said(behind), mark)


def _said(text: str) -> str:
    """Letters and signs of currencies; brackets, dashes and blanks say nothing."""
    return text if any(c.isalpha() or unicodedata.category(c) == "Sc" for c in text) else ""


def _struck_texts(archive: zipfile.ZipFile) -> frozenset[str]:
    """Numbers of the shared texts of which a part is struck through."""
    texts = _parse(archive, "xl/sharedStrings.xml").iterchildren(f"{_MAIN}si")
    return frozenset(str(number) for number, text in enumerate(texts) if _is_struck(text))


def _scan(archive: zipfile.ZipFile, part: str, styles: dict[str, CellLook], shared: frozenset[str]) -> SheetLook:
    look = SheetLook()
    with archive.open(part) as stream:
        for _, element in etree.iterparse(stream, resolve_entities=False, no_network=True, huge_tree=False):
            if element.tag == f"{_MAIN}row":
                _scan_row(element, look, styles, shared)
                element.clear()
            elif element.tag == f"{_MAIN}col" and element.get("hidden") in ("1", "true"):
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                look.hidden_columns |= set(range(first - 1, min(last, first + 16_384)))
    return look


def _scan_row(element: etree._Element, look: SheetLook, styles: dict[str, CellLook], shared: frozenset[str]) -> None:
    number = element.get("r")
    if number is None or not number.isdigit():
        return
    row = int(number) - 1
    if element.get("hidden") in ("1", "true"):
        look.hidden_rows.add(row)
    for cell in element:
        own = styles.get(cell.get("s") or "", _PLAIN)
        if _is_struck(cell) or (cell.get("t") == "s" and cell.findtext(f"{_MAIN}v") in shared):
            own = replace(own, mark=STRUCK)
        if own != _PLAIN:
            look.cells[row, _column(cell.get("r") or "")] = own


def _column(reference: str) -> int:
    number = 0
    for letter in re.match("[A-Z]*", reference).group():  # type: ignore[union-attr]
        number = number * 26 + ord(letter) - 64
    return number - 1
