"""`queue`: what waits for a person, and what a person says to it."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from cli.operations import Workspace
from cli.output import AsJson, print_json, print_table, say, text
from flows import queue as cases
from flows import wiring
from flows.settings import load_settings
from pipeline.codec import decision_to_json
from pipeline.errors import UsageError
from pipeline.model import CaseStatus, ReviewCase, Scope
from store import Store

Case = Annotated[str, Parameter(help="the case, as `queue list` shows it")]
Reviewer = Annotated[str | None, Parameter(help="who decides (default: the user name)")]
Reason = Annotated[str, Parameter(help="why, for those who ask later")]
Sku = Annotated[
    tuple[str, ...], Parameter(name="--sku", help="the item of a line: --sku 3=AB-123; may stand several times")
]
Remember = Annotated[Scope, Parameter(help="for whom the chosen items hold from now on")]
Version = Annotated[str | None, Parameter(help="the version that was seen; refuses if the case has changed since")]


def register(app: App) -> None:
    queue = App(name="queue", help="The review queue: list, show, approve, correct, reject; retry a stuck message.")
    for command in (listed, show, approve, correct, reject, retry):
        queue.command(command, name="list" if command is listed else command.__name__)
    app.command(queue)


@contextmanager
def opened(workspace: Path) -> Iterator[Store]:
    with closing(wiring.open_store(load_settings(workspace).database)) as store:
        yield store


def listed(
    *,
    workspace: Workspace = Path(),
    status: Annotated[CaseStatus, Parameter(help="which cases")] = CaseStatus.OPEN,
    as_json: AsJson = False,
) -> int:
    """Cases, oldest first; below them messages that are stuck."""
    with opened(workspace) as store:
        found = store.cases(status)
        stuck = store.stuck_messages()
    rows = [
        (c.case_id, c.opened_at.date(), c.customer_id, c.po_number, c.lines, c.sender, ", ".join(c.exceptions))
        for c in found
    ]
    columns = ("case", "since", "customer", "po_number", "lines", "from", "why")
    if as_json:
        print_json([dict(zip(columns, map(str, row), strict=True)) for row in rows])
        return 0
    print_table(columns, rows, title=f"{len(rows)} {status} cases")
    if stuck:
        print_table(
            ("message", "state", "tries", "subject", "why"),
            ((m.sha256[:12], m.state, m.attempts, m.subject, m.error) for m in stuck),
            title="Messages that are not done",
        )
    if rows and status is CaseStatus.OPEN:
        say(f"next: po-intake queue show {rows[0][0]}")
    return 0


def show(case: Case, /, *, workspace: Workspace = Path(), as_json: AsJson = False) -> int:
    """One case: its order, and each mismatch with the document's value, the ERP's value and the reason."""
    with opened(workspace) as store:
        found = store.case(case)
    if as_json:
        value = {"case_id": found.case_id, "version": found.version, "status": str(found.status)}
        print_json(value | {"decision": decision_to_json(found.decision, evidence=True)})
    else:
        _show(found)
    return 0


def _show(case: ReviewCase) -> None:
    order, decision = case.decision.order, case.decision
    head = (("case", f"{case.case_id}, {case.status}, version {case.version[:8]}"), ("file", case.file_name))
    mail = (("from", case.mail.sender), ("subject", case.mail.subject)) if case.mail else ()
    fields = (("type", order.document_type), ("PO number", order.po_number), ("date", order.order_date))
    sides = (("buyer", order.buyer.name), ("customer", decision.customer_id), ("ship to", order.ship_to.name),
             ("total", f"{order.total or ''} {order.currency or ''}"))  # fmt: skip
    signed = (("approved by", f"{case.signed_by}; a second person must approve it too"),) if case.signed_by else ()
    print_table(("", ""), (*head, *mail, *fields, *sides, *signed))
    lines = (
        (n, line.buyer_item_id or line.seller_item_id, line.description, line.quantity, line.unit, line.unit_price,
         line.line_amount, decided.sku, ", ".join(decided.exceptions) or decided.decision)
        for n, (line, decided) in enumerate(zip(order.lines, decision.lines, strict=True), 1)
    )  # fmt: skip
    print_table(("line", "code", "description", "quantity", "unit", "price", "amount", "sku", "decision"), lines)
    print_table(
        ("mismatch", "where", "the document says", "the ERP says", "reason"),
        ((m.code, m.path, m.actual, m.expected, m.reason) for m in decision.mismatches),
    )
    for n, decided in enumerate(decision.lines, 1):
        if decided.sku is None and decided.candidates:
            rows = ((c.key, c.label, f"{c.score:.2f}", c.reason) for c in decided.candidates)
            print_table(("sku", "item", "score", "reason"), rows, title=f"Candidates for line {n}")
    if case.status is CaseStatus.OPEN:
        say(f"next: po-intake queue approve {case.case_id}, or correct, or reject")


def approve(
    case: Case,
    /,
    *,
    sku: Sku = (),
    reason: Reason = "",
    reviewer: Reviewer = None,
    version: Version = None,
    remember: Remember = Scope.CUSTOMER,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Let the order leave as shown, with the items you name for its lines."""
    with wiring.workspace_parts(load_settings(workspace)) as parts:
        outcome = cases.approve(
            parts,
            case,
            reviewer or getpass.getuser(),
            reason=reason,
            skus=_skus(sku),
            version=version,
            remember=remember,
        )
    return _tell(outcome, as_json)


