"""What a rule may ask of a row, and what it is refused for asking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import funds, penalty_format, pounds, reference_format, row, row_source

from localgov_ims.allocation.conditions import ALWAYS, DEEPEST, Condition, Group, Join, depth
from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.rows import HolderState, References
from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError

REFERENCES = References(funds(), {"council-tax": reference_format(), "penalty": penalty_format()})
TEXT = "A test field value"


class Somebody:
    """Two accounts of council tax, one of them closed."""

    def state(self, fund: str, account_reference: str) -> HolderState | None:
        accounts = {("23", "612345674"): HolderState.OPEN, ("23", "987654320"): HolderState.CLOSED}
        return accounts.get((fund, account_reference))


def allocator(tree: Condition | Group) -> Allocator:
    return Allocator([Rule(name="a rule", order=1, when=tree, suspend="it holds")], REFERENCES)


def holds(tree: Condition | Group, given: IncomeRow, **source: object) -> bool:
    """Ask a tree of a row, both ways."""
    asked = allocator(tree).of(row_source(**source), Somebody())
    answer = asked.allocate(given)
    assert asked.explain(given).allocation == answer
    return answer.detail == "it holds"


def asks(op: str, value: str | tuple[str, ...] = "", text: str = TEXT, **given: bool) -> bool:
    """Ask *op* of a row's narrative."""
    return holds(Condition(field="narrative", op=op, value=value, **given), row(narrative=text))


def flag(*fields: str) -> Condition:
    """Make a condition that is true of rows whose narrative names one of *fields*."""
    return Condition(field="narrative", op="one_of", value=fields)


@pytest.mark.parametrize(
    ("op", "value", "holds"),
    [
        ("contains", "ABC", False), ("contains", "test", True), ("contains", "Test", False), ("starts_with", "A", True),
        ("starts_with", "test", False), ("ends_with", "value", True), ("ends_with", "A", False), ("equals", TEXT, True),
        ("equals", "A test", False), ("one_of", ("x", TEXT), True), ("one_of", ("x", "y"), False), ("one_of", TEXT, True),
        ("matches", "A test.*", True), ("matches", "test", False), ("matches", r"\w+ \w+ \w+ \w+", True),
    ],
)  # fmt: skip
def test_text_is_asked_and_not_asked(op: str, value: str | tuple[str, ...], holds: bool) -> None:  # noqa: FBT001
    assert asks(op, value) is holds
    assert asks(f"not_{op}", value) is not holds


@pytest.mark.parametrize(
    ("op", "value"),
    [
        ("equals", "a TEST field VALUE"), ("contains", "TEST"), ("starts_with", "a T"), ("ends_with", "VALUE"),
        ("one_of", ("x", "a test FIELD value")), ("matches", "A TEST.*"),
    ],
)  # fmt: skip
def test_case_counts_unless_it_is_ignored(op: str, value: str | tuple[str, ...]) -> None:
    assert not asks(op, value)
    assert asks(op, value, ignore_case=True)


def test_a_pattern_takes_the_whole_value_unless_it_searches() -> None:
    assert not asks("matches", "test")
    assert asks("matches", "test", search=True)


@pytest.mark.parametrize(("text", "blank"), [("", True), (" ", False), ("x", False)])
def test_absent_text_is_blank(text: str, blank: bool) -> None:  # noqa: FBT001
    assert asks("blank", text=text) is blank
    assert asks("not_blank", text=text) is not blank
    assert asks("equals", "", text=text) is blank


@pytest.mark.parametrize(
    ("op", "value", "answers"),
    [
        ("greater_than", "1", (False, False, True)), ("at_least", "1.00", (False, True, True)),
        ("less_than", "1.0", (True, False, False)), ("at_most", "1", (True, True, False)),
        ("equals", "1", (False, True, False)), ("not_equals", "1.00", (True, False, True)),
        ("between", ("0.90", "1.00"), (True, True, False)),
    ],
)  # fmt: skip
def test_amounts_are_compared_in_pence(
    op: str, value: str | tuple[str, ...], answers: tuple[bool, ...]
) -> None:
    condition = Condition(field="amount", op=op, value=value)
    assert tuple(holds(condition, row(amount=pounds(text))) for text in ("0.90", "1.00", "1.10")) == answers


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_amounts_are_compared_as_numbers(pence: int, with_pence: int) -> None:
    given = row(amount=Money(pence))
    other = str(Money(with_pence))
    answers = {
        op: holds(Condition(field="amount", op=op, value=other), given) for op in ("less_than", "at_least")
    }
    assert answers == {"less_than": pence < with_pence, "at_least": pence >= with_pence}


@pytest.mark.parametrize(
    ("fund", "text", "valid", "contains"),
    [
        ("23", "612345674", True, True), ("23", " 612345674 ", True, True), ("23", "612345670", False, False),
        ("23", "TAX 612 345 674", False, True), ("23", "612345674 987654320", False, False),
        ("23", "612345674 612345674", False, True), ("2R", "fp20000050", True, True), ("05", "612345674", False, False),
        ("23", "", False, False),
    ],
)  # fmt: skip
def test_references_are_asked_for_by_fund(fund: str, text: str, valid: bool, contains: bool) -> None:  # noqa: FBT001
    assert asks("valid_for_fund", fund, text=text) is valid
    assert asks("contains_reference_of", fund, text=text) is contains


