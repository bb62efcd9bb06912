"""`rules explain` and `replay`: what decided an order, and what other rules would decide."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say, text
from cli.queue import opened
from flows import wiring
from flows.backtest import Outcome, backtest
from flows.replay import Replayed, matched_again, replay
from flows.settings import Settings, load_settings
from pipeline.interfaces import Erp, OrderHistory
from rules.explain import explain as explain_matched

Rules = Annotated[Path | None, Parameter(name="--rules", help="folder of policy files (default: the workspace's)")]
ErpFolder = Annotated[Path | None, Parameter(name="--erp", help="folder of ERP exports (default: those in force)")]


def register(app: App) -> None:
    rules = App(name="rules", help="What the rules and policies decide: explain.")
    rules.command(explain)
    app.command(rules)
    app.command(replay_orders, name="replay")
    app.command(backtest_orders, name="backtest")


def explain(
    order: Annotated[str, Parameter(help="the case or the PO number")],
    /,
    *,
    rules: Rules = None,
    erp: ErpFolder = None,
    workspace: Workspace = Path(),
) -> int:
    """Which rule and which line of the policy decides what on an order, as it is in force now."""
    settings = load_settings(workspace)
    exports = _exports(settings, erp)
    with opened(workspace) as store:
        policies = wiring.policies_of(settings, store, rules)
        recorded = store.recorded_order(order)
        matcher = wiring.matcher_of(settings, store)
        deciders = wiring.deciders(exports, store.history(but=recorded.order_key), policies, matcher)
        matched = matched_again(recorded, deciders, recorded.in_force)
    text(explain_matched(matched, policies) + "\n")
    return 0


def replay_orders(
    *,
    since: Annotated[date, Parameter(help="orders received on this day or later")],
    rules: Rules = None,
    erp: ErpFolder = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Decide recorded orders again under other policies or exports; lists every decision that would change, and why.

    Nothing is recorded or sent. Exit code 1 when an order would go through that a person had changed or rejected.
    """
    settings = load_settings(workspace)
    exports = _exports(settings, erp)
    with opened(workspace) as store:
        policies = wiring.policies_of(settings, store, rules)
        matcher = wiring.matcher_of(settings, store)

        def deciders(history: OrderHistory) -> wiring.Deciders:
            return wiring.deciders(exports, history, policies, matcher)

        done = list(replay(store, since, deciders))
    if as_json:
        print_json(_as_json(done))
    else:
        _show(done)
    return 1 if any(one.flip is not None and one.flip.caught for one in done) else 0


def backtest_orders(
    keyed: Annotated[Path, Parameter(help="folder with open_orders.csv: the orders as people keyed them")],
    /,
    *,
    since: Annotated[date, Parameter(help="orders received on this day or later")],
    rules: Rules = None,
    erp: ErpFolder = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Hold recorded orders against what people keyed: what would have gone through right, wrong or not at all.

    Nothing is recorded or sent. Exit code 1 when an order would have gone through otherwise than it was keyed.
    """
    settings = load_settings(workspace)
    exports, rows = _exports(settings, erp), wiring.load_open_orders(keyed, settings.erp.columns)
    with opened(workspace) as store:
        policies = wiring.policies_of(settings, store, rules)
        matcher = wiring.matcher_of(settings, store)
        done = list(backtest(store, rows, since, lambda history: wiring.deciders(exports, history, policies, matcher)))
    counts = {str(outcome): sum(one.outcome is outcome for one in done) for outcome in Outcome}
    if as_json:
        print_json({"counts": counts, "orders": [asdict(one) | {"received": str(one.received)} for one in done]})
    else:
        told = (one for one in done if one.outcome is not Outcome.RIGHT)
        lines = (
            (o.order_key[:16], o.received, o.customer_id, o.po_number, o.outcome,
             "\n".join(o.differences), "\n".join(o.why))
            for o in told
        )  # fmt: skip
        columns = ("order", "received", "customer", "PO number", "outcome", "keyed otherwise", "held because")
        print_table(columns, lines)
        say(", ".join(f"{n} {name}" for name, n in counts.items()))
    return 1 if counts[Outcome.ESCAPED] else 0


def _exports(settings: Settings, folder: Path | None) -> Erp:
    return wiring.erp_in_force(settings) if folder is None else wiring.load_erp(folder, settings.erp.columns)


def _counts(done: list[Replayed]) -> dict[str, int]:
    flips = [one.flip for one in done if one.flip is not None]
    ways = Counter(f"{flip.before} → {flip.after}" for flip in flips)
    return {"orders": len(done), "unchanged": len(done) - len(flips), **dict(sorted(ways.items()))}


def _as_json(done: list[Replayed]) -> dict[str, Any]:
    flips = [asdict(one.flip) | {"received": str(one.flip.received)} for one in done if one.flip is not None]
    return {"counts": _counts(done), "flips": flips}


def _show(done: list[Replayed]) -> None:
    flips = [one.flip for one in done if one.flip is not None]
    rows = (
        (f.order_key[:16], f.received, f.customer_id, f.po_number, f"{f.before} → {f.after}",
         "\n".join((*(() if f.caught is None else (f"!! {f.caught}",)), *f.why)))
        for f in flips
    )  # fmt: skip
    print_table(("order", "received", "customer", "PO number", "decision", "why"), rows)
    say(", ".join(f"{n} {name}" for name, n in _counts(done).items()))
    caught = sum(1 for f in flips if f.caught)
    if caught:
        say(f"{caught} of them would go through although a person had changed or rejected them (marked !!)")
