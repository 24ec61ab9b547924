"""Suspense: money received that no rule could place, held as real lines of one fund until somebody can."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import start_of
from localgov_ims.domain.money import Money
from localgov_ims.domain.texts import blank_is_none, text
from localgov_ims.errors import InvalidValue


class SuspenseReason(enum.Enum):
    """Why an item is in suspense, in the order in which the checks ask."""

    NO_FUND = "no_fund"
    UNKNOWN_FUND = "unknown_fund"
    DISABLED_FUND = "disabled_fund"
    MOP_NOT_ALLOWED = "mop_not_allowed"
    INVALID_REFERENCE = "invalid_reference"
    NO_ACCOUNT = "no_account"
    ACCOUNT_CLOSED = "account_closed"
    OVER_MAXIMUM = "over_maximum"
    NEGATIVE_AMOUNT = "negative_amount"
    AMBIGUOUS_RULES = "ambiguous_rules"
    RULE = "rule"
    UNEXPECTED_DEBIT = "unexpected_debit"
    QUARANTINED = "quarantined"
    SPLIT_TOO_LARGE = "split_too_large"
    MANUAL = "manual"

    @property
    def sentence(self) -> str:
        """The reason as people read it."""
        return _SENTENCES[self]


_SENTENCES = {
    SuspenseReason.NO_FUND: "no rule says which fund it belongs to",
    SuspenseReason.UNKNOWN_FUND: "its fund is none of the council's",
    SuspenseReason.DISABLED_FUND: "its fund takes no more income",
    SuspenseReason.INVALID_REFERENCE: "its account reference does not fit the fund",
    SuspenseReason.OVER_MAXIMUM: "it is more than the fund allows in one line",
    SuspenseReason.MOP_NOT_ALLOWED: "its method of payment may not bring it",
    SuspenseReason.NO_ACCOUNT: "there is no such account in the fund",
    SuspenseReason.ACCOUNT_CLOSED: "its account is closed",
    SuspenseReason.QUARANTINED: "what came with it contradicts itself or what is recorded",
    SuspenseReason.SPLIT_TOO_LARGE: "it is too small for the fixed parts of its rule",
    SuspenseReason.MANUAL: "a person put it here",
    SuspenseReason.NEGATIVE_AMOUNT: "it takes money out of a fund",
    SuspenseReason.AMBIGUOUS_RULES: "two rules disagree about it",
    SuspenseReason.RULE: "a rule sends it here",
    SuspenseReason.UNEXPECTED_DEBIT: "money left the bank account and nothing says why",
}


@frozen(kw_only=True)
class SuspenseItem:
    """What is kept of a suspense line so that somebody can place it; the money is on the line itself.

    Attributes:
        line: The line of the suspense fund.
        received_reference: The reference as it arrived, where there was one.
        source_reference: The sender's own of the row or bank line, where there was one.
        vat_code: The code that came with it; the line itself has the suspense fund's.
        detail: The finer reason: an error's code or a rule's own words.
        rule: The rule that sent it here, where one did.
    """

    id: UUID
    line: UUID
    reason: SuspenseReason
    received_at: datetime
    received_reference: str | None = None
    detail: str | None = None
    rule: str | None = None
    source_reference: str | None = None
    vat_code: str | None = None


class SuspenseState(enum.Enum):
    """How much of an item is left: all, a part, nothing; *open* is what is left of any, *all* every item ever."""

    OPEN = "open"
    UNTOUCHED = "untouched"
    PARTLY = "partly"
    CLEARED = "cleared"
    ALL = "all"

    @classmethod
    def of(cls, amount: Money, left: Money) -> SuspenseState:
        """Return the state of an item of which something, all or nothing is left."""
        if not left:
            return cls.CLEARED
        return cls.UNTOUCHED if left == amount else cls.PARTLY


@frozen(kw_only=True)
class SuspenseCriteria:
    """What items of suspense are searched by: everything given must fit; a blank text asks for nothing.

    Attributes:
        received_from, received_to: The first and last London day on which it came here; taken_from, taken_to: on which
            the payer paid. Both ends count.
        reference: As it was received, or that of the item's line, as typed.
        narrative: A part of what was said of it, whatever the case.
        amount: Of the whole item, with its sign; amount_from, amount_to: the least and the most it may be.
        file: The id of its file, or the SHA-256 of the bytes; import_type: the code of the file's type.

    Raises:
        InvalidValue: A text is too long, or a range is the wrong way round.
    """

    received_from: date | None = None
    received_to: date | None = None
    taken_from: date | None = None
    taken_to: date | None = None
    reference: str | None = field(default=None, converter=blank_is_none, validator=text(255))
    narrative: str | None = field(default=None, converter=blank_is_none, validator=text(255))
    amount: Money | None = None
    amount_from: Money | None = None
    amount_to: Money | None = None
    file: str | None = field(default=None, converter=blank_is_none, validator=text(255))
    import_type: str | None = field(default=None, converter=blank_is_none, validator=text(255))
    mop: str | None = field(default=None, converter=blank_is_none, validator=text(255))
    reason: SuspenseReason | None = None
    state: SuspenseState = SuspenseState.OPEN

    def __attrs_post_init__(self) -> None:
        """Refuse what could find nothing."""
        for name in ("received", "taken", "amount"):
            first, last = getattr(self, f"{name}_from"), getattr(self, f"{name}_to")
            if first is not None and last is not None and first > last:
                code = "days_reversed" if name != "amount" else "amounts_reversed"
                message = f"The range of {name} is the wrong way round: from {first} to {last}."
                raise InvalidValue(code, message)

    @property
    def pence(self) -> tuple[int | None, int | None]:
        """The least and the most pence of the whole item."""
        least, most = (self.amount or self.amount_from), (self.amount or self.amount_to)
        return least.pence if least is not None else None, most.pence if most is not None else None

    @property
    def received_between(self) -> tuple[datetime | None, datetime | None]:
        """The moments (UTC) from which and before which it came here."""
        first, last = self.received_from, self.received_to
        return (
            start_of(first) if first is not None else None,
            start_of(last + timedelta(days=1)) if last is not None else None,
        )


OPEN_ITEMS: Final = SuspenseCriteria()
"""Everything of which something is left."""
