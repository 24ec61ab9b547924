"""Direct Debits: collections of council tax, what comes back of them, and what an officer does about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Final, Literal

from attrs import field, frozen

from localgov_ims.domain.calendar import Calendar
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.simulator.bacs import Debit, addacs, arudd, ddic, standard18
from localgov_ims.simulator.bank import Entry
from localgov_ims.simulator.people import COUNCIL_TAX, People
from localgov_ims.simulator.truth import Booked, Fate

_SERVICE_USER: Final = "401122"
_SOURCE: Final = "council-tax-dd"
_FEWEST, _MOST = 40, 70

# Working days after the collection.
_RETURNED: Final = 3
_RETURNED_SINGLY, _ANNOUNCED, _ADVISED = 4, 4, 4
_REPORTED_LATE, _ANSWERED = 5, 5
_CLAIM_DEBITED: Final = 6


@frozen(kw_only=True)
class Act:
    """What an officer does once a morning's files are in, of payers by their references; `file` is its SHA-256."""

    verb: Literal["reject", "challenge", "withdraw", "take"]
    references: tuple[str, ...]
    file: str = ""


@frozen(kw_only=True)
class Collection:
    """Direct Debits that are collected on a day: one submission, one credit.

    Attributes:
        number: From 1.
        paid: Those that stay.
        together, singly: Returned unpaid, and taken by the bank in one sum, or one by one before the report is here.
        claimed, given_up: Claimed under the Guarantee and challenged; the bank takes one and gives up the other.
        rejected: On input, so the credit is without it.
    """

    number: int
    collected_on: date
    paid: tuple[Debit, ...]
    together: tuple[Debit, ...]
    singly: tuple[Debit, ...]
    claimed: Debit
    given_up: Debit
    rejected: Debit

    @property
    def collected(self) -> tuple[Debit, ...]:
        """What the credit brings."""
        return (*self.paid, *self.together, *self.singly, self.claimed, self.given_up)

    @property
    def cancelled(self) -> tuple[str, str]:
        """The payers who cancel their instructions: the advice of the first is acted on, that of the second is not."""
        return self.paid[0].reference, self.paid[1].reference

    @property
    def submission(self) -> bytes:
        """The file that was sent to Bacs."""
        debits = (*self.collected, self.rejected)
        return standard18(debits, day=self.collected_on, serial=self.number, service_user=_SERVICE_USER)


