"""Conditions made into functions: every question that can be asked of a field, and none that cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from localgov_ims.allocation.conditions import REFERENCE_OPS, Condition
from localgov_ims.allocation.rows import Holders, HolderState, References, Source
from localgov_ims.allocation.values import (
    DATE_FIELDS,
    ORIGINAL,
    SOURCE_FIELDS,
    Seen,
    source_text,
    text_getter,
)
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.pattern_sets import fitter
from localgov_ims.errors import ConfigurationError, InvalidValue

Test = Callable[[Seen, IncomeRow, Holders], bool]
"""Answers a condition: of the values as rules left them, the row itself, and who has an account."""

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAST_DAY: Final = 31
_MONEY_OPS: Final[Mapping[str, Callable[[int, list[int]], bool]]] = {
    "equals": lambda pence, v: pence == v[0],
    "not_equals": lambda pence, v: pence != v[0],
    "greater_than": lambda pence, v: pence > v[0],
    "less_than": lambda pence, v: pence < v[0],
    "at_least": lambda pence, v: pence >= v[0],
    "at_most": lambda pence, v: pence <= v[0],
    "between": lambda pence, v: v[0] <= pence <= v[1],
}
_DATE_OPS: Final = frozenset({"on", "before", "after", "between", "weekday_in", "day_of_month_in"})
_PLAIN_OPS: Final = frozenset({"blank", "not_blank", "longer_than", "shorter_than"})
_TEXT_OPS: Final = frozenset({"equals", "contains", "starts_with", "ends_with", "one_of", "matches"})


def compile_condition(condition: Condition, rule: str, references: References) -> Test:
    """Turn a condition about a row into one function.

    Raises:
        ConfigurationError: A field or operator is unknown or they do not fit, an operand is empty where that would
            match everything, a pattern is not RE2, or a fund is none of the council's. The message names *rule*.
    """
    field = condition.field.removeprefix(ORIGINAL)
    if condition.search and condition.op not in {"matches", "not_matches"}:
        raise refused(rule, f"'{condition}' says search, which only matches and not_matches know")
    if field == "amount":
        return _money(condition, rule)
    if field in DATE_FIELDS:
        return _day_of_row(condition, rule)
    if condition.op in REFERENCE_OPS:
        return _reference(condition, rule, references)
    holds = text_test(condition, rule)
    get = text_getter(condition.field)
    if get is None:
        raise refused(rule, f"there is no field {condition.field!r}")
    return lambda seen, row, _: holds(get(seen, row))


def compile_for_source(condition: Condition, rule: str) -> Callable[[Source], bool]:
    """Turn a condition about where a row came from into one function; see `compile_condition`."""
    field = condition.field.removeprefix(ORIGINAL)
    if field in DATE_FIELDS:
        asks = date_test(condition, rule)
        return lambda source: asks(source.received_on)
    holds = text_test(condition, rule)
    return lambda source: holds(source_text(source, field))


def about_source(condition: Condition) -> bool:
    """Tell whether a condition has one answer for every row of a source."""
    return condition.field.removeprefix(ORIGINAL) in SOURCE_FIELDS


def text_test(condition: Condition, rule: str) -> Callable[[str], bool]:
    """Return what a condition asks of a text."""
    op = condition.op
    if op in _PLAIN_OPS:
        return _plain_test(condition, rule)
    negated = op.startswith("not_")
    op = op.removeprefix("not_")
    if op not in _TEXT_OPS:
        raise refused(rule, f"{condition.op!r} is no question to ask of {condition.field}")
    values = condition.operands
    if not values or (op != "equals" and not all(values)):
        raise refused(rule, f"'{condition}' has an empty operand, which would match everything")
    if op != "one_of" and len(values) > 1:
        raise refused(rule, f"'{condition}' has several values; only one_of takes them")
    holds = _matches(condition, rule) if op == "matches" else _compared(condition, op)
    return (lambda text: not holds(text)) if negated else holds


def _plain_test(condition: Condition, rule: str) -> Callable[[str], bool]:
    op = condition.op
    if op in {"blank", "not_blank"}:
        if condition.value not in ("", ()):
            raise refused(rule, f"'{condition}' takes no value")
        return (lambda text: not text) if op == "blank" else bool
    (size, *more) = condition.operands or ("",)
    if more or not (size.isascii() and size.isdigit()):
        raise refused(rule, f"'{condition}' must give one whole number of characters")
    length = int(size)
    return (lambda text: len(text) > length) if op == "longer_than" else (lambda text: len(text) < length)


def _compared(condition: Condition, op: str) -> Callable[[str], bool]:
    fold: Callable[[str], str] = str.casefold if condition.ignore_case else str
    values = [fold(value) for value in condition.operands]
    value, wanted = values[0], frozenset(values)
    tests: dict[str, Callable[[str], bool]] = {
        "equals": lambda text: fold(text) == value,
        "contains": lambda text: value in fold(text),
        "starts_with": lambda text: fold(text).startswith(value),
        "ends_with": lambda text: fold(text).endswith(value),
        "one_of": lambda text: fold(text) in wanted,
    }
    return tests[op]


def _matches(condition: Condition, rule: str) -> Callable[[str], bool]:
    (written,) = condition.operands
    try:
        return fitter(written, search=condition.search, ignore_case=condition.ignore_case)
    except ValueError as error:
        raise refused(rule, str(error)) from error


def money_test(condition: Condition, rule: str) -> Callable[[int], bool]:
    """Return what a condition asks of an amount in pence."""
    if condition.op not in _MONEY_OPS:
        raise refused(rule, f"{condition.op!r} is no question to ask of {condition.field}")
    compare, pence = _MONEY_OPS[condition.op], pence_of(condition, rule)
    if len(pence) != (2 if condition.op == "between" else 1):
        raise refused(rule, f"'{condition}' has the wrong number of amounts")
    return lambda given: compare(given, pence)


def pence_of(condition: Condition, rule: str) -> list[int]:
    """Return the amounts that a condition compares with, in pence."""
    try:
        return [Money.parse(value).pence for value in condition.operands]
    except InvalidValue as error:
        raise refused(rule, f"'{condition}': {error.message.rstrip('.')}") from error


def _money(condition: Condition, rule: str) -> Test:
    asks = money_test(condition, rule)
    if condition.field.startswith(ORIGINAL):
        return lambda seen, _, __: asks(int(seen["original.amount"]))
    return lambda _, row, __: asks(row.amount.pence)


def _day_of_row(condition: Condition, rule: str) -> Test:
    asks = date_test(condition, rule)
    return lambda _, row, __: asks(row.taken_on)


def date_test(condition: Condition, rule: str) -> Callable[[date], bool]:
    """Return what a condition asks of a day."""
    op, given = condition.op, condition.operands
    if op not in _DATE_OPS:
        raise refused(rule, f"{op!r} is no question to ask of {condition.field}")
    if op == "weekday_in":
        if not given or not set(given) <= set(_WEEKDAYS):
            raise refused(rule, f"'{condition}' must name weekdays: {', '.join(_WEEKDAYS)}")
        weekdays = frozenset(map(_WEEKDAYS.index, given))
        return lambda day: day.weekday() in weekdays
    if op == "day_of_month_in":
        if not given or not all(n.isascii() and n.isdigit() and 1 <= int(n) <= _LAST_DAY for n in given):
            raise refused(rule, f"'{condition}' must name days of the month, 1 to 31")
        numbers = frozenset(map(int, given))
        return lambda day: day.day in numbers
    days = _days(condition, rule)
    first, last = days[0], days[-1]
    tests: dict[str, Callable[[date], bool]] = {
        "on": lambda day: day == first,
        "before": lambda day: day < first,
        "after": lambda day: day > first,
        "between": lambda day: first <= day <= last,
    }
    return tests[op]


def _days(condition: Condition, rule: str) -> list[date]:
    try:
        days = [date.fromisoformat(text) for text in condition.operands]
    except ValueError as error:
        raise refused(rule, f"'{condition}' must give days such as 2026-05-04") from error
    if len(days) != (2 if condition.op == "between" else 1):
        raise refused(rule, f"'{condition}' has the wrong number of days")
    return days


def _reference(condition: Condition, rule: str, references: References) -> Test:
    field = condition.field.removeprefix(ORIGINAL)
    get, fund = text_getter(condition.field), condition.value
    if field not in {"account_reference", "narrative"} or get is None:
        raise refused(rule, f"{condition.op!r} is no question to ask of {condition.field}")
    if not isinstance(fund, str) or not fund:
        raise refused(rule, f"'{condition}' must name one fund")
    if condition.op == "valid_for_fund":
        return lambda seen, row, _: references.valid(fund, get(seen, row))
    if condition.op == "contains_reference_of":
        return lambda seen, row, _: references.only(fund, get(seen, row)) is not None

    def account(seen: Seen, row: IncomeRow, holders: Holders) -> bool:
        reference = references.canonical(fund, get(seen, row))
        return bool(reference) and holders.state(fund, reference) is HolderState.OPEN

    return account


def refused(rule: str, why: str) -> ConfigurationError:
    """Return the error of a rule that cannot be used."""
    return ConfigurationError("bad_rule", f"Rule {rule!r}: {why}.", rule=rule)
