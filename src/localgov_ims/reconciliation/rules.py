"""Match rules as data: what must be equal, what may differ and by how much."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from attrs import field, frozen

from localgov_ims.errors import ConfigurationError


class Uniqueness(enum.Enum):
    """When a candidate pair is a Match.

    ONLY: exactly one fits on each side. FUNGIBLE: several of the same key and amount stand for each other (to the
    payer they are interchangeable), and are paired in order of date.
    """

    ONLY = "only"
    FUNGIBLE = "fungible"


@frozen(kw_only=True)
class Kind:
    """A kind of record that can be matched: its table in the snapshot, and its columns beyond the common ones.

    Every table has `id`, `day` and `pence`. `parts` are child tables of texts that one record has several of,
    by the name of their column.
    """

    table: str
    columns: frozenset[str]
    parts: frozenset[str] = frozenset()


KINDS: Mapping[str, Kind] = {
    "line": Kind(
        table="open_lines",
        columns=frozenset({"end_to_end", "structured", "source", "payout"}),
        parts=frozenset({"text_reference"}),
    ),
    "receipt": Kind(
        table="open_receipts",
        columns=frozenset({"reference", "provider", "provider_reference", "banking"}),
        parts=frozenset({"account_reference"}),
    ),
    "settlement": Kind(table="open_settlements", columns=frozenset({"source", "reference"})),
    "income_file": Kind(table="open_income_files", columns=frozenset({"source", "import_type"})),
    "settlement_line": Kind(
        table="open_settlement_lines", columns=frozenset({"source", "provider_reference", "kind"})
    ),
}


@frozen(kw_only=True)
class MatchRule:
    """A rule that pairs records of the same money; it compiles to one SELECT.

    Attributes:
        left: Kind of the one side; right: of the other.
        alternatives: Each a mapping of left column to right column that must be equal, tried in order; a left
            column mapped to nothing ("") must be empty.
        where: Columns that must have a fixed value, as `left.column` or `right.column`.
        window: Days from the right record to the left one, both ends in.
        same_amount: Whether the amounts must be equal to the penny.

    Raises:
        ConfigurationError: A kind or column does not exist, or there is nothing to compare.
    """

    name: str
    left: str
    right: str
    alternatives: tuple[Mapping[str, str], ...]
    version: int = 1
    where: Mapping[str, str] = field(factory=dict)
    window: tuple[int, int] = (0, 3)
    same_amount: bool = True
    uniqueness: Uniqueness = Uniqueness.ONLY
    enabled: bool = True

    @property
    def role(self) -> str:
        """What its Matches say: `banked`, the money is on a bank line; `settled`, the payment is in a settlement."""
        return "banked" if self.left == "line" else "settled"

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be compiled."""
        if self.left not in KINDS or self.right not in KINDS:
            raise self._refused(f"the kinds are {', '.join(KINDS)}")
        if not self.alternatives:
            raise self._refused("give at least one alternative of columns that must be equal")
        for keys in self.alternatives:
            for ours, theirs in keys.items():
                self._check(self.left, ours, part=bool(theirs))
                if theirs:
                    self._check(self.right, theirs, part=True)
            if not any(keys.values()):
                raise self._refused("each alternative must compare at least one column")
        for name in self.where:
            side, _, column = name.partition(".")
            if side not in {"left", "right"}:
                raise self._refused(f"{name!r} in where must begin with left. or right.")
            self._check(self.left if side == "left" else self.right, column, part=False)
        if self.window[0] > self.window[1]:
            raise self._refused("its window ends before it starts")

    def _check(self, kind: str, column: str, *, part: bool) -> None:
        known = KINDS[kind].columns | KINDS[kind].parts
        if column not in known:
            raise self._refused(f"a {kind} has no {column!r}; it has {', '.join(sorted(known))}")
        if column in KINDS[kind].parts and not part:
            raise self._refused(f"a {kind} may have several of {column!r}, which can only be compared")

    def _refused(self, why: str) -> ConfigurationError:
        return ConfigurationError("bad_match_rule", f"Match rule {self.name!r}: {why}.", rule=self.name)


SHIPPED: tuple[MatchRule, ...] = (
    MatchRule(
        name="reference",
        left="line",
        right="receipt",
        alternatives=(
            {"end_to_end": "reference"},
            {"structured": "reference"},
            # The number of the paying-in slip or sealed bag, by which the bank knows what an office paid in.
            {"end_to_end": "provider_reference"},
            {"structured": "provider_reference"},
        ),
        version=2,
        where={"right.banking": "singly"},
        window=(-3, 30),
    ),
    MatchRule(
        name="settlement",
        left="line",
        right="settlement",
        alternatives=({"source": "source", "payout": "reference"}, {"source": "source", "payout": ""}),
        window=(-3, 7),
    ),
    MatchRule(
        name="income-file",
        left="line",
        right="income_file",
        alternatives=({"source": "source"},),
        window=(-3, 30),
    ),
    MatchRule(
        name="settlement-line",
        left="settlement_line",
        right="receipt",
        alternatives=({"source": "provider", "provider_reference": "provider_reference"},),
        where={"left.kind": "payment", "right.banking": "settlement"},
        window=(-3, 60),
    ),
    MatchRule(
        name="reference-in-text",
        left="line",
        right="receipt",
        alternatives=({"text_reference": "account_reference"},),
        where={"right.banking": "singly"},
        window=(0, 3),
        uniqueness=Uniqueness.FUNGIBLE,
    ),
)
"""The rules every council starts with, in order; settings replace them by name or add to them."""
