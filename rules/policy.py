"""What a customer may get away with: thresholds and limits, from TOML, without code.

``rules/policies/default.toml`` holds every key with its default; a folder of the user's files changes some of them, for
everybody or for one price list, product group or customer.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigError
from pipeline.model import MatchedOrder

SCOPES = ("price_list", "product_group", "customer")  # from the weakest to the strongest
DEFAULT_NAME = "default.toml (built in)"

Switchable = Literal[
    "credit_hold", "duplicate_po", "total_mismatch", "body_conflict", "suspicious_sender", "unknown_ship_to",
    "below_moq", "not_pack_multiple", "insufficient_stock", "past_due_date", "arithmetic_error", "wrong_price",
]  # fmt: skip


class Mode(StrEnum):
    SHADOW = "shadow"
    REVIEW_ALL = "review_all"
    AUTOPILOT = "autopilot"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PricePolicy(Section):
    over_percent: Decimal = Field(ge=0, le=100)
    under_percent: Decimal = Field(ge=0, le=100)
    over_amount: Decimal
    under_amount: Decimal
    order_discount_percent: Decimal = Field(ge=0, le=100)
    required: bool


class QuantityPolicy(Section):
    accepted_units: tuple[str, ...]
    limit: Decimal


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'{name!r} is no time zone; write it as in "Europe/Berlin"') from None
    return name


class DeliveryPolicy(Section):
    under_percent: Decimal = Field(ge=0, le=100)
    over_percent: Decimal = Field(ge=0, le=1000)
    partial: bool
    back_order: bool
    cut_off_hour: int = Field(ge=-1, le=23)
    time_zone: Annotated[str, AfterValidator(_time_zone)]


class CorrectionsPolicy(Section):
    round_up_to_pack: bool
    take_lower_price: bool
    price_percent: Decimal = Field(ge=0, le=100)


class OrderPolicy(Section):
    required_fields: tuple[str, ...]
    value_limit: Decimal
    ship_to_required: bool
    ship_to_whitelist: tuple[str, ...]
    required_exports: tuple[Literal["ship_to", "uom", "customer_items", "stock", "open_orders", "company"], ...]
    currency_proven_by_prices: bool
    future_days: int = Field(ge=0, le=3660)


class Thresholds(Section):
    """Least confidence per group of fields, 0..1."""

    po_number: float = Field(ge=0, le=1)
    item: float = Field(ge=0, le=1)
    quantity: float = Field(ge=0, le=1)
    price: float = Field(ge=0, le=1)
    amount: float = Field(ge=0, le=1)
    date: float = Field(ge=0, le=1)


class ConfidencePolicy(Section):
    item_match: float = Field(ge=0, le=1)
    digital: Thresholds
    ocr: Thresholds


class BudgetPolicy(Section):
    wrong_lines_per_1000: Decimal = Field(ge=-1, le=1000)


class ReleasePolicy(Section):
    two_people: tuple[str, ...]


class SenderPolicy(Section):
    allowed_domains: tuple[str, ...]
    require_authentication: bool
    unusual_times: Decimal = Field(ge=0)


class RemarksPolicy(Section):
    known: tuple[str, ...]


class Policy(Section):
    """All that is laid down for one customer's order, or for one of its lines. default.toml explains every key."""

    mode: Mode
    switched_off: tuple[Switchable, ...]
    price: PricePolicy
    quantity: QuantityPolicy
    delivery: DeliveryPolicy
    corrections: CorrectionsPolicy
    order: OrderPolicy
    confidence: ConfidencePolicy
    budget: BudgetPolicy
    release: ReleasePolicy
    sender: SenderPolicy
    remarks: RemarksPolicy


