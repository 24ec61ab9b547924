"""What happens at Small Council: payments taken, payouts with the day their file comes, lines booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from attrs import frozen

from localgov_ims.domain.calendar import Calendar
from localgov_ims.service.payments.receipts import Taking
from localgov_ims.simulator.bank import Entry
from localgov_ims.simulator.by_bank import BankPayment, BankPayments
from localgov_ims.simulator.direct_debits import DirectDebits
from localgov_ims.simulator.people import People
from localgov_ims.simulator.provider import CardProvider, Payout
from localgov_ims.simulator.traffic import Traffic
from localgov_ims.simulator.truth import Booked, Fate

MAIN, CASH_OFFICE = "main", "cash-office"
"""The council's bank accounts, by its own names."""

_LATE, _LATE_BY = 3, timedelta(days=3)  # the third payout's file comes three days after its money
_EARLY_EVERY, _EARLY = 4, 2  # the second's, sixth's ... a working day before it
_FOREIGN_IN = 5


@frozen(kw_only=True)
class Happened:
    """Everything that happened.

    Attributes:
        by_bank: Payments by bank, by the day they were taken.
        by_card: Card receipts, by the day they were taken.
        payouts: Each payout with the day on which its file comes; none: not in these days.
        booked: The lines of each bank account and working day, in the order of the statement.
        debits: Direct Debits collected, and what came of them.
    """

    by_bank: Mapping[date, Sequence[BankPayment]]
    by_card: Mapping[date, Sequence[Taking]]
    payouts: Sequence[tuple[Payout, date | None]]
    booked: Mapping[tuple[str, date], Sequence[Booked]]
    debits: DirectDebits


def happen(random: Random, people: People, calendar: Calendar, days: Sequence[date]) -> Happened:
    """Let *days* happen, drawn from *random*."""
    working = [day for day in days if calendar.is_working(day)]
    bank_payments, cards = BankPayments(random, people, calendar), CardProvider(random, people)
    by_bank = {day: tuple(bank_payments.take(day)) for day in days}
    by_card = {day: tuple(cards.take(day)) for day in days}
    payouts = [(p, _comes_on(p, working, days[-1])) for p in cards.payouts(working, foreign_in=_FOREIGN_IN)]
    debits, booked = (
        DirectDebits(people, calendar, days[0], days[-1]),
        dict[tuple[str, date], Sequence[Booked]](),
    )
    traffic = Traffic(random, people, debits)
    for nth, day in enumerate(working):
        due = [_banked(paid) for taken in by_bank.values() for paid in taken if paid.booked_on == day]
        paid_out = [_paid_out(*payout) for payout in payouts if payout[0].paid_on == day]
        lines = _shuffled(random, [*due, *paid_out, *traffic.main(day, nth)])
        booked[MAIN, day] = [*lines, *debits.taken_back(day)]
        booked[CASH_OFFICE, day] = _shuffled(random, list(traffic.cash_office()))
    return Happened(by_bank=by_bank, by_card=by_card, payouts=payouts, booked=booked, debits=debits)


def _comes_on(payout: Payout, working: Sequence[date], last: date) -> date | None:
    """Return the day on which a payout's file comes; the last working day's is still to come at the end."""
    if payout.paid_on == working[-1]:
        return None
    if payout.number == _LATE:
        late = payout.paid_on + _LATE_BY
        return late if late <= last else None
    before = working[max(working.index(payout.paid_on) - 1, 0)]
    early = payout.number % _EARLY_EVERY == _EARLY and before >= payout.newest_on
    return before if early else payout.paid_on


def _banked(payment: BankPayment) -> Booked:
    return Booked(payment.entry, Fate(disposition="matched", matched=payment.receipt.reference))


def _paid_out(payout: Payout, comes_on: date | None) -> Booked:
    entry = Entry(amount=payout.net, text=f"STRIPE PAYMENTS {payout.reference}", code="BGC")
    if comes_on is None:
        return Booked(entry, Fate(disposition="awaiting", detail="stripe"))
    return Booked(entry, Fate(disposition="matched", matched=payout.reference))


def _shuffled(random: Random, lines: list[Booked]) -> Sequence[Booked]:
    random.shuffle(lines)
    return lines
