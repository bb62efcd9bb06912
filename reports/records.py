"""What a report is made of. Every figure says what was counted, out of what, by which definition, in which cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of UTC, both ends included. ``as_of``: the moment whose backlog is shown, in seconds since 1970."""

    first: date
    last: date
    as_of: int

    @property
    def since(self) -> int:
        """Seconds since 1970."""
        return int(datetime.combine(self.first, datetime.min.time(), UTC).timestamp())

    @property
    def until(self) -> int:
        """Seconds since 1970; this one is no longer part of it."""
        return int(datetime.combine(self.last + timedelta(days=1), datetime.min.time(), UTC).timestamp())

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def bounds(self) -> dict[str, object]:
        """The parameters of every query."""
        return {"since": self.since, "until": self.until, "as_of": self.as_of}


@dataclass(frozen=True, slots=True)
class Ratio:
    """``of`` may be 0: then there is no share."""

    n: int
    of: int

    @property
    def share(self) -> float | None:
        return self.n / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Money:
    """Sums by currency, in ten-thousandths; nothing is converted."""

    sums: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Duration:
    """In milliseconds."""

    ms: int


Value = Ratio | Money | Duration | int | float | str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One order behind a figure; ``case_id`` where a person has, or had, to look at it."""

    order_key: str
    po_number: str
    customer_id: str
    received: str  # an ISO date
    state: str
    case_id: str


@dataclass(frozen=True, slots=True)
class Figure:
    """``numerator`` and ``denominator`` in words with their numbers; ``interval`` with 95 % confidence.

    ``cases`` are the first of ``cases_total``.
    """

    key: str
    title: str
    value: Value
    numerator: str
    denominator: str
    definition: str
    interval: tuple[float, float] | None = None
    cases: tuple[Case, ...] = ()
    cases_total: int = 0


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars, longest first as given; ``values`` are shares (0..1) or counts."""

    title: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    shares: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Named series over common labels; None leaves a gap. ``dashed`` series are limits."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    dashed: tuple[str, ...] = ()
    shares: bool = True
    marked: frozenset[int] = frozenset()  # positions beyond a limit


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points on the unit square against the diagonal; ``weights`` are counts."""

    title: str
    points: tuple[tuple[float, float], ...]
    weights: tuple[int, ...]


Chart = Bars | Lines | Scatter


@dataclass(frozen=True, slots=True)
class Table:
    """``shown``: how many rows a page prints; the files beside it have them all."""

    key: str
    title: str
    definition: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    chart: Chart | None = None
    shown: int = 25


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """``key``: "conservation", "drift", "budget" or "backlog"."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Model:
    """What the saving is reckoned with, and when an alert is due; all of it is printed."""

    minutes_per_order: float = 2.0
    minutes_per_line: float = 0.75
    minutes_per_review: float = 1.5
    hourly_cost: float = 40.0
    cost_currency: str = "EUR"
    backlog_hours: float = 24.0
    wrong_lines_per_1000: float = -1.0  # below 0: no budget is set


@dataclass(frozen=True, slots=True)
class Report:
    period: Period
    sections: tuple[Section, ...]
    alerts: tuple[Alert, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(figure for section in self.sections for figure in section.figures)

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for section in self.sections for table in section.tables)

    def figure(self, key: str) -> Figure:
        return next(figure for figure in self.figures if figure.key == key)

    def table(self, key: str) -> Table:
        return next(table for table in self.tables if table.key == key)
