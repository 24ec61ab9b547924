"""Drawing: the one guard on a line, whatever takes from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from localgov_ims.domain.draws import Draw, Taken, draw, release
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.transactions import Line
from localgov_ims.service.council import Council
from localgov_ims.storage import draws as stored
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit

Asked = tuple[Line, Money]
"""A line, and how much of it is to be taken, with the line's sign."""


def take(council: Council, unit: Unit, asked: Sequence[Asked], *, by_kind: str, by: UUID) -> list[Draw]:
    """Draw on lines, in order, and record it; a line may be asked of several times.

    Raises:
        RuleViolation: `over_available`: not so much is left of one of them.
        AlreadyDone: Somebody drew on one of them meanwhile; begin again.
    """
    return take_for(council, unit, [(by, asked)], by_kind=by_kind)


def take_for(
    council: Council, unit: Unit, drawers: Iterable[tuple[UUID, Sequence[Asked]]], *, by_kind: str
) -> list[Draw]:
    """Draw on lines for several drawers, each by its id with what it takes; as `take`, all or nothing."""
    every = [(by, line, amount) for by, asked in drawers for line, amount in asked]
    standing = stored.taken(unit.connection, [line.id for _, line, _ in every])
    totals: dict[UUID, Money] = {}
    for _, line, amount in every:
        totals[line.id] = totals.get(line.id, NOTHING) + amount
    for by, line, _ in every:
        # All that is asked of one line at once, or none of it.
        draw(line, totals[line.id], standing[line.id], by_kind=by_kind, by=by, rounding=council.vat_rounding)
    made = []
    for by, line, amount in every:
        drawn = draw(line, amount, standing[line.id], by_kind=by_kind, by=by, rounding=council.vat_rounding)
        standing[line.id] = Taken(drawn.number, drawn.taken_after, drawn.vat_after)
        made.append(drawn)
    stored.add(unit, made)
    return made


def give_back(unit: Unit, given: Iterable[tuple[Line, Money, Money]], *, by_kind: str, by: UUID) -> None:
    """Give back to each line an amount, with its VAT, that was drawn before."""
    give_back_for(unit, [(by, *each) for each in given], by_kind=by_kind)


def give_back_for(unit: Unit, given: Sequence[tuple[UUID, Line, Money, Money]], *, by_kind: str) -> None:
    """Give back to each line what was drawn before, for several givers, each by its id."""
    standing = stored.taken(unit.connection, [line.id for _, line, _, _ in given])
    made = []
    for by, line, amount, vat in given:
        freed = release(line, amount, vat, standing[line.id], by_kind=by_kind, by=by)
        standing[line.id] = Taken(freed.number, freed.taken_after, freed.vat_after)
        made.append(freed)
    stored.add(unit, made)


def give_back_all(unit: Unit, by: UUID, *, by_kind: str) -> None:
    """Give back to every line what a drawer still holds of it."""
    held = stored.held_by(unit.connection, by)
    lines = transactions.lines_by_id(unit.connection, held)
    give_back(unit, [(lines[line], *both) for line, both in held.items() if both[0]], by_kind=by_kind, by=by)
