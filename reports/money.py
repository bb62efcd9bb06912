"""What is at stake, what was caught, what was stopped, and what all of it saves."""

from __future__ import annotations

from collections import defaultdict

from reports.counting import CLOSED, HANDLED, IN_PERIOD, Counting, money_of, number
from reports.records import Bars, Figure, Model, Money, Ratio, Section, Table

HELD = f"f.verdict = 'review' AND {IN_PERIOD}"


def exceptions(ask: Counting) -> Section:
    """A Pareto of the codes; an order-level code puts the whole order at stake, once."""
    sql = f"""
        SELECT p.code, f.currency, count(*), sum(p.n), sum(p.stake)
        FROM (SELECT e.order_id, e.code, count(*) AS n,
                CASE WHEN min(e.line) < 0 THEN max(CASE WHEN e.line < 0 THEN e.stake_e4 END)
                     ELSE sum(e.stake_e4) END AS stake
              FROM order_facts f JOIN exception_facts e ON e.order_id = f.order_id
              WHERE {HELD} GROUP BY e.order_id, e.code) p
        JOIN order_facts f ON f.order_id = p.order_id GROUP BY p.code, f.currency ORDER BY p.code, f.currency"""
    orders: dict[str, int] = defaultdict(int)
    places: dict[str, int] = defaultdict(int)
    stakes: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for code, currency, n, lines, stake in ask.rows(sql):
        orders[str(code)] += number(n)
        places[str(code)] += number(lines)
        stakes[str(code)].append((str(currency), number(stake)))
    (held,) = ask.one(f"SELECT count(*) FROM order_facts f WHERE {HELD}")
    ranked = sorted(orders, key=lambda code: (-orders[code], code))
    rows = tuple(
        (code, orders[code], Ratio(orders[code], held), places[code], money_of(stakes[code])) for code in ranked
    )
    chart = Bars("Held orders by reason", tuple(ranked[:15]), tuple(orders[code] for code in ranked[:15]))
    words = (
        "Orders held in the period by exception code of the first decision, most orders first; an order with several "
        "codes stands in several rows. At stake: the amounts of the lines named, or of the whole order where the code "
        "is one of the order; nothing is converted between currencies."
    )
    columns = ("code", "orders", "of all held", "places", "at stake")
    return Section(
        "Why orders were held", (), (Table("pareto", "Exceptions", words, columns, rows, chart if rows else None),)
    )


def caught(ask: Counting, model: Model) -> Section:
    return Section(
        "Errors caught and what it saves",
        (_caught(ask), *_stopped(ask), *_saved(ask, model)),
    )


def _caught(ask: Counting) -> Figure:
    corrected = f"f.outcome = 'approved' AND f.changed_values > 0 AND {CLOSED}"
    where = f"{HELD} AND {CLOSED} AND (f.outcome = 'rejected' OR ({corrected}))"
    cases, total = ask.cases(where)
    fixed, refused = ask.one(
        f"""SELECT sum(CASE WHEN f.outcome = 'approved' THEN 1 ELSE 0 END),
            sum(CASE WHEN f.outcome = 'rejected' THEN 1 ELSE 0 END) FROM order_facts f WHERE {where}"""
    )
    return Figure(
        "errors_caught", "Value of errors caught", ask.money(where, "f.caught_e4"),
        f"{fixed:,} corrected and {refused:,} rejected orders",
        f"{fixed + refused:,} orders a person changed or refused",
"Corrected lines: the difference between the amount as first read and as let through, or the whole "
        "amount where the item was another or a line came or went; where only the header was changed, the difference "
        "of the totals; where the ERP's price or quantity was taken, the difference to the customer's. Rejected "
        "orders: their value.", None, cases, total,
    )  # fmt: skip


def _stopped(ask: Counting) -> tuple[Figure, ...]:
    found = []
    for key, title, code, words in (
        ("duplicates_stopped", "Duplicates stopped", "duplicate_po",
         "Orders held as a copy of an earlier one (duplicate_po) and then rejected by a person, of all held as such."),
        ("fraud_holds", "Fraud holds", "suspicious_sender",
         "Orders held for their sender (suspicious_sender) and then rejected by a person, of all held as such; they "
         "leave only with a second person's approval."),
    ):  # fmt: skip
        joined = f"JOIN exception_facts e ON e.order_id = f.order_id AND e.code = '{code}'"
        cases, total = ask.cases(HELD, joined)
        refused = f"{HELD} AND f.outcome = 'rejected' AND {CLOSED}"
        source = f"(SELECT DISTINCT f.* FROM order_facts f {joined}) f"
        (n,) = ask.one(f"SELECT count(*) FROM {source} WHERE {refused}")
        value = _money_words(ask.money(refused, source=source))
        found.append(Figure(key, title, Ratio(n, total), f"{n:,} rejected, worth {value}", f"{total:,} held", words,
                            None, cases, total))  # fmt: skip
    return tuple(found)


def _money_words(money: Money) -> str:
    return ", ".join(f"{amount / 10_000:,.2f} {currency or '(no currency)'}" for currency, amount in money.sums) or "0"


def _saved(ask: Counting, model: Model) -> tuple[Figure, ...]:
    """By a stated model: every number it is made of is printed."""
    done = f"{HANDLED} AND {IN_PERIOD} AND (f.verdict = 'auto' OR (f.outcome = 'approved' AND {CLOSED}))"
    orders, lines, reviewed = ask.one(
        f"""SELECT count(*), sum(f.lines), sum(CASE WHEN f.verdict = 'review' THEN 1 ELSE 0 END)
            FROM order_facts f WHERE {done}"""
    )
    by_hand = orders * model.minutes_per_order + lines * model.minutes_per_line
    minutes = round(by_hand - reviewed * model.minutes_per_review)
    words = (
        f"Model: keying by hand takes {model.minutes_per_order:g} minutes an order and {model.minutes_per_line:g} a "
        f"line; a review takes {model.minutes_per_review:g} minutes. Saved = {orders:,} × {model.minutes_per_order:g} "
        f"+ {lines:,} × {model.minutes_per_line:g} − {reviewed:,} × {model.minutes_per_review:g}. The minutes are "
        "settings (reports.minutes_per_...): measure them before you quote this figure."
    )
    cost = Money(((model.cost_currency, round(minutes / 60 * model.hourly_cost * 10_000)),))
    spent = f"{orders:,} orders with {lines:,} lines let through"
    return (
        Figure("minutes_saved", "Minutes saved", minutes, spent, f"{reviewed:,} of them reviewed", words),
        Figure("cost_saved", "Cost saved", cost, f"{minutes:,} minutes",
               f"at {model.hourly_cost:g} {model.cost_currency} an hour", words),
    )  # fmt: skip
