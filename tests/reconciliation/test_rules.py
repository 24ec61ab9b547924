"""Match rules are data, refused when they are wrong, and one SELECT in the SQL that two engines share."""

from __future__ import annotations

from typing import Any

import pytest
import sqlglot
from attrs import evolve
from tests.builders import pounds

from localgov_ims.domain.ids import new_id
from localgov_ims.errors import ConfigurationError
from localgov_ims.reconciliation import sql
from localgov_ims.reconciliation.dialects import DUCKDB, SPARK
from localgov_ims.reconciliation.kinds import KINDS
from localgov_ims.reconciliation.matches import Match
from localgov_ims.reconciliation.rules import MatchRule, Mode, Uniqueness
from localgov_ims.reconciliation.shipped import SHIPPED, in_order
from localgov_ims.reconciliation.tariffs import FeeRounding, Tariff

TARIFFS = {
    each.value: Tariff(name=each.value, percent="1.4", fixed=20, rounding=each) for each in FeeRounding
}


def rule(**given: object) -> MatchRule:
    """Build a rule: a line's end-to-end reference is a receipt's."""
    usual = {
        "name": "own",
        "left": "line",
        "right": "receipt",
        "alternatives": ({"end_to_end": "reference"},),
    }
    return MatchRule(**usual | given)


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.name)
def test_every_shipped_rule_is_one_select_to_both_engines(shipped: MatchRule, dialect: str) -> None:
    compiler = sql.Compiler(tariffs=TARIFFS, dialect=DUCKDB if dialect == "duckdb" else SPARK)
    for text in (compiler.candidates(shipped), compiler.nearest_misses(shipped)):
        (statement,) = sqlglot.parse(text, read=dialect)
        assert isinstance(statement, sqlglot.exp.Query)


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.name)
def test_a_rule_reads_its_two_sides_and_nothing_else(shipped: MatchRule) -> None:
    tables = {
        table.name
        for table in sqlglot.parse_one(sql.Compiler().candidates(shipped), read="duckdb").find_all(
            sqlglot.exp.Table
        )
    }
    sides = KINDS[shipped.left], KINDS[shipped.right]
    allowed = {side.table for side in sides} | {
        f"{side.base}_{part}" for side in sides for part in side.parts
    }
    assert tables <= allowed


def test_the_shipped_rules_stand_in_their_order() -> None:
    assert [shipped.name for shipped in SHIPPED] == [
        "reference", "settlement", "settlement-line", "income-file", "ereturn", "other-list",
        "other-list-total", "own-transfer", "reference-in-text", "unpaid-item", "unpaid-total", "unpaid-amount", "unpaid",
        "blind-payout", "blind-payout-nearly", "reference-nearly", "amount-and-day",
    ]  # fmt: skip
    assert list(SHIPPED) == sorted(SHIPPED, key=lambda shipped: shipped.order)
    assert [s.name for s in SHIPPED if s.mode is Mode.SUGGEST] == [
        "blind-payout-nearly", "reference-nearly", "amount-and-day",
    ]  # fmt: skip
    assert [s.name for s in SHIPPED if s.uniqueness is Uniqueness.FUNGIBLE] == ["reference-in-text"]


def test_a_councils_own_rule_stands_where_its_order_says_or_in_place_of_the_shipped_one() -> None:
    own = rule(order=15), evolve(SHIPPED[0], enabled=False)
    names = [each.name for each in in_order(own)]
    assert names[:3] == ["reference", "own", "settlement"]
    assert names.count("reference") == 1
    assert not in_order(own)[0].enabled


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"left": "lines"}, "the kinds are line, named_line"),
        ({"right": "invoice"}, "the kinds are"),
        ({"alternatives": ()}, "at least one alternative"),
        ({"alternatives": ({},)}, "must compare at least one column"),
        ({"alternatives": ({"customer": ""},)}, "must compare at least one column"),
        ({"alternatives": ({"colour": "reference"},)}, "a line has no 'colour'; it has account"),
        ({"alternatives": ({"end_to_end": "colour"},)}, "a receipt has no 'colour'"),
        ({"alternatives": ({"end_to_end": "reference"}, {"pence": "reference"})}, "a line has no 'pence'"),
        (
            {"alternatives": ({"end_to_end": "reference", "text_reference": ""},)},
            "several of 'text_reference'",
        ),
        ({"where": {"middle.banking": "singly"}}, "must begin with left. or right."),
        ({"where": {"banking": "singly"}}, "must begin with left. or right."),
        ({"where": {"left.banking": "singly"}}, "a line has no 'banking'"),
        ({"where": {"right.account_reference": "612345674"}}, "several of 'account_reference'"),
        ({"window": (3, 0)}, "window ends before it starts"),
        ({"tolerance": -1, "mode": Mode.SUGGEST}, "must be zero or more"),
        ({"tolerance": 5}, "only mode = 'suggest' may"),
        ({"near": 1}, "only mode = 'suggest' may"),
        ({"uniqueness": Uniqueness.GROUP}, "needs group"),
        ({"group": ("reference",)}, "needs group"),
        ({"alike": ("colour",)}, "a receipt has no 'colour'"),
        (
            {
                "left": "named_line",
                "alternatives": (
                    {"source": "provider", "payout": "reference", "run": "fund", "sun": "merchant"},
                ),
            },
            "3 columns at most",
        ),
    ],
)
def test_a_rule_that_cannot_be_compiled_is_refused_by_name(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^Match rule 'own': .*{fault}") as refused:
        rule(**given)
    assert refused.value.code == "bad_match_rule"


def match(**given: object) -> Match:
    usual: dict[str, Any] = {
        "id": new_id(), "run": new_id(), "rule": "reference", "rule_version": 2, "role": "banked", "left_kind": "line",
        "left": new_id(), "right_kind": "receipt", "right": new_id(), "amount": pounds("1234.50"),
        "evidence": {"account_reference": "612345674", "written": "612 345 674", "days": 0},
    }  # fmt: skip
    return Match(**usual | given)


@pytest.mark.parametrize(
    ("days", "apart"),
    [
        (0, "on the same day"),
        (1, "1 day later"),
        (3, "3 days later"),
        (-1, "1 day earlier"),
        (-2, "2 days earlier"),
    ],
)
def test_a_match_says_why_the_two_are_the_same_money(days: int, apart: str) -> None:
    told = match()
    assert evolve(told, evidence={**told.evidence, "days": days}).sentence() == (
        "Rule reference (version 2): account reference 612345674; written 612 345 674; "
        f"£1,234.50 to the penny, {apart}."
    )
