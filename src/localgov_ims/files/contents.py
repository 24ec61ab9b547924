"""Contents: what the rows of a profile's file mean - lines of a statement, or of a settlement - column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from attrs import field, frozen

from localgov_ims.domain.settlements import SettlementKind
from localgov_ims.files.columns import (
    AccountColumn,
    AmountColumns,
    BalanceColumn,
    BalanceRow,
    DayColumn,
    KindColumn,
    ReferenceColumns,
    one_of,
)
from localgov_ims.files.text import has_pence


@frozen(kw_only=True)
class Content:
    """What is alike in every content: which columns it reads, and how those of days and amounts are printed.

    Attributes:
        yields: What kind of rows they are, as profiles say it.
        counted: Whether rows at the end may state how many rows there are, and what they come to.
    """

    yields: str = ""
    counted: ClassVar[bool] = False

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read."""
        return ()

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which no row can be read."""
        return self.used

    @property
    def days(self) -> Mapping[str, str]:
        """The format of each column of days."""
        return {}

    @property
    def amounts(self) -> Mapping[str, tuple[str, str]]:
        """Where the sign may stand, and the unit, of each column of amounts."""
        return {}

    @property
    def accounts(self) -> Mapping[str, AccountColumn]:
        """What each column of accounts must match."""
        return {}

    @property
    def shape(self) -> tuple[str, ...]:
        """The columns of days, amounts and accounts by which a row without a header is known."""
        return (*self.days, *self.amounts)


@frozen(kw_only=True)
class StatementFields(Content):
    """A bank's download of statement lines.

    Attributes:
        currency: Of every line, unless `currency_column` or the account's own cell says another.
        order: Of the rows by day; `newest-first` ones cannot have rows of balances, only a running one.
    """

    yields: str = field(default="statement", validator=one_of("statement"))
    date: DayColumn
    account: AccountColumn
    amount: AmountColumns
    currency: str = field(default="GBP")
    currency_column: str | None = None
    balance: BalanceColumn | None = None
    opening: BalanceRow | None = None
    closing: BalanceRow | None = None
    order: str = field(default="oldest-first", validator=one_of("oldest-first", "newest-first"))
    narrative: tuple[str, ...] = ()
    references: ReferenceColumns = field(factory=ReferenceColumns)
    code: str | None = None
    counterparty: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse one balance without the other."""
        if (self.opening is None) != (self.closing is None):
            message = "give both opening and closing, or neither: one of them proves nothing"
            raise ValueError(message)
        if self.opening is not None and self.order == "newest-first":
            message = "order: rows of balances are read oldest-first only; use the running balance"
            raise ValueError(message)

    @currency.validator
    def _pence(self, _: object, currency: str) -> None:
        if not has_pence(currency):
            message = f"currency must be an ISO 4217 code with two decimals, not {currency!r}"
            raise ValueError(message)

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read."""
        rows = [row for row in (self.opening, self.closing) if row is not None]
        return (
            self.date.column, *self.account.columns, *self.amount.columns, *self.narrative,
            *self.references.given.values(), *(column for row in rows for column in (row.where, row.take)),
            *given(self.balance.column if self.balance else None, self.currency_column, self.code, self.counterparty),
        )  # fmt: skip

    @property
    def days(self) -> Mapping[str, str]:
        """The format of each column of days."""
        return {self.date.column: self.date.format}

    @property
    def amounts(self) -> Mapping[str, tuple[str, str]]:
        """Where the sign may stand, and the unit, of each column of amounts."""
        balances = [self.balance.column] if self.balance is not None else []
        balances += [row.take for row in (self.opening, self.closing) if row is not None]
        return {**dict.fromkeys(balances, ("as-printed", "pounds")), **printed(self.amount)}

    @property
    def accounts(self) -> Mapping[str, AccountColumn]:
        """What each column of accounts must match."""
        return {self.account.column: self.account} if self.account.column is not None else {}

    @property
    def shape(self) -> tuple[str, ...]:
        """The columns of days, amounts and accounts by which a row without a header is known."""
        return (*self.days, *dict(self.amount.printed), *self.accounts)


@frozen(kw_only=True)
class SettlementFields(Content):
    """A provider's itemised payouts: one row a payment, refund or fee, those of one payout together.

    Attributes:
        payout: Column of the payout's number; paid_on: the day it was paid out. Where a code of `category` means
            `payout`, that row is the payout itself: with it a payout's net amounts come to nothing, and its day
            is `occurred_on` of that row.
        merchant: Column of the merchant account; without one, `source` stands for it, or the profile's name.
        currency: Column of the currency; none means GBP.
        category: What a row is.
        gross: Amount before fees; fee: what the provider keeps, in one column or several that may be blank; net:
            the one less the other, which without a column of its own is worked out.
        fee_vat: The VAT inside the fee, where the file states it; it may be blank, and one of the fee's columns.
        identifier: The provider's own of the row, which only rows that are no payment may lack; provider_reference:
            that of the payment.
        occurred_on: The day of the payment.
    """

    yields: str = field(default="settlement", validator=one_of("settlement"))
    payout: str
    paid_on: DayColumn | None = None
    merchant: str | None = None
    source: str = ""
    currency: str | None = None
    category: KindColumn
    gross: AmountColumns
    fee: tuple[str, ...] = ()
    fee_vat: str | None = None
    net: AmountColumns | None = None
    identifier: str
    provider_reference: str | None = None
    occurred_on: DayColumn | None = None

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read."""
        return (
            self.payout, self.category.column, *self.gross.columns, *self.fee,
            *(self.net.columns if self.net is not None else ()), self.identifier, *self.days,
            *given(self.merchant, self.currency, self.provider_reference, self.fee_vat),
        )  # fmt: skip

    @property
    def days(self) -> Mapping[str, str]:
        """The format of each column of days."""
        return {day.column: day.format for day in (self.paid_on, self.occurred_on) if day is not None}

    @property
    def amounts(self) -> Mapping[str, tuple[str, str]]:
        """Where the sign may stand, and the unit, of each column of amounts."""
        fees = (*self.fee, *given(self.fee_vat))
        return {**printed(self.gross, self.net), **dict.fromkeys(fees, ("as-printed", "pounds"))}

    @property
    def has_payout_rows(self) -> bool:
        """Whether the file states each payout in a row of its own."""
        return SettlementKind.PAYOUT in self.category.codes.values()


def given(*columns: str | None) -> tuple[str, ...]:
    """Return those columns that a profile names."""
    return tuple(column for column in columns if column is not None)


def printed(*amounts: AmountColumns | None) -> Mapping[str, tuple[str, str]]:
    """Return where the sign may stand, and the unit, of the columns of some amounts."""
    return {
        column: (sign, amount.unit)
        for amount in amounts
        if amount is not None
        for column, sign in amount.printed
    }


def all_used(fields: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return the columns of several fields, each once."""
    return tuple(dict.fromkeys(column for field_ in fields for column in field_))
