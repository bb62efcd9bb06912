"""Which pages belong to which order."""

from __future__ import annotations

import time

import pytest
from header_print import printed, repeated

from extractors.bands import SECOND_NUMBER, SECOND_TITLE, UNTITLED
from extractors.header.view import views
from extractors.split import page_role, split
from pipeline.model import Pages

FIRST = """
<PURCHASE ORDER>
PO Number: {number}                     Page {page} of {of}
Ship To: Acme Tools Inc., 7 Mill Road, Sparks, NV 89431, USA

Line   Item      Qty    Price    Amount
1      A-100     5      2.00     10.00
"""
TERMS = "TERMS AND CONDITIONS\n" + "\n".join(
    f"The seller shall deliver the goods in order and the buyer may refuse what does not conform ({chr(97 + i)})"
    for i in range(20)
)


def numbers(pages: Pages) -> list[list[int]]:
    return [[role.around.page.page.number for role in part.pages] for part in split(views(pages.pages), "en")]


def sheet(number: str, page: int = 1, of: int = 1) -> str:
    return FIRST.format(number=number, page=page, of=of)


def test_two_orders_in_one_file() -> None:
    assert numbers(printed("\f".join((sheet("4711"), sheet("4712"))))) == [[1], [2]]


def test_a_continuation_page_belongs_to_its_order() -> None:
    pages = printed("\f".join((sheet("4711", 1, 2), sheet("4711", 2, 2), sheet("4712", 1, 1))))
    assert numbers(pages) == [[1, 2], [3]]


def test_a_page_that_counts_on_begins_no_order_by_a_number_misread_elsewhere() -> None:
    later = "<PURCHASE ORDER>\n\n\n\n{indent}PO Number: 4799      Page {page} of 2\n\n1   A-100   5   2.00   10.00"
    follows = later.format(indent=" " * 30, page=2)
    begins = later.format(indent=" " * 30, page=1)
    assert numbers(printed("\f".join((sheet("4711", 1, 2), follows)))) == [[1, 2]]
    assert numbers(printed("\f".join((sheet("4711", 1, 2), begins)))) == [[1], [2]]


def test_pages_counted_through_a_file_begin_an_order_by_their_number_at_its_place() -> None:
    assert numbers(printed("\f".join((sheet("4711", 1, 2), sheet("4712", 2, 2))))) == [[1], [2]]


def test_a_page_without_number_belongs_to_the_order_before_it() -> None:
    assert numbers(printed("\f".join((sheet("4711"), "2   B-200   7   3.00   21.00", "Notes")))) == [[1, 2, 3]]


def test_terms_hold_no_lines_and_begin_no_order() -> None:
    parts = split(views(printed("\f".join((sheet("4711"), TERMS, sheet("4711")))).pages), "en")
    assert len(parts) == 1
    assert [role.around.page.page.number for role in parts[0].table_pages] == [1, 3]


def test_a_packing_list_behind_an_order_holds_no_lines() -> None:
    pages = printed("\f".join((sheet("4711"), "<PACKING LIST>\nPO Number: 4711\n1   A-100   5")))
    parts = split(views(pages.pages), "en")
    assert [role.around.page.page.number for role in parts[0].table_pages] == [1]


def test_one_number_for_several_stores_is_several_orders() -> None:
    store = "<PURCHASE ORDER>   \nPO Number: 4711\nShip To: {}\n\n1  A  5  2.00  10.00\n\nGrand Total   {}"
    pages = printed(
        "\f".join((store.format("Store 1, 7 Mill Road", "10.00"), store.format("Store 2, 9 Oak St", "12.00")))
    )
    assert numbers(pages) == [[1], [2]]


def test_time_grows_with_the_pages_and_not_faster() -> None:
    pages = printed(sheet("4711"))
    numbers(repeated(pages, 10))  # fills the caches of labels

    def seconds(times: int) -> float:
        start = time.perf_counter()
        assert len(numbers(repeated(pages, times))) == 1
        return time.perf_counter() - start

    assert seconds(400) < 40 * seconds(40) + 0.5


@pytest.mark.parametrize(
    ("text", "counter"),
    [
        ("Page 2 of 3", (2, 3)),
        ("Página:      1/18", (1, 18)),
        ("2 of 3 pages", (2, 3)),
        ("Encomenda de 10/11/2026", None),
        ("PO date: 02/14/2024    PAGE 1 OF 1", (1, 1)),
        ("Page printed 07/13/2022", None),
    ],
)
def test_a_page_counter_is_no_date(text: str, counter: tuple[int, int] | None) -> None:
    assert page_role(views(printed(text).pages)[0], None).counter == counter


def test_one_number_for_several_stores_is_an_order_for_each() -> None:
    head = "PO Number: 4711    Page {n} of 2\nShip To: Store {n}, 7 Mill Road, Sparks, NV 89431"
    sheet = head + "\n\n1  A-100  5  2.00  10.00\nTotal  10.00"
    stores = printed("\f".join(sheet.format(n=n) for n in (1, 2)))
    assert len(split(views(stores.pages), "en")) == 2
    same = printed("\f".join([sheet.format(n=1)] * 2))
    assert len(split(views(same.pages), "en")) == 1


ROWS = """
<PURCHASE ORDER>

PO Number: {}

Line   Item      Qty    Price    Amount
1      A-100     5      2.00     10.00
"""


@pytest.mark.parametrize(
    ("pages", "bands"),
    [
        ((ROWS.format("4711") + "\n" + ROWS.format("4712"),), [[1], [1]]),
        (("\n".join(ROWS.format(n) for n in (4711, 4712, 4713)),), [[1], [1], [1]]),
        ((ROWS.format("4711"), "2   B-200   7   3.00   21.00\n" + ROWS.format("4712")), [[1, 2], [2]]),
        ((ROWS.format("4711"), ROWS.format("4711") + "\nPurchase order 4711"), [[1, 2]]),
    ],
    ids=["two on a page", "three on a page", "the next begins where one ends", "a footer names the order"],
)
def test_orders_that_share_a_page(pages: tuple[str, ...], bands: list[list[int]]) -> None:
    parts = split(views(printed("\f".join(pages)).pages), "en")
    assert [[role.around.page.page.number for role in part.pages] for part in parts] == bands
    assert not any(part.doubts for part in parts)


@pytest.mark.parametrize(
    ("below", "doubt"),
    [
        (ROWS.format("4711"), SECOND_TITLE),
        (ROWS.format("4712").replace("<PURCHASE ORDER>", ""), UNTITLED),
        (ROWS.format("4712").replace("<PURCHASE ORDER>", "").replace("PO N", " " * 30 + "PO N"), SECOND_NUMBER),
    ],
    ids=["the same number again", "no title", "no title, elsewhere"],
)
def test_what_may_be_a_second_order_is_a_doubt(below: str, doubt: str) -> None:
    parts = split(views(printed(ROWS.format("4711") + "\n" + below).pages), "en")
    assert all(doubt in part.doubts for part in parts)


def test_a_labelled_code_below_an_item_is_no_second_order() -> None:
    coded = ROWS.format("4711") + "Supplier part number: PG063-4B\n2      A-101     5      2.00     10.00"
    (part,) = split(views(printed(coded).pages), "en")
    assert part.doubts == ()
