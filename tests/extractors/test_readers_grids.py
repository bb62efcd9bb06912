"""Tables in lines of text: tabs and drawn boxes."""

from __future__ import annotations

import pytest

from extractors.readers import ReadingOptions, read_document, text
from extractors.table.rows import rows_of
from pipeline.model import Document


def rows(content: str | bytes) -> list[list[str]]:
    """The segments of every row of a text file."""
    raw = content.encode() if isinstance(content, str) else content
    pages = text.read(Document("0", "order.txt", "", raw)).pages
    return [[segment.text for segment in row.segments] for row in rows_of(pages)]


def lefts(content: str, *words: str) -> set[float]:
    page = read_document(Document("0", "order.txt", "", content.encode()), ReadingOptions()).pages[0]
    return {word.box.x0 for word in page.words if word.text in words}


def test_the_nth_field_behind_a_tab_stands_in_the_nth_column() -> None:
    lines = "Pos\tItem\tQty\n1\tA very long name of an item\t5\n2\tA-2\t12\n\t\t17"
    assert len(lefts(lines, "Qty", "5", "12", "17")) == 1
    assert rows(lines)[1] == ["1", "A very long name of an item", "5"]


def test_an_empty_field_keeps_its_place() -> None:
    lines = "> Item\tDrawing\tQty\n> A-100-200-300\t\t5\n> A-2\tZ-9\t12\n"
    assert len(lefts(lines, "Qty", "5", "12")) == 1
    assert len(lefts(lines, "Drawing", "Z-9")) == 1


def test_a_wrapped_line_without_tabs_does_not_end_a_table() -> None:
    lines = "Item\tName\tQty\nA-1\tBolt with a long name\t5\nzinc plated\nA-200-300-400\tNut\t12"
    assert len(lefts(lines, "Qty", "5", "12")) == 1


def test_tabs_that_fill_up_to_a_stop_are_left_to_the_stop() -> None:
    lines = "Item\t\tQty\nA-1\t\t5\nA-100-200\t12\n"
    assert lefts(lines, "Qty", "5", "12") == {36 + 16 * 6}


def test_tabs_that_fill_up_to_no_stop_part_the_filled_fields() -> None:
    lines = "Item\t\t\tQty\nA long name of an item\t5\nB\t\t\t\t12\n"
    assert len(lefts(lines, "Qty", "5", "12")) == 1


TABLE = [["Pos", "Item no.", "Qty"], ["1", "A-1", "5"], ["2", "B 2", "12"]]


ASCII = """
+---+---------+---+
|Pos|Item no. |Qty|
+===+=========+===+
| 1 | A-1     | 5 |
+---+---------+---+
| 2 | B 2     | 12|
+---+---------+---+"""
MARKDOWN = """
| Pos | Item no. | Qty |
|---|:---|---:|
| 1 | A-1 | 5 |
| 2 | B 2 | 12 |"""
OPEN = """
 Pos | Item no. | Qty
-----+----------+-----
   1 | A-1      |   5
   2 | B 2      |  12"""
LIGHT = """
┌───┬────────┬───┐
│Pos│Item no.│Qty│
├───┼────────┼───┤
│ 1 │  A-1   │  5│
│ 2 │  B 2   │ 12│
└───┴────────┴───┘"""
DOUBLE = """
║Pos║Item no.║Qty║
╠═══╬════════╬═══╣
║ 1 ║  A-1   ║  5║
║ 2 ║  B 2   ║ 12║
╚═══╩════════╩═══╝"""


@pytest.mark.parametrize("drawn", [ASCII, MARKDOWN, OPEN, LIGHT, DOUBLE])
def test_drawn_boxes_are_tables(drawn: str) -> None:
    assert rows("Dear all," + drawn) == [["Dear all,"], *TABLE]


def test_boxes_of_dos_are_read_in_its_code_page() -> None:
    assert rows("┌──────────┐\n│Stück│Qty│\n│ 1   │ 5 │\n└──────────┘".encode("cp850")) == [
        ["Stück", "Qty"],
        ["1", "5"],
    ]


def test_a_cell_over_several_columns_and_the_rows_beside_a_box() -> None:
    lines = (
        "+-----------+\n| ORDER 471 |\n+-----+-----+\n| A-1 |   5 |\n| note over both |\n| A-2 |  12 |\n+-----+-----+\n"
        "|    Total       17,00 |\n+-----------+"
    )
    assert rows(lines) == [["ORDER 471"], ["A-1", "5"], ["note over both"], ["A-2", "12"], ["Total", "17,00"]]
    assert len(lefts(lines, "5", "12")) == 1


def test_a_bar_in_a_signature_is_no_table() -> None:
    lines = "please send\nAcme Ltd | Main Street 1 | Oldham\nand a sentence"
    assert not read_document(Document("0", "a.txt", "", lines.encode()), ReadingOptions()).pages[0].cells


def test_leaders_part_a_label_from_its_value() -> None:
    assert rows("Vendor ......... Acme\nOrder no..........: 471\n$6.40 each ..... $64.00\n.......Total  5,00") == [
        ["Vendor", "Acme"],
        ["Order no:", "471"],
        ["$6.40 each", "$64.00"],
        ["Total", "5,00"],
    ]


def test_blank_lines_end_a_block_but_not_in_double_spaced_text() -> None:
    def tops(content: str) -> list[float]:
        words = text.read(Document("0", "order.txt", "", content.encode())).pages[0].words
        return [word.box.top - words[0].box.top for word in words]

    assert tops("a\nb\n\nc") == [0, 12, 42]
    assert tops("a\n\nb\n\nc") == [0, 24, 48]
