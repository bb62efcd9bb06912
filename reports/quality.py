"""How much goes through untouched, how much of that is wrong, and how right the reading is."""

from __future__ import annotations

from reports.bounds import clopper_pearson
from reports.counting import CLOSED, HANDLED, IN_PERIOD, ORDERS, Counting, number
from reports.records import Bars, Figure, Ratio, Scatter, Section, Table, Value

NEEDLESS = f"f.outcome = 'approved' AND f.changed_values = 0 AND {CLOSED}"
AUDITED = "a.kind = 'sample' AND a.status = 'done' AND a.decided_s >= :since AND a.decided_s < :until"
CLOPPER = (
    "Interval: Clopper and Pearson (Biometrika 26, 1934), two-sided, 95 %; source: the blind audits of a random sample "
    "of the untouched orders"
)


def headline(ask: Counting) -> Section:
    orders, auto, lines, auto_lines = ask.one(
        f"""SELECT count(*), sum(CASE WHEN f.verdict = 'auto' THEN 1 ELSE 0 END), sum(f.lines),
            sum(CASE WHEN f.verdict = 'auto' THEN f.lines ELSE 0 END) {ORDERS}"""
    )
    held_cases, held = ask.cases(f"f.verdict = 'review' AND {IN_PERIOD}")
    return Section(
        "What went through",
        (
            Figure("touchless_rate", "Touchless rate", Ratio(auto, orders), f"{auto:,} orders let through untouched",
                   f"{orders:,} orders received", "Orders that were ready for export with no human keystroke, of all "
                   "orders received in the period. Documents that are no orders do not count."),
            Figure("touchless_lines", "Touchless lines", Ratio(auto_lines, lines), f"{auto_lines:,} lines in them",
                   f"{lines:,} lines received", "Lines of untouched orders, of the lines of all orders received."),
            Figure("review_rate", "Review rate", Ratio(held, orders), f"{held:,} orders held for a person",
                   f"{orders:,} orders received", "Orders that a person had to look at, of all orders received.",
                   None, held_cases, held),
            _needless(ask),
            *_escaped(ask),
        ),
        (_escaped_strata(ask),),
    )  # fmt: skip


def _needless(ask: Counting) -> Figure:
    (closed,) = ask.one(f"SELECT count(*) {ORDERS} AND f.verdict = 'review' AND {CLOSED}")
    cases, total = ask.cases(f"{HANDLED} AND {IN_PERIOD} AND {NEEDLESS}")
    return Figure(
        "needless_reviews", "Needless reviews", Ratio(total, closed), f"{total:,} reviews that changed nothing",
        f"{closed:,} reviews closed", "Held orders that a person then let through exactly as the machine had read and "
        "matched them, of all held orders that were closed. An upper limit: a true difference to the ERP that "
        "somebody accepted counts as well.", None, cases, total,
    )  # fmt: skip


def _escaped(ask: Counting) -> tuple[Figure, ...]:
    orders, wrong, lines, wrong_lines = ask.one(
        f"""SELECT count(*), sum(CASE WHEN a.wrong <> '[]' THEN 1 ELSE 0 END), sum(a.judged_lines), sum(a.wrong_lines)
            FROM audits a WHERE {AUDITED}"""
    )
    cases, total = ask.cases(f"{AUDITED} AND a.wrong <> '[]'", "JOIN audits a ON a.order_id = f.order_id")
    words = "of the untouched orders audited blind. " + CLOPPER + "."
    return (
        Figure("escaped_orders", "Escaped errors, orders", Ratio(wrong, orders), f"{wrong:,} with a wrong value",
               f"{orders:,} untouched orders audited", f"Orders with at least one wrong value, {words}",
               clopper_pearson(wrong, orders), cases, total),
        Figure("escaped_lines", "Escaped errors, lines", Ratio(wrong_lines, lines), f"{wrong_lines:,} wrong lines",
               f"{lines:,} lines of untouched orders audited", f"Lines with at least one wrong value, {words} Lines of "
               "one order are not independent: take the interval of orders where that matters.",
               clopper_pearson(wrong_lines, lines)),
    )  # fmt: skip


