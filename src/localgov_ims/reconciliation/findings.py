"""What rules found: pairs of records, certain or suggested, and how near they came to matching the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.reconciliation.matches import compared
from localgov_ims.reconciliation.rules import Amount, MatchRule
from localgov_ims.reconciliation.sql import compared as keys_of


class Pair(NamedTuple):
    """Two records that a rule says are, or may be, the same money, and what was equal.

    `left` and `right` are identifiers as 32 digits. `sole`: whether the left record has no other pair; `rank`: its place
    among suggestions, 0 for what is certain.
    """

    rule: MatchRule
    left: str
    right: str
    amount: Money
    evidence: dict[str, str | int]
    sole: bool = True
    rank: int = 0
    fee: Money = NOTHING


@frozen(kw_only=True)
class Miss:
    """The nearest a rule came to matching a record: what was equal, and by what it failed."""

    left: str
    rule: str
    evidence: dict[str, str | int]
    amount: Money
    other: Money

    def sentence(self) -> str:
        """Say why it is no match."""
        keys = ", ".join(compared(self.evidence))
        days = int(self.evidence["days"])
        if self.amount != self.other:
            return f"Rule {self.rule}: {keys} fits, but {self.other.shown()} was expected and {self.amount.shown()} came."
        return f"Rule {self.rule}: {keys} and the amount fit, but {days} days lie between, or more than one fits."


class Teller:
    """Tells what a rule found, row by row."""

    def __init__(self, rule: MatchRule) -> None:
        """Look up once what the right record calls what was equal."""
        self._rule = rule
        self._names = [tuple(keys_of(each).values()) for each in rule.alternatives]

    def pair(self, row: Sequence[Any]) -> Pair:
        """Return the pair of a row of the tables `found` or `suggested`, in the order of the engine's `SHOWN`."""
        _, alternative, left, right, came, other, days, *keys, members, gross, collisions, rank, rivals = row
        evidence = self.evidence(alternative, keys)
        evidence["days"] = days
        if members:
            fee = gross - other
            evidence |= {"members": members, "fee_pence": fee} if fee else {"members": members}
            came = -gross if self._rule.amount is Amount.NEGATED else gross
        else:
            fee = 0
        if rank:
            told = {"rivals": rivals, "collisions": collisions}
            evidence |= {name: value for name, value in told.items() if value}
            if not members and abs(came) != abs(other):
                evidence["other_pence"] = other
        return Pair(
            self._rule, left, right, Money(came), evidence, not members, rank, Money(fee) if fee else NOTHING
        )

    def evidence(self, alternative: int, keys: Sequence[str | None]) -> dict[str, str | int]:
        """Name what was equal as the right record calls it, and how the left one wrote it."""
        # There are fewer names than keys, for what was written stands last.
        found: dict[str, str | int] = {
            name: value for name, value in zip(self._names[alternative], keys, strict=False) if value
        }
        if written := keys[-1]:
            found["written"] = written
        return found
