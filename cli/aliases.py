"""`aliases`: what people taught about the customers' own numbers, words, units and addresses."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say
from cli.queue import Reason, Reviewer, opened
from flows.settings import load_settings
from pipeline.aliases import rivals, standing
from pipeline.model import KnownAlias, TouchedOrder

AliasId = Annotated[str, Parameter(help="the alias, as `aliases list` shows it")]
OfCustomer = Annotated[str | None, Parameter(name="--customer", help="of this customer only")]


def register(app: App) -> None:
    aliases = App(
        name="aliases", help="What choices of items taught about customers' words: list, show, confirm, undo."
    )
    for command in (listed, show, confirm, undo):
        aliases.command(command, name="list" if command is listed else command.__name__)
    app.command(aliases)


def listed(*, customer: OfCustomer = None, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """What was learned, newest last, and whether it counts yet."""
    needed = load_settings(workspace).learning.confirmations
    with opened(workspace) as store:
        rows = store.aliases(customer)
    if as_json:
        print_json([_as_json(row, standing(row, rows, needed)) for row in rows])
        return 0
    columns = ("alias", "standing", "customer", "ship to", "kind", "they say", "we say", "confirmed", "last by", "on")
    print_table(columns, (_columns(row, standing(row, rows, needed)) for row in rows))
    return 0


def show(alias: AliasId, /, *, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """One alias: who confirmed it when and over which order, what contradicts it, the orders in which it decided."""
    needed = load_settings(workspace).learning.confirmations
    with opened(workspace) as store:
        row = store.alias(alias)
        rows, orders = store.aliases(None), store.touched_by(row.alias)
    state = standing(row, rows, needed)
    if as_json:
        others = [other.alias_id for other in rivals(row, rows) if other != row]
        print_json({**_as_json(row, state), "contradicted_by": others, "orders": _orders_json(orders)})
        return 0
    _show(row, state)
    against = [_columns(other, "") for other in rivals(row, rows) if other != row]
    if against:
        print_table(
            ("alias", "", "", "", "", "they say", "we say", "confirmed", "last by", "on"), against, title="Against it"
        )
    _show_orders(orders)
    if state != "trusted":
        say(f"next: po-intake aliases confirm {row.alias_id}, or undo what is wrong")
    return 0


def confirm(
    alias: AliasId, /, *, reviewer: Reviewer = None, workspace: Workspace = Path(), as_json: AsJson = False
) -> int:
    """Say without an order that an alias is right; counts once a person."""
    needed = load_settings(workspace).learning.confirmations
    with opened(workspace) as store:
        row = store.confirm_alias(alias, reviewer or getpass.getuser())
        state = standing(row, store.aliases(None), needed)
    if as_json:
        print_json(_as_json(row, state))
    else:
        _show(row, state)
    return 0


def undo(
    alias: AliasId,
    /,
    *,
    reason: Reason = "",
    reviewer: Reviewer = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Forget an alias; lists the orders in which it decided, for somebody to look at again."""
    with opened(workspace) as store:
        row, orders = store.undo_alias(alias, reviewer or getpass.getuser(), reason)
    if as_json:
        print_json({**_as_json(row, "undone"), "orders": _orders_json(orders)})
        return 0
    say(f"alias {row.alias_id} counts no more: {row.alias.key} for {row.alias.target}")
    _show_orders(orders)
    return 0


def _columns(row: KnownAlias, state: str) -> tuple[object, ...]:
    alias, last = row.alias, row.confirmations[-1]
    said = (len(row.confirmations), last.by, last.at.date())
    where = alias.ship_to_id or "everywhere"
    return (row.alias_id, state, alias.customer_id, where, alias.kind, alias.key, alias.target, *said)


def _show(row: KnownAlias, state: str) -> None:
    alias = row.alias
    where = alias.ship_to_id or "everywhere"
    head = (("alias", f"{row.alias_id}, {state}"), ("customer", alias.customer_id), ("kind", str(alias.kind)),
            ("ship to", where), ("they say", alias.key), ("we say", alias.target))  # fmt: skip
    print_table(("", ""), head)
    said = ((c.by, c.at.date(), (c.order_key or "no order")[:16], c.document) for c in row.confirmations)
    print_table(("confirmed by", "on", "order", "document"), said)


def _show_orders(orders: tuple[TouchedOrder, ...]) -> None:
    rows = ((o.order_key[:16], o.po_number, o.line, o.state) for o in orders)
    print_table(("order", "PO number", "line", "state"), rows, title=f"Decided in {len(orders)} places")


def _as_json(row: KnownAlias, state: str) -> dict[str, Any]:
    alias = row.alias
    said = [
        {"by": c.by, "at": c.at.isoformat(), "order": c.order_key, "document": c.document} for c in row.confirmations
    ]
    about = {"kind": str(alias.kind), "customer_id": alias.customer_id, "ship_to_id": alias.ship_to_id}
    return {
        "alias": row.alias_id,
        "standing": state,
        **about,
        "key": alias.key,
        "target": alias.target,
        "confirmations": said,
    }


def _orders_json(orders: tuple[TouchedOrder, ...]) -> list[dict[str, Any]]:
    return [{"order": o.order_key, "po_number": o.po_number, "line": o.line, "state": o.state} for o in orders]
