"""What would change: the same rows under two sets of rules, counted as they stream by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define, field, frozen

from localgov_ims.allocation.engine import SourceAllocator
from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import NOTHING, Money

SUSPENSE: Final = "suspense"
"""What stands for suspense among the funds; codes of funds have five characters at most."""

_SAMPLES: Final = 5


@frozen
class Tally:
    """How many rows, and what they sum to."""

    count: int = 0
    amount: Money = NOTHING

    def and_(self, amount: Money) -> Tally:
        """Return this with one row more."""
        return Tally(self.count + 1, self.amount + amount)


@frozen(kw_only=True)
class Sample:
    """One row that would go elsewhere: where it came from, and both answers."""

    source: str
    file_name: str
    position: int
    amount: Money
    before: Allocation
    after: Allocation


@define(kw_only=True)
class Comparison:
    """What would change from one set of rules to another.

    Attributes:
        same: Rows that go to the same accounts, in the same amounts.
        moved: Rows that do not, by the fund before and after: `suspense` for suspense, `05+23` for a split row.
            Where both are one fund, it is the account, the VAT code or the parts that differ.
        samples: The first few of each.
        newly: For how many rows each rule fires that did not before; no_longer: for how many it did and does not.
    """

    same: Tally = Tally()
    moved: dict[tuple[str, str], Tally] = field(factory=dict)
    samples: dict[tuple[str, str], list[Sample]] = field(factory=dict)
    newly: dict[str, int] = field(factory=dict)
    no_longer: dict[str, int] = field(factory=dict)

    @property
    def rows(self) -> int:
        """How many rows were compared."""
        return self.same.count + sum(tally.count for tally in self.moved.values())

    @property
    def into_suspense(self) -> Tally:
        """Rows that would go to suspense, and did not before."""
        return self._sum((b, a) for b, a in self.moved if a == SUSPENSE != b)

    @property
    def out_of_suspense(self) -> Tally:
        """Rows that would no longer go to suspense."""
        return self._sum((b, a) for b, a in self.moved if b == SUSPENSE != a)

    def add(self, row: IncomeRow, source: tuple[str, str], before: Allocation, after: Allocation) -> None:
        """Count one row of a source, named with its file."""
        for rules, others, count in (
            (after.rules, before.rules, self.newly), (before.rules, after.rules, self.no_longer),
        ):  # fmt: skip
            for rule in rules:
                if rule not in others:
                    count[rule] = count.get(rule, 0) + 1
        if _placing(before) == _placing(after):
            self.same = self.same.and_(row.amount)
            return
        way = place(before), place(after)
        self.moved[way] = self.moved.get(way, Tally()).and_(row.amount)
        samples = self.samples.setdefault(way, [])
        if len(samples) < _SAMPLES:
            name, file_name = source
            samples.append(
                Sample(
                    source=name, file_name=file_name, position=row.position, amount=row.amount, before=before,
                    after=after,
                )
            )  # fmt: skip

    def _sum(self, ways: Iterable[tuple[str, str]]) -> Tally:
        tallies = [self.moved[way] for way in ways]
        return Tally(sum(t.count for t in tallies), Money.total(t.amount for t in tallies))


def compare(
    rows: Iterable[IncomeRow], source: tuple[str, str], before: SourceAllocator, after: SourceAllocator, into: Comparison
) -> None:  # fmt: skip
    """Allocate the rows of one source, named with its file, by two sets of rules, and count what differs *into* a comparison.

    Rows are looked at one by one, so that a million need no more memory than ten.
    """
    for row in rows:
        into.add(row, source, before.allocate(row), after.allocate(row))


def place(allocation: Allocation) -> str:
    """Return where a row goes, as comparisons name it."""
    if allocation.reason is not None:
        return SUSPENSE
    return "+".join(sorted({part.fund for part in allocation.parts}))


def moves(comparison: Comparison) -> Iterator[tuple[str, str, Tally]]:
    """Yield fund before, fund after, and how much, the largest number of rows first."""
    for (before, after), tally in sorted(
        comparison.moved.items(), key=lambda item: (-item[1].count, item[0])
    ):
        yield before, after, tally


def _placing(allocation: Allocation) -> tuple[object, ...]:
    """Return all that matters of an answer, and nothing of which rules gave it."""
    if allocation.reason is not None:
        return (SUSPENSE,)
    return tuple(
        (p.amount, p.fund, p.account_reference, p.mop, p.office, p.vat_code, p.narrative)
        for p in allocation.parts
    )
