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


@frozen
class Keys:
    """One of these must be found in a row; if *exact*, that answers the rule's conditions."""

    keys: tuple[Key, ...]
    exact: bool

    @property
    def cost(self) -> tuple[bool, int, int]:
        """The cheaper, the better to look for; a blank is the worst, for most rows have the same ones."""
        return any(not key.text for key in self.keys), max(key.kind for key in self.keys), len(self.keys)


_FIRST: Final = re.compile(r"(?:([0-9A-Za-z/ -]+)(?!\{)|\[([0-9A-Za-z]{1,10})\](?!\{))")


def keys_of(tree: Condition | Group) -> Keys | None:
    """Return what must be found in a row for a tree to hold; none where nothing simple must."""
    if isinstance(tree, Condition):
        return _key(tree)
    if tree.join is Join.NONE:
        return None
    found = [keys_of(member) for member in tree.members]
    if tree.join is Join.ALL:
        best = min((keys for keys in found if keys is not None), key=lambda keys: keys.cost, default=None)
        return best if best is None or len(found) == 1 else Keys(best.keys, exact=False)
    if not found or None in found:
        return None
    each = [keys for keys in found if keys is not None]
    return Keys(tuple(key for keys in each for key in keys.keys), all(keys.exact for keys in each))


def _key(condition: Condition) -> Keys | None:
    if text_getter(condition.field) is None:
        return None
    values, op = condition.operands, condition.op
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


def _pattern_keys(condition: Condition) -> Keys:
    (pattern,) = condition.operands
    ignore_case = condition.ignore_case
    first = _FIRST.match(pattern) if plain(pattern) else None
    if first is not None and not condition.search and not ignore_case:
        starts = [first.group(1)] if first.group(1) else sorted(set(first.group(2)))
        return Keys(tuple(Key(Kind.PLAIN, condition.field, s, pattern=pattern) for s in starts), exact=True)
    written = (part if condition.search else whole)(pattern, ignore_case=ignore_case)
    return _keys(Kind.PATTERN, condition, [written], fold=False)


def _keys(kind: Kind, condition: Condition, texts: Iterable[str], *, fold: bool) -> Keys:
    return Keys(tuple(Key(kind, condition.field, text, fold) for text in texts), exact=True)
