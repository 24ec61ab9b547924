"""What must have become of every statement line in the end, and the comparison with what did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import field, frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.simulator.bank import Entry

LineKey = tuple[str, date, int]
"""A statement line: bank account's name, day it was booked, position in that day's statement from 1."""


@frozen(kw_only=True)
class Fate:
    """The one right end of a statement line.

    Attributes:
        disposition: `matched`, `allocated`, `suspense`, `awaiting` or `other`.
        fund: Where it was allocated; account_reference: whose it is, in canonical form.
        matched: The receipt's reference, the payout's, the file of a collection, or the references of what came back.
        detail: The source awaited, what it is other than income, or the reason of the suspense.
    """

    disposition: str
    fund: str | None = None
    account_reference: str | None = None
    matched: str | None = None
    detail: str | None = None

    def __str__(self) -> str:
        """Return the end as people read it."""
        place = f"fund {self.fund}, account {self.account_reference}" if self.fund is not None else None
        what = ", ".join(part for part in (place, self.matched, self.detail) if part)
        return f"{self.disposition} ({what})" if what else self.disposition


@frozen
class Booked:
    """A line at the bank, and its one right end."""

    entry: Entry
    fate: Fate


@frozen
class Outcome:
    """What a system made of a statement line; `detail` as in `Fate`, none where it does not say."""

    account: str
    booked_on: date
    position: int
    disposition: str
    fund: str | None = None
    account_reference: str | None = None
    matched: str | None = None
    detail: str | None = None

    @property
    def key(self) -> LineKey:
        """The statement line."""
        return self.account, self.booked_on, self.position

    @property
    def fate(self) -> Fate:
        """What became of it."""
        return Fate(
            disposition=self.disposition, fund=self.fund, account_reference=self.account_reference,
            matched=self.matched, detail=self.detail,
        )  # fmt: skip

    def agrees(self, fate: Fate) -> bool:
        """Tell whether this is the right end; a detail that is not given is not held against it."""
        ends = (self.disposition, self.fund, self.account_reference, self.matched)
        right = (fate.disposition, fate.fund, fate.account_reference, fate.matched)
        return ends == right and self.detail in {None, fate.detail}


@frozen
class Truth:
    """The right end of every statement line, in the order of account and day.

    `foreign` are charges inside settlements that are none of the council's: no receipt exists for them.
    `unbanked` are payments by bank, by our reference, whose money no statement of these days brings.
    `unpaids` say where each Direct Debit stands that came back, and `collected` what each account has had by Direct Debit in
    the end, both by the payer's reference.
    """

    fates: Mapping[LineKey, Fate]
    foreign: tuple[str, ...] = ()
    unbanked: tuple[str, ...] = ()
    unpaids: Mapping[str, str] = field(factory=dict)
    collected: Mapping[str, Money] = field(factory=dict)


@frozen
class Verdict:
    """How many lines ended right, and a sentence for each that did not."""

    right: int
    wrong: tuple[str, ...]


def judge(truth: Truth, outcomes: Iterable[Outcome]) -> Verdict:
    """Compare *outcomes* with *truth*; a line missing, extra or given twice is wrong too."""
    said: dict[LineKey, list[Outcome]] = {}
    for outcome in outcomes:
        said.setdefault(outcome.key, []).append(outcome)
    faults = [_fault(key, fate, said.pop(key, [])) for key, fate in truth.fates.items()]
    wrong = [fault for fault in faults if fault is not None]
    extra = [f"{_named(key)} is {given[0].fate}, but there is no such line." for key, given in said.items()]
    return Verdict(len(faults) - len(wrong), (*wrong, *extra))


def judge_debits(truth: Truth, unpaids: Mapping[str, str], collected: Mapping[str, Money]) -> Iterator[str]:
    """Yield a sentence for each Direct Debit that stands otherwise than it must, or whose account has had another sum."""
    for reference in sorted({*truth.unpaids, *unpaids}):
        said, right = unpaids.get(reference, "not here"), truth.unpaids.get(reference, "not here")
        if said != right:
            yield f"What came back of {reference} is {said}; it must be {right}."
    for reference in sorted({*truth.collected, *collected}):
        had, due = collected.get(reference, NOTHING), truth.collected.get(reference, NOTHING)
        if had != due:
            yield f"Account {reference} has had {had.shown()} by Direct Debit; it must be {due.shown()}."


def _fault(key: LineKey, fate: Fate, given: list[Outcome]) -> str | None:
    if not given:
        return f"{_named(key)} is missing; it must be {fate}."
    if len(given) > 1:
        return f"{_named(key)} is given {len(given)} times; a line has one disposition, here {fate}."
    if not given[0].agrees(fate):
        return f"{_named(key)} is {given[0].fate}; it must be {fate}."
    return None


def _named(key: LineKey) -> str:
    account, booked_on, position = key
    return f"{account}, {booked_on.isoformat()}, line {position}"
