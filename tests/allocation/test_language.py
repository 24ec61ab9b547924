"""The rest of the language: what a file says, what was there before, days, lengths, accounts, flat lists, and the checks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.allocation.test_conditions import Somebody, holds
from tests.builders import (
    card,
    fund,
    funds,
    method,
    penalty_format,
    pounds,
    reference_format,
    row,
    row_source,
)

from localgov_ims.allocation.conditions import Condition, Group, Join, joined
from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.findings import Finding, FindingKind, findings
from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.allocation.rows import References
from localgov_ims.allocation.rules import Extract, Part, Rule
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.errors import ConfigurationError

METHODS = {
    "12": method(), "90": card(minimum=Money(100), maximum=Money(500_00)), "98": method(code="98", disabled=True),
}  # fmt: skip
REFERENCES = References(
    funds() | {"CT": fund(code="CT", account_must_exist=True), "NF": fund(code="NF", reference_format=None, account_must_exist=True)},
    {"council-tax": reference_format(), "penalty": penalty_format()}, METHODS, {"IM"}, {"S"}, {"agency"},
)  # fmt: skip


def asks(field: str, op: str, value: Any = "", **more: Any) -> Condition:
    return Condition(field=field, op=op, value=value, **more)


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (asks("import_type", "equals", "agency"), True), (asks("import_type", "blank"), False),
        (asks("source", "one_of", ("main", "other")), True), (asks("file_name", "ends_with", ".csv"), True),
        (asks("file_name", "matches", r"income\d", search=True), True), (asks("received_on", "on", "2026-05-13"), True),
        (asks("received_on", "before", "2026-05-13"), False), (asks("taken_on", "on", "2026-05-12"), True),
        (asks("taken_on", "after", "2026-05-12"), False), (asks("taken_on", "between", ("2026-05-01", "2026-05-12")), True),
        (asks("taken_on", "weekday_in", ("tuesday",)), True), (asks("taken_on", "weekday_in", ("monday", "friday")), False),
        (asks("taken_on", "day_of_month_in", ("12",)), True), (asks("extra.Ward", "equals", "North"), True),
        (asks("extra.Other", "blank"), True), (asks("amount_text", "equals", "-12.30"), True),
        (asks("amount_text", "starts_with", "-"), True), (asks("office", "not_blank"), True),
        (asks("narrative", "longer_than", "4"), False), (asks("narrative", "longer_than", "3"), True),
        (asks("narrative", "shorter_than", "5"), True), (asks("original.narrative", "equals", "RENT"), True),
        (asks("original.amount", "less_than", "0"), True), (asks("original.import_type", "equals", "agency"), True),
        (asks("account_reference", "account_in_fund", "23"), True), (asks("account_reference", "account_in_fund", "2R"), False),
        (asks("source_reference", "not_one_of", ("a", "b")), True),
    ],
)  # fmt: skip
def test_every_field_can_be_asked(condition: Condition, answer: bool) -> None:  # noqa: FBT001
    given = row(
        amount=pounds("-12.30"), narrative="RENT", office="IM", account_reference=" 612345674", extra={"Ward": "North"}
    )  # fmt: skip
    source = {"import_type": "agency", "file_name": "income1.csv", "received_on": date(2026, 5, 13)}
    assert holds(condition, given, **source) is answer
    assert holds(Group(join=Join.NONE, members=(condition,)), given, **source) is not answer


def test_a_closed_account_is_not_in_the_fund() -> None:
    assert not holds(asks("account_reference", "account_in_fund", "23"), row(account_reference="987654320"))


@pytest.mark.parametrize(
    "condition",
    [
        asks("taken_on", "on", "12.5.2026"), asks("taken_on", "between", "2026-05-12"), asks("taken_on", "contains", "2"),
        asks("taken_on", "weekday_in", ("Dienstag",)), asks("taken_on", "weekday_in", ()),
        asks("taken_on", "day_of_month_in", ("32",)), asks("extra.", "blank"), asks("original.colour", "blank"),
        asks("narrative", "longer_than", "x"), asks("narrative", "longer_than", ("1", "2")), asks("fund", "blank", "x"),
        asks("narrative", "contains", "x", search=True), asks("fund", "valid_for_fund", "23"),
        asks("import_type", "greater_than", "1"), asks("received_on", "equals", "2026-05-12"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(condition: Condition) -> None:
    with pytest.raises(ConfigurationError, match="Rule 'a rule'"):
        holds(condition, row())


def allocate(given: dict[str, Any], *rules: Rule, **source: Any) -> Allocation:
    asked = Allocator(rules, REFERENCES).of(row_source(**source), Somebody())
    made = row(**given)
    answer = asked.allocate(made)
    assert asked.explain(made).allocation == answer == asked.allocate(made)
    return answer


def test_rules_see_what_was_there_before_them() -> None:
    moved = Rule(name="first", order=1, set={"fund": "05", "narrative": "moved"})
    back = Rule(name="second", order=2, when=asks("original.fund", "equals", "13"), set={"fund": "13"})
    assert allocate({"fund": "13"}, moved, back).parts[0].fund == "13"
    (placed,) = allocate({"fund": "23"}, moved, back).parts
    assert (placed.fund, placed.narrative, placed.rules, placed.rule) == ("05", "moved", ("first",), "first")


def test_defaults_fill_blanks_before_the_rules() -> None:
    defaults = {"fund": "05", "mop": "12", "office": "IM", "vat_code": "S", "narrative": "DWP"}
    (placed,) = allocate({"mop": ""}, defaults=defaults).parts
    assert (placed.fund, placed.mop, placed.office, placed.vat_code, placed.narrative) == (
        "05",
        "12",
        "IM",
        "S",
        "DWP",
    )
    (given,) = allocate({"fund": "13", "narrative": "own"}, defaults=defaults).parts
    assert (given.fund, given.narrative) == ("13", "own")
    rule = Rule(name="by default", order=1, when=asks("narrative", "equals", "DWP"), set={"fund": "13"})
    assert allocate({}, rule, defaults=defaults).parts[0].fund == "13"


def test_rules_of_other_import_types_are_not_asked() -> None:
    rule = Rule(name="agency's", order=1, set={"fund": "05"}, import_types=("agency",))
    assert allocate({}, rule, import_type="agency").rule == "agency's"
    assert allocate({}, rule).reason is SuspenseReason.NO_FUND


def test_later_rules_see_each_part_and_a_second_split_is_for_a_person() -> None:
    split = Rule(name="split", order=1, split=(
        Part(percent="50", set={"fund": "05"}), Part(percent="50", set={"fund": "13", "narrative": "rest"}),
    ))  # fmt: skip
    later = Rule(name="later", order=2, when=asks("fund", "equals", "13"), set={"account_reference": "X"})
    answer = allocate({"amount": Money(101)}, split, later)
    assert [(p.fund, p.account_reference, p.amount.pence, p.rules) for p in answer.parts] == [
        ("05", "", 51, ("split",)), ("13", "X", 50, ("split", "later")),
    ]  # fmt: skip
    assert answer.rules == ("split", "later")
    again = Rule(name="again", order=3, split=split.split)
    doubted = allocate({}, split, again)
    assert (doubted.reason, doubted.detail) == (
        SuspenseReason.AMBIGUOUS_RULES,
        "again and split both split it",
    )
    assert allocate({}, evolve(split, stop=True), again).parts


def test_one_part_that_fails_holds_the_whole_row() -> None:
    split = Rule(name="split", order=1, split=(
        Part(percent="50", set={"fund": "05"}), Part(percent="50", set={"fund": "23", "account_reference": "?"}),
    ))  # fmt: skip
    held = allocate({"amount": Money(100)}, split)
    assert (held.reason, held.detail, held.parts) == (
        SuspenseReason.INVALID_REFERENCE,
        "reference_length",
        (),
    )
    assert held.held is not None
    assert held.held.amount == Money(100)


@pytest.mark.parametrize(
    ("given", "reason", "detail"),
    [
        ({"fund": "05", "mop": "77"}, SuspenseReason.MOP_NOT_ALLOWED, "77"),
        ({"fund": "05", "mop": ""}, SuspenseReason.MOP_NOT_ALLOWED, None),
        ({"fund": "05", "mop": "98"}, SuspenseReason.MOP_NOT_ALLOWED, "98"),
        ({"fund": "23", "mop": "90", "amount": Money(99)}, SuspenseReason.MOP_NOT_ALLOWED, "amount_under_mop_min"),
        ({"fund": "05", "mop": "90", "amount": Money(500_01)}, SuspenseReason.MOP_NOT_ALLOWED, "amount_over_mop_max"),
        ({"fund": "05", "mop": "90", "amount": Money(-1)}, SuspenseReason.NEGATIVE_AMOUNT, None),
        ({"fund": "05", "account_reference": "x" * 31}, SuspenseReason.INVALID_REFERENCE, "reference_length"),
        ({"fund": "05", "account_reference": "a\nb"}, SuspenseReason.INVALID_REFERENCE, "reference_characters"),
        ({"fund": "CT", "account_reference": "612345674"}, SuspenseReason.NO_ACCOUNT, "account_not_found"),
        ({"fund": "CT", "account_reference": "612345670"}, SuspenseReason.INVALID_REFERENCE, "reference_check_digit"),
        ({"fund": "NF", "account_reference": ""}, SuspenseReason.NO_ACCOUNT, "account_not_found"),
        ({"fund": "05"}, None, None),
    ],
)  # fmt: skip
def test_the_checks_are_asked_in_their_order(
    given: dict[str, Any], reason: SuspenseReason | None, detail: str | None
) -> None:
    answer = allocate(given)
    assert (answer.reason, answer.detail) == (reason, detail)


def test_accounts_must_exist_and_be_open_where_the_fund_says_so() -> None:
    known = evolve(REFERENCES, funds=REFERENCES.funds | {"23": fund(account_must_exist=True)})
    asked = Allocator((), known).of(row_source(), Somebody())
    assert asked.allocate(row(fund="23", account_reference="612345674")).reason is None
    closed = asked.allocate(row(fund="23", account_reference="987654320"))
    assert (closed.reason, closed.detail) == (SuspenseReason.ACCOUNT_CLOSED, "account_closed")


def test_money_may_go_out_where_the_type_allows_it() -> None:
    (placed,) = allocate(
        {"fund": "2R", "account_reference": "FP20000050", "amount": Money(-1), "mop": "90"},
        allow_negative=True,
    ).parts
    assert placed.amount == Money(-1)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"set": {"mop": "77"}}, "names method of payment '77'"), ({"set": {"office": "XX"}}, "names office 'XX'"),
        ({"set": {"vat_code": "W9"}}, "names VAT code 'W9'"), ({"set": {"narrative": "x" * 101}}, "100 are allowed"),
        ({"set": {"fund": "05"}, "import_types": ("other",)}, "names import type 'other'"),
        ({"set": {"narrative": Extract(from_="colour", reference_of="23")}}, "no field 'colour'"),
        ({"set": {"fund": "05"}, "when": Group(join=Join.ALL, members=(Group(join=Join.ANY, members=()),))}, "group of conditions is empty"),
        ({"split": (Part(percent="100"),)}, "two parts or more"), ({"split": (Part(percent="50"), Part(percent="49.9999"))}, "add up to 99.9999"),
        ({"split": (Part(percent="50"), Part(remainder=True))}, "mix percentages"),
        ({"split": (Part(amount=Money(1)), Part(amount=Money(1)))}, "exactly one of its parts must be remainder"),
        ({"split": (Part(amount=Money(0)), Part(remainder=True))}, "must be above zero"),
        ({"split": (Part(percent="33.33333"), Part(percent="66.66667"))}, "no percentage"),
        ({"split": (Part(), Part(remainder=True))}, "must give one of"),
    ],
)  # fmt: skip
def test_rules_that_cannot_work_are_refused_by_name(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as refused:
        Allocator([Rule(**{"name": "wrong", "order": 1} | given)], REFERENCES)
    assert "'wrong'" in refused.value.message


FLAGS = st.lists(st.tuples(st.sampled_from(["and", "or"]), st.booleans()), min_size=1, max_size=6)


@given(FLAGS)
def test_in_a_flat_list_and_binds_tighter(flags: list[tuple[str, bool]]) -> None:
    conditions = [asks("narrative", "blank" if true else "not_blank") for _, true in flags]
    members: list[tuple[str | None, Condition | Group]] = [
        (None if n == 0 else join, condition) for n, ((join, _), condition) in enumerate(zip(flags, conditions, strict=True))
    ]  # fmt: skip
    written = "".join(f" {join if n else ''} {true}" for n, (join, true) in enumerate(flags))
    assert holds(joined(members), row()) is eval(written)  # noqa: S307 - Python has the same precedence


def test_a_missing_join_is_an_error() -> None:
    one = asks("fund", "blank")
    for members in ([(None, one), (None, one)], [("and", one)], [(None, one), ("xor", one)], []):
        with pytest.raises(ValueError, match=r"join|empty"):
            joined(list(members))


def told(*rules: Rule) -> list[Finding]:
    return list(findings(rules, REFERENCES))


def test_rules_that_cannot_fire_are_found() -> None:
    apart = Group(
        join=Join.ALL,
        members=(
            asks("account_reference", "starts_with", "77"),
            asks("account_reference", "matches", r"6\d{10}"),
        ),
    )
    amounts = Group(
        join=Join.ALL, members=(asks("amount", "greater_than", "5"), asks("amount", "at_most", "5"))
    )
    days = Group(
        join=Join.ALL,
        members=(asks("taken_on", "before", "2026-05-12"), asks("taken_on", "after", "2026-05-12")),
    )
    for when in (apart, amounts, days):
        (found,) = told(Rule(name="never", order=1, when=when, set={"fund": "05"}))
        assert (found.kind, found.rule) == (FindingKind.CANNOT_FIRE, "never")
    stop = Rule(name="all", order=1, set={"fund": "05"}, stop=True)
    (found,) = told(stop, Rule(name="after", order=2, set={"fund": "13"}))
    assert (found.rule, found.other) == ("after", "all")
    assert not told(evolve(stop, ends_on=date(2026, 1, 1)), Rule(name="after", order=2, set={"fund": "13"}))


def test_rules_that_may_disagree_are_found_and_those_that_never_meet_are_not() -> None:
    def of(name: str, code: str, to: str) -> Rule:
        return Rule(name=name, order=1, when=asks("fund", "equals", code), set={"fund": to})

    assert not told(of("one", "05", "13"), of("two", "13", "05"))
    (found,) = told(of("one", "05", "13"), of("two", "05", "23"))
    assert (found.kind, found.rule, found.other) == (FindingKind.CONFLICT, "one", "two")
    (code,) = told(of("one", "99", "13"))
    assert code.kind is FindingKind.UNKNOWN_CODE