@frozen
class DirectDebits:
    """Collects Direct Debits, and knows what of them is here by the last day."""

    _people: People
    _calendar: Calendar
    _first: date
    _last: date
    _made: list[Collection] = field(factory=list, init=False)

    def collect(self, day: date, seed: int) -> Booked:
        """Collect on a day what is drawn from a source of its own, and return the credit: it changes nothing else."""
        random = Random(seed)  # noqa: S311 - a simulation that must repeat itself, no secret
        people = self._people.beside(random)
        # No two amounts are alike, so that what comes back is told apart by its amount too.
        amounts = random.sample(range(9_500, 28_500), random.randint(_FEWEST, _MOST))
        debits = [
            Debit(reference=people.account(COUNCIL_TAX).reference, amount=Money(pence), original_on=day)
            for pence in amounts
        ]
        made = Collection(
            number=len(self._made) + 1, collected_on=day, together=tuple(debits[:3]), singly=tuple(debits[3:5]),
            claimed=debits[5], given_up=debits[6], rejected=debits[7], paid=tuple(debits[8:]),
        )  # fmt: skip
        self._made.append(made)
        total = Money.total(debit.amount for debit in made.collected)
        entry = Entry(amount=total, text=f"BACS SUN {_SERVICE_USER} COUNCIL TAX", code="BGC")
        return Booked(entry, Fate(disposition="matched", matched=_name_of(made)))

    def taken_back(self, day: date) -> Iterator[Booked]:
        """Yield what the bank takes back on a day."""
        for each in self._made:
            if day == self._on(each, _RETURNED):
                yield self._debit("", each.together, reported=day)
            if day == self._on(each, _RETURNED_SINGLY):
                for debit in each.singly:
                    yield self._debit(debit.reference, [debit], reported=self._on(each, _REPORTED_LATE))
            if day == self._on(each, _CLAIM_DEBITED):
                yield self._debit(each.claimed.reference, [each.claimed], reported=day)

    def files(self, day: date) -> Iterator[tuple[str, bytes]]:
        """Yield what comes from Bacs on a calendar day: names and bytes."""
        for each in self._made:
            n, announced = each.number, self._on(each, _ANNOUNCED)
            if day == self._submitted_on(each):
                yield _name_of(each), each.submission
            if day == self._on(each, _RETURNED):
                yield f"arudd-{2 * n - 1:03d}.xml", _arudd(each.together, day, 2 * n - 1)
            if day == self._on(each, _REPORTED_LATE):
                returned_on = self._on(each, _RETURNED_SINGLY)
                yield f"arudd-{2 * n:03d}.xml", _arudd(each.singly, returned_on, 2 * n)
            if day == announced:
                claims = (each.claimed, each.given_up)
                debited_on = self._on(each, _CLAIM_DEBITED)
                yield f"ddic-{n:03d}.xml", ddic(claims, day=debited_on, number=n, service_user=_SERVICE_USER)
            if day == self._on(each, _ADVISED):
                yield (
                    f"addacs-{day.isoformat()}.xml",
                    addacs(each.cancelled, day=day, service_user=_SERVICE_USER),
                )

    def acts(self, day: date) -> Iterator[Act]:
        """Yield what an officer does about it on a calendar day."""
        for each in self._made:
            claims = (each.claimed.reference, each.given_up.reference)
            if day == self._submitted_on(each):
                sha256 = hashlib.sha256(each.submission).hexdigest()
                yield Act(verb="reject", references=(each.rejected.reference,), file=sha256)
            if day == self._on(each, _ANSWERED):
                yield Act(verb="challenge", references=claims)
                yield Act(verb="take", references=each.cancelled[:1])
            if day == self._on(each, _CLAIM_DEBITED):
                yield Act(verb="withdraw", references=claims[1:])

    def unpaids(self) -> Mapping[str, str]:
        """Return where what came back stands in the end, by the payer's reference."""
        found = dict[str, str]()
        for each in self._made:
            claims = (each.claimed.reference, each.given_up.reference)
            ends = (
                (_RETURNED, "debited", [debit.reference for debit in each.together]),
                (_REPORTED_LATE, "debited", [debit.reference for debit in each.singly]),
                (_ANNOUNCED, "advised", claims), (_ANSWERED, "challenged", claims),
                (_CLAIM_DEBITED, "debited", claims[:1]), (_CLAIM_DEBITED, "withdrawn", claims[1:]),
            )  # fmt: skip
            for after, state, references in ends:
                if self._on(each, after) <= self._last:
                    found |= dict.fromkeys(references, state)
        return found

    def income(self) -> Mapping[str, Money]:
        """Return what each payer's account has had in the end; of what the bank took back, nothing."""
        back = {reference for reference, state in self.unpaids().items() if state == "debited"}
        return {
            debit.reference: NOTHING if debit.reference in back else debit.amount
            for each in self._made
            for debit in each.collected
        }

    def _debit(self, named: str, of: tuple[Debit, ...] | list[Debit], *, reported: date) -> Booked:
        total = Money.total(debit.amount for debit in of)
        text = f"UNPAID DD SUN {_SERVICE_USER} {named}".strip()
        known = Fate(disposition="matched", matched=" + ".join(sorted(debit.reference for debit in of)))
        waits = Fate(disposition="awaiting", detail=_SOURCE)
        return Booked(Entry(amount=-total, text=text, code="UDD"), known if reported <= self._last else waits)

    def _on(self, each: Collection, after: int) -> date:
        return self._calendar.add_working_days(each.collected_on, after)

    def _submitted_on(self, each: Collection) -> date:
        return max(each.collected_on - timedelta(days=1), self._first)


def _name_of(collection: Collection) -> str:
    return f"direct-debits-{collection.collected_on.isoformat()}.txt"


def _arudd(debits: tuple[Debit, ...], day: date, number: int) -> bytes:
    return arudd(debits, day=day, number=number, service_user=_SERVICE_USER)
