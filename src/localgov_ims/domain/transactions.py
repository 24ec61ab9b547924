"""Transactions: income that is certain. They never change; a correction is another transaction."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.payers import NOBODY, Card, Cheque, Payer
from localgov_ims.domain.vat import NIL, Treatment, VatRate
from localgov_ims.errors import RuleViolation


class TransactionKind(enum.Enum):
    """The ways a transaction comes about."""

    RECEIPT = "receipt"
    REFUND = "refund"
    TRANSFER = "transfer"
    REVERSAL = "reversal"


class Channel(enum.Enum):
    """Where income came in."""

    PORTAL = "portal"
    STAFF = "staff"
    TELEPHONE = "telephone"
    API = "api"
    COUNTER = "counter"
    POST = "post"
    FILE = "file"
    BANK = "bank"


class Purpose(enum.Enum):
    """What a Receipt of a Payment is for: the payment itself, its surcharge, or money beyond it."""

    MAIN = "main"
    FEE = "fee"
    EXTRA = "extra"


@frozen(order=True)
class Origin:
    """What a transaction came from; one origin makes one transaction, ever.

    `kind` is `statement_line`, `payment`, `refund_request`, `transfer`, `reallocation`, `transaction` (what a reversal
    takes back), `moved` (what the reversal of a transfer takes back) or the name of whatever recorded it; `n` counts
    the times that the origin was lawfully taken up anew, after a reversal; of a bank line its dispositions, of a reversal
    its turn.
    """

    kind: str
    id: str
    n: int = 1


@frozen(kw_only=True)
class LineInput:
    """What a caller says about a line to be; the rest is the transaction's to fill in."""

    fund: str
    amount: Money
    mop: str
    account_reference: str | None = None
    vat_code: str | None = None
    vat_treatment: Treatment | None = None
    vat_rate: VatRate = NIL
    vat: Money = NOTHING
    narrative: str | None = None
    rule: str | None = None
    pair: int | None = None
    draws_on: UUID | None = None


@frozen(kw_only=True)
class Line:
    """An amount of income in a fund, for an account.

    Attributes:
        reference: The transaction's reference (of a payment's Receipts, the payment's), `_` and the line's number.
        vat: Inside the amount, with its sign; kept as it was on the day, never computed again.
        rule: The allocation rule that placed it, where one did.
        pair: Joins the two legs of a transfer.
        draws_on: The line that this one takes from: a refund's or a reallocation's.
        reverses: The line that this one takes back, or restores.
        turn: The how-many-th it is of those, from 1: an odd one takes the line back, an even one restores it.
    """

    id: UUID
    number: int
    reference: str
    fund: str
    account_reference: str | None
    amount: Money
    vat_code: str | None
    vat_treatment: Treatment | None
    vat_rate: VatRate
    vat: Money
    mop: str
    narrative: str | None
    rule: str | None = None
    pair: int | None = None
    draws_on: UUID | None = None
    reverses: UUID | None = None
    turn: int | None = None

    @property
    def net(self) -> Money:
        """The amount without its VAT."""
        return self.amount - self.vat


@frozen(kw_only=True)
class Transaction:
    """Income that is certain, in lines.

    Attributes:
        reference: Our own, the receipt number.
        recorded_at: When it was recorded (UTC); taken_on: the London day the payer paid.
        provider_reference: The provider's own, by which its settlements name it.
        payment: The reference of the Payment that it came from; purpose and n: which of its Receipts it is.
        payer, card, cheque: Personal data, kept beside the record.

    Raises:
        RuleViolation: It has no lines, a line's VAT does not lie inside its amount, or a transfer does not
            sum to zero.
    """

    id: UUID
    kind: TransactionKind
    reference: str
    channel: Channel
    origin: Origin
    taken_on: date
    recorded_at: datetime = field(converter=utc)
    recorded_by: str
    lines: tuple[Line, ...]
    provider: str | None = None
    provider_reference: str | None = None
    merchant_account: str | None = None
    payment: str | None = None
    purpose: Purpose | None = None
    n: int | None = None
    office: str | None = None
    taken_at: datetime | None = None
    caller_reference: str | None = None
    authorisation_code: str | None = None
    payer: Payer = NOBODY
    card: Card | None = None
    cheque: Cheque | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what breaks a law."""
        if not self.lines:
            raise RuleViolation(
                "no_lines", f"Transaction {self.reference} has no lines.", transaction=self.reference
            )
        for line in self.lines:
            vat, amount = line.vat.pence, line.amount.pence
            if vat and (abs(vat) > abs(amount) or vat * amount < 0):
                message = (
                    f"Line {line.reference}: VAT of {line.vat.shown()} does not lie in {line.amount.shown()}."
                )
                raise RuleViolation("vat_outside_amount", message, line=line.reference)
        if self.moves and self.total:
            raise not_balanced(self.lines)

    @property
    def total(self) -> Money:
        """The sum of the lines."""
        return Money.total(line.amount for line in self.lines)

    @property
    def moves(self) -> bool:
        """Whether it only moves what is in the council already: a transfer, or what takes one back."""
        return self.kind is TransactionKind.TRANSFER or self.origin.kind == MOVED


OPENING = "opening"
"""The origin of what was open when the council began here: its ledger has it already, so it is never posted."""

MOVED = "moved"
"""The origin of a reversal that takes a transfer back: its transaction's id and, of one pair, the pair's number."""


def not_balanced(lines: Iterable[Line | LineInput]) -> RuleViolation:
    """Make the error for a transfer whose lines do not sum to zero; it names both sums."""
    amounts = [line.amount for line in lines]
    sources = -Money.total(amount for amount in amounts if amount < NOTHING)
    targets = Money.total(amount for amount in amounts if amount > NOTHING)
    message = f"The sources come to {sources.shown()} and the targets to {targets.shown()}; a transfer sums to zero."
    return RuleViolation("not_balanced", message, sources=sources, targets=targets)
