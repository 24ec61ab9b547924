"""What passes through the council's two bank accounts on a working day, and what must become of each line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from random import Random

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.simulator.bank import Entry
from localgov_ims.simulator.direct_debits import DirectDebits
from localgov_ims.simulator.people import COUNCIL_TAX, PENALTIES, RENTS, Account, Narrative, People
from localgov_ims.simulator.truth import Booked, Fate

_FIRST_RUN = 601
_COLLECTED_EVERY, _PAID_EVERY = 5, 5  # working days between collections, and between pay days
_PAY_DAY = 3
_MONTHS = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER",
    "NOVEMBER", "DECEMBER",
)  # fmt: skip
_TAKINGS = ("MARKET STALL TAKINGS", "MARKET RENTS TUESDAY", "MARKET HALL STALLS", "Market square pitches")
_SURPRISES = ("UNPAID CHEQUE", "RETURNED CHEQUE REFER TO DRAWER", "CREDIT RECALLED BY SENDER")


def _suspense(reason: SuspenseReason) -> Fate:
    return Fate(disposition="suspense", detail=reason.value)


@frozen
class Traffic:
    """Makes the lines of a day; its n-th working day, from 0, says what falls due."""

    _random: Random
    _people: People
    _debits: DirectDebits

    def main(self, day: date, nth: int) -> Iterator[Booked]:
        """Make the main account's lines that need no receipt and no payout."""
        plan: Sequence[tuple[Callable[[], Iterator[Booked]], int, int]] = (
            (self._transfer, 28, 30), (self._twice, 1, 1), (self._mistyped, 3, 3), (self._unnamed, 3, 4),
            (self._torn, 1, 2), (self._too_much, 1, 1), (self._batch, 1, 1), (self._surprise, 1, 1),
            (self._charge, 1, 1),
        )  # fmt: skip
        yield from self._drawn(plan)
        yield self._awaited("ALLPAY LTD 4471203", "allpay", Money(self._random.randrange(80_000, 900_000)))
        yield self._other(
            f"BACS PAYMENTS RUN {_FIRST_RUN + nth}", "payables", self._random.randrange(4_000_000, 9_000_000)
        )
        if nth % _COLLECTED_EVERY == 0:
            yield self._debits.collect(day, self._random.randrange(20_000_000))
        if nth % _PAID_EVERY == _PAY_DAY:
            wages = self._random.randrange(15_000_000, 20_000_000)
            yield self._other(f"SALARIES {_MONTHS[day.month - 1]}", "payroll", wages)

    def cash_office(self) -> Iterator[Booked]:
        """Make the cash office's lines."""
        yield from self._drawn(
            ((self._transfer, 6, 8), (self._unnamed, 2, 3), (self._takings, 2, 3), (self._charge, 1, 1))
        )

    def _drawn(self, plan: Sequence[tuple[Callable[[], Iterator[Booked]], int, int]]) -> Iterator[Booked]:
        for make, fewest, most in plan:
            for _ in range(self._random.randint(fewest, most)):
                yield from make()

    def _transfer(self) -> Iterator[Booked]:
        account = self._people.account()
        yield self._credit(self._people.owed(account), self._people.names(account), _allocated(account))

    def _twice(self) -> Iterator[Booked]:
        """Two equal payments are two real receipts."""
        (paid,) = self._transfer()
        yield paid
        yield paid

    def _mistyped(self) -> Iterator[Booked]:
        account = self._people.account()
        fate = _suspense(SuspenseReason.NO_FUND)
        yield self._credit(self._people.owed(account), self._people.mistypes(account), fate)

    def _unnamed(self) -> Iterator[Booked]:
        amount = Money(self._random.randrange(1_000, 30_000))
        yield self._credit(amount, self._people.names_nobody(), _suspense(SuspenseReason.NO_FUND))

    def _torn(self) -> Iterator[Booked]:
        first, second = (
            self._people.account(COUNCIL_TAX),
            self._people.account(self._random.choice((RENTS, PENALTIES))),
        )
        amount = self._people.owed(first) + self._people.owed(second)
        fate = _suspense(SuspenseReason.AMBIGUOUS_RULES)
        yield self._credit(amount, self._people.names_both(first, second), fate)

    def _too_much(self) -> Iterator[Booked]:
        amount = Money(self._random.randrange(15_100, 40_000))
        narrative = self._people.names(self._people.account(PENALTIES))
        yield self._credit(amount, narrative, _suspense(SuspenseReason.OVER_MAXIMUM))

    def _batch(self) -> Iterator[Booked]:
        amount = Money(self._random.randrange(20_000, 90_000))
        shares = amount.share((self._random.randint(1, 9), self._random.randint(1, 9)))
        said = (self._people.names_nobody() for _ in shares)
        parts = tuple(Entry(amount=a, name=n.name, text=n.text) for a, n in zip(shares, said, strict=True))
        yield Booked(Entry(amount=amount, code="BGC", parts=parts), _suspense(SuspenseReason.NO_FUND))

    def _takings(self) -> Iterator[Booked]:
        entry = Entry(
            amount=Money(self._random.randrange(40, 400) * 50), text=self._random.choice(_TAKINGS), code="CSH"
        )
        yield Booked(entry, _suspense(SuspenseReason.RULE))

    def _surprise(self) -> Iterator[Booked]:
        amount = Money(self._random.randrange(2_000, 40_000))
        fate = _suspense(SuspenseReason.UNEXPECTED_DEBIT)
        yield Booked(Entry(amount=-amount, text=self._random.choice(_SURPRISES), code="UNP"), fate)

    def _charge(self) -> Iterator[Booked]:
        yield self._other("SERVICE CHARGE", "charges", self._random.randrange(200, 4_000), code="CHG")

    def _credit(self, amount: Money, narrative: Narrative, fate: Fate) -> Booked:
        code = self._random.choice(("FPI", "FPI", "FPI", "BGC"))
        return Booked(Entry(amount=amount, name=narrative.name, text=narrative.text, code=code), fate)

    def _awaited(self, text: str, source: str, amount: Money) -> Booked:
        return Booked(
            Entry(amount=amount, text=text, code="BGC"), Fate(disposition="awaiting", detail=source)
        )

    def _other(self, text: str, what: str, pence: int, code: str = "BAC") -> Booked:
        return Booked(
            Entry(amount=Money(-pence), text=text, code=code), Fate(disposition="other", detail=what)
        )


def _allocated(account: Account) -> Fate:
    return Fate(disposition="allocated", fund=account.fund, account_reference=account.reference)
