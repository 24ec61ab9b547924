"""Rules in order: the answer names its rule, and where two fit a person decides."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import DAY, fund, funds, penalty_format, pounds, reference_format, row, row_source

from localgov_ims.allocation.conditions import Condition, Group, Join
from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.outcomes import Allocation, Placed
from localgov_ims.allocation.rows import References
from localgov_ims.allocation.rules import Extract, Rule
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.errors import ConfigurationError

FUNDS = funds() | {"OLD": fund(code="OLD", disabled=True)}
REFERENCES = References(FUNDS, {"council-tax": reference_format(), "penalty": penalty_format()})
TAX = {"fund": "23", "account_reference": "612345674"}


def says(text: str, field: str = "narrative") -> Condition:
    return Condition(field=field, op="contains", value=text)


def rule(name: str = "rule", order: int = 100, **given: object) -> Rule:
    """Build a rule: everything is council tax of one account."""
    if "suspend" not in given:
        given.setdefault("set", TAX)
    return Rule(name=name, order=order, **given)


def allocate(given: IncomeRow, *rules: Rule) -> Allocation:
    """Allocate twice, the second time as remembered, and see that the explanation says the same."""
    source = Allocator(rules, REFERENCES).of(row_source())
    answer = source.allocate(given)
    assert source.allocate(given) == answer == source.explain(given).allocation
    return answer


def outcome(answer: Allocation) -> Placed:
    """Return what became of a row that was not split, placed or not."""
    if answer.held is not None:
        return answer.held
    (placed,) = answer.parts
    return placed


def outcomes(given: IncomeRow, *rules: Rule) -> list[tuple[str, str]]:
    steps = Allocator(rules, REFERENCES).of(row_source()).explain(given).steps
    return [(step.rule, step.outcome.value) for step in steps]


def test_a_row_goes_where_its_rule_says_and_the_answer_names_the_rule() -> None:
    rules = rule("tax", when=says("TAX")), rule("rent", 200, when=says("RENT"))
    placed = allocate(row(narrative="TAX"), *rules)
    assert (outcome(placed).fund, outcome(placed).account_reference) == ("23", "612345674")
    assert (placed.rule, placed.reason) == ("tax", None)
    assert (placed.rules, placed.parts[0].rules) == (("tax",), ("tax",))
    assert outcomes(row(narrative="TAX"), *rules) == [("tax", "matched"), ("rent", "not_matched")]


def test_lower_orders_come_first_and_later_rules_see_what_earlier_ones_set() -> None:
    late = rule("late", 200, when=Condition(field="fund", op="equals", value="05"), set={"fund": "2R"})
    early = rule("early", 100, set={"fund": "05", "account_reference": "FP20000050"})
    placed = allocate(row(), late, early)
    assert (outcome(placed).fund, placed.rule, placed.reason) == ("2R", "late", None)
    assert placed.rules == ("early", "late")


def test_every_rule_that_fits_runs_until_one_stops() -> None:
    second = rule("second", 200, set={"fund": "05"})
    assert outcome(allocate(row(), rule("first"), second)).fund == "05"
    stopped = allocate(row(), rule("first", stop=True), second)
    assert (outcome(stopped).fund, stopped.rule) == ("23", "first")
    assert outcomes(row(), rule("first", stop=True), second) == [("first", "matched"), ("second", "skipped")]


def test_a_rule_that_does_not_fit_does_not_stop() -> None:
    placed = allocate(row(), rule("first", when=says("X"), stop=True), rule("second", 200))
    assert placed.rule == "second"


def test_rules_of_equal_order_see_the_same_row() -> None:
    first = rule("first", set={"fund": "23"})
    second = rule("second", when=says("23", "fund"), set={"account_reference": "612345674"})
    for rules in ((first, second), (second, first)):
        placed = allocate(row(fund="05"), *rules)
        assert (outcome(placed).fund, outcome(placed).account_reference) == ("23", "")
        assert placed.reason is SuspenseReason.INVALID_REFERENCE


def test_rules_of_equal_order_that_disagree_leave_it_to_a_person() -> None:
    first, second = rule("first"), rule("second", set={"fund": "05"})
    for rules in ((first, second), (second, first)):
        doubted = allocate(row(narrative="as it came"), *rules)
        assert doubted.reason is SuspenseReason.AMBIGUOUS_RULES
        assert doubted.rule is None
        assert {"first", "second"} <= set((doubted.detail or "").split())
        assert (outcome(doubted).fund, outcome(doubted).narrative) == ("", "as it came")
        assert doubted.rules == ("first", "second")


def test_rules_of_equal_order_that_agree_place_it() -> None:
    placed = allocate(row(), rule("first"), rule("second"))
    assert (outcome(placed).fund, placed.reason) == ("23", None)
    assert placed.rule in {"first", "second"}


def test_a_rule_suspends_in_its_own_words() -> None:
    rules = (
        rule("other", 50, when=says("X")), rule("market", 100, suspend="No account yet"), rule("tax", 200),
    )  # fmt: skip
    held = allocate(row(narrative="MARKET"), *rules)
    assert (held.reason, held.detail, held.rule) == (SuspenseReason.RULE, "No account yet", "market")
    assert outcome(held).fund == ""
    assert outcomes(row(narrative="MARKET"), *rules) == [
        ("other", "not_matched"), ("market", "matched"), ("tax", "skipped"),
    ]  # fmt: skip


def test_suspending_wins_over_placing_of_equal_order() -> None:
    for rules in ((rule("place"), rule("hold", suspend="Ask")), (rule("hold", suspend="Ask"), rule("place"))):
        held = allocate(row(), *rules)
        assert (held.reason, held.rule, outcome(held).fund) == (SuspenseReason.RULE, "hold", "")


@pytest.mark.parametrize(
    ("given", "fires"),
    [
        ({"starts_on": DAY}, True), ({"starts_on": date(2026, 5, 13)}, False), ({"ends_on": DAY}, True),
        ({"ends_on": date(2026, 5, 11)}, False), ({"starts_on": DAY, "ends_on": DAY}, True), ({"enabled": False}, False),
        ({"enabled": False, "starts_on": DAY}, False), ({}, True),
    ],
)  # fmt: skip
def test_a_rule_works_only_while_it_is_in_force(given: dict[str, Any], fires: bool) -> None:  # noqa: FBT001
    assert (allocate(row(taken_on=DAY), rule(**given)).reason is None) is fires


@pytest.mark.parametrize(
    ("given", "reason", "detail"),
    [
        ({}, SuspenseReason.NO_FUND, None),
        ({"fund": "SUSP"}, SuspenseReason.NO_FUND, None),
        ({"fund": "99"}, SuspenseReason.UNKNOWN_FUND, "99"),
        ({"fund": "OLD", "account_reference": "?"}, SuspenseReason.DISABLED_FUND, "OLD"),
        ({"fund": "23"}, SuspenseReason.INVALID_REFERENCE, "reference_missing"),
        ({"fund": "23", "account_reference": "612345670"}, SuspenseReason.INVALID_REFERENCE, "reference_check_digit"),
        (
            {"fund": "2R", "account_reference": "FP20000051", "amount": pounds("150.01")},
            SuspenseReason.INVALID_REFERENCE, "reference_check_digit",
        ),
        (
            {"fund": "2R", "account_reference": "FP20000050", "amount": pounds("150.01")},
            SuspenseReason.OVER_MAXIMUM, None,
        ),
        (
            {"fund": "2R", "account_reference": "FP20000050", "amount": pounds("-1.00")},
            SuspenseReason.NEGATIVE_AMOUNT, None,
        ),
        ({"fund": "2R", "account_reference": "FP20000050", "amount": pounds("150.00")}, None, None),
        ({"fund": "2R", "account_reference": " fp20000050"}, None, None),
        ({"fund": "05", "account_reference": "anything"}, None, None),
    ],
)  # fmt: skip
def test_the_first_doubt_is_the_reason(
    given: dict[str, Any], reason: SuspenseReason | None, detail: str | None
) -> None:
    answer = allocate(row(**given))
    assert (answer.reason, answer.detail) == (reason, detail)


def test_a_fund_that_a_rule_blanks_is_none() -> None:
    blanked = allocate(row(fund="05"), rule(set={"fund": ""}))
    assert (blanked.reason, blanked.rule) == (SuspenseReason.NO_FUND, "rule")


EXTRACTING = rule(
    "by reference", when=Condition(field="narrative", op="contains_reference_of", value="23"),
    set={"fund": "23", "account_reference": Extract(from_="narrative", reference_of="23")},
)  # fmt: skip


@pytest.mark.parametrize("text", ["CT 612345674 JONES", "612 345 674", "612345674/612345674"])
def test_the_one_reference_is_taken_from_the_text(text: str) -> None:
    placed = allocate(row(narrative=text), EXTRACTING)
    assert (outcome(placed).account_reference, placed.reason) == ("612345674", None)
    assert outcome(placed).narrative == text


@pytest.mark.parametrize("text", ["612345674 987654320", "612345670", "JONES", ""])
def test_of_two_references_or_none_none_is_taken(text: str) -> None:
    answer = allocate(row(narrative=text), EXTRACTING)
    assert (answer.reason, outcome(answer).account_reference) == (SuspenseReason.NO_FUND, "")
    anyway = allocate(row(narrative=text), rule(set=EXTRACTING.set))
    assert (anyway.reason, anyway.detail) == (SuspenseReason.INVALID_REFERENCE, "reference_missing")


@given(
    st.integers(-(10**12), 10**12).map(Money),
    st.lists(
        st.tuples(st.sampled_from(["23", "05", "2R", ""]), st.integers(1, 3), st.booleans()), max_size=5
    ),
)
def test_whatever_the_rules_do_the_amount_stays(amount: Money, sets: list[tuple[str, int, bool]]) -> None:
    rules = [
        Rule(name=f"rule {n}", order=order, set={"fund": code}, stop=stop)
        for n, (code, order, stop) in enumerate(sets)
    ]
    answer = allocate(row(amount=amount), *rules)
    assert outcome(answer).amount == amount


@given(st.permutations([
    rule("a", 1, set={"fund": "05"}), rule("b", 2, when=says("X")), rule("c", 2, when=says("Y"), set={"fund": "2R"}),
    rule("d", 3, when=says("05", "fund"), set={"narrative": "done"}), rule("e", 3, suspend="no", when=says("Z")),
]), st.sampled_from(["", "X", "Y", "XY", "Z", "XYZ"]))  # fmt: skip
def test_the_order_in_which_rules_are_written_changes_nothing(rules: list[Rule], said: str) -> None:
    def answer(*given: Rule) -> tuple[Placed, str | None, SuspenseReason | None]:
        found = allocate(row(narrative=said), *given)
        return outcome(found), found.rule, found.reason

    assert answer(*rules) == answer(*sorted(rules, key=lambda each: each.name))


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ([rule("same"), rule("same", 200)], "Two rules are named 'same'"),
        ([rule(set={"fund": "99"})], "names fund '99'"),
        ([rule(set={"account_reference": Extract(from_="narrative", reference_of="99")})], "names fund '99'"),
        ([rule(set={"account_reference": Extract(from_="amount", reference_of="23")})], "no field 'amount'"),
        ([rule(when=Condition(field="narrative", op="valid_for_fund", value="99"))], "names fund '99'"),
        (
            [rule(when=Group(join=Join.NONE, members=(
                Condition(field="narrative", op="contains_reference_of", value="99"),)))],
            "names fund '99'",
        ),
        ([rule(when=Condition(field="narrative", op="greater_than", value="1"))], "Rule 'rule': 'greater_than'"),
    ],
)  # fmt: skip
def test_rules_that_name_what_is_not_there_are_refused(rules: list[Rule], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        Allocator(rules, REFERENCES)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"set": {}}, "neither sets anything nor splits nor"),
        ({"set": TAX, "suspend": "Ask"}, "more than one of set, split and suspend"),
        ({"suspend": ""}, "words it sends to suspense with are empty"),
        ({"set": {"amount": "1.00"}}, "it can set only"),
        ({"set": {"taken_on": "2026-05-12"}}, "it can set only"),
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, "ends before it starts"),
        ({"name": ""}, "1 to 50 characters"),
        ({"name": "x" * 51}, "1 to 50 characters"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as refused:
        rule(**given)
    assert refused.value.code == "bad_rule"
