"""A council for one test: one fund, one card method, an empty database, and the provider under test behind its cards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, TypeVar

from attrs import evolve

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.breaks import Break
from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.money import Money
from localgov_ims.domain.payments import Payment
from localgov_ims.domain.transactions import Channel, Transaction
from localgov_ims.hooks import PaymentProviderSpec
from localgov_ims.service.installation import ChosenProvider, Installation
from localgov_ims.service.payments.asking import payment_breaks, take_payment, view_payment
from localgov_ims.service.verifying import verify
from localgov_ims.storage import reversals, transactions
from localgov_ims.testing.provider_rigs import AMOUNT, Rig

Made = TypeVar("Made")
NAME: Final = "under-test"
BACK: Final = "https://pay.council.example/payments/return"

_SETTINGS = f"""
[council]
name = "Testing Council"
subdivision = "ENG"

[database]
url = "sqlite:///ims.sqlite"

[special_methods]
bank_transfer = "12"
portal = "90"

[funds.GW]
name = "Garden waste"
nature = "income"
ledger = {{ code = "5400" }}
vat_code = "O"
basket_fund = true

[funds.SUSP]
name = "Suspense"
nature = "liability"
ledger = {{ code = "9900" }}
suspense = true

[vat.O]
treatment = "outside_scope"

[sources.{NAME}]
kind = "settlement"
format = "stripe-payout"
wait_days = 5

[methods.12]
name = "Bank transfer"
clearing = {{ code = "9102" }}

[methods.90]
name = "Card"
banking = "settlement"
provider = "{NAME}"
clearing = {{ code = "9101" }}
fee = {{ code = "7250" }}
refundable = true
maximum = "10000.00"
"""


@contextmanager
def plain_town(folder: Path, clock: Clock) -> Iterator[Installation]:
    """Open a council whose cards are taken by a provider that nothing offers."""
    settings = folder / "council.toml"
    settings.write_text(_SETTINGS, encoding="utf-8")
    made = open_installation(settings, clock=clock, by="tester", create=True)
    try:
        yield evolve(made, link_keys=lambda: (b"k" * 32,))
    finally:
        made.store.close()


@contextmanager
def town(folder: Path, spec: PaymentProviderSpec, rig: Rig) -> Iterator[Installation]:
    """Open a council whose cards are taken by the provider of *rig*."""
    chosen = ChosenProvider(name=NAME, capabilities=spec.capabilities, opened=opened(rig.provider))
    with plain_town(folder, rig.clock) as made:
        yield evolve(made, providers={NAME: chosen})


def opened(adapter: Made) -> Callable[[], AbstractContextManager[Made]]:
    """Return what opens an adapter that is there already."""

    @contextmanager
    def opens() -> Iterator[Made]:
        yield adapter

    return opens


def asked_of(house: Installation) -> Payment:
    """Ask for a payment at the portal."""
    item = BasketItem(fund="GW", account_reference="GARDEN1", amount=AMOUNT)
    return take_payment(house, [item], channel=Channel.PORTAL)


def now_is(house: Installation, payment: Payment) -> Payment:
    """Return a payment as it stands."""
    return view_payment(house, payment.reference)


def booked(house: Installation, payment: Payment) -> list[Transaction]:
    """Return what the books have of a payment: its receipts, and what took them back."""
    with house.store.reading() as connection:
        t = transactions.transactions
        receipts = list(transactions.whole(connection, t.c.payment == payment.reference))
        lines = [line.id for each in receipts for line in each.lines]
        back = reversals.reversing(connection, lines)
        return [*receipts, *transactions.whole(connection, t.c.reference.in_(back))]


def income(house: Installation, payment: Payment) -> Money:
    """Return what a payment has brought, less what was taken back."""
    return Money.total(each.total for each in booked(house, payment))


def breaks(house: Installation, payment: Payment) -> list[Break]:
    """Return what is wrong with a payment."""
    return payment_breaks(house, payment)


def laws_hold(house: Installation) -> bool:
    """Tell whether the books keep every law that `ims verify` proves."""
    return all(law.holds for law in verify(house))
