"""Word documents: page headers, then paragraphs, tables and text boxes in the order of the document, then footers."""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import groupby

import docx
from docx.oxml.exceptions import InvalidXmlError
from lxml import etree

from extractors.marked import STRUCK
from extractors.readers.archive import check_archive
from extractors.readers.grids import blocks_of_lines
from extractors.readers.options import DEFAULTS, ReadingOptions
from extractors.readers.text import mark_of, normalise
from extractors.readers.typeset import Block, Grid, GridCell, Line, spaced, trimmed, typeset
from pipeline.errors import DocumentError
from pipeline.model import Document, Pages, Source

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHANGES = tuple(f"{_W}{name}" for name in ("del", "ins", "moveFrom", "moveTo"))
_BESIDE = ("comments", "footnotes", "endnotes")  # parts of a file whose text is not set into the page
_UNSEEN = {f"{_W}moveFrom", f"{_W}del", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", _FALLBACK}
_OF_STYLE = ("strike", "dstrike", "vanish")
_QUOTED = 300  # characters of a comment


def read(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """One page. Raises ``DocumentError`` when damaged or over a limit."""
    check_archive(document.content, document.file_name, options)
    try:
        word = docx.Document(io.BytesIO(document.content))
        _apply_styles(word)
        blocks = [*_headers(word, "header"), *_blocks(word.element.body), *_headers(word, "footer")]
        doubts = tuple(_doubts(word))
    except (KeyError, ValueError, InvalidXmlError, zipfile.BadZipFile, etree.LxmlError) as error:
        raise DocumentError(f"{document.file_name}: not readable as a Word document ({error})") from error
    return Pages(document.sha256, document.file_name, (typeset(blocks, Source.DOCX),), doubts)


def _apply_styles(word: docx.document.Document) -> None:
    """Writes what a style strikes or hides into the runs themselves, where it is looked for."""
    for style in word.styles.element.iter(f"{_W}style"):
        marks = [mark for name in _OF_STYLE if _is_on(mark := style.find(f"{_W}rPr/{_W}{name}"))]
        name = style.get(f"{_W}styleId")
        for run in _runs_of(word.element.body, name) if marks else ():
            own = run.find(f"{_W}rPr")
            own = etree.SubElement(run, f"{_W}rPr") if own is None else own
            for mark in marks:
                if own.find(mark.tag) is None:
                    own.append(copy.deepcopy(mark))


def _runs_of(body: etree._Element, style: str | None) -> Iterator[etree._Element]:
    for run in body.iter(f"{_W}r"):
        paragraph = next(run.iterancestors(f"{_W}p"), None)
        of_run = run.find(f"{_W}rPr/{_W}rStyle")
        of_paragraph = paragraph.find(f"{_W}pPr/{_W}pStyle") if paragraph is not None else None
        if any(named is not None and named.get(f"{_W}val") == style for named in (of_run, of_paragraph)):
            yield run


def _doubts(word: docx.document.Document) -> Iterator[str]:
    """What the text as it is read does not show: changes that nobody accepted, comments and footnotes."""
    if next(word.element.body.iter(*_CHANGES), None) is not None:
        yield "the document holds tracked changes that nobody accepted"
    for relation in word.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in _BESIDE and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
            root = etree.fromstring(relation.target_part.blob, parser)
            text = " ".join("".join(part.text or "" for part in root.iter(f"{_W}t")).split())
            if text:
                yield f"{kind} were not read: {text[:_QUOTED]!r}"


def _headers(word: docx.document.Document, kind: str) -> list[Block]:
    """The headers (footers) of all sections, each text once."""
    found: list[Block] = []
    seen: set[str] = set()
    for section in word.sections:
        names = [kind, f"first_page_{kind}"] if section.different_first_page_header_footer else [kind]
        for name in names:
            element = getattr(section, name)._element
            text = "".join(element.itertext())
            if text.strip() and text not in seen:
                seen.add(text)
                found += _blocks(element)
    return found


def _blocks(parent: Iterable[etree._Element]) -> list[Block]:
    """Paragraphs and tables; paragraphs below each other whose tabs part fields are a table too."""
    blocks: list[Block] = []
    for _, group in groupby(_parts(parent), key=lambda block: isinstance(block, Line)):
        parts = list(group)
        lines = [block for block in parts if isinstance(block, Line)]
        blocks += blocks_of_lines(lines) if lines else parts
    return spaced(trimmed(blocks))


def _parts(parent: Iterable[etree._Element]) -> list[Block]:
    out: list[Block] = []
    for child in parent:
        if child.tag == f"{_W}p":
            out += _paragraph(child)
        elif child.tag == f"{_W}tbl":
            out.append(_table(child))
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            out += _parts(child)
    return out


def _paragraph(paragraph: etree._Element) -> list[Block]:
    """Lines of the paragraph, then what its text boxes hold."""
    text: list[str] = []
    bolds: list[bool] = []
    boxes: list[Block] = []
    _run_text(paragraph, text, bolds, boxes)
    mark = STRUCK if _is_struck(paragraph) else mark_of("".join(text))
    bold = bool(bolds) and all(bolds)
    lines = [normalise(line).rstrip() for line in "".join(text).split("\n")]
    # a tab before a paragraph only indents it; between fields it parts them
    texts = [line if "\t" in line.strip() else line.strip() for line in lines]
    # what a box holds stands apart from the text it is anchored to
    return [
        *(Line(text, bold, mark=mark) for text in texts if text or not boxes),
        *([*boxes, Line("")] if boxes else ()),
    ]


def _run_text(node: etree._Element, text: list[str], bolds: list[bool], boxes: list[Block]) -> None:
    for child in node:
        if child.tag == f"{_W}t":
            text.append(child.text or "")
            bolds.append(_is_bold(node))
        elif child.tag in (f"{_W}tab", f"{_W}ptab"):
            text.append("\t")
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            text.append("\n")
        elif child.tag == f"{_W}noBreakHyphen":
            text.append("-")
        elif child.tag == f"{_W}txbxContent":
            boxes += _blocks(child)
        elif child.tag in _UNSEEN or _vanishes(child):
            continue
        else:
            _run_text(child, text, bolds, boxes)


def _vanishes(run: etree._Element) -> bool:
    return run.tag == f"{_W}r" and run.find(f"{_W}rPr/{_W}vanish") is not None


def _is_struck(paragraph: etree._Element) -> bool:
    """Whether a run with letters is struck through."""
    runs = [run for run in paragraph.iter(f"{_W}r") if any(part.text for part in run.iter(f"{_W}t"))]
    return any(_is_on(run.find(f"{_W}rPr/{_W}{name}")) for run in runs for name in ("strike", "dstrike"))


def _is_bold(run: etree._Element) -> bool:
    return _is_on(run.find(f"{_W}rPr/{_W}b"))


def _is_on(mark: etree._Element | None) -> bool:
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false")


def _table(table: etree._Element) -> Grid:
    cells: list[GridCell] = []
    open_merges: dict[int, GridCell] = {}
    rows = [row for row in table.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl")) is table]
    for number, row in enumerate(rows):
        before = row.find(f"{_W}trPr/{_W}gridBefore")
        column = _value(before, 0)
        heading = row.find(f"{_W}trPr/{_W}tblHeader") is not None
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is not row:
                continue
            span = _value(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1)
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            above = open_merges.get(column)
            if merge is not None and merge.get(f"{_W}val") != "restart" and above is not None:
                above.row_span = number - above.row + 1
            else:
                made = GridCell(number, column, _blocks(cell), 1, span, heading)
                cells.append(made)
                open_merges.pop(column, None)
                if merge is not None:
                    open_merges[column] = made
            column += span
    return Grid(cells or [GridCell(0, 0)])


def _value(element: etree._Element | None, default: int) -> int:
    text = element.get(f"{_W}val") if element is not None else None
    return min(int(text), 100) if text is not None and text.isdigit() else default
