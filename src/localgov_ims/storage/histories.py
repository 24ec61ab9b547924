"""Histories: everything that was said of a payment or refund, and everything that drew on a line, in order."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.draws import Draw
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid, Said
from localgov_ims.domain.payers import Card
from localgov_ims.domain.payments import PaymentEvent, PaymentState
from localgov_ims.domain.refunds import RefundEvent, RefundEventKind, RefundState
from localgov_ims.domain.transactions import Channel, TransactionKind
from localgov_ims.storage import payments, personal, proposals, refunds
from localgov_ims.storage.draws import draws
from localgov_ims.storage.transactions import transactions

_AT_ONCE = 500

_DRAWING = ("reallocation", "clearance", *(channel.value for channel in Channel))
"""The origins whose id is what their draws name: of a negative line, its channel."""


@frozen(kw_only=True)
class Taker:
    """What drew on a line: a refund request, a proposal or a transaction, by its reference, with who made it and when."""

    what: str
    reference: str
    by: str
    at: datetime


def payment_events(connection: Connection, payment: UUID) -> list[PaymentEvent]:
    """Return everything that was said of a payment, in order."""
    events = payments.events
    query = (
        sa.select(events, personal.data.c.value.label("cards"))
        .outerjoin(personal.data, personal.data.c.record == events.c.id)
        .where(events.c.payment == payment)
        .order_by(events.c.number)
    )
    return [_payment_event(row) for row in connection.execute(query)]


def refund_events(connection: Connection, requests: Collection[UUID]) -> dict[UUID, list[RefundEvent]]:
    """Return everything that happened to refund requests, in order, by their ids."""
    found: dict[UUID, list[RefundEvent]] = {each: [] for each in requests}
    events = refunds.events
    for block in _blocks(requests):
        query = sa.select(events).where(events.c.request.in_(block)).order_by(events.c.number)
        for row in connection.execute(query):
            found[row.request].append(_refund_event(row))
    return found


def draws_on(connection: Connection, lines: Collection[UUID]) -> dict[UUID, list[Draw]]:
    """Return everything that drew on lines, and what was given back, in order, by their ids."""
    found: dict[UUID, list[Draw]] = {each: [] for each in lines}
    for block in _blocks(lines):
        query = sa.select(draws).where(draws.c.line.in_(block)).order_by(draws.c.number)
        for row in connection.execute(query):
            found[row.line].append(_draw(row))
    return found


def takers(connection: Connection, drawers: Collection[UUID]) -> dict[UUID, Taker]:
    """Return what draws belong to, by the id that a draw names; what a transaction came from is named by its origin."""
    found: dict[UUID, Taker] = {}
    t, r, p = transactions, refunds.requests, proposals.proposals
    for block in _blocks(drawers):
        for row in connection.execute(sa.select(r).where(r.c.id.in_(block))):
            found[row.id] = Taker(what="refund", reference=row.reference, by=row.asked_by, at=row.asked_at)
        for row in connection.execute(sa.select(p).where(p.c.id.in_(block))):
            found[row.id] = Taker(
                what="proposal", reference=row.reference, by=row.proposed_by, at=row.proposed_at
            )
        # Their kinds too, or no index serves.
        named = t.c.origin_kind.in_(_DRAWING) & t.c.origin_id.in_([str(each) for each in block])
        for row in connection.execute(sa.select(t).where(t.c.id.in_(block) | named)):
            own = row.id if row.id in block else UUID(row.origin_id)
            what = row.origin_kind if row.kind == TransactionKind.TRANSFER.value else row.kind
            found[own] = Taker(what=what, reference=row.reference, by=row.recorded_by, at=row.recorded_at)
    return found


def _blocks(wanted: Collection[UUID]) -> Iterator[list[UUID]]:
    every = sorted(set(wanted))
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


def _payment_event(row: sa.Row[Any]) -> PaymentEvent:
    cards: dict[str, Any] = personal.read(row.cards)
    return PaymentEvent(
        id=row.id, payment=row.payment, number=row.number, said=Said(row.said), state=PaymentState(row.state),
        provider_reference=row.provider_reference, amount=Money(row.pence), received_at=row.received_at,
        received_by=row.received_by, message_hash=row.message_hash,
        card=Card(**cards["card"]) if cards.get("card") else None,
    )  # fmt: skip


def _refund_event(row: sa.Row[Any]) -> RefundEvent:
    return RefundEvent(
        id=row.id, request=row.request, number=row.number, kind=RefundEventKind(row.kind), state=RefundState(row.state),
        at=row.at, by=row.by, provider_reference=row.provider_reference,
        said=RefundSaid(row.said) if row.said is not None else None, paid_on=row.paid_on, detail=row.detail,
    )  # fmt: skip


def _draw(row: sa.Row[Any]) -> Draw:
    return Draw(
        id=row.id, line=row.line, number=row.number, amount=Money(row.pence), taken_after=Money(row.taken_after),
        vat=Money(row.vat), vat_after=Money(row.vat_after), of=Money(row.of_pence), by_kind=row.by_kind, by=row.by,
    )  # fmt: skip