def _escaped_strata(ask: Counting) -> Table:
    sql = f"""
        SELECT a.channel, a.customer_id, count(*), sum(CASE WHEN a.wrong <> '[]' THEN 1 ELSE 0 END)
        FROM audits a WHERE {AUDITED} GROUP BY a.channel, a.customer_id ORDER BY 4 DESC, 3 DESC, 1, 2"""
    rows = []
    for channel, customer, of, wrong in ask.rows(sql):
        low, high = clopper_pearson(number(wrong), number(of)) or (0.0, 1.0)
        ends = Ratio(round(low * 10_000), 10_000), Ratio(round(high * 10_000), 10_000)
        share = Ratio(number(wrong), number(of))
        rows.append((str(channel), str(customer) or "(unknown)", number(of), number(wrong), share, *ends))
    words = "Blind audits by the strata of the sample, most wrong ones first. " + CLOPPER + "."
    columns = ("channel", "customer", "audited", "wrong", "share", "95 % from", "to")
    return Table("escaped_strata", "Escaped errors by channel and customer", words, columns, tuple(rows), None, 10)


# --- accuracy ---------------------------------------------------------------------------------------------------------

FIELD_WORDS = (
    "Reviewed: values of held orders that a person let through; what was left standing counts as right, what was "
    "changed or added as wrong. Audited: values of untouched orders that a person keyed again without seeing them. "
    "Held orders are the difficult ones: the two columns are two different populations and are never added up."
)


def accuracy(ask: Counting) -> Section:
    return Section(
        "Accuracy",
        (),
        (
            _by_field(ask),
            *(_by(ask, key, column) for key, column in (
                ("channel", "f.channel"), ("customer", "f.customer_id"), ("layout", "f.layout"),
            )),
        ),
    )  # fmt: skip


def _by_field(ask: Counting) -> Table:
    sql = f"""
        SELECT t.field, {_sums("review")}, {_sums("audit")}
        FROM order_facts f JOIN field_tallies t ON t.order_id = f.order_id
        WHERE {IN_PERIOD} AND t.field <> 'line' GROUP BY t.field ORDER BY t.field"""
    rows = tuple(_accuracy_row(row) for row in ask.rows(sql))
    right = [(str(row[0]), row[3].share) for row in rows if isinstance(row[3], Ratio)]
    shown = [(label, share) for label, share in right if share is not None]
    chart = Bars(
        "Right values per field, reviewed orders", tuple(label for label, _ in shown), tuple(s for _, s in shown), True
    )
    columns = ("field", "reviewed", "of them wrong", "right", "audited", "of them wrong (audit)", "right (audit)")
    return Table("accuracy_fields", "Accuracy per field", FIELD_WORDS, columns, rows, chart if shown else None)


def _sums(source: str) -> str:
    return (
        f"sum(CASE WHEN t.source = '{source}' THEN t.judged ELSE 0 END), "
        f"sum(CASE WHEN t.source = '{source}' THEN t.wrong ELSE 0 END)"
    )


def _accuracy_row(row: tuple[object, ...]) -> tuple[Value, ...]:
    name, judged, wrong, audited, wrong_audited = row[0], *(number(value) for value in row[1:])
    return (
        str(name), judged, wrong, Ratio(judged - wrong, judged),
        audited, wrong_audited, Ratio(audited - wrong_audited, audited),
    )  # fmt: skip


