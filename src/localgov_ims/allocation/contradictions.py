"""Which conditions no row can meet at once: as far as that can be told for certain without one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Final

from localgov_ims.allocation.asking import date_test, money_test, pence_of, text_test
from localgov_ims.allocation.conditions import REFERENCE_OPS, Condition, Group, Join
from localgov_ims.allocation.keys import starts_of
from localgov_ims.allocation.values import DATE_FIELDS, ORIGINAL

_MOST: Final = 100
_ORDERED: Final = frozenset({"on", "before", "after", "between"})


def possible(*trees: Condition | Group) -> bool:
    """Tell whether a row may meet all of *trees*; where that is hard to tell, it may."""
    ways = [_ways(tree) for tree in trees]
    count = 1
    for each in ways:
        count *= len(each)
    if count > _MOST:
        return True
    return any(_meets([c for way in chosen for c in way]) for chosen in product(*ways))


def _ways(tree: Condition | Group) -> list[list[Condition]]:
    """Return lists of conditions, one of which must hold whole; what is under `none` is left out."""
    if isinstance(tree, Condition):
        return [[tree]]
    if tree.join is Join.NONE:
        return [[]]
    members = [_ways(member) for member in tree.members]
    if tree.join is Join.ANY:
        return [way for ways in members for way in ways]
    found: list[list[Condition]] = [[]]
    for ways in members:
        found = [[*before, *way] for before in found for way in ways][: _MOST + 1]
    return found


def _meets(conditions: Sequence[Condition]) -> bool:
    by_field: dict[str, list[Condition]] = {}
    for condition in conditions:
        if condition.op not in REFERENCE_OPS:
            by_field.setdefault(condition.field, []).append(condition)
    return all(_field_meets(field, asked) for field, asked in by_field.items())


def _field_meets(field: str, asked: Sequence[Condition]) -> bool:
    name = field.removeprefix(ORIGINAL)
    if name == "amount":
        tests = [money_test(c, "") for c in asked]
        edges = {pence for c in asked for pence in pence_of(c, "")}
        return any(all(test(p) for test in tests) for edge in edges for p in (edge - 1, edge, edge + 1))
    if name in DATE_FIELDS:
        return _day_meets([c for c in asked if c.op in _ORDERED])
    finite = next((set(values) for c in asked if (values := _values(c)) is not None), None)
    if finite is not None:
        tests_of_text = [text_test(c, "") for c in asked]
        return any(all(test(value) for test in tests_of_text) for value in finite)
    starts = [set(begins) for c in asked if (begins := starts_of(c))]
    return not any(_apart(a, b) for n, a in enumerate(starts) for b in starts[n + 1 :])


def _day_meets(asked: Sequence[Condition]) -> bool:
    if not asked:
        return True
    tests = [date_test(condition, "") for condition in asked]
    edges = [date.fromisoformat(text) for condition in asked for text in condition.operands]
    near = (day + timedelta(days=n) for day in edges for n in (-1, 0, 1))
    return any(all(test(day) for test in tests) for day in near)


def _values(condition: Condition) -> tuple[str, ...] | None:
    """Return all the values a condition allows, where they can be counted."""
    if condition.op == "blank":
        return ("",)
    return condition.operands if condition.op in {"equals", "one_of"} and not condition.ignore_case else None


def _apart(these: set[str], those: set[str]) -> bool:
    return not any(a.startswith(b) or b.startswith(a) for a in these for b in those)
