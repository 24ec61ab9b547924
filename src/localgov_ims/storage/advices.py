"""Advices, and who has taken each: tables, rows, and the questions asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.advices import ACCEPTED, Advice, RecordedAdvice
from localgov_ims.domain.breaks import ADVICE
from localgov_ims.storage import personal
from localgov_ims.storage.bacs_reports import reports
from localgov_ims.storage.reconciliation import breaks
from localgov_ims.storage.schema import (
    day_column,
    moment_column,
    number_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

advices = record_table(
    "advices",
    points_to(reports, "report"),
    number_column("position"),
    text_column("record_type"),
    text_column("reference"),
    text_column("code"),
    text_column("reason"),
    day_column("effective_on", nullable=True),
    text_column("note"),
    text_column("place"),
    personal_column(),
    sa.UniqueConstraint("report", "position"),
)

takings = record_table(
    "advice_takings",
    points_to(advices, "advice"),
    moment_column("at"),
    text_column("by"),
    sa.UniqueConstraint("advice"),
)


def add(unit: Unit, report: UUID, given: Iterable[tuple[UUID, Advice]]) -> None:
    """Record advices, their payers' data beside them."""
    rows, sealed = [], []
    for id_, a in given:
        said = {"name": a.payer_name, "account": a.payer_account, "new_account": a.new_account}
        secret = personal.seal(id_, said)
        sealed.append(secret)
        rows.append((
            id_, report, a.position, a.record_type, a.reference, a.code, a.reason, a.effective_on, a.note, a.place,
            secret.hash if secret is not None else None,
        ))  # fmt: skip
    unit.record(advices, rows)
    unit.personal(sealed)


def take(unit: Unit, id_: UUID, advice: UUID, at: datetime, by: str) -> None:
    """Record who acts on an advice; it is taken once."""
    unit.record(takings, [(id_, advice, at, by)])


def some(
    connection: Connection, *where: sa.ColumnElement[bool], limit: int | None = None
) -> Iterator[RecordedAdvice]:
    """Yield advices, the oldest first; their owners are the settings' to say."""
    query = (
        sa.select(
            advices, personal.data.c.value, reports.c.kind.label("report_kind"), reports.c.service_user,
            reports.c.reported_on, takings.c.by.label("taken_by"), takings.c.at.label("taken_at"),
        )
        .join(reports, reports.c.id == advices.c.report)
        .outerjoin(personal.data, personal.data.c.record == advices.c.id)
        .outerjoin(takings, takings.c.advice == advices.c.id)
        .where(*where)
        .order_by(reports.c.reported_on, advices.c.report, advices.c.position)
        .limit(limit)
    )  # fmt: skip
    for row in connection.execute(query):
        yield _advice(row)


def waiting(connection: Connection, *, before: date) -> Iterator[RecordedAdvice]:
    """Yield the advices reported before a day that nobody has taken and no Break is about; not those that accept a file."""
    told = sa.select(breaks.c.subject).where(breaks.c.subject_kind == ADVICE)
    asks = (advices.c.record_type != ACCEPTED) & advices.c.id.not_in(told)
    return some(connection, untaken(), asks, reports.c.reported_on < before)


def of_breaks(connection: Connection) -> dict[UUID, str]:
    """Return the service user number of every advice that a Break is about."""
    query = (
        sa.select(advices.c.id, reports.c.service_user)
        .join(reports, reports.c.id == advices.c.report)
        .join(breaks, (breaks.c.subject == advices.c.id) & (breaks.c.subject_kind == ADVICE))
    )
    return {row.id: row.service_user for row in connection.execute(query)}


def untaken() -> sa.ColumnElement[bool]:
    """Return the condition that nobody has taken an advice."""
    return advices.c.id.not_in(sa.select(takings.c.advice))


def _advice(row: sa.Row[Any]) -> RecordedAdvice:
    kept: dict[str, Any] = personal.read(row.value)
    advice = Advice(
        position=row.position, record_type=row.record_type, reference=row.reference, code=row.code,
        reason=row.reason, effective_on=row.effective_on, payer_name=kept.get("name"), payer_account=kept.get("account"),
        new_account=kept.get("new_account"), note=row.note, place=row.place,
    )  # fmt: skip
    return RecordedAdvice(
        id=row.id, report=row.report_kind, service_user=row.service_user, reported_on=row.reported_on, advice=advice,
        taken_by=row.taken_by, taken_at=row.taken_at,
    )  # fmt: skip
