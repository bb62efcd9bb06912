"""Charts as SVG made here: no script, no library, the same bytes for the same numbers. Colour never speaks alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from reports.records import Bars, Chart, Lines, Scatter
from reports.words import percent

WIDTH = 720
LABEL, ROW = 210, 20
PLOT_LEFT, PLOT_TOP, PLOT_HEIGHT, PLOT_BOTTOM = 56, 12, 170, 34
INKS = ("#1d4e89", "#b3541e", "#2f6b3a", "#6b3a6b")
DASHES = ("", "6 3", "2 3", "8 3 2 3")


def svg(chart: Chart) -> str:
    """With a title and a description for those who hear the page."""
    kinds = {Bars: _bars, Lines: _lines, Scatter: _scatter}
    height, parts, words = kinds[type(chart)](chart)  # type: ignore[operator]
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(chart.title)}</title><desc>{escape(words)}</desc>{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    css = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{css}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _number(value: float, shares: bool) -> str:
    return percent(value) if shares else f"{value:,.0f}"


# --- bars -------------------------------------------------------------------------------------------------------------


def _bars(chart: Bars) -> tuple[int, list[str], str]:
    most = 1.0 if chart.shares else max([*chart.values, 1])
    room = WIDTH - LABEL - 80
    parts = []
    for i, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        y, wide = i * ROW + 4, value / most * room
        parts.append(_text(LABEL - 8, y + 12, _cut(label), "end"))
        parts.append(f'<rect x="{LABEL}" y="{y}" width="{max(wide, 0.5):.1f}" height="{ROW - 6}" fill="{INKS[0]}"/>')
        parts.append(_text(LABEL + wide + 6, y + 12, _number(value, chart.shares)))
    pairs = zip(chart.labels, chart.values, strict=True)
    return len(chart.labels) * ROW + 8, parts, "; ".join(f"{k} {_number(v, chart.shares)}" for k, v in pairs)


def _cut(label: str) -> str:
    return label if len(label) <= 32 else label[:31] + "…"


# --- lines ------------------------------------------------------------------------------------------------------------


def _lines(chart: Lines) -> tuple[int, list[str], str]:
    known = [v for _, values in chart.series for v in values if v is not None]
    low, high = _range(known, chart.shares)
    parts = [*_axes(low, high, chart.shares), *_dates(chart.labels)]
    for n, (name, values) in enumerate(chart.series):
        parts += _curve(n, values, low, high, len(chart.labels), dashed=name in chart.dashed)
        parts.append(_legend(n, name, dashed=name in chart.dashed))
    main = chart.series[0][1]
    for i in sorted(chart.marked):
        if (value := main[i]) is not None:
            x, y = _x(i, len(chart.labels)), _y(value, low, high)
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="mark"/>' + _text(x, y - 8, "!", "middle", "mark")
            )
    last = next((v for v in reversed(main) if v is not None), 0.0)
    words = f"{chart.labels[0]} to {chart.labels[-1]}; the last is {_number(last, chart.shares)}"
    return PLOT_TOP + PLOT_HEIGHT + PLOT_BOTTOM + 20, parts, words


def _range(known: Sequence[float], shares: bool) -> tuple[float, float]:
    if not shares:
        return 0.0, max([*known, 1.0])
    low, high = min([*known, 1.0]), max([*known, 0.0])
    spread = max(high - low, 0.02)
    return max(0.0, low - spread * 0.1), min(1.0, high + spread * 0.1)


def _x(i: int, of: int) -> float:
    return PLOT_LEFT + (WIDTH - PLOT_LEFT - 12) * (i / (of - 1) if of > 1 else 0.5)


def _y(value: float, low: float, high: float) -> float:
    return PLOT_TOP + PLOT_HEIGHT * (1 - (value - low) / ((high - low) or 1))


def _axes(low: float, high: float, shares: bool) -> Iterator[str]:
    for step in range(5):
        value = low + (high - low) * step / 4
        y = _y(value, low, high)
        yield _line(PLOT_LEFT, y, WIDTH - 12, y, "grid")
        yield _text(PLOT_LEFT - 6, y + 4, _number(value, shares), "end")


def _dates(labels: Sequence[str]) -> Iterator[str]:
    every = max(1, -(-len(labels) // 8))
    for i in range(0, len(labels), every):
        yield _text(_x(i, len(labels)), PLOT_TOP + PLOT_HEIGHT + 16, labels[i], "middle")


def _curve(n: int, values: Sequence[float | None], low: float, high: float, of: int, *, dashed: bool) -> Iterator[str]:
    points = [(_x(i, of), _y(v, low, high)) for i, v in enumerate(values) if v is not None]
    if points:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" {_stroke(n, dashed=dashed)}/>'


def _stroke(n: int, *, dashed: bool) -> str:
    ink, dash = ("#6b7785", "4 3") if dashed else (INKS[n % len(INKS)], DASHES[n % len(DASHES)])
    return f'stroke="{ink}" stroke-width="{1 if dashed else 1.8}" stroke-dasharray="{dash}"'


def _legend(n: int, name: str, *, dashed: bool) -> str:
    x, y = PLOT_LEFT + n * 150, PLOT_TOP + PLOT_HEIGHT + PLOT_BOTTOM + 8
    stroke = _stroke(n, dashed=dashed)
    return f'<line x1="{x}" y1="{y - 4}" x2="{x + 24}" y2="{y - 4}" {stroke}/>' + _text(x + 30, y, name)


# --- points -----------------------------------------------------------------------------------------------------------

SIDE, LEFT = 240, 60


def _scatter(chart: Scatter) -> tuple[int, list[str], str]:
    most = max([*chart.weights, 1])
    low = math.floor(min([1.0, *(at for point in chart.points for at in point)]) * 20) / 20
    low = min(low, 0.95)
    parts = []
    for step in range(6):
        at = step / 5
        parts.append(_line(LEFT, PLOT_TOP + SIDE * at, LEFT + SIDE, PLOT_TOP + SIDE * at, "grid"))
        parts.append(_text(LEFT - 6, PLOT_TOP + SIDE * (1 - at) + 4, f"{low + (1 - low) * at:.0%}", "end"))
        parts.append(_text(LEFT + SIDE * at, PLOT_TOP + SIDE + 16, f"{low + (1 - low) * at:.0%}", "middle"))
    parts.append(_line(LEFT, PLOT_TOP + SIDE, LEFT + SIDE, PLOT_TOP, "limit"))
    for i, ((x, y), n) in enumerate(zip(chart.points, chart.weights, strict=True)):
        size = 3 + 7 * (n / most) ** 0.5
        across, up = ((value - low) / (1 - low) for value in (x, y))
        centre = f'cx="{LEFT + SIDE * across:.1f}" cy="{PLOT_TOP + SIDE * (1 - up):.1f}"'
        parts.append(f'<circle {centre} r="{size:.1f}" fill="{INKS[0]}" fill-opacity="0.7"/>')
        parts.append(
            _text(LEFT + SIDE + 30, PLOT_TOP + 30 + i * 18, f"stated {percent(x)}, right {percent(y)} of {n:,}")
        )
    parts.append(_text(LEFT + SIDE + 30, PLOT_TOP + 10, "across: stated; up: right; on the line: as sure as right"))
    words = "; ".join(f"stated {percent(x)}, right {percent(y)}" for x, y in chart.points)
    return PLOT_TOP + SIDE + 26, parts, words
