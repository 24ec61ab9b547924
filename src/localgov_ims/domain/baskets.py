"""Baskets: what somebody wants to pay, as they asked for it. Input, not a record."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.domain.money import Money, enterable
from localgov_ims.domain.texts import blank_is_none, written


@frozen(kw_only=True)
class BasketItem:
    """One account to pay, or one side of a transfer.

    Attributes:
        account_reference: As it was typed; at most 30 characters.
        amount: Above nothing.
        mop: Code of the method of payment; blank: the channel's.
        vat_code: Another than the fund's, where the fund lets a line have its own.
        narrative: At most 100 characters.
        rule: The allocation rule that says so, where one does and no person.
        original: The line that a payment's negative line takes back, by its reference, where it is known.
    """

    fund: str
    account_reference: str | None = field(default=None, converter=blank_is_none)
    amount: Money = field(validator=enterable)
    mop: str | None = field(default=None, converter=blank_is_none)
    vat_code: str | None = field(default=None, converter=blank_is_none)
    narrative: str | None = field(default=None, converter=blank_is_none, validator=written(100))
    original: str | None = field(default=None, converter=blank_is_none)
    rule: str | None = None
