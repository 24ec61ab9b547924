"""Payments that the income system knows to be certain before the bank has said anything."""

from __future__ import annotations

from datetime import date
from random import Random

from attrs import frozen

from localgov_ims.domain.ids import ALPHABET, check_symbol
from localgov_ims.domain.money import Money

_WITHOUT_CHECK = 11


@frozen(kw_only=True)
class ExpectedReceipt:
    """A payment taken, to be recorded on its day.

    Attributes:
        reference: One of our own.
        mop: The method of payment's code.
        provider: Who took it, where a provider did; provider_reference: its own name for the payment.
    """

    reference: str
    fund: str
    account_reference: str
    amount: Money
    mop: str
    taken_on: date
    provider: str | None = None
    provider_reference: str | None = None


def our_reference(random: Random) -> str:
    """Make one of our own references from seeded randomness."""
    symbols = "".join(random.choices(ALPHABET, k=_WITHOUT_CHECK))
    return symbols + check_symbol(symbols)
