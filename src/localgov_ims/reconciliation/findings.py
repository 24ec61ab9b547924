"""What rules found: pairs of records, certain or suggested, and how near they came to matching the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.reconciliation.matches import compared
from localgov_ims.reconciliation.rules import Amount, MatchRule
from localgov_ims.reconciliation.sql import compared as keys_of


@frozen(kw_only=True)
class Pair:
    """Two records that a rule says are, or may be, the same money, and what was equal.

    `sole`: whether the left record has no other pair; `rank`: its place among suggestions, 0 for what is certain.
    """

    rule: MatchRule
    left: UUID
    right: UUID
    amount: Money
    evidence: dict[str, str | int]
    sole: bool = True
    rank: int = 0
    fee: Money = NOTHING


@frozen(kw_only=True)
class Miss:
    """The nearest a rule came to matching a record: what was equal, and by what it failed."""

    left: UUID
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


def pair_of(rule: MatchRule, row: Sequence[Any]) -> Pair:
    """Return the pair of a row of the tables `found` or `suggested`, in the order of the engine's `SHOWN`."""
    _, alternative, left, right, came, other, days, *keys, members, gross, collisions, rank, rivals = row
    fee = gross - other if members else 0
    said: dict[str, str | int] = {"members": members, "fee_pence": fee}
    if rank:
        said |= {"rivals": rivals, "collisions": collisions}
        if not members and abs(came) != abs(other):
            said["other_pence"] = other
    signed = -gross if rule.amount is Amount.NEGATED else gross
    return Pair(
        rule=rule, left=left, right=right, amount=Money(signed if members else came), sole=not members, rank=rank,
        evidence=evidence_of(rule, alternative, keys) | {"days": days} | {name: value for name, value in said.items() if value},
        fee=Money(fee),
    )  # fmt: skip


def evidence_of(rule: MatchRule, alternative: int, keys: Sequence[str | None]) -> dict[str, str | int]:
    """Name what was equal as the right record calls it, and how the left one wrote it."""
    *values, written = keys
    named = dict(zip(keys_of(rule.alternatives[alternative]).values(), values, strict=False))
    return {
        **{name: value for name, value in named.items() if value},
        **({"written": written} if written else {}),
    }
