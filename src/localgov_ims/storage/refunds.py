"""Refund requests, what each gives back of which lines, and the events that say what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import Payee, kept
from localgov_ims.domain.refunds import (
    RefundEvent,
    RefundEventKind,
    RefundItem,
    RefundRequest,
    RefundState,
    Route,
)
from localgov_ims.storage import personal
from localgov_ims.storage.schema import (
    day_column,
    last_number,
    moment_column,
    number_column,
    pence_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit
from localgov_ims.storage.transactions import lines as transaction_lines

requests = record_table(
    "refund_requests",
    text_column("reference"),
    text_column("route"),
    text_column("subject"),
    number_column("n"),
    text_column("payment", nullable=True),
    text_column("reason"),
    text_column("asked_by"),
    moment_column("asked_at"),
    text_column("evidence", nullable=True),
    personal_column(),
    sa.UniqueConstraint("reference"),
    # One open request at a time: each is made when the ones before are closed, and two that race take the same n.
    sa.UniqueConstraint("subject", "n"),
)

items = record_table(
    "refund_items",
    points_to(requests, "request"),
    number_column("number"),
    points_to(transaction_lines, "line"),
    pence_column("pence"),
    pence_column("vat"),
    sa.UniqueConstraint("request", "line"),
)

events = record_table(
    "refund_events",
    points_to(requests, "request"),
    number_column("number"),
    text_column("kind"),
    text_column("state"),
    moment_column("at"),
    text_column("by"),
    text_column("provider_reference", nullable=True),
    text_column("said", nullable=True),
    day_column("paid_on", nullable=True),
    text_column("detail", nullable=True),
    sa.UniqueConstraint("request", "number"),
)

RETIRED = "(removed)"
"""What stands for a reason that was personal data, once it has been retired."""

_LAST = last_number(events, "request", requests)


def add(unit: Unit, request: RefundRequest, *, personal_narratives: bool = False) -> None:
    """Record a request with its items; its first event comes with it.

    *personal_narratives* says that what people write, here the reason, is personal data too.

    Raises:
        AlreadyDone: Somebody asked for a refund of the same payment meanwhile.
    """
    r = request
    secret = personal.seal(r.id, {
        "payee": kept(r.payee) if r.payee is not None else None, "reason": r.reason if personal_narratives else None,
        "evidence": r.evidence if personal_narratives else None,
    })  # fmt: skip
    unit.record(requests, [(
        r.id, r.reference, r.route.value, r.subject, r.n, r.payment, "" if personal_narratives else r.reason, r.asked_by,
        r.asked_at, None if personal_narratives else r.evidence,
        secret.hash if secret is not None else None,
    )])  # fmt: skip
    unit.record(
        items,
        [
            (new_id(), r.id, number, item.line, item.amount.pence, item.vat.pence)
            for number, item in enumerate(r.items, start=1)
        ],
    )
    unit.personal([secret])


def add_event(unit: Unit, event: RefundEvent) -> None:
    """Record what happened to a request.

    Raises:
        AlreadyDone: Somebody else recorded something of it meanwhile; read again.
    """
    e = event
    unit.record(events, [(
        e.id, e.request, e.number, e.kind.value, e.state.value, e.at, e.by, e.provider_reference,
        e.said.value if e.said is not None else None, e.paid_on, e.detail,
    )])  # fmt: skip


def by_reference(connection: Connection, reference: str) -> RefundRequest | None:
    """Return a request as it stands, if there is one of that reference."""
    return next(some(connection, requests.c.reference == reference), None)


def of_subject(connection: Connection, subject: str) -> list[RefundRequest]:
    """Return the requests about a payment or transaction, in order."""
    return sorted(some(connection, requests.c.subject == subject), key=lambda request: request.n)


def first_at(connection: Connection, request: UUID, kind: RefundEventKind) -> datetime | None:
    """Return when something first happened to a request."""
    query = (
        sa.select(events.c.at)
        .where(events.c.request == request, events.c.kind == kind.value)
        .order_by(events.c.number)
        .limit(1)
    )
    found: datetime | None = connection.execute(query).scalar_one_or_none()
    return found


def of_payment(connection: Connection, payment: str) -> list[RefundRequest]:
    """Return the requests about a payment, the oldest first."""
    return list(some(connection, requests.c.payment == payment))


def of_accounts(connection: Connection, references: Collection[str]) -> Iterator[RefundRequest]:
    """Yield the requests that give back, or may, from lines of accounts, the oldest first; not those that failed."""
    own = (
        sa.select(items.c.request)
        .join(transaction_lines, transaction_lines.c.id == items.c.line)
        .where(transaction_lines.c.account_reference.in_(references))
    )
    return some(connection, requests.c.id.in_(own), events.c.state != RefundState.FAILED.value)


def in_state(connection: Connection, *states: RefundState) -> Iterator[RefundRequest]:
    """Yield the requests that stand in one of *states*, the oldest first."""
    return some(connection, events.c.state.in_([state.value for state in states]))


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[RefundRequest]:
    """Yield requests as they stand, the oldest first."""
    query = (
        sa.select(
            requests, events.c.number.label("events"), events.c.state, events.c.provider_reference,
            personal.data.c.value.label("persons"),
        )
        .select_from(requests)
        .join(events, (events.c.request == requests.c.id) & (events.c.number == _LAST))
        .outerjoin(personal.data, personal.data.c.record == requests.c.id)
        .where(*where)
        .order_by(requests.c.asked_at, requests.c.id)
    )  # fmt: skip
    for row in connection.execute(query).all():
        yield _request(connection, row)


def _request(connection: Connection, row: sa.Row[Any]) -> RefundRequest:
    own = (
        sa.select(items, transaction_lines.c.reference)
        .join(transaction_lines, transaction_lines.c.id == items.c.line)
        .where(items.c.request == row.id)
        .order_by(items.c.number)
    )
    persons: dict[str, Any] = personal.read(row.persons)
    return RefundRequest(
        id=row.id, reference=row.reference, route=Route(row.route), subject=row.subject, n=row.n, payment=row.payment,
        reason=row.reason or persons.get("reason") or RETIRED, asked_by=row.asked_by, asked_at=row.asked_at,
        items=tuple(
            RefundItem(line=i.line, line_reference=i.reference, amount=Money(i.pence), vat=Money(i.vat))
            for i in connection.execute(own)
        ),
        payee=Payee(**persons["payee"]) if persons.get("payee") else None, evidence=row.evidence or persons.get("evidence"),
        state=RefundState(row.state), provider_reference=row.provider_reference, events=row.events,
    )  # fmt: skip


def paid() -> sa.Select[Any]:
    """Return the query for the ids of the requests that have been paid."""
    return (
        sa.select(requests.c.id)
        .select_from(requests)
        .join(events, (events.c.request == requests.c.id) & (events.c.number == _LAST))
        .where(events.c.state == RefundState.SUCCEEDED.value)
    )
