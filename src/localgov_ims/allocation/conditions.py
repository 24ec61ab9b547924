"""What a rule asks of a row: a tree of `all`, `any` and `none` over single conditions, compiled once."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from attrs import frozen

from localgov_ims.allocation.rows import AllocationRow, References
from localgov_ims.domain.money import Money
from localgov_ims.domain.patterns import Pattern, compile_pattern
from localgov_ims.errors import ConfigurationError, InvalidValue

Test = Callable[[AllocationRow, References], bool]

DEEPEST = 5


class Join(enum.Enum):
    """How the members of a group count together."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


@frozen(kw_only=True)
class Condition:
    """One question: does *field* stand to *value* as *op* says?"""

    field: str
    op: str
    value: str | tuple[str, ...] = ""
    ignore_case: bool = False
    search: bool = False

    def __str__(self) -> str:
        """Return the question as people read it."""
        return f"{self.field} {self.op} {self.value}".rstrip()


@frozen(kw_only=True)
class Group:
    """Conditions and groups that count together."""

    join: Join
    members: tuple[Condition | Group, ...]


ALWAYS: Final = Group(join=Join.ALL, members=())

TEXT_FIELDS = frozenset(
    {"account_reference", "fund", "mop", "vat_code", "narrative", "source", "source_reference"}
)
_TEXT_OPS = frozenset(
    {"equals", "contains", "starts_with", "ends_with", "one_of", "matches", "blank", "not_blank"}
)
_MONEY_OPS: Mapping[str, Callable[[int, list[int]], bool]] = {
    "equals": lambda pence, v: pence == v[0],
    "not_equals": lambda pence, v: pence != v[0],
    "greater_than": lambda pence, v: pence > v[0],
    "less_than": lambda pence, v: pence < v[0],
    "at_least": lambda pence, v: pence >= v[0],
    "at_most": lambda pence, v: pence <= v[0],
    "between": lambda pence, v: v[0] <= pence <= v[1],
}
_REFERENCE_OPS = frozenset({"valid_for_fund", "contains_reference_of"})


def funds_named(tree: Condition | Group) -> Iterator[str]:
    """Yield the funds whose references a tree asks for."""
    if isinstance(tree, Group):
        for member in tree.members:
            yield from funds_named(member)
    elif tree.op in _REFERENCE_OPS and isinstance(tree.value, str):
        yield tree.value


def compile_tree(tree: Condition | Group, rule: str, depth: int = 1) -> Test:
    """Turn a tree into one function.

    Raises:
        ConfigurationError: A field or operator is unknown or they do not fit, an operand is empty where that would
            match everything, a pattern is not RE2, or the tree is too deep. The message names *rule*.
    """
    if isinstance(tree, Condition):
        return _compile(tree, rule)
    if depth > DEEPEST:
        raise _refused(rule, f"its conditions are nested more than {DEEPEST} deep")
    tests = tuple(compile_tree(member, rule, depth + 1) for member in tree.members)
    if tree.join is Join.ALL:
        return lambda row, refs: all(test(row, refs) for test in tests)
    if tree.join is Join.ANY:
        return lambda row, refs: any(test(row, refs) for test in tests)
    return lambda row, refs: not any(test(row, refs) for test in tests)


def _compile(condition: Condition, rule: str) -> Test:
    if condition.field == "amount":
        return _money(condition, rule)
    if condition.field not in TEXT_FIELDS:
        raise _refused(rule, f"there is no field {condition.field!r}")
    if condition.op in _REFERENCE_OPS:
        return _reference(condition, rule)
    return _text(condition, rule)


def _text(condition: Condition, rule: str) -> Test:
    field, negated = condition.field, condition.op.startswith("not_") and condition.op != "not_blank"
    op = condition.op.removeprefix("not_") if negated else condition.op
    if op not in _TEXT_OPS or (negated and op == "not_blank"):
        raise _refused(rule, f"{condition.op!r} is no question to ask of {field}")
    holds = _text_test(condition, op, rule)
    return lambda row, _: holds(getattr(row, field)) is not negated


def _text_test(condition: Condition, op: str, rule: str) -> Callable[[str], bool]:
    fold: Callable[[str], str] = str.casefold if condition.ignore_case else str
    values = [fold(value) for value in _operands(condition)]
    if op in {"blank", "not_blank"}:
        return lambda text: (not text) is (op == "blank")
    if not values or (op != "equals" and not all(values)):
        raise _refused(rule, f"'{condition}' has an empty operand, which would match everything")
    if op != "one_of" and len(values) > 1:
        raise _refused(rule, f"'{condition}' has several values; only one_of takes them")
    if op == "matches":
        pattern = _pattern(condition, rule)
        match = pattern.search if condition.search else pattern.fullmatch
        return lambda text: match(text) is not None
    if op == "one_of":
        wanted = frozenset(values)
        return lambda text: fold(text) in wanted
    value = values[0]
    tests: dict[str, Callable[[str], bool]] = {
        "equals": lambda text: fold(text) == value,
        "contains": lambda text: value in fold(text),
        "starts_with": lambda text: fold(text).startswith(value),
        "ends_with": lambda text: fold(text).endswith(value),
    }
    return tests[op]


def _money(condition: Condition, rule: str) -> Test:
    if condition.op not in _MONEY_OPS:
        raise _refused(rule, f"{condition.op!r} is no question to ask of amount")
    compare = _MONEY_OPS[condition.op]
    try:
        pence = [Money.parse(value).pence for value in _operands(condition)]
    except InvalidValue as error:
        raise _refused(rule, f"'{condition}': {error.message.rstrip('.')}") from error
    if len(pence) != (2 if condition.op == "between" else 1):
        raise _refused(rule, f"'{condition}' has the wrong number of amounts")
    return lambda row, _: compare(row.amount.pence, pence)


def _reference(condition: Condition, rule: str) -> Test:
    fund, field, valid = condition.value, condition.field, condition.op == "valid_for_fund"
    if not isinstance(fund, str) or not fund:
        raise _refused(rule, f"'{condition}' must name one fund")

    def test(row: AllocationRow, references: References) -> bool:
        text = getattr(row, field)
        return references.valid(fund, text) if valid else references.only(fund, text) is not None

    return test


def _operands(condition: Condition) -> tuple[str, ...]:
    return (condition.value,) if isinstance(condition.value, str) else condition.value


def _pattern(condition: Condition, rule: str) -> Pattern:
    (pattern,) = _operands(condition)
    try:
        return compile_pattern(pattern, ignore_case=condition.ignore_case)
    except ValueError as error:
        raise _refused(rule, str(error)) from error


def _refused(rule: str, why: str) -> ConfigurationError:
    return ConfigurationError("bad_rule", f"Rule {rule!r}: {why}.", rule=rule)
