"""What the bank says: statements and their lines.

Positive is money into the account; the sign is decided once, by the reader, by its format's own rule.
"""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money


class Evidence(enum.Enum):
    """What a file proves about itself, weakest first."""

    UNPROVED = "unproved"
    COUNTED = "counted"
    PROVED = "proved"

    @property
    def rank(self) -> int:
        """The place in the order, 0 the weakest."""
        return list(Evidence).index(self)


# A frozen class with slots sets each field by a call of its own: without slots it is made in half the time.
@frozen(kw_only=True, slots=False)
class References:
    """The references that came with a line, each under what it is."""

    end_to_end: str | None = None
    structured: str | None = None
    mandate: str | None = None
    bank: str | None = None
    customer: str | None = None
    cheque: str | None = None


NO_REFERENCES = References()


@frozen(kw_only=True)
class Detail:
    """One payment inside a batch entry; without an amount it explains and divides nothing."""

    amount: Money | None = None
    references: References = NO_REFERENCES
    counterparty_name: str | None = None
    counterparty_account: str | None = None
    narrative: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that may name its payer or the account, one line each."""
        said = (*self.narrative, self.references.structured, self.references.customer, self.counterparty_name)
        return "\n".join(dict.fromkeys(text for text in said if text))


@frozen(kw_only=True, slots=False)
class BankLine:
    """A line of a statement as a reader gives it: booked money in or out, with all that was said of it.

    Attributes:
        position: Ordinal among the statement's booked lines, from 1.
        booked_on: The day the bank booked it; value_on: the day it counts from.
        code: The bank's transaction code: `PMNT/RCDT/DMCT` or its own, such as `BGC`.
        narrative: Untouched lines of text; none is joined, trimmed or folded.
        reversal: Whether the bank marks it as taking back an earlier entry; the amount already has its direction.
        balance: The running balance after it, where the format prints one.
        identifier: The bank's identifier that must be unique in the account, where the format has such a one.
        place: Where it stands in the file.
    """

    position: int
    amount: Money
    booked_on: date
    place: str
    value_on: date | None = None
    code: str | None = None
    references: References = NO_REFERENCES
    counterparty_name: str | None = None
    counterparty_account: str | None = None
    narrative: tuple[str, ...] = ()
    reversal: bool = False
    details: tuple[Detail, ...] = ()
    balance: Money | None = None
    identifier: str | None = None

    @property
    def text(self) -> str:
        """All that may name the payer or the account, one line each: what rules look at."""
        own = (*self.narrative, self.references.structured, self.references.customer, self.counterparty_name)
        said = [
            *own,
            *(t for d in self.details for t in (*d.narrative, d.references.structured, d.counterparty_name)),
        ]
        return "\n".join(dict.fromkeys(text for text in said if text))

    @property
    def payments(self) -> tuple[Detail, ...]:
        """The payments of a batch that each can be income of its own: several, of money in, that come to the line exactly."""
        amounts = [
            detail.amount for detail in self.details if detail.amount is not None and detail.amount > NOTHING
        ]
        several = len(amounts) > 1 and len(amounts) == len(self.details)
        return self.details if several and Money.total(amounts) == self.amount else ()

    def payment_at(self, pence: int) -> Detail | None:
        """Return the payment that the penny after *pence* of the line is of; none where the line is not divided."""
        for payment in self.payments:
            assert payment.amount is not None  # noqa: S101 - said by `payments`
            if pence < payment.amount.pence:
                return payment
            pence -= payment.amount.pence
        return None


@frozen(kw_only=True)
class StatementLine:
    """A recorded line: what the bank said, its statement, and the key that makes twice once.

    `account` is the council's own name for its bank account.
    """

    id: UUID
    statement: UUID
    account: str
    key: str
    line: BankLine

    @property
    def reference(self) -> str:
        """What a journal calls it: the bank's own reference, else account, day and position."""
        return self.line.references.bank or f"{self.account}/{self.line.booked_on}/{self.line.position}"


@frozen(kw_only=True)
class Statement:
    """A recorded statement: proved, or it would not be here.

    `opening` and `closing` are none where the format has none. `credits` and `debits` are both positive and
    cover every booked line, those already seen in an overlapping download included (`seen_lines`, `seen`).
    """

    id: UUID
    file: UUID
    key: str
    account: str
    number: str
    format: str
    opening: Money | None
    closing: Money | None
    credits: Money
    debits: Money
    lines: int
    not_booked: int
    first_on: date | None
    last_on: date | None
    evidence: Evidence
    content: str
    seen_lines: int = 0
    seen: Money = NOTHING
