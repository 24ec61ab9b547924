"""The model office: Small Council's days, the files that each brings, and the truth about them.

The same seed, days and first day give the same bytes, always: everything is drawn from one seeded source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from random import Random

import holidays
from attrs import field, frozen

from localgov_ims.domain.calendar import Calendar
from localgov_ims.domain.money import Money
from localgov_ims.domain.references import ReferenceFormat
from localgov_ims.service.payments.receipts import Taking
from localgov_ims.simulator.bank import Entry, camt053, closing, lloyds_csv
from localgov_ims.simulator.direct_debits import Act
from localgov_ims.simulator.happened import CASH_OFFICE, MAIN, Happened, happen
from localgov_ims.simulator.people import People
from localgov_ims.simulator.truth import Fate, LineKey, Truth

FIRST_DAY = date(2026, 5, 4)
"""Where the model office begins if nothing else is said: the Monday of the early May bank holiday."""

_NUMBERS = {MAIN: "20000012345678", CASH_OFFICE: "30000087654321"}
_OPENING = {MAIN: Money(125_000_000), CASH_OFFICE: Money(450_000)}
_HOLDER = "SMALL COUNCIL CASH OFFICE"


@frozen
class MadeFile:
    """A file that has arrived."""

    name: str
    data: bytes


@frozen
class OfficeDay:
    """A calendar day.

    Attributes:
        receipts: Payments known to be certain that day, recorded before the bank is read.
        files: What has arrived by the next morning.
        acts: What an officer does about it then.
    """

    day: date
    receipts: tuple[Taking, ...]
    files: tuple[MadeFile, ...]
    acts: tuple[Act, ...] = ()


@frozen(eq=False)
class ModelOffice:
    """Small Council for some days: banks book on working days, cards are taken every day.

    Attributes:
        seed: What everything is drawn from.
        days: How many calendar days; first_on: the first of them.
        formats: The council's reference formats by name, with `council-tax`, `rent`, `penalty` and `garden`.
        calendar: Working days; England's if none is handed in.
    """

    seed: int = 7
    days: int = 14
    first_on: date = FIRST_DAY
    formats: Mapping[str, ReferenceFormat] = field(kw_only=True, repr=False)
    calendar: Calendar = field(kw_only=True, repr=False)

    @calendar.default
    def _england(self) -> Calendar:
        # A fortnight more, so that the working day after the last day is right too.
        years = range(self.first_on.year, (self.first_on + timedelta(days=self.days + 14)).year + 1)
        return Calendar(frozenset(holidays.country_holidays("GB", subdiv="ENG", years=years)))

    def weeks(self) -> Iterator[OfficeDay]:
        """Yield every calendar day in order, with its receipts and the files that it brings."""
        for day in self._dates:
            by_bank = (payment.receipt for payment in self._happened.by_bank[day])
            bacs = (MadeFile(*file) for file in self._happened.debits.files(day))
            files = (*self._statements.get(day, ()), *self._payout_files(day), *bacs)
            acts = tuple(self._happened.debits.acts(day))
            yield OfficeDay(day, (*by_bank, *self._happened.by_card[day]), files, acts)

    def truth(self) -> Truth:
        """Return what must have become of every statement line at the end."""
        fates: dict[LineKey, Fate] = {
            (account, day, position): line.fate
            for (account, day), booked in self._happened.booked.items()
            for position, line in enumerate(booked, start=1)
        }
        taken = (payment for payments in self._happened.by_bank.values() for payment in payments)
        unbanked = (payment.receipt.reference for payment in taken if payment.booked_on not in self._dates)
        foreign = (charge for payout, _ in self._happened.payouts for charge in payout.foreign)
        debits = self._happened.debits
        return Truth(fates, tuple(foreign), tuple(unbanked), debits.unpaids(), debits.income())

    @cached_property
    def _dates(self) -> Sequence[date]:
        return [self.first_on + timedelta(days=n) for n in range(self.days)]

    @cached_property
    def _happened(self) -> Happened:
        random = Random(self.seed)  # noqa: S311 - a simulation that must repeat itself, no secret
        return happen(random, People(random, self.formats), self.calendar, self._dates)

    @cached_property
    def _statements(self) -> Mapping[date, Sequence[MadeFile]]:
        made, balances = dict[date, list[MadeFile]](), dict(_OPENING)
        for (account, day), booked in self._happened.booked.items():
            entries, files = [line.entry for line in booked], made.setdefault(day, [])
            files.append(_statement(account, day, len(made), balances[account], entries))
            balances[account] = closing(balances[account], entries)
        return made

    def _payout_files(self, day: date) -> Iterator[MadeFile]:
        for payout, comes_on in self._happened.payouts:
            if comes_on == day:
                yield MadeFile(f"stripe-{payout.reference}.csv", payout.csv())


def _statement(account: str, day: date, number: int, opening: Money, entries: Sequence[Entry]) -> MadeFile:
    if account == MAIN:
        data = camt053(account=_NUMBERS[account], day=day, number=number, opening=opening, entries=entries)
        return MadeFile(f"{account}-{day.isoformat()}.camt053.xml", data)
    data = lloyds_csv(account=_NUMBERS[account], holder=_HOLDER, day=day, opening=opening, entries=entries)
    return MadeFile(f"{account}-{day.isoformat()}.csv", data)