def _by(ask: Counting, key: str, column: str) -> Table:
    sql = f"""
        SELECT {column}, {_sums("review")}, {_sums("audit")}
        FROM order_facts f JOIN field_tallies t ON t.order_id = f.order_id
        WHERE {IN_PERIOD} AND t.field = 'line' GROUP BY {column}
        ORDER BY sum(t.wrong) DESC, sum(t.judged) DESC, {column}"""
    rows = tuple(_accuracy_row((row[0] or "(unknown)", *row[1:])) for row in ask.rows(sql))
    columns = (
        key,
        "lines reviewed",
        "of them wrong",
        "right",
        "lines audited",
        "of them wrong (audit)",
        "right (audit)",
    )
    words = (
        "A line is right when all its values and its item are. Most wrong lines first. "
        + {
            "channel": "Channel: how the order came (text, scan, spreadsheet).",
            "customer": "Customer: as the machine took it.",
            "layout": "Layout: the columns of the lines as they stand from left to right.",
        }[key]
    )
    return Table(f"accuracy_{key}", f"Accuracy per {key}", words, columns, rows)


# --- calibration ------------------------------------------------------------------------------------------------------


def calibration(ask: Counting) -> Section:
    values = _calibration(ask, "audit", "<> 'line'"), _calibration(ask, "review", "<> 'line'")
    lines = _calibration(ask, "audit", "= 'line'"), _calibration(ask, "review", "= 'line'")
    return Section(
        "Calibration: is 99 % sure 99 % right?",
        tuple(_ece(what, source, rows) for what, pair in (("values", values), ("lines", lines))
              for source, rows in zip(("audit", "review"), pair, strict=True)),
        tuple(_calibration_table(what, source, rows) for what, pair in (("values", values), ("lines", lines))
              for source, rows in zip(("audit", "review"), pair, strict=True)),
    )  # fmt: skip


Bin = tuple[int, int, int, int]  # lower end in hundredths, judged, wrong, sum of confidences in ten-thousandths


def _calibration(ask: Counting, source: str, field: str) -> list[Bin]:
    sql = f"""
        SELECT t.bin, sum(t.judged), sum(t.wrong), sum(t.confidence_e4)
        FROM order_facts f JOIN field_tallies t ON t.order_id = f.order_id
        WHERE {IN_PERIOD} AND t.source = '{source}' AND t.bin >= 0 AND t.field {field} GROUP BY t.bin ORDER BY t.bin"""
    return [(number(low), number(n), number(wrong), number(sure)) for low, n, wrong, sure in ask.rows(sql)]


def expected_calibration_error(bins: list[Bin]) -> float | None:
    """Mean of |share right - mean confidence| over the bins, weighed by how many are in each (Naeini et al. 2015)."""
    total = sum(n for _, n, _, _ in bins)
    if not total:
        return None
    return sum(abs((n - wrong) - sure / 10_000) for _, n, wrong, sure in bins) / total


def _ece(what: str, source: str, bins: list[Bin]) -> Figure:
    total = sum(n for _, n, _, _ in bins)
    return Figure(
        f"calibration_error_{what}_{source}",
        f"Expected calibration error, {what}, {_SOURCES[source]}",
        expected_calibration_error(bins),
        f"differences over {len(bins)} ranges of confidence",
        f"{total:,} {what} with a stated confidence",
        "Mean distance between the confidence that was stated and the share that was right, over ranges of confidence, "
        "weighed by how many are in each (Naeini, Cooper, Hauskrecht 2015). 0 is perfect. A line is as sure as its "
        "least sure value.",
    )


_SOURCES = {"audit": "blind audits", "review": "reviewed orders"}


def _calibration_table(what: str, source: str, bins: list[Bin]) -> Table:
    rows = tuple(
        (f"from {low} %", n, Ratio(sure, n * 10_000), wrong, Ratio(n - wrong, n)) for low, n, wrong, sure in bins
    )
    points = tuple((sure / 10_000 / n, (n - wrong) / n) for _, n, wrong, sure in bins)
    title = f"Stated and true, {what}, {_SOURCES[source]}"
    chart = Scatter(title, points, tuple(n for _, n, _, _ in bins)) if bins else None
    columns = ("confidence", what, "stated, mean", "wrong", "right")
    words = f"Of the {what} shown as so sure, so many were right. Ranges reach up to the next row's lower end."
    return Table(f"calibration_{what}_{source}", title, words, columns, rows, chart)
