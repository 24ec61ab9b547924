"""What if: the kept rows of a period under other rules, counted and never recorded."""

from __future__ import annotations

import io
from datetime import date

import pytest
from tests.service.incomes import imported, recorded, row, taking

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.money import Money
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.rules.trying import try_rules, write_trial

YEAR = date(2026, 1, 1), date(2026, 12, 31)


def test_a_draft_says_what_would_go_elsewhere(installation: Installation) -> None:
    council = taking(installation)
    given = [row("10.00", "771234567"), row("20.00", "A1", fund="LB"), row("5.00", "nobody's")]
    assert imported(council, given).status == "recorded"
    draft = [Rule(
        name="all to LB", order=1, set={"fund": "LB"},
        when=Condition(field="account_reference", op="one_of", value=("771234567", "nobody's")),
    )]  # fmt: skip
    before = recorded(council)
    trial = try_rules(council, draft, *YEAR)
    found = trial.against_active
    assert (trial.files, found.rows, found.same.count, found.same.amount) == (1, 3, 1, Money(2000))
    assert {way: (tally.count, tally.amount) for way, tally in found.moved.items()} == {
        ("CT", "LB"): (1, Money(1000)), ("suspense", "LB"): (1, Money(500)),
    }  # fmt: skip
    assert (found.out_of_suspense.count, found.into_suspense.count) == (1, 0)
    assert found.newly == {"all to LB": 2}
    assert recorded(council) == before
    out = io.StringIO(newline="")
    assert write_trial(trial, out) > 4
    assert "active,moved,CT,LB,1,10.00" in out.getvalue()


def test_the_rules_in_force_change_nothing(installation: Installation) -> None:
    council = taking(installation)
    imported(council, [row("10.00", "771234567"), row("5.00", "nobody's")])
    found = try_rules(council, council.council.rules, *YEAR).against_active
    assert (found.rows, found.same.count, found.newly, found.no_longer) == (2, 2, {}, {})
    assert try_rules(council, [], date(2020, 1, 1), date(2020, 1, 2)).files == 0


def test_a_period_that_ends_before_it_starts_is_refused(installation: Installation) -> None:
    with pytest.raises(InvalidValue, match="before it starts"):
        try_rules(taking(installation), [], date(2026, 2, 1), date(2026, 1, 1))
