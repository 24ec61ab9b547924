"""Layouts: what a bank's or provider's delimited file looks like, as data.

A profile states everything and nothing is guessed; what contradicts itself is refused when it is made.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from attrs import field, frozen

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
from localgov_ims.files.text import AmountFormat, has_pence

CODECS: Mapping[str, str] = {
    "ascii": "ascii",
    "cp1252": "cp1252",
    "iso-8859-1": "iso-8859-1",
    "utf-8": "utf-8-sig",  # a byte-order mark is dropped under either name
    "utf-8-sig": "utf-8-sig",
}
"""The encodings a profile may name, and the codec that reads each."""


@frozen(kw_only=True)
class Delimited:
    """What every profile of kind `delimited` states about its file.

    Attributes:
        encoding: One or several, tried strictly in this order over the whole file.
        header: The exact header row; or
        columns: the columns that must be there, in any order, further ones ignored.
        aliases: For a column of the profile, the header names to look for, the first found wins.
        strip: `leading-quote` takes the `'` off that spreadsheets put before numbers, in all but narratives.
        last_comma: Whether each row ends in a delimiter.
        thousands: The separator of thousands, none unless stated; decimal: the decimal sign.
    """

    name: str
    kind: str = field(validator=one_of("delimited"))
    encoding: tuple[str, ...] = field()
    delimiter: str = field(default=",", validator=one_of(",", ";", "\t", "|"))
    header: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(factory=dict)
    strip: tuple[str, ...] = ()
    last_comma: bool = False
    thousands: str = field(default="", validator=one_of("", ",", ".", " ", "'"))
    decimal: str = field(default=".", validator=one_of(".", ","))

    @encoding.validator
    def _known(self, _: object, encodings: tuple[str, ...]) -> None:
        if not encodings or not set(encodings) <= set(CODECS):
            given = ", ".join(encodings) or "none"
            message = f"encoding must be one or several of {', '.join(CODECS)}, not {given}"
            raise ValueError(message)

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if (self.header is None) == (self.columns is None):
            message = "give either header (the exact row) or columns (required, in any order)"
            raise ValueError(message)
        if not set(self.strip) <= {"leading-quote"}:
            message = f"strip knows only 'leading-quote', not {self.strip!r}"
            raise ValueError(message)
        if self.thousands == self.decimal:
            message = f"thousands and decimal are both {self.decimal!r}"
            raise ValueError(message)
        named = self.header or self.columns or ()
        if len(set(named)) != len(named):
            message = "header or columns has the same name twice"
            raise ValueError(message)
        for column in (*self.used, *self.aliases):
            if column not in named:
                message = f"the column {column!r} is not in header or columns"
                raise ValueError(message)

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that the profile reads."""
        return ()

    def amounts(self, *, signed: bool) -> AmountFormat:
        """Return how amounts are printed."""
        return _amounts(self.decimal, self.thousands, signed=signed)


@functools.cache
def _amounts(decimal: str, thousands: str, *, signed: bool) -> AmountFormat:
    # not compiled again for every cell
    return AmountFormat(signed=signed, decimal=decimal, thousands=thousands)


@frozen(kw_only=True)
class StatementProfile(Delimited):
    """A bank's download of statement lines."""

    yields: str = field(default="statement", validator=one_of("statement"))
    date: DayColumn
    account: AccountColumn
    amount: AmountColumns
    currency: str = field(default="GBP")
    balance: BalanceColumn | None = None
    opening: BalanceRow | None = None
    closing: BalanceRow | None = None
    order: str = field(default="oldest-first", validator=one_of("oldest-first"))
    narrative: tuple[str, ...] = ()
    references: ReferenceColumns = field(factory=ReferenceColumns)
    code: str | None = None
    counterparty: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse one balance without the other."""
        super().__attrs_post_init__()
        if (self.opening is None) != (self.closing is None):
            message = "give both opening and closing, or neither: one of them proves nothing"
            raise ValueError(message)

    @currency.validator
    def _pence(self, _: object, currency: str) -> None:
        if not has_pence(currency):
            message = f"currency must be an ISO 4217 code with two decimals, not {currency!r}"
            raise ValueError(message)

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that the profile reads."""
        rows = [row for row in (self.opening, self.closing) if row is not None]
        single = (self.balance.column if self.balance else None, self.code, self.counterparty)
        return (
            self.date.column, self.account.column, *self.amount.columns, *self.narrative,
            *self.references.given.values(), *(column for column in single if column is not None),
            *(column for row in rows for column in (row.where, row.take)),
        )  # fmt: skip


@frozen(kw_only=True)
class SettlementProfile(Delimited):
    """A provider's itemised payouts: one row a payment, refund or fee, those of one payout together.

    Attributes:
        payout: Column of the payout's number; paid_on: the day it was paid out.
        merchant: Column of the merchant account; without one, `source` stands for it, or the profile's name.
        currency: Column of the currency; none means GBP.
        category: What a row is.
        gross: Signed amount before fees; fee: what the provider keeps; net: the one less the other.
        identifier: The provider's own of the row; provider_reference: that of the payment.
        occurred_on: The day of the payment.
    """

    yields: str = field(default="settlement", validator=one_of("settlement"))
    payout: str
    paid_on: DayColumn | None = None
    merchant: str | None = None
    source: str = ""
    currency: str | None = None
    category: KindColumn
    gross: str
    fee: str
    net: str
    identifier: str
    provider_reference: str | None = None
    occurred_on: DayColumn | None = None

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that the profile reads."""
        days = (day.column for day in (self.paid_on, self.occurred_on) if day is not None)
        single = (self.merchant, self.currency, self.provider_reference)
        return (
            self.payout, self.category.column, self.gross, self.fee, self.net, self.identifier, *days,
            *(column for column in single if column is not None),
        )  # fmt: skip


Profile = StatementProfile | SettlementProfile
