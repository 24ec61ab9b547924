"""Methods of payment: how income is taken, what they can do, and which of them the system itself uses."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from attrs import field, fields_dict, frozen

from localgov_ims.domain.accounts import MOST_PROOF_DAYS
from localgov_ims.domain.funds import Fund
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.texts import text
from localgov_ims.domain.vat import VatCode
from localgov_ims.errors import ConfigurationError

SURCHARGE_WARNING: Final = (
    "Since 13 January 2018 it is unlawful to charge consumers for paying by card. Charge commercial cards only, no more "
    "than your cost, after legal advice."
)
"""Source: the Consumer Rights (Payment Surcharges) Regulations 2012, as amended from 13 January 2018."""


class Banking(enum.Enum):
    """How the money of a method of payment reaches the bank.

    SINGLY: each payment is a credit of its own (transfers, payments by bank).
    SETTLEMENT: a provider pays it out among many others, less its fees (cards).
    """

    SINGLY = "singly"
    SETTLEMENT = "settlement"


class FeeVat(enum.Enum):
    """What becomes of the VAT in what a provider keeps: an expense with the rest, or reclaimed as input VAT."""

    GROSS = "gross"
    RECOVER = "recover"


class FeeTo(enum.Enum):
    """Where a surcharge is income: on the payer's own account, or on one account of the council."""

    PAYER = "payer"
    CENTRAL = "central"


@frozen(kw_only=True)
class MerchantAccount:
    """What a provider pays out by (a gateway account, merchant code or terminal), where it has codes of its own."""

    clearing: LedgerAccount
    disputed: LedgerAccount | None = None


@frozen(kw_only=True)
class MethodOfPayment:
    """How income was taken: by card at a provider, by bank transfer, in cash.

    Attributes:
        code: At most 5 characters; name: at most 30.
        clearing: The ledger code at which its income waits for the bank; every penny there is an open item.
        disputed: The ledger code of what its provider holds back while a payment is disputed.
        merchant_accounts: Both codes for single merchant accounts, by the provider's name for them.
        banking: How its money reaches the bank, which decides what it is matched with.
        fee: The ledger code of what its provider keeps.
        fee_vat: What becomes of the VAT stated in that; provider_fee_vat_code: the VAT code of it, where it is recovered.
        provider: Name of the provider whose settlements bring it.
        minimum: The least that one line may bring; maximum: the most.
        cash: Whether it is counted at the till; ereturn_cheque: whether eReturns pay in cheques by it.
        refundable: Whether its provider can send money back.
        payment_reversal: Whether a payment by it may have a negative line.
        carries_fee: Whether a surcharge on top of a payment may be taken; read `SURCHARGE_WARNING` first.
        surcharge_accepted_by: Who read that warning and accepted it.
        proof_days: Working days after which what it took, and the bank has not brought, is out of order.
        fee_to: Where a surcharge is income; fee_fund, fee_account and fee_vat_code: the central account.

    Raises:
        ConfigurationError: The settings contradict each other.
    """

    code: str = field(validator=text(5))
    name: str = field(validator=text(30))
    clearing: LedgerAccount
    disputed: LedgerAccount | None = None
    merchant_accounts: Mapping[str, MerchantAccount] = field(factory=dict)
    banking: Banking = Banking.SINGLY
    fee: LedgerAccount | None = None
    fee_vat: FeeVat = FeeVat.GROSS
    provider_fee_vat_code: str | None = None
    provider: str | None = None
    minimum: Money | None = None
    maximum: Money | None = None
    cash: bool = False
    ereturn_cheque: bool = False
    refundable: bool = False
    payment_reversal: bool = False
    carries_fee: bool = False
    surcharge_accepted_by: str | None = None
    fee_to: FeeTo | None = None
    fee_fund: str | None = None
    fee_account: str | None = None
    fee_vat_code: str | None = None
    proof_days: int = 5
    disabled: bool = False
    colours: tuple[str, ...] = ()
    extras: Mapping[str, str] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        settled = self.banking is Banking.SETTLEMENT
        fee_parts = (self.fee_to, self.fee_fund, self.fee_account, self.fee_vat_code)
        faults = {
            "money that comes by settlement needs a provider and a fee code": settled
            and (self.provider is None or self.fee is None),
            "fee_vat = 'recover' needs provider_fee_vat_code and a fee code, and provider_fee_vat_code needs it": (
                (self.fee_vat is FeeVat.RECOVER) != (self.provider_fee_vat_code is not None)
                or (self.provider_fee_vat_code is not None and self.fee is None)
            ),
            "its minimum must not be negative": self.minimum is not None and self.minimum < NOTHING,
            "its maximum must be above zero": self.maximum is not None and self.maximum <= NOTHING,
            f"proof_days must be 0 to {MOST_PROOF_DAYS}": not 0 <= self.proof_days <= MOST_PROOF_DAYS,
            "its minimum is above its maximum": self.minimum is not None
            and self.maximum is not None
            and self.minimum > self.maximum,
            "carries_fee needs fee_to, fee_fund, fee_account and fee_vat_code": self.carries_fee
            and any(part is None for part in fee_parts),
            f"carries_fee needs surcharge_accepted_by = the name of who accepts this: {SURCHARGE_WARNING}": (
                self.carries_fee and not self.surcharge_accepted_by
            ),
        }
        for fault, present in faults.items():
            if present:
                raise ConfigurationError(
                    "bad_method", f"Method of payment {self.code}: {fault}.", mop=self.code
                )

    def check_fees(self, funds: Mapping[str, Fund], vat_codes: Mapping[str, VatCode]) -> None:
        """Refuse surcharges that would be in suspense, and VAT to recover that has no ledger code.

        Raises:
            ConfigurationError: One of them.
        """
        if self.fee_fund is not None and funds[self.fee_fund].suspense:
            fault = f"Method of payment {self.code}: its fees cannot be income of the suspense fund."
            raise ConfigurationError("bad_method", fault, mop=self.code)
        code = vat_codes.get(self.provider_fee_vat_code or "")
        if code is not None and code.ledger is None:
            message = (
                f"Method of payment {self.code}: the VAT code {code.code} of its provider's fees has no ledger code. "
                f"Add ledger = {{ code = ... }} to [vat.{code.code}]."
            )
            raise ConfigurationError("no_ledger_account", message, mop=self.code, vat_code=code.code)

    def clearing_of(self, merchant_account: str | None) -> LedgerAccount:
        """Return the ledger code at which income of a merchant account waits for the bank."""
        own = self.merchant_accounts.get(merchant_account or "")
        return own.clearing if own is not None else self.clearing

    def disputed_of(self, merchant_account: str | None) -> LedgerAccount | None:
        """Return the ledger code of what is held back for disputes at a merchant account; none: it never is."""
        own = self.merchant_accounts.get(merchant_account or "")
        return own.disputed if own is not None and own.disputed is not None else self.disputed


