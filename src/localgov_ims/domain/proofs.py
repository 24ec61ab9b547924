"""Proofs: figures that must agree, each made of items, to be read, printed and signed.

The reconciliation report, the proof of a bank account, that of clearing and suspense, the control reconciliation of a
fund and the cut-off of a year are all of this shape, so that one page, one table and one sign-off serve them all.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date
from typing import Final

from attrs import evolve, frozen

from localgov_ims.domain.money import Money

BANDS: Final[tuple[tuple[str, int | None], ...]] = (
    ("today and yesterday", 1), ("2 to 5 days", 5), ("6 to 10 days", 10), ("11 to 30 days", 30),
    ("31 to 90 days", 90), ("over 90 days", None),
)  # fmt: skip
"""How the age of open items is shown: each band's name and its last day, counted in calendar days."""


class ProofKind(enum.Enum):
    """What is proved."""

    REPORT = "report"
    CLEARING = "clearing"
    BANK = "bank"
    CONTROL = "control"
    CUT_OFF = "cut_off"


@frozen(kw_only=True)
class Item:
    """A record that a figure is made of. It holds no name and no narrative, for it may be kept for good.

    Attributes:
        id: By which `ims explain` tells its story; empty where it came in a list from elsewhere.
        kind: What it is, in words: `bank line`, `receipt`, `payout`.
        text: What people know it by: a reference, or the account, day and position of a bank line.
        age: Calendar days from `day` to the day of the proof.
        due_on: Until when it may stand open; none where nothing says so.
        note: Why it is here, in a sentence.
    """

    id: str
    kind: str
    day: date
    text: str
    amount: Money
    age: int = 0
    due_on: date | None = None
    note: str = ""


@frozen(kw_only=True)
class Figure:
    """An amount with what it is made of.

    Attributes:
        count: How many items it has, or had before they were sealed.
        given: What others say it should be, where they say it; it must be equal.
        total: Whether it sums up the figures before it.
        digest: SHA-256 over its items, where they were left out of what is kept.
    """

    key: str
    label: str
    amount: Money
    items: tuple[Item, ...] = ()
    count: int | None = None
    given: Money | None = None
    total: bool = False
    digest: str | None = None

    @property
    def difference(self) -> Money | None:
        """What is unexplained: the other's figure less ours; none where nobody else says."""
        return None if self.given is None else self.given - self.amount

    @property
    def moneyless(self) -> bool:
        """Tell whether it only counts: its items are days, files or Breaks, and come to no amount."""
        return bool(self.items) and not any(item.amount for item in self.items)

    def sealed(self, digest: str) -> Figure:
        """Return the figure without its items, bound to them by their hash: they are too many to keep twice."""
        return evolve(self, items=(), digest=digest)


@frozen(kw_only=True)
class Section:
    """Figures under a heading.

    Attributes:
        given_by: Who gives the figures beside ours, as a heading: `the bank says`; empty where nobody does.
        picture: Whether a chart of its figures is drawn beside the table.
    """

    key: str
    title: str
    figures: tuple[Figure, ...]
    given_by: str = ""
    note: str = ""
    picture: bool = False


@frozen(kw_only=True)
class Proof:
    """Figures that must agree, of one bank account or fund and one period; both days are in it.

    Attributes:
        subject: The bank account's name or the fund's code; empty where it is the whole council.
    """

    kind: ProofKind
    subject: str
    title: str
    council: str
    first_on: date
    as_at: date
    sections: tuple[Section, ...]

    @property
    def differences(self) -> tuple[Figure, ...]:
        """The figures that others state otherwise; never hidden, spread or netted."""
        return tuple(f for section in self.sections for f in section.figures if f.difference)

    @property
    def agrees(self) -> bool:
        """Tell whether nothing is unexplained."""
        return not self.differences

    @property
    def compared(self) -> int:
        """How many figures somebody else states too."""
        return sum(f.given is not None for section in self.sections for f in section.figures)

    @property
    def unproved(self) -> tuple[str, ...]:
        """The titles of sections in which somebody should have stated a figure, and nobody did."""
        return tuple(
            section.title
            for section in self.sections
            if section.given_by and all(f.given is None for f in section.figures)
        )

    def figure(self, key: str) -> Figure:
        """Return the figure of a key."""
        return next(f for section in self.sections for f in section.figures if f.key == key)


def figure(key: str, label: str, items: Iterable[Item], *, given: Money | None = None) -> Figure:
    """Make a figure of its items."""
    kept = tuple(items)
    return Figure(
        key=key, label=label, amount=Money.total(item.amount for item in kept), items=kept, count=len(kept), given=given,
    )  # fmt: skip


def by_age(items: Iterable[Item]) -> tuple[Figure, ...]:
    """Put open items into bands of age."""
    kept = list(items)
    figures, first = [], None
    for label, last in BANDS:
        inside = [i for i in kept if (first is None or i.age > first) and (last is None or i.age <= last)]
        figures.append(figure(f"age_{last or 'over'}", label, inside))
        first = last
    return tuple(figures)


def total(key: str, label: str, figures: Iterable[Figure], *, given: Money | None = None) -> Figure:
    """Sum up figures, and what they count."""
    kept = list(figures)
    return Figure(
        key=key, label=label, amount=Money.total(f.amount for f in kept), given=given, total=True,
        count=sum(f.count or 0 for f in kept) if any(f.count is not None for f in kept) else None,
    )  # fmt: skip


def past_due(items: Iterable[Item], today: date) -> list[Item]:
    """Return the items past their days."""
    return [item for item in items if item.due_on is not None and item.due_on < today]
