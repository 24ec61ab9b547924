"""Postings: what each thing that happened says to the ledger, before anybody knows the ledger's codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.journals import LedgerAccount, Role, Source
from localgov_ims.domain.money import NOTHING, Money


@frozen(kw_only=True)
class Posting:
    """One side of a source: what a ledger code is chosen for.

    Attributes:
        role: Which settings hold the code; kind: what happened (`Receipt`, `Settlement` ...).
        amount: Debit above zero, credit below.
        accounting_on: The day it is posted on.
        merchant_account: What a provider pays out by, where it has codes of its own; empty where it has none.
        decided: The code, where it is no question any more: it stands on the line that is taken back, or in the
            recogniser's rule. Then nobody is asked.
    """

    role: Role
    kind: str
    amount: Money
    accounting_on: date
    fund: str | None = None
    mop: str | None = None
    vat_code: str | None = None
    office: str | None = None
    bank_account: str | None = None
    merchant_account: str = ""
    account_reference: str | None = None
    channel: str | None = None
    decided: LedgerAccount | None = None


@frozen
class FundRoles:
    """Under which role the lines of an account are posted: suspense, a difference, or income of a fund.

    `suspense` is the code of the suspense fund; `differences` are fund and account reference (empty: none) of the
    accounts that the settings set for over and short, write-offs and write-backs.
    """

    suspense: str
    differences: frozenset[tuple[str, str]] = frozenset()

    def of(self, fund: str, account_reference: str | None) -> Role:
        """Return the role of a line."""
        if fund == self.suspense:
            return Role.SUSPENSE
        return Role.DIFFERENCE if (fund, account_reference or "") in self.differences else Role.FUND


@frozen(kw_only=True)
class Told:
    """A source with its postings, which sum to nothing; those of nothing say nothing.

    `taken_at` orders the sources of a day, then `reference` and `number`.
    """

    source: Source
    kind: str
    reference: str
    taken_on: date
    postings: Sequence[Posting]
    taken_at: datetime | None = None
    number: int = 0


@frozen(kw_only=True)
class LineTaken:
    """A line of a transaction as far as the ledger asks: `amount` with its sign, `vat` inside it as it was stored.

    `taken_back` is the line that a reversal takes back, `disputed` whether a dispute was opened over its payment.
    """

    id: UUID
    number: int
    transaction: UUID
    kind: str
    moves: bool
    reference: str
    taken_on: date
    taken_at: datetime | None
    fund: str
    amount: Money
    vat: Money
    vat_code: str | None
    mop: str
    account_reference: str | None = None
    merchant_account: str = ""
    office: str | None = None
    channel: str | None = None
    taken_back: UUID | None = None
    disputed: bool = False

    @property
    def net(self) -> Money:
        """The amount without its VAT."""
        return self.amount - self.vat


@frozen(kw_only=True)
class Share:
    """What a bank line or payout brought of one method and merchant account; below zero where it took.

    `disputed` shares are what a provider holds back, or gives back, while a payment is disputed.
    """

    mop: str
    amount: Money
    merchant_account: str = ""
    disputed: bool = False


@frozen(kw_only=True)
class Kept:
    """What a provider or agent kept of the money it brought, `vat` the part of it that is stated to be VAT."""

    mop: str
    amount: Money
    vat: Money = NOTHING


@frozen
class Before:
    """Where a bank line was put when it was journalled before: what awaits its file, or a method's clearing.

    Without an account it is put there by the same run, at the code of today.
    """

    role: Role
    account: LedgerAccount | None
    mop: str | None = None


@frozen(kw_only=True)
class MoneySide:
    """Where the money of a bank line is debited: the bank, or wherever the line was put when it was journalled before.

    `amount` has the bank's sign: credits above zero.
    """

    bank_account: str
    amount: Money
    before: Before | None = None
