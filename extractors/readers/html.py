"""HTML files and mail bodies: hidden elements dropped, tables become cells, layout tables arrange what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree
from lxml import html as lxml_html

from extractors.marked import STRUCK
from extractors.readers.options import DEFAULTS, ReadingOptions
from extractors.readers.quotes import CLOSE, OPEN, border, by_heads
from extractors.readers.text import decode, mark_of, normalise
from extractors.readers.typeset import Block, Grid, GridCell, Line, spaced, trimmed, typeset
from pipeline.errors import DocumentError
from pipeline.model import Document, Pages, Source

_SKIPPED = {"head", "script", "style", "noscript", "template", "svg", "object", "iframe", "title", "meta", "link"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_STRUCK = {"s", "strike", "del"}
_BOLD = {"b", "strong", "th", "h1", "h2", "h3", "h4"}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$)"
    r"|font-size\s*:\s*(?:0|1px|1pt|0\.\d+\w*)\s*(?:px|pt|em|%)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_TINY_BOX = re.compile(r"(?:max-)?(?:height|width)\s*:\s*0(?:px|pt)?\s*(?:;|!|$)", re.IGNORECASE)
_STRIKES = re.compile(r"text-decoration[^;]*line-through", re.IGNORECASE)
_COLOUR = re.compile(r"(?<![-\w])(?:(background(?:-color)?)|color)\s*:\s*([^;!]+)", re.IGNORECASE)
_WHITE = {"white", "#fff", "#ffffff", "rgb(255,255,255)", "#fefefe", "transparent"}
_CSS_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MAX_DEPTH = 200
_MAX_SPAN = 1000


def read(document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    return read_html(decode_html(document.content, document.file_name), document, options)


def decode_html(content: bytes, file_name: str) -> str:
    """Honours a charset the file declares about itself when the bytes agree."""
    declared = re.search(rb"charset\s*=\s*[\"']?([-\w]+)", content[:4096], re.IGNORECASE)
    if declared and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return content.decode(declared.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            return decode(content, file_name)
    return decode(content, file_name)


def read_html(text: str, document: Document, options: ReadingOptions = DEFAULTS) -> Pages:
    """Raises ``DocumentError`` when there is no element at all."""
    del options
    page = typeset(blocks_of_html(text, document.file_name), Source.HTML)
    return Pages(document.sha256, document.file_name, (page,))


def blocks_of_html(text: str, file_name: str) -> list[Block]:
    parser = lxml_html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise DocumentError(f"{file_name}: not readable as HTML ({error})") from error
    return _Flow(_names(root, _hides), _names(root, _strikes)).blocks(root)


def _names(root: etree._Element, wanted: Callable[[str], bool]) -> frozenset[str]:
    """Class and id selectors (".x", "#x") for which the page's own style sheet says what is ``wanted``."""
    names: set[str] = set()
    for style in root.iter("style"):
        for selectors, body in _CSS_RULE.findall(style.text or ""):
            if wanted(body):
                names |= {s.strip() for s in selectors.split(",") if re.fullmatch(r"\s*[.#][-\w]+\s*", s)}
    return frozenset(names)


def _hides(style: str) -> bool:
    if _HIDDEN.search(style):
        return True
    return bool(_TINY_BOX.search(style) and re.search(r"overflow\s*:\s*hidden", style, re.IGNORECASE))


def _strikes(style: str) -> bool:
    return _STRIKES.search(style) is not None


def _colours(style: str) -> tuple[str | None, str | None]:
    """(text colour, background) as written, blanks dropped, lower case."""
    text = background = None
    for is_background, value in _COLOUR.findall(style):
        value = value.replace(" ", "").lower()
        if is_background:
            background = value
        else:
            text = value
    return text, background


