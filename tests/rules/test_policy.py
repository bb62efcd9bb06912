import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from builders import ACME, BOLT, D, line_item, line_match, matched, replace

import rules.policies
from pipeline.errors import ConfigError
from rules.policy import Mode, Policy, dotted_keys, load_policies

DEFAULT = Path(rules.policies.__file__).parent / "default.toml"


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_the_default_is_safe() -> None:
    policy = load_policies().for_order(matched())
    assert policy.mode is Mode.AUTOPILOT and policy.switched_off == ()
    assert policy.price.over_percent == policy.price.under_percent == Decimal("0.5")
    assert policy.order.required_fields == ("po_number",)


def test_the_default_explains_every_key() -> None:
    """A key without a comment above it, or above the first of its block, explains nothing."""
    text = DEFAULT.read_text(encoding="utf-8")
    keys = {key.rsplit(".", 1)[-1] for key in dotted_keys(tomllib.loads(text))}
    blocks = [block for block in re.split(r"\n\s*\n", text) if re.search(r"^\w+ =", block, re.M)]
    explained = {key for block in blocks if "#" in block for key in re.findall(r"^(\w+) =", block, re.M)}
    assert keys == explained


def test_the_default_holds_exactly_the_keys_of_the_model() -> None:
    values = tomllib.loads(DEFAULT.read_text(encoding="utf-8"))
    model = load_policies().for_order(matched()).model_dump()
    assert set(dotted_keys(values)) == set(dotted_keys(model))
    assert Policy.model_validate(values).mode is Mode.AUTOPILOT


def test_customer_beats_group_beats_list_beats_everybody(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.toml",
        """
        [price]
        over_percent = 1
        under_percent = 1.5
        [price_list.PL-GBP-A.price]
        over_percent = 2
        [product_group.Bolts.price]
        over_percent = 3
        """,
    )
    write(tmp_path, "b.toml", 'customer.C1.mode = "shadow"\n')
    item = replace(BOLT, product_group="Bolts")
    order = matched((line_item(), line_match(line_item(), item=item)))
    found = load_policies(tmp_path)
    assert found.for_order(order).price.over_percent == D(2)
    assert found.for_line(order, 0).price.over_percent == D(3)
    assert found.for_line(order, 0).price.under_percent == D("1.5")
    assert found.for_order(order).mode is Mode.SHADOW
    assert found.for_order(replace(order, customer_record=None)).mode is Mode.AUTOPILOT
    assert found.names("customer") == ("C1",)
    assert found.origin(order, "mode") == f"{tmp_path / 'b.toml'} [customer.C1]"
    assert found.origin(order, "price.over_percent", 0).endswith("[product_group.Bolts]")
    assert found.origin(order, "price.under_percent") == str(tmp_path / "a.toml")
    assert found.origin(order, "order.value_limit") == "default.toml (built in)"

    write(tmp_path, "c.toml", "[customer.C1.price]\nover_percent = 0\n")
    assert load_policies(tmp_path).for_line(order, 0).price.over_percent == 0
    stranger = replace(order, customer_record=replace(ACME, customer_id="C2"))
    assert load_policies(tmp_path).for_line(stranger, 0).price.over_percent == D(3)


def test_decimals_are_exact(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", "[price]\nover_percent = 0.1\n")
    assert load_policies(tmp_path).for_order(matched()).price.over_percent == Decimal("0.1")


def test_all_findings_come_at_once_with_file_and_key(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", "[price]\nover_percent = -1\ntolerance = 3\n[customer.C1]\nmode = 'fast'\n")
    write(tmp_path, "b.toml", "switched_off = ['unknown_item']\n[order]\nrequired_exports = ['items']\n")
    write(tmp_path, "c.toml", "price = 3\ncustomer = 'C1'\n")
    write(tmp_path, "d.toml", "this is no TOML")
    with pytest.raises(ConfigError) as error:
        load_policies(tmp_path)
    for expected in (
        "a.toml: price.over_percent: Input should be greater than or equal to 0",
        "a.toml: price.tolerance: no such key",
        "a.toml: customer.C1.mode: Input should be 'shadow', 'review_all' or 'autopilot'",
        "b.toml: switched_off.0:",
        "b.toml: order.required_exports.0:",
        "c.toml: price:",
        "c.toml: customer.: must be a table",
        "d.toml: cannot be read as TOML",
    ):
        assert any(expected in finding for finding in error.value.findings), (expected, error.value.findings)


def test_two_files_may_not_set_the_same_key(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", "[customer.C1.price]\nover_percent = 1\n")
    write(tmp_path, "b.toml", "[customer.C1.price]\nover_percent = 2\n")
    with pytest.raises(ConfigError, match=r"b\.toml: customer\.C1\.price\.over_percent: already set in .*a\.toml"):
        load_policies(tmp_path)


def test_a_missing_folder_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load_policies(tmp_path / "none")
