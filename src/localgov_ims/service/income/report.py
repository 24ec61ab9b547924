"""What was made of an income file, in counts and sums: by fund, method, rule and reason."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from attrs import define, field

Sum = list[int]
"""How many, and pence."""

Sums = dict[str, Sum]


def _sums() -> Sums:
    return defaultdict(lambda: [0, 0])


@define
class IncomeReport:
    """Counts rows and lines as they are placed; everything in pence.

    `funds`, `mops` and `rules` count lines, `reasons` the rows in suspense; `fees` and `net` sum what an agent kept and
    pays, where its rows say so, `fee_vat` the VAT in the fees.
    """

    rows: Sum = field(factory=lambda: [0, 0])
    recorded: Sum = field(factory=lambda: [0, 0])
    placed: Sum = field(factory=lambda: [0, 0])
    suspense: Sum = field(factory=lambda: [0, 0])
    skipped: int = 0
    quarantined: Sum = field(factory=lambda: [0, 0])
    fees: int = 0
    fee_vat: int = 0
    net: int = 0
    days: set[date] = field(factory=set)
    funds: Sums = field(factory=_sums)
    mops: Sums = field(factory=_sums)
    rules: Sums = field(factory=_sums)
    reasons: Sums = field(factory=_sums)
    declared: dict[str, int] = field(factory=dict)
    computed: dict[str, int] = field(factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        named = {
            name: {"count": count, "pence": pence}
            for name in ("rows", "recorded", "placed", "suspense", "quarantined")
            for count, pence in [getattr(self, name)]
        }
        grouped = {
            name: {
                key: {"count": count, "pence": pence}
                for key, (count, pence) in sorted(getattr(self, name).items())
            }
            for name in ("funds", "mops", "rules", "reasons")
        }
        return {
            **named, "skipped": self.skipped, "fees_pence": self.fees, "net_pence": self.net, **grouped,
            "first_on": min(self.days).isoformat() if self.days else None,
            "last_on": max(self.days).isoformat() if self.days else None, "declared": self.declared, "computed": self.computed,
        }  # fmt: skip


def add(sums: Sums, key: str, pence: int) -> None:
    """Count one more under a key."""
    entry = sums[key]
    entry[0] += 1
    entry[1] += pence
