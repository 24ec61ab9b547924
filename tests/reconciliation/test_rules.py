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
from localgov_ims.reconciliation.matches import Match
from localgov_ims.reconciliation.rules import SHIPPED, MatchRule, Uniqueness


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
    for text in (sql.candidates(shipped), sql.nearest_misses(shipped)):
        (statement,) = sqlglot.parse(text, read=dialect)
        assert isinstance(statement, sqlglot.exp.Query)


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.name)
def test_a_rule_reads_its_two_sides_and_nothing_else(shipped: MatchRule) -> None:
    tables = {
        table.name
        for table in sqlglot.parse_one(sql.candidates(shipped), read="duckdb").find_all(sqlglot.exp.Table)
    }
    names = {
        "line": "open_lines", "receipt": "open_receipts", "settlement": "open_settlements",
        "income_file": "open_income_files",
    }  # fmt: skip
    allowed = (names.get(shipped.left, "open_settlement_lines"), names[shipped.right])
    assert all(table.startswith(allowed) for table in tables)


def test_the_shipped_rules_match_by_themselves_in_their_order() -> None:
    assert [shipped.name for shipped in SHIPPED] == [
        "reference",
        "settlement",
        "income-file",
        "settlement-line",
        "reference-in-text",
    ]
    assert {shipped.name for shipped in SHIPPED if shipped.uniqueness is Uniqueness.FUNGIBLE} == {
        "reference-in-text"
    }
    assert {shipped.name for shipped in SHIPPED if shipped.role == "settled"} == {"settlement-line"}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"left": "lines"}, "the kinds are line, receipt"),
        ({"right": "invoice"}, "the kinds are"),
        ({"alternatives": ()}, "at least one alternative"),
        ({"alternatives": ({},)}, "must compare at least one column"),
        ({"alternatives": ({"payout": ""},)}, "must compare at least one column"),
        ({"alternatives": ({"colour": "reference"},)}, "a line has no 'colour'; it has end_to_end"),
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
