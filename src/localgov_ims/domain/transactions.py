"""Transactions: income that is certain. They never change; a correction is another transaction."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from attrs import evolve, field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.ids import new_id, new_reference
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.vat import NIL, VatRate
from localgov_ims.errors import InvalidValue, RuleViolation


class TransactionKind(enum.Enum):
    """The ways a transaction comes about."""

    RECEIPT = "receipt"
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


@frozen(order=True)
class Origin:
    """What a transaction came from; one origin makes one transaction, ever.

    `kind` is `statement_line`, `transaction` (of a reversal) or the name of whatever recorded it;
    `n` counts the times that the origin was lawfully taken up anew, after a reversal.
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
    vat_rate: VatRate = NIL
    vat: Money = NOTHING
    narrative: str | None = None
    rule: str | None = None


@frozen(kw_only=True)
class Line:
    """An amount of income in a fund, for an account.

    Attributes:
        reference: The transaction's reference, `_` and the line's number.
        vat: Inside the amount, with its sign; kept as it was on the day, never computed again.
        rule: The allocation rule that placed it, where one did.
        pair: Joins the two legs of a transfer.
        reverses: The line that this one takes back.
    """

    id: UUID
    number: int
    reference: str
    fund: str
    account_reference: str | None
    amount: Money
    vat_code: str | None
    vat_rate: VatRate
    vat: Money
    mop: str
    narrative: str | None
    rule: str | None = None
    pair: int | None = None
    reverses: UUID | None = None

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

    def __attrs_post_init__(self) -> None:
        """Refuse what breaks a law."""
        if not self.lines:
            raise RuleViolation(
                "no_lines", f"Transaction {self.reference} has no lines.", transaction=self.reference
            )
        for line in self.lines:
            if abs(line.vat) > abs(line.amount) or line.vat.pence * line.amount.pence < 0:
                message = (
                    f"Line {line.reference}: VAT of {line.vat.shown()} does not lie in {line.amount.shown()}."
                )
                raise RuleViolation("vat_outside_amount", message, line=line.reference)
        if self.kind is TransactionKind.TRANSFER and self.total:
            raise _not_balanced(self.lines)

    @property
    def total(self) -> Money:
        """The sum of the lines."""
        return Money.total(line.amount for line in self.lines)

    def reversal(self, *, recorded_at: datetime, recorded_by: str, taken_on: date) -> Transaction:
        """Make the transaction that takes this one back: each amount and VAT negated, recorded now.

        Raises:
            RuleViolation: This is a reversal; what was reversed by mistake is recorded anew instead.
        """
        if self.kind is TransactionKind.REVERSAL:
            message = (
                f"{self.reference} is a reversal; a reversal is not reversed. Record the income anew instead."
            )
            raise RuleViolation("reversal_of_reversal", message, transaction=self.reference)
        reference = new_reference()
        lines = tuple(
            evolve(
                line, id=new_id(), reference=f"{reference}_{line.number}", amount=-line.amount, vat=-line.vat,
                rule=None, reverses=line.id,
            )
            for line in self.lines
        )  # fmt: skip
        return Transaction(
            id=new_id(), kind=TransactionKind.REVERSAL, reference=reference, channel=self.channel,
            origin=Origin("transaction", str(self.id)), taken_on=taken_on, recorded_at=recorded_at,
            recorded_by=recorded_by, lines=lines, provider=self.provider,
        )  # fmt: skip


def receipt(  # noqa: PLR0913 - every part of a receipt, each by its name
    inputs: Iterable[LineInput],
    *,
    channel: Channel,
    origin: Origin,
    taken_on: date,
    recorded_at: datetime,
    recorded_by: str,
    provider: str | None = None,
    provider_reference: str | None = None,
    reference: str | None = None,
) -> Transaction:
    """Make the transaction of income received."""
    reference = reference or new_reference()
    return Transaction(
        id=new_id(), kind=TransactionKind.RECEIPT, reference=reference, channel=channel, origin=origin,
        taken_on=taken_on, recorded_at=recorded_at, recorded_by=recorded_by, provider=provider,
        provider_reference=provider_reference, lines=_numbered(reference, inputs, lambda _: None),
    )  # fmt: skip


def transfer(
    sources: Iterable[LineInput],
    targets: Iterable[LineInput],
    *,
    origin: Origin,
    taken_on: date,
    recorded_at: datetime,
    recorded_by: str,
    channel: Channel = Channel.STAFF,
) -> Transaction:
    """Make the transaction that moves money from *sources* to *targets*, amounts given above zero.

    One source, or as many sources as targets with equal amounts in order, are joined in pairs.

    Raises:
        InvalidValue: An amount is not above zero.
        RuleViolation: A side is empty (`transfer_shape`), or the sums differ (`not_balanced`).
    """
    out, into = list(sources), list(targets)
    if not out or not into:
        raise RuleViolation("transfer_shape", "A transfer needs at least one source and one target.")
    for given in [*out, *into]:
        if given.amount <= NOTHING:
            message = f"Give each side of a transfer an amount above zero, not {given.amount.shown()}."
            raise InvalidValue("amount_not_positive", message, value=str(given.amount))
    one_to_one = [given.amount for given in out] == [given.amount for given in into]
    paired = one_to_one or len(out) == 1
    lines = [evolve(given, amount=-given.amount, vat=-given.vat) for given in out] + into
    pair_of: Callable[[int], int | None] = (
        (lambda i: i % len(out) + 1 if one_to_one else 1) if paired else lambda _: None
    )
    reference = new_reference()
    return Transaction(
        id=new_id(), kind=TransactionKind.TRANSFER, reference=reference, channel=channel, origin=origin,
        taken_on=taken_on, recorded_at=recorded_at, recorded_by=recorded_by,
        lines=_numbered(reference, lines, pair_of),
    )  # fmt: skip


def _numbered(
    reference: str, inputs: Iterable[LineInput], pair_of: Callable[[int], int | None]
) -> tuple[Line, ...]:
    return tuple(
        Line(
            id=new_id(), number=i + 1, reference=f"{reference}_{i + 1}", fund=given.fund,
            account_reference=given.account_reference, amount=given.amount, vat_code=given.vat_code,
            vat_rate=given.vat_rate, vat=given.vat, mop=given.mop, narrative=given.narrative, rule=given.rule,
            pair=pair_of(i),
        )
        for i, given in enumerate(inputs)
    )  # fmt: skip


def _not_balanced(lines: Iterable[Line]) -> RuleViolation:
    amounts = [line.amount for line in lines]
    sources = -Money.total(amount for amount in amounts if amount < NOTHING)
    targets = Money.total(amount for amount in amounts if amount > NOTHING)
    message = f"The sources come to {sources.shown()} and the targets to {targets.shown()}; a transfer sums to zero."
    return RuleViolation("not_balanced", message, sources=sources, targets=targets)
