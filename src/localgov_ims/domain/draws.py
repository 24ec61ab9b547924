"""Draws: what is taken from a line, so that no penny of it is spent twice.

Whatever takes from a line draws on it first: refunds (open or recorded), reallocations, clearances, and a reversal,
which takes the whole. Draws of a line are numbered; two that race take the same number, and the database lets one in.
"""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.transactions import Line
from localgov_ims.domain.vat import Rounding, part_of
from localgov_ims.errors import RuleViolation


@frozen(kw_only=True)
class Draw:
    """Something taken from a line, or given back to it.

    Attributes:
        number: From 1, without gaps.
        amount: With the line's sign when it takes; against it when it gives back.
        taken_after: What is taken in all, this included; always between nothing and the line's amount.
        vat, vat_after: The VAT in both.
        of: The line's amount, so that the database can check the bounds by itself.
        by_kind, by: What draws: `refund_request`, `reallocation`, `clearance`, `reversal` ... and its id.
    """

    id: UUID
    line: UUID
    number: int
    amount: Money
    taken_after: Money
    vat: Money
    vat_after: Money
    of: Money
    by_kind: str
    by: UUID


@frozen
class Taken:
    """What stands against a line: the number of its last draw, and what is taken in all."""

    number: int = 0
    amount: Money = NOTHING
    vat: Money = NOTHING


NONE_TAKEN = Taken()


def available(line: Line, taken: Taken = NONE_TAKEN) -> Money:
    """Return what of a line can still be taken, with the line's sign."""
    return line.amount - taken.amount


def draw(line: Line, amount: Money, taken: Taken, *, by_kind: str, by: UUID, rounding: Rounding) -> Draw:
    """Make the draw that takes *amount* (with the line's sign) from a line against which *taken* stands.

    Raises:
        RuleViolation: `over_available`: not so much of it is left.
    """
    left = available(line, taken)
    if amount.pence * line.amount.pence <= 0 or abs(amount) > abs(left):
        message = (
            f"Of line {line.reference} {left.shown()} can still be taken ({line.amount.shown()} less "
            f"{taken.amount.shown()} taken before), not {amount.shown()}."
        )
        raise RuleViolation("over_available", message, line=line.reference, available=left, asked=amount)
    vat = part_of(
        line.amount, line.vat, taken=taken.amount, vat_taken=taken.vat, part=amount, rounding=rounding
    )
    return _made(line, amount, vat, taken, by_kind, by)


def release(line: Line, amount: Money, vat: Money, taken: Taken, *, by_kind: str, by: UUID) -> Draw:
    """Make the draw that gives *amount* and its *vat*, drawn before, back to a line."""
    return _made(line, -amount, -vat, taken, by_kind, by)


def _made(line: Line, amount: Money, vat: Money, taken: Taken, by_kind: str, by: UUID) -> Draw:
    return Draw(
        id=new_id(), line=line.id, number=taken.number + 1, amount=amount, taken_after=taken.amount + amount, vat=vat,
        vat_after=taken.vat + vat, of=line.amount, by_kind=by_kind, by=by,
    )  # fmt: skip
