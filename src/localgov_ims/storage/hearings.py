"""What listeners are to hear of exports, one record for each plugin, and the events that say what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.hearings import Hearing, HearingState, JournalExported
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.ledger_files import ControlTotals
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.storage import audit
from localgov_ims.storage.journal_states import exports
from localgov_ims.storage.journals import journals
from localgov_ims.storage.schema import (
    last_number,
    moment_column,
    number_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

hearings = record_table(
    "hearings",
    points_to(exports, "export"),
    text_column("listener"),
    sa.UniqueConstraint("export", "listener"),
)

events = record_table(
    "hearing_events",
    points_to(hearings, "hearing"),
    number_column("number"),
    text_column("state"),
    moment_column("at"),
    text_column("by"),
    text_column("detail", nullable=True),
    moment_column("again_at", nullable=True),
    # Two that take up one hearing take the same number; one of them tells it.
    sa.UniqueConstraint("hearing", "number"),
)


def add(unit: Unit, export: UUID, listeners: Iterable[str]) -> None:
    """Record who is to hear of an export, in the unit that records it."""
    unit.record(hearings, [(new_id(), export, listener) for listener in listeners])


def add_event(
    unit: Unit, before: Hearing, state: HearingState, *, by: str, detail: str | None = None, again_at: datetime | None = None
) -> None:  # fmt: skip
    """Record what became of a hearing.

    Raises:
        AlreadyDone: Something else became of it meanwhile.
    """
    unit.record(
        events, [(new_id(), before.id, before.events + 1, state.value, unit.at, by, detail, again_at)]
    )


def unheard(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Hearing]:
    """Yield what has not been heard, the oldest first."""
    latest, claims = events.alias("latest"), events.alias("claims")
    attempts = (
        sa.select(sa.func.count())
        .where(claims.c.hearing == hearings.c.id, claims.c.state == HearingState.CLAIMED.value)
        .scalar_subquery()
    )
    query = (
        sa.select(
            hearings.c.id, hearings.c.listener, journals.c.number.label("journal"), attempts.label("attempts"),
            latest.c.number, latest.c.state, latest.c.again_at, latest.c.detail,
        )
        .join(exports, exports.c.id == hearings.c.export)
        .join(journals, journals.c.id == exports.c.journal)
        .outerjoin(latest, (latest.c.hearing == hearings.c.id) & (latest.c.number == last_number(events, "hearing", hearings)))
        .where(sa.func.coalesce(latest.c.state, "") != HearingState.HEARD.value, *where)
        .order_by(hearings.c.id)
    )  # fmt: skip
    for row in connection.execute(query).all():
        yield Hearing(
            id=row.id, listener=row.listener, journal=row.journal, events=row.number or 0, attempts=row.attempts,
            state=HearingState(row.state) if row.state is not None else HearingState.WAITING, again_at=row.again_at,
            detail=row.detail,
        )  # fmt: skip


def told_of(connection: Connection, hearing: UUID) -> JournalExported:
    """Return what is told in a hearing; it must be there."""
    query = (
        sa.select(exports, journals.c.number, journals.c.ledger, journals.c.accounting_on, journals.c.period, audit.entries.c.at)
        .join(hearings, hearings.c.export == exports.c.id)
        .join(journals, journals.c.id == exports.c.journal)
        .join(audit.entries, audit.entries.c.id == exports.c.unit)
        .where(hearings.c.id == hearing)
    )  # fmt: skip
    row = connection.execute(query).one()
    totals = ControlTotals(rows=row.rows, debit=Money(row.debit), credit=Money(row.credit), digest=row.digest)
    return JournalExported(
        id=hearing, number=row.number, ledger=row.ledger, accounting_on=row.accounting_on,
        period=PeriodNumber.parse(row.period), name=row.name, sha256=row.sha256, totals=totals, copy=row.sequence > 1,
        exported_at=row.at,
    )  # fmt: skip
