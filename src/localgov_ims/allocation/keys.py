"""What a row must hold for a rule to have a chance: the key by which the rule is found, if it has one."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from typing import Final

from attrs import frozen

from localgov_ims.allocation.conditions import Condition, Group, Join
from localgov_ims.allocation.values import text_getter
from localgov_ims.domain.pattern_sets import literal, part, plain, whole


class Kind(enum.IntEnum):
    """How a text is looked for, the cheapest first."""

    EQUAL = 0
    PREFIX = 1
    SUFFIX = 2
    PLAIN = 3
    PATTERN = 4


@frozen
class Key:
    """One text to look for in a field; *fold* where case does not count.

    Of a plain pattern (`pattern_sets.plain`) it is how it begins, and the pattern is asked about what begins so.
    """

    kind: Kind
    field: str
    text: str
    fold: bool = False
    pattern: str = ""


Clause = tuple[Key, ...]
"""Keys of which one at least must be found in a row."""


@frozen
class Wanted:
    """What must be found in a row for a tree to hold: every clause; if *exact*, that is all it asks."""

    clauses: tuple[Clause, ...]
    exact: bool


NOTHING_SIMPLE: Final = Wanted((), exact=False)
"""Nothing can be told of a row beforehand."""


def cost(clause: Clause) -> tuple[bool, int, int]:
    """The cheaper, the better to look for; a blank is the worst, for most rows have the same ones."""
    return any(not key.text for key in clause), max(key.kind for key in clause), len(clause)


_LONGEST: Final = 500  # of a text among patterns; a longer one is asked for by itself
_FIRST: Final = re.compile(r"(?:([0-9A-Za-z/ -]+)(?!\{)|\[([0-9A-Za-z]{1,10})\](?!\{))")


def wanted_by(tree: Condition | Group) -> Wanted:
    """Return what must be found in a row for a tree to hold."""
    if isinstance(tree, Condition):
        clause = _clause(tree)
        return Wanted((clause,), exact=True) if clause is not None else NOTHING_SIMPLE
    if tree.join is Join.NONE:
        return NOTHING_SIMPLE
    members = [wanted_by(member) for member in tree.members]
    exact = all(member.exact for member in members)
    if tree.join is Join.ALL:
        return Wanted(tuple(clause for member in members for clause in member.clauses), exact)
    if not members or not all(member.clauses for member in members):
        return NOTHING_SIMPLE
    # Of an alternative that asks for several things, the best of them stands for it.
    best = tuple(key for member in members for key in min(member.clauses, key=cost))
    return Wanted((best,), exact and all(len(member.clauses) == 1 for member in members))


def starts_of(condition: Condition) -> tuple[str, ...]:
    """Return how a text must begin for a condition to hold: one of these, where that can be told."""
    keys = _clause(condition) or ()
    if not keys or keys[0].kind not in {Kind.PREFIX, Kind.PLAIN} or keys[0].fold:
        return ()
    return tuple(key.text for key in keys)


def _clause(condition: Condition) -> Clause | None:
    values, op = condition.operands, condition.op
    long = op == "contains" and any(len(value) > _LONGEST for value in values)
    if text_getter(condition.field) is None or long:
        return None
    fold = condition.ignore_case
    if op == "matches":
        return _pattern_keys(condition)
    if op == "blank":
        return _keys(Kind.EQUAL, condition, [""], fold=False)
    if op == "contains":
        texts = [literal(value.casefold() if fold else value) for value in values]
        return _keys(Kind.PATTERN, condition, texts, fold=fold)
    kinds = {"equals": Kind.EQUAL, "one_of": Kind.EQUAL, "starts_with": Kind.PREFIX, "ends_with": Kind.SUFFIX}
    if op not in kinds:
        return None
    return _keys(kinds[op], condition, [v.casefold() if fold else v for v in values], fold=fold)


def _pattern_keys(condition: Condition) -> Clause:
    (pattern,) = condition.operands
    ignore_case = condition.ignore_case
    first = _FIRST.match(pattern) if plain(pattern) else None
    if first is not None and not condition.search and not ignore_case:
        starts = [first.group(1)] if first.group(1) else sorted(set(first.group(2)))
        return tuple(Key(Kind.PLAIN, condition.field, start, pattern=pattern) for start in starts)
    written = (part if condition.search else whole)(pattern, ignore_case=ignore_case)
    return _keys(Kind.PATTERN, condition, [written], fold=False)


def _keys(kind: Kind, condition: Condition, texts: Iterable[str], *, fold: bool) -> Clause:
    return tuple(Key(kind, condition.field, text, fold) for text in texts)
