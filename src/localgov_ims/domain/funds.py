"""Funds: where income belongs."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from attrs import field, frozen

from localgov_ims.domain.accounts import MOST_PROOF_DAYS
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.ledger_from import LedgerFrom
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.texts import text
from localgov_ims.errors import ConfigurationError


class Nature(enum.Enum):
    """What a fund is in the ledger."""

    INCOME = "income"
    DEBTOR_CONTROL = "debtor_control"
    LIABILITY = "liability"


@frozen(kw_only=True)
class Fund:
    """Where income belongs: council tax, rents, parking.

    Attributes:
        code: At most 5 characters; name and display_name (what payers read): at most 50.
        ledger: The ledger code its income is posted to; ledger_from: where that stands in the account reference instead.
        reference_format: Name of the format of its account references, where it has one.
        vat_code: The code whose VAT its income contains; a debtor control takes none, for its VAT
            arose with the bill.
        vat_override: Whether a line may have another VAT code than the fund's.
        maximum: The most that one line may bring.
        account_must_exist: Whether only accounts that have been imported are accepted.
        address_required: Whether the payer's name and address are asked for.
        basket_fund: Whether the portal offers it.
        credit_notes: Whether a suspense clearance may take from its accounts.
        ereturn_default: Whether eReturns offer it first.
        may_overpay: Kept for the portal's wording; not enforced.
        suspense: Whether this is the one fund that holds what nobody could place yet.
        proof_days: Of the suspense fund: working days after which an item left in it is out of order.
        reference_label: What the portal calls its references; reference_hint: where a payer finds one.
        disabled: Whether it takes no new money; old lines still show, refund and export.

    Raises:
        ConfigurationError: The flags contradict each other.
    """

    code: str = field(validator=text(5))
    name: str = field(validator=text(50))
    nature: Nature
    ledger: LedgerAccount | None = None
    ledger_from: LedgerFrom | None = None
    display_name: str | None = field(default=None, validator=text(50))
    reference_format: str | None = None
    vat_code: str | None = None
    vat_override: bool = False
    maximum: Money | None = None
    account_must_exist: bool = False
    address_required: bool = False
    basket_fund: bool = False
    credit_notes: bool = False
    ereturn_default: bool = False
    may_overpay: bool = False
    suspense: bool = False
    disabled: bool = False
    proof_days: int = 20
    reference_label: str | None = field(default=None, validator=text(50))
    reference_hint: str | None = field(default=None, validator=text(200))
    extras: Mapping[str, str] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        faults = {
            "it needs either ledger or ledger_from": (self.ledger is None) is (self.ledger_from is None),
            "a debtor control takes no VAT code": self.nature is Nature.DEBTOR_CONTROL
            and (self.vat_code is not None or self.vat_override),
            "the suspense fund is a liability": self.suspense and self.nature is not Nature.LIABILITY,
            "the suspense fund takes no VAT code: VAT is decided when an item is cleared": self.suspense
            and self.vat_code is not None,
            "the suspense fund cannot be disabled": self.suspense and self.disabled,
            f"proof_days must be 0 to {MOST_PROOF_DAYS}": not 0 <= self.proof_days <= MOST_PROOF_DAYS,
            "its maximum must be above zero": self.maximum is not None and self.maximum <= NOTHING,
            "the suspense fund is not offered in the portal": self.suspense and self.basket_fund,
        }
        for fault, present in faults.items():
            if present:
                raise ConfigurationError("bad_fund", f"Fund {self.code}: {fault}.", fund=self.code)

    @property
    def shown(self) -> str:
        """What payers and receipts call it."""
        return self.display_name or self.name


def check_takes_income(funds: Mapping[str, Fund], code: str, *, section: str, advice: str) -> None:
    """Refuse a fund that a section of the settings names for income and that takes none.

    Raises:
        ConfigurationError: It is not there, is disabled, or is the suspense fund.
    """
    fund = funds.get(code)
    if fund is None:
        message = f"[{section}] names the fund {code!r}, which is not there. There are: {', '.join(funds)}."
        raise ConfigurationError("unknown_name", message, name=code)
    if fund.disabled or fund.suspense:
        message = f"[{section}] names the fund {code}, which takes no income. {advice}"
        raise ConfigurationError(f"bad_{section}", message, fund=code)
