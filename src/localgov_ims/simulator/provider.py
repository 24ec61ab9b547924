"""The card provider: charges taken every day, paid out on working days less fees, itemised in a file."""

from __future__ import annotations

import csv
import io
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from attrs import field, frozen

from localgov_ims.domain.money import Money
from localgov_ims.service.payments.receipts import Taking
from localgov_ims.simulator.people import COUNCIL_TAX, GARDEN, PENALTIES, RENTS, People
from localgov_ims.simulator.receipts import our_reference

_METHOD, _PROVIDER = "90", "stripe"
_FEWEST, _MOST = 15, 30
_HELD = timedelta(days=2)
_SYMBOLS = string.digits + string.ascii_letters
_SERVICES: Mapping[str, str] = {
    COUNCIL_TAX: "Council tax", RENTS: "Rent", PENALTIES: "Parking penalty", GARDEN: "Garden waste",
}  # fmt: skip
_COLUMNS = (
    "automatic_payout_id", "automatic_payout_effective_at_utc", "balance_transaction_id", "created_utc",
    "available_on_utc", "currency", "gross", "fee", "net", "reporting_category", "source_id", "description",
)  # fmt: skip


def fee_of(gross: Money) -> Money:
    """Return what the provider keeps of a charge: 1.4 % rounded half up, and 20p."""
    return Money((gross.pence * 14 + 500) // 1000 + 20)


def _identifier(random: Random, kind: str) -> str:
    return f"{kind}_{''.join(random.choices(_SYMBOLS, k=24))}"


@frozen(kw_only=True)
class Charge:
    """A card payment as the provider knows it; `made_at` is in UTC."""

    identifier: str
    entry: str
    gross: Money
    made_at: datetime
    description: str

    @property
    def net(self) -> Money:
        """What is left for the council."""
        return self.gross - fee_of(self.gross)


@frozen(kw_only=True)
class Payout:
    """Charges paid out together.

    Attributes:
        number: The how manyth payout it is, from 1.
        foreign: Identifiers of its charges that are none of the council's.
    """

    reference: str
    number: int
    paid_on: date
    charges: tuple[Charge, ...]
    foreign: tuple[str, ...] = ()

    @property
    def net(self) -> Money:
        """What the bank is credited with."""
        return Money.total(charge.net for charge in self.charges)

    @property
    def newest_on(self) -> date:
        """The day of its last charge: its file cannot be older."""
        return max(charge.made_at.date() for charge in self.charges)

    def csv(self) -> bytes:
        """Write the itemised payout reconciliation (https://docs.stripe.com/reports/payout-reconciliation.md)."""
        text = io.StringIO(newline="")
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(_COLUMNS)
        paid = f"{self.paid_on.isoformat()} 00:00:00"
        for charge in self.charges:
            rows.writerow((
                self.reference, paid, charge.entry, charge.made_at.isoformat(" "), paid, "gbp", charge.gross,
                fee_of(charge.gross), charge.net, "charge", charge.identifier, charge.description,
            ))  # fmt: skip
        return text.getvalue().encode()


@frozen
class CardProvider:
    """Takes card payments and pays them out."""

    _random: Random
    _people: People
    _taken: list[Charge] = field(factory=list, init=False)

    def take(self, day: date) -> Iterator[Taking]:
        """Take a day's card payments; weekends and bank holidays are days like any other."""
        for _ in range(self._random.randint(_FEWEST, _MOST)):
            account = self._people.account()
            amount, what = self._people.owed(account), f"{_SERVICES[account.fund]} {account.reference}"
            charge = self._charge(day, amount, what)
            self._taken.append(charge)
            yield Taking(
                reference=our_reference(self._random), fund=account.fund, account_reference=account.reference,
                amount=amount, mop=_METHOD, taken_on=day, provider=_PROVIDER,
                provider_reference=charge.identifier,
            )  # fmt: skip

    def payouts(self, working_days: Iterable[date], *, foreign_in: int) -> Iterator[Payout]:
        """Pay out, each working day, what was held for two days; a foreign charge slips into one payout."""
        paid = number = 0
        for day in working_days:
            until = sum(charge.made_at.date() <= day - _HELD for charge in self._taken)
            if until == paid:
                continue
            number += 1
            yield self._payout(number, day, self._taken[paid:until], foreign=number == foreign_in)
            paid = until

    def _payout(self, number: int, day: date, charges: Sequence[Charge], *, foreign: bool) -> Payout:
        strangers = (
            [self._charge(charges[-1].made_at.date(), Money(3_720), "Town hall cafe")] if foreign else []
        )
        return Payout(
            reference=_identifier(self._random, "po"), number=number, paid_on=day,
            charges=(*charges, *strangers), foreign=tuple(charge.identifier for charge in strangers),
        )  # fmt: skip

    def _charge(self, day: date, gross: Money, description: str) -> Charge:
        # From 7 to 22 o'clock UTC the day in London is the same, in summer and in winter.
        seconds = self._random.randrange(7 * 3600, 22 * 3600)
        return Charge(
            identifier=_identifier(self._random, "ch"), entry=_identifier(self._random, "txn"), gross=gross,
            made_at=datetime.combine(day, time()) + timedelta(seconds=seconds), description=description,
        )  # fmt: skip
