"""Suspense: money received that no rule could place, held as real lines of one fund until somebody can."""

from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

from attrs import frozen


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
