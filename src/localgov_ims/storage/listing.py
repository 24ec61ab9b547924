"""Lists of what is open: payments that nobody has answered, and refunds, within the funds of whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.payments import PaymentState
from localgov_ims.domain.refunds import RefundState, Route
from localgov_ims.domain.transactions import Channel
from localgov_ims.storage import payments, refunds
from localgov_ims.storage.schema import last_number
from localgov_ims.storage.transactions import lines as transaction_lines


@frozen(kw_only=True)
class PendingPayment:
    """A payment that was asked for and has not been answered; `amount` is what is due."""

    reference: str
    channel: Channel
    created_at: datetime
    expires_at: datetime
    taken_by: str
    provider: str | None
    provider_reference: str | None
    amount: Money
    lines: int


@frozen(kw_only=True)
class ListedRefund:
    """A refund request, as far as a list shows it; `subject` is the payment or receipt that it is of."""

    reference: str
    route: Route
    subject: str
    state: RefundState
    amount: Money
    reason: str
    asked_by: str
    asked_at: datetime


def pending_payments(
    connection: Connection, *, before: datetime, funds: Collection[str] | None, limit: int
) -> Iterator[PendingPayment]:
    """Yield what is pending and was asked for before a moment, the oldest first.

    Of *funds* (none: every one) it must be all: a payment with a line in another fund is left out.
    """
    p, line, event = payments.payments, payments.lines, payments.events
    # Sums are asked for each row that is listed, not of every payment ever: most have been answered long ago.
    own = sa.select(sa.func.sum(line.c.pence)).where(line.c.payment == p.c.id).scalar_subquery()
    number = sa.select(sa.func.count()).select_from(line).where(line.c.payment == p.c.id).scalar_subquery()
    theirs = (
        sa.select(event.c.provider_reference)
        .where(event.c.payment == p.c.id)
        .order_by(event.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    # What has once been answered is never pending again.
    answered = sa.exists().where(event.c.payment == p.c.id, event.c.state != PaymentState.PENDING.value)
    query = (
        sa.select(p, own.label("pence"), number.label("lines"), theirs.label("provider_reference"))
        .where(p.c.created_at <= before, ~answered)
        .order_by(p.c.created_at, p.c.id)
        .limit(limit)
    )
    if funds is not None:
        other = sa.exists().where(line.c.payment == p.c.id, line.c.fund.not_in(sorted(funds)))
        query = query.where(~other)
    for row in connection.execute(query):
        yield PendingPayment(
            reference=row.reference, channel=Channel(row.channel), created_at=row.created_at, expires_at=row.expires_at,
            taken_by=row.taken_by, provider=row.provider, provider_reference=row.provider_reference,
            amount=Money(int(row.pence)), lines=row.lines,
        )  # fmt: skip


def refund_requests(
    connection: Connection, *, funds: Collection[str] | None, open_only: bool, limit: int
) -> Iterator[ListedRefund]:
    """Yield refund requests, the newest first; all of the funds of one must be among *funds* (none: every one)."""
    r, item, event = refunds.requests, refunds.items, refunds.events
    own = sa.select(sa.func.sum(item.c.pence)).where(item.c.request == r.c.id).scalar_subquery()
    latest = last_number(event, "request", r)
    query = (
        sa.select(r, event.c.state, own.label("pence"))
        .select_from(r)
        .join(event, (event.c.request == r.c.id) & (event.c.number == latest))
        .order_by(r.c.asked_at.desc(), r.c.id.desc())
        .limit(limit)
    )
    if open_only:
        query = query.where(event.c.state.in_([state.value for state in RefundState if state.open]))
    if funds is not None:
        line = transaction_lines
        foreign = (line.c.id == item.c.line) & line.c.fund.not_in(sorted(funds))
        query = query.where(~sa.exists().where(item.c.request == r.c.id, foreign))
    for row in connection.execute(query):
        yield ListedRefund(
            reference=row.reference, route=Route(row.route), subject=row.subject, state=RefundState(row.state),
            amount=Money(int(row.pence)), reason=row.reason, asked_by=row.asked_by, asked_at=row.asked_at,
        )  # fmt: skip
