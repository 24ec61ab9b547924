"""Match rules as data: what must be equal, what may differ and by how much."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from localgov_ims.errors import ConfigurationError
from localgov_ims.reconciliation.kinds import KINDS

MOST_KEYS = 3


class Uniqueness(enum.Enum):
    """When a candidate pair is a Match.

    ONLY: exactly one fits on each side. FUNGIBLE: several of the same key, amount and `alike` columns stand for each
    other (to the payer they are interchangeable), and are paired in order of date. GROUP: the records of the right that
    share the `group` columns are one, and their sum is compared; group and left record must be each other's only.
    """

    ONLY = "only"
    FUNGIBLE = "fungible"
    GROUP = "group"


class Mode(enum.Enum):
    """What a rule may do: record a Match, or only put a Suggestion before a person."""

    AUTO = "auto"
    SUGGEST = "suggest"


class Amount(enum.Enum):
    """How the amounts of both sides compare."""

    SAME = "same"
    NEGATED = "negated"


LAST: Final = 500
"""The order of a rule that says none: after the shipped ones."""


@frozen(kw_only=True)
class MatchRule:
    """A rule that pairs records of the same money; each alternative is one SELECT.

    Attributes:
        left: Kind of the one side; right: of the other.
        alternatives: Each a mapping of left column to right column that must be equal, tried in order; a left
            column mapped to nothing ("") must be empty. Empty where only amount and day are compared.
        mode: `auto` records Matches, `suggest` only puts Suggestions before a person.
        where: Columns that must have a fixed value, as `left.column` or `right.column`.
        window: Days from the right record to the left one, both ends in.
        amount: `same`, or `negated` where the one takes back the other.
        tolerance: Pence that the amounts may differ by.
        less_tariff: Whether the right is compared less the tariff of its provider's source.
        near: How many characters of the first key may be wrong.
        group: Right columns that make a group; alike: right columns that interchangeable records share.
        order: Where the rule stands among the others; the lower, the earlier.

    Raises:
        ConfigurationError: A kind or column does not exist, or the rule contradicts itself.
    """

    name: str
    left: str
    right: str
    alternatives: tuple[Mapping[str, str], ...]
    version: int = 1
    mode: Mode = Mode.AUTO
    where: Mapping[str, str] = field(factory=dict)
    window: tuple[int, int] = (0, 3)
    amount: Amount = Amount.SAME
    tolerance: int = 0
    less_tariff: bool = False
    near: int = 0
    uniqueness: Uniqueness = Uniqueness.ONLY
    group: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    order: int = LAST
    enabled: bool = True

    @property
    def role(self) -> str:
        """What its Matches say.

        `banked`: the money is on a bank line. `settled`: the payment is in a settlement. `returned`: a bank line takes
        back what was received. `moved`: a bank line is the other leg of a transfer.
        """
        if self.right == "leg":
            return "moved"
        if self.right in {"original", "unpaid"}:
            return "returned"
        return "banked" if KINDS[self.left].record == "line" else "settled"

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be compiled."""
        if self.left not in KINDS or self.right not in KINDS:
            raise self._refused(f"the kinds are {', '.join(KINDS)}")
        if not self.alternatives:
            raise self._refused("give at least one alternative of columns that must be equal")
        for keys in self.alternatives:
            self._check_alternative(keys)
        for name in self.where:
            side, _, column = name.partition(".")
            if side not in {"left", "right"}:
                raise self._refused(f"{name!r} in where must begin with left. or right.")
            self._check(self.left if side == "left" else self.right, column, part=False)
        for column in (*self.group, *self.alike):
            if column != "day":
                self._check(self.right, column, part=False)
        faults = {
            "its window ends before it starts": self.window[0] > self.window[1],
            "its tolerance and near must be zero or more": self.tolerance < 0 or self.near < 0,
            "uniqueness = 'group' needs group, the columns that make one, and nothing else takes it": bool(
                self.group
            )
            is not (self.uniqueness is Uniqueness.GROUP),
            "only mode = 'suggest' may compare amount and day alone, tolerate a difference or read a key nearly": (
                self.mode is Mode.AUTO
                and bool(self.tolerance or self.near or not any(any(k.values()) for k in self.alternatives))
            ),
        }
        for fault, present in faults.items():
            if present:
                raise self._refused(fault)

    def _check_alternative(self, keys: Mapping[str, str]) -> None:
        for ours, theirs in keys.items():
            self._check(self.left, ours, part=bool(theirs))
            if theirs:
                self._check(self.right, theirs, part=True)
        compared = sum(bool(theirs) for theirs in keys.values())
        if compared > MOST_KEYS:
            raise self._refused(f"an alternative compares {MOST_KEYS} columns at most")
        if not compared and self.mode is Mode.AUTO:
            raise self._refused("each alternative must compare at least one column")

    def _check(self, kind: str, column: str, *, part: bool) -> None:
        known = KINDS[kind].columns | KINDS[kind].parts
        if column not in known:
            raise self._refused(f"a {kind} has no {column!r}; it has {', '.join(sorted(known))}")
        if column in KINDS[kind].parts and not part:
            raise self._refused(f"a {kind} may have several of {column!r}, which can only be compared")

    def _refused(self, why: str) -> ConfigurationError:
        return ConfigurationError("bad_match_rule", f"Match rule {self.name!r}: {why}.", rule=self.name)
