"""What reports ask of bank accounts: lines with where they stand, balances before a day, statements in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Statement
from localgov_ims.storage import reconciliation, settlements, statements
from localgov_ims.storage.suspense_at import held_at

_lines, _heads = statements.lines, statements.statements
_AT_ONCE = 500


@frozen(kw_only=True)
class StandingLine:
    """A bank line, and where it stands.

    Attributes:
        bank_reference: The bank's own; position: its place among the lines of its statement.
        kind: Of its disposition; none: no run has seen it.
        left: What was left of it in suspense at the end of the last day; nothing where it is not there.
        until_on: The last day on which its awaited file is not late.
    """

    id: UUID
    account: str
    booked_on: date
    position: int
    pence: int
    bank_reference: str | None
    kind: str | None
    what: str | None
    reason: str
    until_on: date | None
    left: int

    @property
    def text(self) -> str:
        """What people know it by: the bank's reference, else account, day and position."""
        return self.bank_reference or f"{self.account}/{self.booked_on}/{self.position}"


def standing_lines(
    connection: Connection, account: str, last_on: date, *, first_on: date | None = None
) -> Iterator[StandingLine]:
    """Yield the lines of an account that were booked in a period, in their order; no first day: from the beginning."""
    current, items = reconciliation.current, held_at(last_on)
    # Of a batch several payments may be in suspense.
    held = (
        sa.select(items.c.bank_line, sa.func.sum(items.c.left_pence).label("left_pence"))
        .group_by(items.c.bank_line)
        .subquery()
    )
    query = (
        sa.select(
            _lines.c.id, _lines.c.account, _lines.c.booked_on, _lines.c.position, _lines.c.pence,
            _lines.c.bank_reference, current.c.kind, current.c.what, current.c.reason, current.c.until_on,
            held.c.left_pence,
        )
        .outerjoin(current, current.c.line == _lines.c.id)
        .outerjoin(held, held.c.bank_line == _lines.c.id)
        .where(_lines.c.account == account, _lines.c.booked_on <= last_on)
        .order_by(_lines.c.booked_on, _lines.c.position, _lines.c.id)
    )  # fmt: skip
    if first_on is not None:
        query = query.where(_lines.c.booked_on >= first_on)
    for row in connection.execute(query):
        yield StandingLine(
            id=row.id, account=row.account, booked_on=row.booked_on, position=row.position, pence=row.pence,
            bank_reference=row.bank_reference, kind=row.kind, what=row.what, reason=row.reason or "",
            until_on=row.until_on, left=int(row.left_pence or 0),
        )  # fmt: skip


@frozen(kw_only=True)
class Place:
    """At which bank account a record is, what it comes to, and until when it was not late."""

    account: str
    amount: Money
    until_on: date | None = None


def places_of(connection: Connection, subjects: Sequence[UUID]) -> dict[UUID, Place]:
    """Return where bank lines are, and lines of payouts by the bank line that brought them; others are left out."""
    m, payout, current = reconciliation.live, settlements.lines, reconciliation.current
    found: dict[UUID, Place] = {}
    for start in range(0, len(subjects), _AT_ONCE):
        block = subjects[start : start + _AT_ONCE]
        own = (
            sa.select(_lines.c.id, _lines.c.account, _lines.c.pence, current.c.until_on)
            .outerjoin(current, current.c.line == _lines.c.id)
            .where(_lines.c.id.in_(block))
        )
        paid_out = (
            sa.select(payout.c.id, _lines.c.account, payout.c.pence, sa.null().label("until_on"))
            .join(m, (m.c.right_kind == "settlement") & (m.c.right_id == payout.c.settlement))
            .join(_lines, _lines.c.id == m.c.left_id)
            .where(payout.c.id.in_(block))
        )
        for query in (own, paid_out):
            for row in connection.execute(query):
                found[row.id] = Place(account=row.account, amount=Money(row.pence), until_on=row.until_on)
    return found


def sum_of_lines(connection: Connection, account: str, before: date) -> Money:
    """Return what an account's lines booked before a day come to."""
    query = sa.select(sa.func.coalesce(sa.func.sum(_lines.c.pence), 0)).where(
        _lines.c.account == account, _lines.c.booked_on < before
    )
    return Money(int(connection.execute(query).scalar_one()))


def statements_of(connection: Connection, account: str) -> list[Statement]:
    """Return the statements of an account in the order of their days and numbers."""
    order = (_heads.c.first_on, _heads.c.last_on, _heads.c.number)
    query = sa.select(_heads.c.id).where(_heads.c.account == account).order_by(*order)
    found = connection.execute(query).scalars().all()
    return [statements.by_id(connection, each) for each in found]
