"""Payments: what was asked for, and the events that say what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.clients import ReturnTo
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import NOBODY, Card, Payer, kept
from localgov_ims.domain.payments import CallRecording, Payment, PaymentEvent, PaymentState
from localgov_ims.domain.transactions import Channel, Line
from localgov_ims.domain.vat import Treatment, VatRate
from localgov_ims.storage import personal
from localgov_ims.storage.schema import (
    json_text,
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

payments = record_table(
    "payments",
    text_column("reference"),
    text_column("channel"),
    moment_column("created_at"),
    moment_column("expires_at"),
    text_column("taken_by"),
    text_column("office", nullable=True),
    text_column("caller_reference", nullable=True),
    text_column("success_url", nullable=True),
    text_column("cancel_url", nullable=True),
    text_column("fail_url", nullable=True),
    text_column("provider", nullable=True),
    text_column("merchant_account", nullable=True),
    text_column("call_recording_source", nullable=True),
    text_column("call_recording_user", nullable=True),
    text_column("idempotency_key", nullable=True),
    personal_column(),
    sa.UniqueConstraint("reference"),
    # A client that repeats its request gets the same payment.
    sa.UniqueConstraint("taken_by", "idempotency_key"),
)

lines = record_table(
    "payment_lines",
    points_to(payments, "payment"),
    number_column("number"),
    text_column("fund"),
    text_column("account_reference", nullable=True),
    pence_column("pence"),
    text_column("vat_code", nullable=True),
    text_column("vat_treatment", nullable=True),
    number_column("vat_rate"),
    pence_column("vat"),
    text_column("mop"),
    personal_column(),
    sa.UniqueConstraint("payment", "number"),
)

events = record_table(
    "payment_events",
    points_to(payments, "payment"),
    number_column("number"),
    text_column("said"),
    text_column("state"),
    text_column("provider_reference", nullable=True),
    pence_column("pence"),
    moment_column("received_at"),
    text_column("received_by"),
    sa.Column("message_hash", sa.String(64), nullable=False),
    personal_column(),
    # Two that race take the same number; the loser reads again, and finds what the first one did.
    sa.UniqueConstraint("payment", "number"),
)

_LAST = last_number(events, "payment", payments)
"""The number of a payment's latest event, found by the index that makes numbers unique."""


def add(unit: Unit, payment: Payment, *, key: str | None, asked: Mapping[str, object]) -> None:
    """Record a payment before its provider hears of it.

    *key* is the client's own for this request, and *asked* the request, so that the key cannot be used for another.

    Raises:
        AlreadyDone: The client has used the key before.
    """
    p = payment
    persons: dict[str, object] = {"payer": kept(payment.payer)}
    if key is not None:
        # The hash of a request that names its payer could be tried out, so it goes when the payer's details go.
        persons["asked"] = request_hash(asked)
    secret = personal.seal(p.id, persons)
    unit.record(payments, [(
        p.id, p.reference, p.channel.value, p.created_at, p.expires_at, p.taken_by, p.office, p.caller_reference,
        p.return_to.success_url, p.return_to.cancel_url, p.return_to.fail_url, p.provider, p.merchant_account,
        p.call_recording.source, p.call_recording.user, key,
        secret.hash if secret is not None else None,
    )])  # fmt: skip
    told = [personal.seal(line.id, {"narrative": line.narrative}) for line in p.lines]
    unit.record(
        lines,
        [
            (
                line.id, p.id, line.number, line.fund, line.account_reference, line.amount.pence, line.vat_code,
                line.vat_treatment.value if line.vat_treatment is not None else None, line.vat_rate.thousandths,
                line.vat.pence, line.mop, said.hash if said is not None else None,
            )
            for line, said in zip(p.lines, told, strict=True)
        ],
    )  # fmt: skip
    unit.personal([secret, *told])


def request_hash(asked: Mapping[str, object]) -> str:
    """Return the SHA-256 of a request as canonical JSON."""
    return hashlib.sha256(json_text(asked).encode()).hexdigest()


