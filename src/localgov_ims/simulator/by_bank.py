"""Payments by bank: the payer's bank is asked to send our reference along, and sometimes loses it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from attrs import frozen

from localgov_ims.domain.calendar import Calendar
from localgov_ims.service.payments.receipts import Taking
from localgov_ims.simulator.bank import Entry
from localgov_ims.simulator.people import People
from localgov_ims.simulator.receipts import our_reference

_METHOD = "14"
_KEPT, _LOST = (8, 9), 2
_WINDOW = timedelta(days=3)  # within which a reference in the text still finds its receipt
_ONE_IN = 6


@frozen
class BankPayment:
    """A payment by bank: the receipt known at once, and the line in which its money comes on `booked_on`.

    Its account pays nothing else, so that where our reference is lost the account's finds the one receipt.
    """

    receipt: Taking
    booked_on: date
    entry: Entry


@frozen
class BankPayments:
    """Takes payments by bank."""

    _random: Random
    _people: People
    _calendar: Calendar

    def take(self, day: date) -> Iterator[BankPayment]:
        """Take a day's payments; on days when banks rest there is one, booked when they work again."""
        working = self._calendar.is_working(day)
        for _ in range(self._random.randint(*_KEPT) if working else 1):
            yield self._payment(day, lost=False)
        for _ in range(_LOST if working else 0):
            yield self._payment(day, lost=True)

    def _payment(self, day: date, *, lost: bool) -> BankPayment:
        account = self._people.account()
        narrative = self._people.names(account) if lost else self._people.names_nobody()
        receipt = Taking(
            reference=our_reference(self._random), fund=account.fund, account_reference=account.reference,
            amount=self._people.owed(account), mop=_METHOD, taken_on=day,
        )  # fmt: skip
        entry = Entry(amount=receipt.amount, name=narrative.name, text=narrative.text)
        return BankPayment(receipt, self._booked_on(day), entry if lost else _with_reference(entry, receipt))

    def _booked_on(self, day: date) -> date:
        """Return the day itself or, now and then, the next one that the window still holds."""
        later = self._calendar.add_working_days(day, 1)
        if not self._calendar.is_working(day):
            return later
        return later if later - day <= _WINDOW and self._random.randrange(_ONE_IN) == 0 else day


def _with_reference(entry: Entry, receipt: Taking) -> Entry:
    return Entry(amount=entry.amount, name=entry.name, text="SMALL COUNCIL", end_to_end=receipt.reference)
