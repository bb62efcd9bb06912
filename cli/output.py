"""Printing: stdout is data, stderr is talk. Nothing else in the program prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, TypeVar

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

T = TypeVar("T")
AsJson = Annotated[bool, Parameter(name="--json", help="print the result as JSON on stdout", negative=())]

talk = Console(stderr=True, highlight=False)
data = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def say(text: str) -> None:
    """One line to a person, on stderr."""
    talk.print(text, markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """The command's result for a program, on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def text(value: str) -> None:
    """Plain data on stdout, as it is."""
    sys.stdout.write(value)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    table = Table(*columns, title=title, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*(escape("" if value is None else str(value)) for value in row))
    data.print(table)


def progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """Passes the items on, with a bar on stderr when that is a terminal."""
    if not talk.is_terminal:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk, transient=True) as bar:
        task = bar.add_task(label, total=total)
        for item in items:
            yield item
            bar.advance(task)