def add_event(unit: Unit, event: PaymentEvent) -> None:
    """Record what was said of a payment.

    Raises:
        AlreadyDone: Somebody else recorded something of it meanwhile; read again.
    """
    secret = personal.seal(event.id, {"card": kept(event.card)} if event.card is not None else {})
    e = event
    unit.record(events, [(
        e.id, e.payment, e.number, e.said.value, e.state.value, e.provider_reference, e.amount.pence, e.received_at,
        e.received_by, e.message_hash, secret.hash if secret is not None else None,
    )])  # fmt: skip
    unit.personal([secret])


def by_key(connection: Connection, taken_by: str, key: str) -> tuple[str, str | None] | None:
    """Return reference and request hash of the payment that a client asked for under *key*, if there is one.

    The hash is gone once the payer's details are.
    """
    query = (
        sa.select(payments.c.reference, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == payments.c.id)
        .where(payments.c.taken_by == taken_by, payments.c.idempotency_key == key)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    hashed = personal.read(row.value).get("asked")
    return row.reference, str(hashed) if hashed is not None else None


def by_reference(connection: Connection, reference: str) -> Payment | None:
    """Return a payment as it stands, if there is one of that reference."""
    return next(some(connection, payments.c.reference == reference), None)


def pending_since(connection: Connection, before: datetime) -> Iterator[Payment]:
    """Yield the payments asked for before *before* that are still pending, the oldest first."""
    return some(connection, payments.c.created_at <= before, pending=True)


def some(connection: Connection, *where: sa.ColumnElement[bool], pending: bool = False) -> Iterator[Payment]:
    """Yield payments as they stand, the oldest first; only those pending where *pending* says so."""
    event_data = personal.data.alias("of_events")
    query = (
        sa.select(
            payments, events.c.number.label("events"), events.c.state, events.c.provider_reference,
            personal.data.c.value.label("persons"), event_data.c.value.label("cards"),
        )
        .select_from(payments)
        .outerjoin(events, (events.c.payment == payments.c.id) & (events.c.number == _LAST))
        .outerjoin(personal.data, personal.data.c.record == payments.c.id)
        .outerjoin(event_data, event_data.c.record == events.c.id)
        .where(*where)
        .order_by(payments.c.created_at, payments.c.id)
    )  # fmt: skip
    if pending:
        query = query.where(events.c.state.is_(None) | (events.c.state == PaymentState.PENDING.value))
    rows = connection.execute(query).all()
    for row in rows:
        yield _payment(row, _lines(connection, row.id, row.reference))


def _lines(connection: Connection, payment: UUID, reference: str) -> tuple[Line, ...]:
    query = (
        sa.select(lines, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == lines.c.id)
        .where(lines.c.payment == payment)
        .order_by(lines.c.number)
    )
    return tuple(_line(row, reference) for row in connection.execute(query))


def _line(row: sa.Row[Any], reference: str) -> Line:
    told: dict[str, Any] = personal.read(row.value)
    return Line(
        id=row.id, number=row.number, reference=f"{reference}_{row.number}", fund=row.fund,
        account_reference=row.account_reference, amount=Money(row.pence), vat_code=row.vat_code,
        vat_treatment=Treatment(row.vat_treatment) if row.vat_treatment is not None else None,
        vat_rate=VatRate(row.vat_rate), vat=Money(row.vat), mop=row.mop, narrative=told.get("narrative"),
    )  # fmt: skip


def _payment(row: sa.Row[Any], own: tuple[Line, ...]) -> Payment:
    persons: dict[str, Any] = personal.read(row.persons)
    cards: dict[str, Any] = personal.read(row.cards)
    return Payment(
        id=row.id, reference=row.reference, channel=Channel(row.channel), created_at=row.created_at,
        expires_at=row.expires_at, taken_by=row.taken_by, lines=own, office=row.office,
        payer=Payer(**persons["payer"]) if persons.get("payer") else NOBODY, caller_reference=row.caller_reference,
        return_to=ReturnTo(success_url=row.success_url, cancel_url=row.cancel_url, fail_url=row.fail_url),
        provider=row.provider, merchant_account=row.merchant_account,
        call_recording=CallRecording(source=row.call_recording_source, user=row.call_recording_user),
        state=PaymentState(row.state) if row.state is not None else PaymentState.PENDING,
        provider_reference=row.provider_reference, card=Card(**cards["card"]) if cards.get("card") else None,
        events=row.events or 0,
    )  # fmt: skip
