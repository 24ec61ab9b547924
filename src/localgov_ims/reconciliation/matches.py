"""Matches: two records of the same money, with the rule that says so and why; and what is only suggested."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money

Evidence = Mapping[str, str | int]
"""What was compared and found: references as written and as read, `days` between, pence where they differ, rivals."""

PAYMENT: Final = "payment"
"""What names the payment of a batch, by its position, that a Match is of; of a whole line there is none."""

_SAID_APART = frozenset({"days", "other_pence", "rivals", "collisions", "members", "fee_pence", PAYMENT})


def compared(evidence: Evidence) -> list[str]:
    """Return what was equal, as people read it: `account reference 612345674`; the days between are said apart."""
    return [
        f"{name.replace('_', ' ')} {value}" for name, value in evidence.items() if name not in _SAID_APART
    ]


def explained(rule: str, version: int, amount: Money, evidence: Evidence) -> str:
    """Say why two records are the same money."""
    days = int(evidence.get("days", 0))
    apart = (
        "on the same day"
        if days == 0
        else f"{abs(days)} day{'s' * (abs(days) != 1)} {'later' if days > 0 else 'earlier'}"
    )
    said = [f"payment {evidence[PAYMENT]} of the batch"] if PAYMENT in evidence else []
    said += compared(evidence)
    if "members" in evidence:
        said.append(f"one of {evidence['members']} that come together")
    if "fee_pence" in evidence:
        said.append(f"less {Money(int(evidence['fee_pence'])).shown()} by the tariff")
    exact = f"{amount.shown()} to the penny"
    if "other_pence" in evidence:
        exact = f"{amount.shown()} came and {Money(int(evidence['other_pence'])).shown()} was expected"
    keys = "".join(f"{each}; " for each in said)
    return f"Rule {rule} (version {version}): {keys}{exact}, {apart}."


@frozen(kw_only=True)
class Match:
    """Two records of the same money. Never changed or deleted; undoing is a record of its own.

    Attributes:
        role: `banked`: the money is on the bank line; `settled`: the payment is in the settlement; `returned`: the line
            takes back what was received; `moved`: the line is the other leg of a transfer.
        amount: The pence that are the same on both sides, signed as on the left; fee: what of them the provider kept by
            its tariff, so that amount less fee is what came.
        sole: Whether the left record has no other Match of this role.
        generation: The undos so far of the right record in this role, so that it can be matched anew; left_generation:
            of the left one.
    """

    id: UUID
    run: UUID
    rule: str
    rule_version: int
    role: str
    left_kind: str
    left: UUID
    right_kind: str
    right: UUID
    amount: Money
    evidence: Evidence
    fee: Money = NOTHING
    sole: bool = True
    generation: int = 0
    left_generation: int = 0

    def sentence(self) -> str:
        """Say why the two are the same money."""
        return explained(self.rule, self.rule_version, self.amount, self.evidence)


@frozen(kw_only=True)
class MatchUndo:
    """That a person took a Match back, and why: both sides are free again, and no rule pairs them by itself any more."""

    id: UUID
    match: UUID
    reason: str
    by: str
    at: datetime


@frozen(kw_only=True)
class Suggestion:
    """A candidate pair that a person may accept or reject; recorded once for a pair in a role.

    A group is suggested as one: its records share `left`, `rule` and `rank`.

    Attributes:
        rank: The place among the suggestions for its left record when it was made, from 1.
        evidence: As of a Match; `rivals` is how many other left records the right one would fit as well.
    """

    id: UUID
    run: UUID
    rule: str
    rule_version: int
    role: str
    left_kind: str
    left: UUID
    right_kind: str
    right: UUID
    amount: Money
    rank: int
    evidence: Evidence

    def sentence(self) -> str:
        """Say what speaks for the pair."""
        rivals = int(self.evidence.get("rivals", 0))
        others = f" {rivals} other record{'s fit' if rivals != 1 else ' fits'} as well." if rivals else ""
        collisions = self.evidence.get("collisions")
        share = f" Of what is open {collisions} fits more than once by this rule." if collisions else ""
        return explained(self.rule, self.rule_version, self.amount, self.evidence) + others + share
