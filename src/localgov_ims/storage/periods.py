"""Where each period of a ledger stands: open until somebody says otherwise, and what was said last."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.periods import PeriodNumber, PeriodState
from localgov_ims.storage.schema import moment_column, number_column, record_table, text_column
from localgov_ims.storage.store import Unit

events = record_table(
    "period_events",
    text_column("ledger"),
    text_column("period"),
    number_column("number"),
    text_column("state"),
    text_column("reason"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("ledger", "period", "number"),
)


def states(connection: Connection, ledger: str) -> dict[PeriodNumber, PeriodState]:
    """Return where the periods stand of which anything was ever said; the others are open."""
    query = (
        sa.select(events.c.period, events.c.state).where(events.c.ledger == ledger).order_by(events.c.number)
    )
    return {PeriodNumber.parse(row.period): PeriodState(row.state) for row in connection.execute(query)}


def last_said(connection: Connection, ledger: str, period: PeriodNumber) -> tuple[int, str]:
    """Return how often a period's state was said, and who said it last; nobody where nobody did."""
    query = (
        sa.select(events.c.number, events.c.by)
        .where(events.c.ledger == ledger, events.c.period == str(period))
        .order_by(events.c.number.desc())
    )
    row = connection.execute(query).first()
    return (row.number, row.by) if row is not None else (0, "")


def add(unit: Unit, ledger: str, period: PeriodNumber, state: PeriodState, *, by: str, reason: str) -> None:
    """Record where a period stands from now on.

    Raises:
        AlreadyDone: Somebody else said something of it meanwhile.
    """
    number, _ = last_said(unit.connection, ledger, period)
    unit.record(events, [(new_id(), ledger, str(period), number + 1, state.value, reason, by, unit.at)])