def correct(
    case: Case,
    order: Annotated[
        Path | None, Parameter(help="the corrected order JSON; - reads stdin; none prints a draft")
    ] = None,
    /,
    *,
    sku: Sku = (),
    reason: Reason = "",
    reviewer: Reviewer = None,
    version: Version = None,
    remember: Remember = Scope.CUSTOMER,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Replace the order by a corrected one; it is decided again and leaves only if nothing is wrong with it."""
    if order is None:
        with opened(workspace) as store:
            text(cases.draft(store.case(case)))
        say(f"edit this and give it back: po-intake queue correct {case} order.json")
        return 0
    corrected = sys.stdin.read() if str(order) == "-" else _text_of(order)
    with wiring.workspace_parts(load_settings(workspace)) as parts:
        outcome = cases.correct(
            parts,
            case,
            reviewer or getpass.getuser(),
            corrected,
            reason=reason,
            skus=_skus(sku),
            version=version,
            remember=remember,
        )
    return _tell(outcome, as_json)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None


def reject(
    case: Case,
    /,
    *,
    reason: Reason = "",
    reviewer: Reviewer = None,
    version: Version = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> int:
    """Close a case without an order; needs a reason."""
    with opened(workspace) as store:
        outcome = cases.reject(store, case, reviewer or getpass.getuser(), reason, version)
    return _tell(outcome, as_json)


def retry(
    message: Annotated[str, Parameter(help="the message, as `queue list` or `doctor` shows it")],
    /,
    *,
    workspace: Workspace = Path(),
) -> int:
    """Give a message that was given up another three tries."""
    with opened(workspace) as store:
        found = [m.sha256 for m in store.stuck_messages() if m.sha256.startswith(message)]
        if len(found) != 1:
            raise UsageError(f"{message}: {'no' if not found else 'more than one'} stuck message begins like that")
        store.retry_message(found[0], getpass.getuser())
    say("next: po-intake poll")
    return 0


def _skus(pairs: tuple[str, ...]) -> dict[int, str]:
    chosen = {}
    for pair in pairs:
        line, _, sku = pair.partition("=")
        if not line.isdigit() or not sku:
            raise UsageError(f"--sku {pair}: write it as LINE=SKU, for example --sku 3=AB-123")
        chosen[int(line)] = sku
    return chosen


def _tell(outcome: cases.Outcome, as_json: bool) -> int:
    case = outcome.case
    if as_json:
        seen = {"unseen": list(outcome.unseen), "second_for": list(outcome.second_for)}
        print_json({"case_id": case.case_id, "status": str(case.status), **seen})
    elif outcome.left:
        say(f"case {case.case_id}: the order leaves with the next poll, or now: po-intake poll")
    elif case.status is CaseStatus.REJECTED:
        say(f"case {case.case_id}: rejected")
    elif outcome.second_for:
        say(f"case {case.case_id} is approved by {case.signed_by} and stays open: {', '.join(outcome.second_for)}")
        say(f"a second person must approve it too: po-intake queue approve {case.case_id}")
    else:
        say(f"case {case.case_id} stays open; look at what came up:")
        for line in outcome.unseen:
            say(f"  {line}")
    return 0 if case.status is not CaseStatus.OPEN else 1