@dataclass(frozen=True)
class Layer:
    """What one scope says: ``values`` as in the TOML, ``origins`` names the file of each dotted key."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]


Proven = Callable[[Decimal], Mapping[tuple[str, str], float | None]]


@dataclass(frozen=True)
class Policies:
    """The policies of everybody and of each scope. ``layers`` is keyed by (scope, name); ("", "") is everybody's.

    ``own_mail_server`` is the authserv-id of our own mail server: the only one whose Authentication-Results count.
    ``proven`` gives for an error budget (wrong lines in 1,000), by channel and group of fields, the least confidence
    that keeps it; None or nothing where none is proven to.
    """

    layers: Mapping[tuple[str, str], Layer]
    own_mail_server: str = ""
    proven: Proven = field(default=lambda budget: {}, compare=False)  # noqa: ARG005
    _merged: dict[tuple[tuple[str, str], ...], Policy] = field(default_factory=dict, compare=False, repr=False)

    @property
    def general(self) -> Policy:
        """What holds for everybody who has nothing of their own."""
        return self._policy((("", ""),))

    def for_order(self, matched: MatchedOrder) -> Policy:
        return self._policy(self._order_scopes(matched))

    def for_line(self, matched: MatchedOrder, index: int) -> Policy:
        """The policy of line ``index`` (from 0): the order's, and the item's product group."""
        return self._policy(self._line_scopes(matched, index))

    def origin(self, matched: MatchedOrder, key: str, index: int | None = None) -> str:
        """Which file and scope set the dotted ``key`` ("price.over_percent") for this order or this line."""
        scopes = self._order_scopes(matched) if index is None else self._line_scopes(matched, index)
        for scope in reversed(scopes):
            if key in self.layers[scope].origins:
                name = f" [{'.'.join(scope)}]" if scope[0] else ""
                return f"{self.layers[scope].origins[key]}{name}"
        return DEFAULT_NAME

    def names(self, scope: str) -> tuple[str, ...]:
        """The customers, price lists or product groups that have a policy of their own."""
        return tuple(sorted(name for kind, name in self.layers if kind == scope))

    def _order_scopes(self, matched: MatchedOrder) -> tuple[tuple[str, str], ...]:
        customer = matched.customer_record
        wanted = [("", "")]
        if customer is not None:
            wanted += [("price_list", customer.price_list_id or ""), ("customer", customer.customer_id)]
        return tuple(scope for scope in wanted if scope in self.layers)

    def _line_scopes(self, matched: MatchedOrder, index: int) -> tuple[tuple[str, str], ...]:
        scopes = list(self._order_scopes(matched))
        item = matched.lines[index].item if index < len(matched.lines) else None
        group = ("product_group", (item.product_group if item is not None else None) or "")
        if group in self.layers:
            scopes.append(group)
        return tuple(sorted(scopes, key=lambda scope: SCOPES.index(scope[0]) if scope[0] else -1))

    def _policy(self, scopes: tuple[tuple[str, str], ...]) -> Policy:
        if scopes not in self._merged:
            values: dict[str, Any] = {}
            for scope in scopes:
                values = merge(values, self.layers[scope].values)
            self._merged[scopes] = Policy.model_validate(values)
        return self._merged[scopes]


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """``above`` laid over ``below``, table by table; a list replaces a list."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def dotted_keys(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from dotted_keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


@lru_cache(maxsize=1)
def _default_values() -> Mapping[str, Any]:
    text = files("rules.policies").joinpath("default.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def load_policies(folder: Path | None = None, *, own_mail_server: str = "") -> Policies:
    """The built-in policy and, over it, every ``*.toml`` of ``folder``.

    Raises ``ConfigError`` with all findings at once, each with file and key.
    """
    default = _default_values()
    layers = {("", ""): Layer(default, dict.fromkeys(dotted_keys(default), DEFAULT_NAME))}
    findings: list[str] = []
    for path in _policy_files(folder, findings):
        for scope, values in _scopes_of(path, findings):
            findings += _faults(path, scope, values)
            layers[scope] = _laid_over(layers.get(scope, Layer({}, {})), values, path, scope, findings)
    if findings:
        raise ConfigError(f"{folder}: {len(findings)} fault(s) in the policies", tuple(findings))
    return Policies(layers, own_mail_server)


def _policy_files(folder: Path | None, findings: list[str]) -> list[Path]:
    if folder is None:
        return []
    if not folder.is_dir():
        findings.append(f"{folder}: no such folder; make it, or take the setting `policies` out")
        return []
    return sorted(folder.glob("*.toml"))


def _scopes_of(path: Path, findings: list[str]) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        findings.append(f"{path}: cannot be read as TOML: {error}")
        return
    general = {key: value for key, value in document.items() if key not in SCOPES}
    if general:
        yield ("", ""), general
    for scope in SCOPES:
        named = document.get(scope, {})
        for name, values in named.items() if isinstance(named, dict) else [("", named)]:
            if isinstance(values, dict):
                yield (scope, name), values
            else:
                findings.append(f"{path}: {scope}.{name}: must be a table: [{scope}.NAME]")


def _faults(path: Path, scope: tuple[str, str], values: Mapping[str, Any]) -> list[str]:
    prefix = f"{'.'.join(scope)}." if scope[0] else ""
    try:
        Policy.model_validate(merge(_default_values(), values))
    except ValidationError as error:
        return [
            f"{path}: {prefix}{'.'.join(map(str, e['loc']))}: {_in_words(e['type'], e['msg'])}" for e in error.errors()
        ]
    return []


def _in_words(kind: str, message: str) -> str:
    return "no such key; default.toml lists them all" if kind == "extra_forbidden" else message


def _laid_over(
    layer: Layer, values: Mapping[str, Any], path: Path, scope: tuple[str, str], findings: list[str]
) -> Layer:
    """Two user files that set the same key are a fault: which one holds would hang on their names."""
    origins = dict(layer.origins)
    for key in dotted_keys(values):
        earlier = origins.get(key, DEFAULT_NAME)
        if earlier != DEFAULT_NAME:
            findings.append(f"{path}: {'.'.join((*scope, key)).strip('.')}: already set in {earlier}; keep one of them")
        origins[key] = str(path)
    return Layer(merge(layer.values, values), origins)
