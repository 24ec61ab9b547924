"""Account holders: what a back office says of the accounts that income is for."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.texts import blank_is_none, text


@frozen(kw_only=True)
class Person:
    """Whose account it is. Personal data, which may be retired lawfully."""

    title: str | None = field(default=None, converter=blank_is_none, validator=text(10))
    forename: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    surname: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    address_1: str | None = field(default=None, converter=blank_is_none, validator=text(60))
    address_2: str | None = field(default=None, converter=blank_is_none, validator=text(30))
    address_3: str | None = field(default=None, converter=blank_is_none, validator=text(30))
    address_4: str | None = field(default=None, converter=blank_is_none, validator=text(30))
    postcode: str | None = field(default=None, converter=blank_is_none, validator=text(10))

    @property
    def shown(self) -> str:
        """The name as people write it."""
        return " ".join(part for part in (self.title, self.forename, self.surname) if part)


UNNAMED = Person()
"""A person of whom nothing is known."""


@frozen(kw_only=True)
class AccountHolder:
    """An account of a fund, as the back office last said; each change is a version.

    Attributes:
        fund, account_reference: Unique together; the reference at most 30 characters, in its canonical form.
        balance, period_debit, period_credit: As of `balance_as_at`.
        closed_on: The day from which it takes no more money.
        message: Code of the fund message that it carries: shown, or a stop.
        number: Of the version, from 1.
        source: What the version came from: a file's name, or who typed it.
    """

    fund: str
    account_reference: str = field(validator=text(30))
    person: Person = UNNAMED
    balance: Money | None = None
    period_debit: Money | None = None
    period_credit: Money | None = None
    balance_as_at: date | None = None
    closed_on: date | None = None
    record_type: str | None = field(default=None, converter=blank_is_none, validator=text(10))
    user_field_1: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    user_field_2: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    user_field_3: str | None = field(default=None, converter=blank_is_none, validator=text(50))
    message: str | None = None
    number: int = 0
    source: str = ""

    def closed(self, day: date) -> bool:
        """Tell whether it takes no more money on *day*."""
        return self.closed_on is not None and self.closed_on <= day
