"""Clearing suspense: what the items give, what must add up, and which item pays which target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import RuleViolation

CLEARANCE = "clearance"
"""The kind of origin of a clearance, and of what draws for it."""


@frozen(kw_only=True)
class Giving:
    """What an item of suspense gives to a clearance.

    Attributes:
        line: The item's line, by its reference.
        amount: How much of it, with its sign; none: all that is left.
        expected_left: What was left when the person looked; if it is another amount now, they are told.
    """

    line: str
    amount: Money | None = None
    expected_left: Money | None = None


@frozen
class Placement:
    """What one receiver has of one item, never nothing; both by their places in the clearance, from 1.

    Receivers are the targets in their order, then the credit notes.
    """

    item: int
    target: int
    amount: Money


def placements(
    items: Sequence[Money], targets: Sequence[Money], credit_notes: Sequence[Money] = ()
) -> tuple[Placement, ...]:
    """Return which item pays which target: items fill them in the order given, then credit notes.

    Where items or targets are of both signs nobody can say which pays which, and there are none. Credit notes are
    given above nothing, and take from what items above nothing pay, so these fill none of them.
    """
    receivers = [*targets, *(-note for note in credit_notes)]
    signs = {amount > NOTHING for amount in (*items, *targets)}
    if not items or len(signs) != 1:
        return ()
    (positive,) = signs
    wanted = [(n, amount) for n, amount in enumerate(receivers, start=1) if (amount > NOTHING) is positive]
    return tuple(_filled(items, wanted))


def placements_of(clearance: Transaction) -> tuple[Placement, ...]:
    """Return which item pays which target of a clearance; receivers are its lines that draw on nothing, in order."""
    items = [-line.amount for line in clearance.lines if line.draws_on is not None]
    others = [line.amount for line in clearance.lines if line.draws_on is None]
    positive = bool(items) and items[0] > NOTHING
    # Beside items above nothing, what is below nothing is a credit note; beside others it is a receiver like any.
    targets = [amount for amount in others if not positive or amount > NOTHING]
    return placements(items, targets, [-amount for amount in others if positive and amount < NOTHING])


def check_balance(items: Iterable[Money], targets: Iterable[Money], credit_notes: Iterable[Money]) -> None:
    """Refuse a clearance whose items and credit notes do not come to its targets.

    Raises:
        RuleViolation: `not_balanced`; it names all three sums.
    """
    given, into, notes = (Money.total(side) for side in (items, targets, credit_notes))
    if given + notes != into:
        less = f" and the credit notes {notes.shown()}" if notes else ""
        message = (
            f"The items give {given.shown()}{less}, but the targets come to {into.shown()}. Make them equal."
        )
        raise RuleViolation("not_balanced", message, items=given, credit_notes=notes, targets=into)


def direction(items: Iterable[Money]) -> int:
    """Return the sign that every target must have: that of all that the items give; 1 if that is nothing."""
    return -1 if Money.total(items) < NOTHING else 1


def _filled(items: Sequence[Money], wanted: Sequence[tuple[int, Money]]) -> Iterable[Placement]:
    waiting = list(wanted)
    for item, amount in enumerate(items, start=1):
        left = amount
        while left and waiting:
            target, missing = waiting[0]
            part = min(left, missing, key=abs)
            yield Placement(item, target, part)
            left -= part
            waiting[0] = (target, missing - part)
            if not waiting[0][1]:
                waiting.pop(0)