@pytest.mark.parametrize(
    ("reference", "code", "fund"),
    [("Contains value", "99", "01"), ("A non matching value", "99", "99")],
)
def test_a_worked_rule_on_the_reference(reference: str, code: str, fund: str) -> None:
    condition = Condition(field="account_reference", op="contains", value="Contains value")
    assert ("01" if holds(condition, row(account_reference=reference, fund=code)) else code) == fund


@pytest.mark.parametrize(
    ("given", "fires"),
    [
        ({"fund": "50", "narrative": "Narrative value"}, True),
        ({"fund": "99"}, True),
        ({"fund": "50", "account_reference": "Account Reference value"}, True),
        ({"fund": "98"}, True),
        ({"fund": "50"}, False),
    ],
)
def test_groups_are_joined_by_any(given: dict[str, str], fires: bool) -> None:  # noqa: FBT001
    def is_(field: str, value: str) -> Condition:
        return Condition(field=field, op="equals", value=value)

    groups = Group(
        join=Join.ANY,
        members=(
            Group(join=Join.ANY, members=(is_("fund", "99"), is_("narrative", "Narrative value"))),
            Group(
                join=Join.ANY,
                members=(is_("fund", "98"), is_("account_reference", "Account Reference value")),
            ),
        ),
    )
    assert holds(groups, row(**given)) is fires


@pytest.mark.parametrize(
    ("join", "answers"),
    [(Join.ALL, (False, False, True)), (Join.ANY, (False, True, True)), (Join.NONE, (True, False, False))],
)
def test_members_count_all_any_or_none(join: Join, answers: tuple[bool, ...]) -> None:
    group = Group(join=join, members=(flag("one", "both"), flag("two", "both")))
    assert tuple(holds(group, row(narrative=said)) for said in ("neither", "one", "both")) == answers


def test_no_condition_is_always() -> None:
    assert holds(ALWAYS, row())


@given(st.recursive(
    st.sampled_from(["x", "y", "z"]).map(flag),
    lambda inner: st.builds(
        Group, join=st.sampled_from(Join), members=st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=6,
), st.sampled_from(["x", "y", "z", "w"]))  # fmt: skip
def test_none_of_a_tree_is_the_opposite_of_any_of_it(tree: Condition | Group, said: str) -> None:
    given = row(narrative=said)
    either, neither = (Group(join=join, members=(tree,)) for join in (Join.ANY, Join.NONE))
    if depth(tree) < DEEPEST:
        assert holds(either, given) is not holds(neither, given)


def nested(levels: int) -> Condition | Group:
    tree: Condition | Group = flag("x")
    for _ in range(levels):
        tree = Group(join=Join.ALL, members=(tree,))
    return tree


def test_trees_are_five_deep_at_most() -> None:
    assert holds(nested(5), row(narrative="x"))
    with pytest.raises(ConfigurationError, match="more than 5 deep"):
        allocator(nested(6))


@pytest.mark.parametrize(
    "op",
    ["contains", "starts_with", "ends_with", "one_of", "matches", "not_contains", "not_one_of", "valid_for_fund",
     "contains_reference_of"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["", (), ("",), ("x", "")])
def test_an_empty_operand_that_would_match_everything_is_refused(
    op: str, value: str | tuple[str, ...]
) -> None:
    with pytest.raises(ConfigurationError, match="'a rule'") as refused:
        asks(op, value)
    assert refused.value.code == "bad_rule"


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("narrative", "greater_than", "1"), ("narrative", "between", ("1", "2")), ("narrative", "like", "x"),
        ("narrative", "not_not_blank", ""), ("narrative", "not_valid_for_fund", "23"), ("narrative", "not_", "x"),
        ("amount", "contains", "1"), ("amount", "blank", ""), ("amount", "valid_for_fund", "23"),
        ("amount", "not_between", ("1", "2")), ("colour", "equals", "red"), ("taken_on", "equals", "2026-05-12"),
        ("", "equals", "x"),
    ],
)  # fmt: skip
def test_questions_unfit_for_their_field_are_refused(
    field: str, op: str, value: str | tuple[str, ...]
) -> None:
    with pytest.raises(ConfigurationError, match="Rule 'a rule'"):
        allocator(Condition(field=field, op=op, value=value))


@pytest.mark.parametrize(
    ("op", "value"),
    [("equals", ("1", "2")), ("between", "1"), ("between", ("1", "2", "3")), ("equals", "1.001"), ("equals", "£1"),
     ("equals", "")],
)  # fmt: skip
def test_amounts_that_are_none_or_too_many_are_refused(op: str, value: str | tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="Rule 'a rule'"):
        allocator(Condition(field="amount", op=op, value=value))


@pytest.mark.parametrize(
    "op", ["equals", "contains", "starts_with", "ends_with", "matches", "valid_for_fund"]
)
def test_only_one_of_takes_several_values(op: str) -> None:
    with pytest.raises(ConfigurationError, match="Rule 'a rule'"):
        asks(op, ("x", "y"))


@pytest.mark.parametrize("pattern", ["(?=x)x", "(?<!x)y", r"(x)\1", "(unclosed", "x" * 201])
def test_patterns_are_re2_and_short(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match="Rule 'a rule'"):
        asks("matches", pattern)


def test_no_pattern_can_hang_an_import() -> None:
    assert not asks("matches", "(a*)*b", text="a" * 5000)


def test_a_condition_shows_itself_as_people_read_it() -> None:
    assert str(Condition(field="narrative", op="contains", value="RENT")) == "narrative contains RENT"
    assert str(Condition(field="fund", op="blank")) == "fund blank"
