"""What python-calamine does not tell about a sheet: hidden rows and columns, and formats like 00000 that pad codes."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class SheetLook:
    """Rows and columns from 0. ``digits`` maps (row, column) to the least digits its number format prints."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    digits: dict[tuple[int, int], int] = field(default_factory=dict)

    def hides(self, row: int, column: int) -> bool:
        return row in self.hidden_rows or column in self.hidden_columns

    def least_digits(self, row: int, column: int) -> int:
        return self.digits.get((row, column), 1)


def looks(content: bytes, sheet_name: str) -> SheetLook:
    """The look of one sheet of an XLSX file; nothing hidden and no formats for other kinds of workbook."""
    if not content.startswith(b"PK"):
        return SheetLook()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        part = _sheet_part(archive, sheet_name) if "xl/workbook.xml" in names else None
        if part is None or part not in names:
            return SheetLook()
        padding = _padding_styles(archive) if "xl/styles.xml" in names else {}
        return _scan(archive, part, padding)


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


def _padding_styles(archive: zipfile.ZipFile) -> dict[str, int]:
    """Cell style number → least digits, for formats made of zeros only ("00000")."""
    styles = _parse(archive, "xl/styles.xml")
    formats = {f.get("numFmtId"): f.get("formatCode") or "" for f in styles.iter(f"{_MAIN}numFmt")}
    group = styles.find(f"{_MAIN}cellXfs")
    return {
        str(number): len(code)
        for number, style in enumerate(group if group is not None else ())
        if (code := formats.get(style.get("numFmtId"), "")) and re.fullmatch("0{2,40}", code)
    }


def _scan(archive: zipfile.ZipFile, part: str, padding: dict[str, int]) -> SheetLook:
    look = SheetLook()
    with archive.open(part) as stream:
        for _, element in etree.iterparse(stream, resolve_entities=False, no_network=True, huge_tree=False):
            if element.tag == f"{_MAIN}row":
                _scan_row(element, look, padding)
                element.clear()
            elif element.tag == f"{_MAIN}col" and element.get("hidden") in ("1", "true"):
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                look.hidden_columns |= set(range(first - 1, min(last, first + 16_384)))
    return look


def _scan_row(element: etree._Element, look: SheetLook, padding: dict[str, int]) -> None:
    number = element.get("r")
    if number is None or not number.isdigit():
        return
    row = int(number) - 1
    if element.get("hidden") in ("1", "true"):
        look.hidden_rows.add(row)
    for cell in element if padding else ():
        digits = padding.get(cell.get("s") or "")
        if digits:
            look.digits[row, _column(cell.get("r") or "")] = digits


def _column(reference: str) -> int:
    number = 0
    for letter in re.match("[A-Z]*", reference).group():  # type: ignore[union-attr]
        number = number * 26 + ord(letter) - 64
    return number - 1
