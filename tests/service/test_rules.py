"""Versions of the rules: drafted, put in force by somebody, kept, and tried before."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from tests.allocation.rule_strategies import rule_sets
from tests.service.money_in import employ

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.rules import Rule
from localgov_ims.bootstrap.rule_files import rules_of
from localgov_ims.domain.two_person import TwoPersonLimits
from localgov_ims.errors import ConfigurationError, NotFound, NotPermitted, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.rules.texts import rules_data, rules_stored, stored_text
from localgov_ims.service.rules.versions import (
    activate_rules,
    council_in_force,
    draft_rules,
    rule_version,
    rule_versions,
)

RENT = Rule(
    name="rents", order=10, when=Condition(field="narrative", op="contains", value="RENT"), set={"fund": "05"}
)
HELD = Rule(name="ask", order=20, suspend="Ask")


@given(rule_sets)
def test_rules_come_back_from_their_text_as_they_were(rules: tuple[Rule, ...]) -> None:
    assert rules_stored(stored_text(rules)) == rules
    plain = [t for t in rules_data(rules) if not {"starts_on", "ends_on"} & set(t)]
    assert rules_of({"rule": plain}, "a file") == tuple(
        r for r in rules if r.starts_on is None and r.ends_on is None
    )


def test_a_draft_is_put_in_force_and_the_version_before_stays(desk: Installation) -> None:
    before = rule_versions(desk)
    first = draft_rules(desk, [RENT], "the first")
    assert (first.number, first.by, first.active) == (len(before) + 1, "tester", False)
    assert rule_version(desk).number == len(before)
    assert activate_rules(desk, first.number).active
    second = draft_rules(desk, [RENT, HELD], "and ask")
    assert activate_rules(desk.acting("second"), second.number).number == second.number
    assert [(v.note, v.by, v.active, v.used) for v in rule_versions(desk)[len(before) :]] == [
        ("the first", "tester", False, True), ("and ask", "tester", True, True),
    ]  # fmt: skip
    assert rules_stored(rule_version(desk).text) == (RENT, HELD)
    with desk.store.reading() as connection:
        assert council_in_force(connection, desk.council).rules == (RENT, HELD)
    assert activate_rules(desk, first.number).number == first.number
    assert [v.active for v in rule_versions(desk)[len(before) :]] == [True, False]


def test_a_version_is_not_put_in_force_twice_and_one_that_is_not_there_never(desk: Installation) -> None:
    number = draft_rules(desk, [RENT]).number
    activate_rules(desk, number)
    with pytest.raises(RuleViolation, match="in force already"):
        activate_rules(desk, number)
    with pytest.raises(RuleViolation, match="nothing to draft"):
        draft_rules(desk, [RENT])
    with pytest.raises(NotFound, match="no version 99"):
        activate_rules(desk, 99)


def test_two_people_change_rules_where_the_council_wants_it(desk: Installation) -> None:
    council = evolve(desk.council, two_person=TwoPersonLimits(rule_change=True))
    careful = evolve(desk, council=council)
    number = draft_rules(careful, [RENT]).number
    with pytest.raises(RuleViolation) as refused:
        activate_rules(careful, number)
    assert refused.value.code == "same_person"
    assert activate_rules(careful.acting("second"), number).active


def test_rules_that_cannot_be_used_are_no_draft(desk: Installation) -> None:
    with pytest.raises(ConfigurationError, match="names fund '99'"):
        draft_rules(desk, [evolve(RENT, set={"fund": "99"})])
    assert not any(version.by == "tester" and not version.used for version in rule_versions(desk))


def test_who_writes_rules_does_not_put_them_in_force_without_the_permission(desk: Installation) -> None:
    writer = employ(desk, "writer", "finance")
    number = draft_rules(writer, [RENT]).number
    with pytest.raises(NotPermitted):
        activate_rules(writer, number)
