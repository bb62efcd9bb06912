"""Which rule and which line of the policy decided what, for ``po-intake rules explain``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.interfaces import Rule
from pipeline.model import Decision, MatchedOrder, Mismatch
from rules import ALL_RULES
from rules.corrections import rounded_up
from rules.judge import is_off, judge, line_index
from rules.numbers import with_usable_numbers
from rules.policy import DEFAULT_NAME, Policies, Policy


def explain(matched: MatchedOrder, policies: Policies) -> str:
    """One block a rule: what it found, or that it found nothing, and the policy keys it went by with their origin.

    Ends with the decision, and with what no rule but the whole said (a line left unchecked, the mode).
    """
    matched = with_usable_numbers(matched)
    decision = judge(matched, policies)
    matched, _ = rounded_up(matched, policies)
    blocks = [_rule_block(make(policies), matched, policies) for make in ALL_RULES]
    return "\n".join([_heading(matched), "", *blocks, "", *_verdict(decision, matched, policies)])


def _heading(matched: MatchedOrder) -> str:
    order, customer = matched.order, matched.customer_record
    who = f"{customer.customer_id} {customer.name}" if customer is not None else "an unknown customer"
    return f"{order.document_type} {order.po_number or '(no number)'} of {who}, {len(order.lines)} line(s)"


def _rule_block(rule: Rule, matched: MatchedOrder, policies: Policies) -> str:
    found = list(rule.check(matched))
    title = f"{type(rule).__name__} ({', '.join(rule.codes)})"
    lines = [f"{'✗' if found else '✓'} {title}"]
    lines += [f"    {_finding(one, matched, policies)}" for one in found]
    lines += [f"    by {line}" for line in _settings(rule, found, matched, policies)]
    return "\n".join(lines)


def _finding(found: Mismatch, matched: MatchedOrder, policies: Policies) -> str:
    off = " [switched off by the policy]" if is_off(found, matched, policies) else ""
    return f"{found.code} at {found.path or 'the order'}{off}: {found.reason}"


def _settings(rule: Rule, found: list[Mismatch], matched: MatchedOrder, policies: Policies) -> Iterator[str]:
    """The keys as they hold for the order, then for the lines where they differ or decided."""
    for key in rule.settings:
        general = _setting(key, policies.for_order(matched), policies.origin(matched, key))
        yield general
        told = {general}
        for index in range(len(matched.order.lines)):
            special = _setting(key, policies.for_line(matched, index), policies.origin(matched, key, index))
            if special not in told:
                told.add(special)
                yield f"{special} for lines[{index}]"
    if any(is_off(one, matched, policies) for one in found):
        yield _setting("switched_off", policies.for_order(matched), policies.origin(matched, "switched_off"))


def _setting(key: str, policy: Policy, origin: str) -> str:
    return f"{key} = {_value(policy.model_dump(), key)} ({origin or DEFAULT_NAME})"


def _value(values: Mapping[str, Any], key: str) -> str:
    value: Any = values
    for name in key.split("."):
        value = value[name]
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} {inner}" for name, inner in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _verdict(decision: Decision, matched: MatchedOrder, policies: Policies) -> Iterator[str]:
    by_rules = {(one.code, one.path) for make in ALL_RULES for one in make(policies).check(matched)}
    for one in decision.mismatches:
        if (one.code, one.path) not in by_rules:
            yield f"✗ {_finding(one, matched, policies)}"
    for one in decision.corrections:
        yield f"✓ put right: {_finding(one, matched, policies)}"
    mode = policies.for_order(matched).mode
    yield f"mode = {mode} ({policies.origin(matched, 'mode')})"
    for index, line in enumerate(decision.lines):
        why = ", ".join(line.exceptions) or ("" if line.decision == "auto" else "not held against the ERP as a whole")
        yield f"lines[{index}]: {line.decision}{f' ({why})' if why else ''}"
    of_order = ", ".join(one.code for one in decision.mismatches if line_index(one) is None)
    yield f"order: {decision.decision}{f' ({of_order})' if of_order else ''}"
