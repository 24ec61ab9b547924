"""Funds and methods of payment: where income belongs, and how it was taken."""

from __future__ import annotations

import enum

from attrs import field, frozen

from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.errors import ConfigurationError


class Nature(enum.Enum):
    """What a fund is in the ledger."""

    INCOME = "income"
    DEBTOR_CONTROL = "debtor_control"
    LIABILITY = "liability"


class Banking(enum.Enum):
    """How the money of a method of payment reaches the bank.

    SINGLY: each payment is a credit of its own (transfers, payments by bank).
    SETTLEMENT: a provider pays it out among many others, less its fees (cards).
    """

    SINGLY = "singly"
    SETTLEMENT = "settlement"


@frozen(kw_only=True)
class Fund:
    """Where income belongs: council tax, rents, parking.

    Attributes:
        ledger: The ledger code its income is posted to.
        reference_format: Name of the format of its account references, where it has one.
        vat_code: The code whose VAT its income contains; a debtor control takes none, for its VAT
            arose with the bill.
        maximum: The most that one line may bring.
        suspense: Whether this is the one fund that holds what nobody could place yet.

    Raises:
        ConfigurationError: The flags contradict each other.
    """

    code: str
    name: str
    nature: Nature
    ledger: LedgerAccount
    reference_format: str | None = None
    vat_code: str | None = None
    vat_override: bool = False
    maximum: Money | None = None
    suspense: bool = False
    disabled: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        faults = {
            "a debtor control takes no VAT code": self.nature is Nature.DEBTOR_CONTROL
            and self.vat_code is not None,
            "the suspense fund is a liability": self.suspense and self.nature is not Nature.LIABILITY,
            "the suspense fund takes no VAT code: VAT is decided when an item is cleared": self.suspense
            and self.vat_code is not None,
            "the suspense fund cannot be disabled": self.suspense and self.disabled,
            "its maximum must be above zero": self.maximum is not None and self.maximum <= NOTHING,
            "its code is longer than 5 characters": len(self.code) > 5,  # noqa: PLR2004 - payments.md 3
        }
        for fault, present in faults.items():
            if present:
                raise ConfigurationError("bad_fund", f"Fund {self.code}: {fault}.", fund=self.code)


@frozen(kw_only=True)
class MethodOfPayment:
    """How income was taken: by card at a provider, by bank transfer, in cash.

    Attributes:
        clearing: The ledger code at which its income waits for the bank; every penny there is an open item.
        banking: How its money reaches the bank, which decides what it is matched with.
        fee: The ledger code of what its provider keeps.
        provider: Name of the provider whose settlements bring it.
    """

    code: str
    name: str
    clearing: LedgerAccount
    banking: Banking = Banking.SINGLY
    fee: LedgerAccount | None = None
    provider: str | None = None
    disabled: bool = field(default=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        settled = self.banking is Banking.SETTLEMENT
        if settled and (self.provider is None or self.fee is None):
            message = f"Method of payment {self.code}: money that comes by settlement needs a provider and a fee code."
            raise ConfigurationError("bad_method", message, mop=self.code)