class _Flow:
    """Collects running text into lines, breaking at block elements and ``<br>``."""

    def __init__(self, hidden_names: frozenset[str], struck_names: frozenset[str]) -> None:
        self.hidden_names = hidden_names
        self.struck_names = struck_names
        self.strokes = 0  # how many of the elements around the text strike it through

    def blocks(self, element: etree._Element, bold: bool = False, depth: int = 0, dark: bool = False) -> list[Block]:
        out: list[Block] = []
        run: list[str] = []
        bolds: list[bool] = []
        marks: list[str] = []

        def flush(broken: bool = False) -> None:
            """Ends the line; a break or a hard blank (<br>, &nbsp;) on a line of its own leaves it empty."""
            text = "".join(run)
            line = re.sub(r"[ \t\n]+", " ", normalise(text)).strip()
            if line or broken or "\u00a0" in text:
                out.append(Line(line, bold=bool(bolds) and all(bolds), mark=marks[0] if marks else None))
            run.clear()
            bolds.clear()
            marks.clear()

        def say(text: str | None, is_bold: bool, keep: bool) -> None:
            for number, part in enumerate((text or "").split("\n") if keep else [text or ""]):
                if number:
                    flush()
                run.append(part)
                if part.strip():
                    bolds.append(is_bold)
                    marks.extend([mark] if (mark := STRUCK if self.strokes else mark_of(part)) else ())

        def walk(node: etree._Element, is_bold: bool, level: int, on_dark: bool, keep: bool) -> None:
            tag = node.tag if isinstance(node.tag, str) else ""
            if tag in _SKIPPED or not tag or self._hidden(node, on_dark):
                return
            on_dark = self._background_is_dark(node, on_dark)
            struck = self._is_struck(node)
            self.strokes += struck
            is_bold = (
                is_bold or tag in _BOLD or "font-weight:bold" in (node.get("style") or "").replace(" ", "").lower()
            )
            keep = keep or tag == "pre"
            if tag == "table" and level < _MAX_DEPTH:
                flush()
                out.extend(self._table(node, is_bold, level + 1, on_dark))
                self.strokes -= struck
                return
            if tag == "br" or tag in _BLOCKS:
                flush(tag == "br")
            if quotes := _quotes(node):
                out.append(border(OPEN))
            if tag == "input" and (node.get("type") or "text") != "hidden":
                say(f" {node.get('value') or ''} ", is_bold, False)
            say(node.text, is_bold, keep)
            for child in node if level < _MAX_DEPTH else ():
                walk(child, is_bold, level + 1, on_dark, keep)
                say(child.tail, is_bold, keep)
            if tag in _BLOCKS:
                flush()
            if quotes:
                out.append(border(CLOSE))
            self.strokes -= struck

        if element.tag in ("td", "th", "caption"):
            say(element.text, bold, False)
            for child in element:
                walk(child, bold, depth, dark, False)
                say(child.tail, bold, False)
        else:
            walk(element, bold, depth, dark, False)
        flush()
        return spaced(trimmed(by_heads(out)))

    def _hidden(self, node: etree._Element, on_dark: bool) -> bool:
        style = node.get("style") or ""
        if node.get("hidden") is not None or node.get("aria-hidden") == "true" or (style and _hides(style)):
            return True
        names = {f".{name}" for name in (node.get("class") or "").split()} | {f"#{node.get('id')}"}
        if names & self.hidden_names:
            return True
        text, background = _colours(style)
        text = text or (node.get("color") or "").lower() or None
        if text in _WHITE and (background or "white") in _WHITE and not on_dark and not node.get("bgcolor"):
            return True
        return (node.get("width") == "0" or node.get("height") == "0") and node.tag in ("div", "span", "td")

    def _is_struck(self, node: etree._Element) -> bool:
        names = {f".{name}" for name in (node.get("class") or "").split()} | {f"#{node.get('id')}"}
        return node.tag in _STRUCK or bool(names & self.struck_names) or _strikes(node.get("style") or "")

    def _background_is_dark(self, node: etree._Element, on_dark: bool) -> bool:
        background = _colours(node.get("style") or "")[1] or (node.get("bgcolor") or "").lower() or None
        if background is None:
            return on_dark or bool(node.get("background")) or bool(node.get("class") and node.tag in ("th", "tr", "td"))
        return background.split("url")[0] not in _WHITE

    def _table(self, table: etree._Element, bold: bool, depth: int, dark: bool) -> list[Block]:
        cells: list[GridCell] = []
        taken: set[tuple[int, int]] = set()
        before: list[Block] = []
        for row, (tr, is_head) in enumerate(_rows(table)):
            if self._hidden(tr, dark):
                continue
            column = 0
            on_dark = self._background_is_dark(tr, dark)
            for td in tr:
                if td.tag not in ("td", "th") or self._hidden(td, on_dark):
                    continue
                while (row, column) in taken:
                    column += 1
                rows, columns = _span(td, "rowspan"), _span(td, "colspan")
                struck = self._is_struck(tr) or self._is_struck(td)
                self.strokes += struck
                taken |= {(r, c) for r in range(row, row + rows) for c in range(column, column + columns)}
                content = self.blocks(td, bold or td.tag == "th", depth + 1, self._background_is_dark(td, on_dark))
                self.strokes -= struck
                cells.append(GridCell(row, column, content, rows, columns, td.tag == "th" or is_head))
                column += columns
        for caption in table.iterchildren("caption"):
            before += self.blocks(caption, bold, depth + 1, dark)
        return [*before, Grid(_close_gaps(cells))] if cells else before


def _quotes(node: etree._Element) -> bool:
    """Whether an element holds a quoted mail, by the marks of mail programs (gmail_quote, yahoo_quoted, cite)."""
    marks = (node.get("type") or "", *(node.get("class") or "").split())
    return node.tag in ("blockquote", "div") and any(mark == "cite" or "quote" in mark for mark in marks)


def _rows(table: etree._Element) -> Iterator[tuple[etree._Element, bool]]:
    for child in table:
        if child.tag == "tr":
            yield child, False
        elif child.tag in ("thead", "tbody", "tfoot"):
            for tr in child.iterchildren("tr"):
                yield tr, child.tag == "thead"


def _span(td: etree._Element, name: str) -> int:
    text = (td.get(name) or "1").strip()
    return min(max(int(text), 1), _MAX_SPAN if name == "colspan" else 200) if text.isascii() and text.isdigit() else 1


def _close_gaps(cells: list[GridCell]) -> list[GridCell]:
    """Drops spans that reach past the last real row or column, as browsers do."""
    last_row = max(cell.row for cell in cells)
    last_column = max(cell.column for cell in cells)
    for cell in cells:
        cell.row_span = min(cell.row_span, last_row - cell.row + 1)
        cell.column_span = min(cell.column_span, max(last_column - cell.column + 1, 1))
    return cells
