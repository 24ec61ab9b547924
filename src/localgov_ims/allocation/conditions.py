"""What a rule asks of a row: a tree of `all`, `any` and `none` over single conditions."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final

from attrs import frozen

DEEPEST: Final = 5
"""How deep a tree may be."""


class Join(enum.Enum):
    """How the members of a group count together."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


@frozen(kw_only=True)
class Condition:
    """One question: does *field* stand to *value* as *op* says?

    `search` lets a pattern fit anywhere in the text; else it must fit the whole of it.
    """

    field: str
    op: str
    value: str | tuple[str, ...] = ""
    ignore_case: bool = False
    search: bool = False

    @property
    def operands(self) -> tuple[str, ...]:
        """What is compared with, one or several."""
        return (self.value,) if isinstance(self.value, str) else self.value

    def __str__(self) -> str:
        """Return the question as people read it."""
        return f"{self.field} {self.op} {' or '.join(self.operands)}".rstrip()


@frozen(kw_only=True)
class Group:
    """Conditions and groups that count together."""

    join: Join
    members: tuple[Condition | Group, ...]

    def __str__(self) -> str:
        """Return the group as people read it."""
        return f"{self.join.value} of ({', '.join(map(str, self.members))})"


ALWAYS: Final = Group(join=Join.ALL, members=())
"""What asks nothing: it holds of every row."""

NEVER: Final = Group(join=Join.ANY, members=())
"""What no row can answer."""

REFERENCE_OPS: Final = frozenset({"valid_for_fund", "account_in_fund", "contains_reference_of"})
"""Questions about the references of a fund."""


def conditions_in(tree: Condition | Group) -> Iterator[Condition]:
    """Yield every single condition of a tree, as written."""
    if isinstance(tree, Condition):
        yield tree
    else:
        for member in tree.members:
            yield from conditions_in(member)


def depth(tree: Condition | Group) -> int:
    """Return how deep a tree is; a single condition is not deep at all."""
    return 0 if isinstance(tree, Condition) else 1 + max(map(depth, tree.members), default=0)


def joined(members: list[tuple[str | None, Condition | Group]]) -> Condition | Group:
    """Return the tree of a flat list, each member with the `and` or `or` before it; AND binds tighter.

    Raises:
        ValueError: The list is empty, the first member has a join, another has none, or it is no such word.
    """
    if not members:
        message = "a list of conditions is empty; leave `when` out for a rule that always holds"
        raise ValueError(message)
    runs: list[list[Condition | Group]] = []
    for number, (join, member) in enumerate(members, start=1):
        if join != (None if number == 1 else join) or (number > 1 and join not in {"and", "or"}):
            message = (
                f"condition {number} of the list has join = {join!r}; the first has none, "
                "every other one 'and' or 'or'"
            )
            raise ValueError(message)
        if join == "and":
            runs[-1].append(member)
        else:
            runs.append([member])
    groups = [run[0] if len(run) == 1 else Group(join=Join.ALL, members=tuple(run)) for run in runs]
    return groups[0] if len(groups) == 1 else Group(join=Join.ANY, members=tuple(groups))
