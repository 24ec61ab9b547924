"""Unpaids and what became of them: tables, rows, and the questions asked of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.unpaids import RecordedUnpaid, Unpaid, UnpaidEvent, UnpaidKind, UnpaidState
from localgov_ims.storage import personal
from localgov_ims.storage.bacs_reports import reports
from localgov_ims.storage.schema import (
    day_column,
    id_column,
    moment_column,
    number_column,
    pence_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

ORIGIN = "unpaid"
"""The origin of a Receipt below zero that an unpaid became."""

unpaids = record_table(
    "unpaids",
    points_to(reports, "report"),
    text_column("source", nullable=True),
    text_column("service_user"),
    text_column("advice"),
    number_column("position"),
    text_column("kind"),
    pence_column("pence"),
    text_column("reference"),
    text_column("code"),
    text_column("reason"),
    day_column("original_on", nullable=True),
    day_column("due_on"),
    text_column("identifier", nullable=True),
    text_column("place"),
    personal_column(),
    sa.UniqueConstraint("report", "position"),
    sa.UniqueConstraint("service_user", "identifier"),
)

events = record_table(
    "unpaid_events",
    points_to(unpaids, "unpaid"),
    number_column("number"),
    text_column("state"),
    moment_column("at"),
    text_column("by"),
    text_column("reason", nullable=True),
    id_column("line", nullable=True),
    id_column("transaction", nullable=True),
    sa.UniqueConstraint("unpaid", "number"),
)


def _debits() -> sa.Subquery:
    # Of the events that name a bank line the last one says whether its debit stands.
    later = events.alias("later")
    undone = sa.exists().where(
        later.c.unpaid == events.c.unpaid, later.c.number > events.c.number, later.c.line.is_not(None)
    )
    return (
        sa.select(events)
        .where(events.c.state == UnpaidState.DEBITED.value, ~undone)
        .subquery("unpaid_debits")
    )


debits = _debits()
"""That the bank has debited unpaids, as far as nobody has undone it: each with what took the income back."""


def add(unit: Unit, recorded: Iterable[RecordedUnpaid]) -> None:
    """Record unpaids, their payers' data beside them."""
    rows, sealed = [], []
    for each in recorded:
        u = each.unpaid
        secret = personal.seal(each.id, {"name": u.payer_name, "account": u.payer_account})
        sealed.append(secret)
        rows.append((
            each.id, each.report, each.source, each.service_user, each.advice, u.position, u.kind.value, u.amount.pence,
            u.reference, u.code, u.reason, u.original_on, each.due_on, u.identifier, u.place,
            secret.hash if secret is not None else None,
        ))  # fmt: skip
    unit.record(unpaids, rows)
    unit.personal(sealed)


def identifiers_seen(connection: Connection, service_user: str, wanted: Collection[str]) -> set[str]:
    """Return which of the paying banks' references a service user has claims under."""
    query = sa.select(unpaids.c.identifier).where(
        unpaids.c.service_user == service_user, unpaids.c.identifier.in_(wanted)
    )
    return set(connection.execute(query).scalars())


def add_events(unit: Unit, made: Iterable[UnpaidEvent]) -> None:
    """Record what became of unpaids; of two of one unpaid with one number only one is."""
    rows = [
        (e.id, e.unpaid, e.number, e.state.value, e.at, e.by, e.reason, e.line, e.transaction) for e in made
    ]
    unit.record(events, rows)


def latest(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, UnpaidEvent]:
    """Return the latest event of each of the unpaids that have one."""
    found = histories(connection, wanted)
    return {unpaid: steps[-1] for unpaid, steps in found.items() if steps}


def histories(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, list[UnpaidEvent]]:
    """Return the events of unpaids, of each the oldest first."""
    found: dict[UUID, list[UnpaidEvent]] = {each: [] for each in wanted}
    for row in connection.execute(
        sa.select(events).where(events.c.unpaid.in_(wanted)).order_by(events.c.number)
    ):
        found[row.unpaid].append(_event(row))
    return found


def debits_of(connection: Connection, wanted: Collection[UUID]) -> list[UnpaidEvent]:
    """Return the debits that stand of the unpaids *wanted*."""
    query = sa.select(debits).where(debits.c.unpaid.in_(list(wanted))).order_by(debits.c.unpaid)
    return [_event(row) for row in connection.execute(query)]


def took_back(connection: Connection, unpaid: UUID) -> UUID | None:
    """Return the transaction that took the income of an unpaid back; none while the bank has not debited it."""
    query = sa.select(debits.c.transaction).where(debits.c.unpaid == unpaid)
    return connection.execute(query).scalar_one_or_none()


def of_transaction(connection: Connection, transaction: UUID) -> tuple[RecordedUnpaid, UnpaidEvent] | None:
    """Return the unpaid whose income a transaction took back, or restored, and the event that says so."""
    row = connection.execute(sa.select(events).where(events.c.transaction == transaction)).one_or_none()
    if row is None:
        return None
    (recorded,) = some(connection, unpaids.c.id == row.unpaid)
    return recorded, _event(row)


def withdrawn() -> sa.Select[Any]:
    """Return the query for the unpaids that were withdrawn."""
    return sa.select(events.c.unpaid).where(events.c.state == UnpaidState.WITHDRAWN.value)


def ended() -> sa.Select[Any]:
    """Return the query for the unpaids that the bank has debited, or that were withdrawn."""
    over, following = (UnpaidState.DEBITED.value, UnpaidState.WITHDRAWN.value), events.alias("following")
    has_next = sa.exists().where(
        following.c.unpaid == events.c.unpaid, following.c.number == events.c.number + 1
    )
    return sa.select(events.c.unpaid).where(events.c.state.in_(over), ~has_next)


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[RecordedUnpaid]:
    """Yield unpaids, the oldest first."""
    query = (
        sa.select(unpaids, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == unpaids.c.id)
        .where(*where)
        .order_by(unpaids.c.due_on, unpaids.c.report, unpaids.c.position)
    )
    for row in connection.execute(query):
        yield _unpaid(row)


def _unpaid(row: sa.Row[Any]) -> RecordedUnpaid:
    kept: dict[str, Any] = personal.read(row.value)
    unpaid = Unpaid(
        position=row.position, kind=UnpaidKind(row.kind), amount=Money(row.pence), reference=row.reference,
        code=row.code, reason=row.reason, original_on=row.original_on, payer_name=kept.get("name"),
        payer_account=kept.get("account"), identifier=row.identifier, place=row.place,
    )  # fmt: skip
    return RecordedUnpaid(
        id=row.id, report=row.report, source=row.source, service_user=row.service_user, advice=row.advice,
        due_on=row.due_on, unpaid=unpaid,
    )  # fmt: skip


def _event(row: sa.Row[Any]) -> UnpaidEvent:
    return UnpaidEvent(
        id=row.id, unpaid=row.unpaid, number=row.number, state=UnpaidState(row.state), at=row.at, by=row.by,
        reason=row.reason, line=row.line, transaction=row.transaction,
    )  # fmt: skip