@frozen(kw_only=True)
class SpecialMethods:
    """The methods of payment that the system itself uses, by their codes.

    What a council never does needs no method: whoever asks for one that is not named is told so.
    """

    bank_transfer: str
    portal: str | None = None
    telephone: str | None = None
    staff_card: str | None = None
    cheque: str | None = None
    fee: str | None = None
    transfer_out: str | None = None
    transfer_in: str | None = None
    reallocation_out: str | None = None
    reallocation_in: str | None = None
    payables: str | None = None

    def named(self) -> dict[str, str]:
        """Return the codes that are set, by what they are for."""
        given = ((name, getattr(self, name)) for name in fields_dict(SpecialMethods))
        return {name: code for name, code in given if code is not None}

    def check(self, methods: Mapping[str, MethodOfPayment]) -> None:
        """Refuse a code that is no method, is disabled, or stands twice.

        Raises:
            ConfigurationError: One of them.
        """
        named = self.named()
        for name, code in named.items():
            where = f"special_methods.{name} names the method {code!r}"
            if code not in methods:
                message = f"{where}, which is not there. There are: {', '.join(methods)}."
                raise ConfigurationError("unknown_name", message, name=code)
            if methods[code].disabled:
                raise ConfigurationError("bad_special_method", f"{where}, which is disabled.", mop=code)
            if list(named.values()).count(code) > 1:
                message = f"{where}, which is also named for something else. Each needs a method of its own."
                raise ConfigurationError("bad_special_method", message, mop=code)
        if methods[self.bank_transfer].banking is not Banking.SINGLY:
            message = f"special_methods.bank_transfer names {self.bank_transfer!r}, whose money comes by settlement."
            raise ConfigurationError("bad_special_method", message, mop=self.bank_transfer)

    def __getitem__(self, name: str) -> str:
        """Return the code of a method by what it is for.

        Raises:
            ConfigurationError: The settings name none.
        """
        code: str | None = getattr(self, name)
        if code is None:
            message = f"[special_methods] names no method for {name}. Add {name} = the code of one."
            raise ConfigurationError("no_special_method", message, name=name)
        return code
