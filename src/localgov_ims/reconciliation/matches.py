"""Matches: two records of the same money, with the rule that says so and why."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.money import Money


def compared(evidence: Mapping[str, str | int]) -> list[str]:
    """Return what was equal, as people read it: `account reference 612345674`; the days between are said apart."""
    return [f"{name.replace('_', ' ')} {value}" for name, value in evidence.items() if name != "days"]


@frozen(kw_only=True)
class Match:
    """Two records of the same money. Never changed or deleted; undoing is a record of its own.

    Attributes:
        role: `banked`: the money is on the bank line; `settled`: the payment is in the settlement.
        evidence: What was compared and found: references as written and as read, days between, alternatives.
        generation: The undos so far, so that a freed record can be matched anew.
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
    evidence: Mapping[str, str | int]
    generation: int = 0

    def sentence(self) -> str:
        """Say why the two are the same money."""
        days = int(self.evidence.get("days", 0))
        apart = (
            "on the same day"
            if days == 0
            else f"{abs(days)} day{'s' * (abs(days) != 1)} {'later' if days > 0 else 'earlier'}"
        )
        keys = "; ".join(compared(self.evidence))
        return f"Rule {self.rule} (version {self.rule_version}): {keys}; {self.amount.shown()} to the penny, {apart}."
