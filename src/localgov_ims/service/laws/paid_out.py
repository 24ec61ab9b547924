"""Part of law 3: a refund by the payables system is in one payables file, or is named as outstanding; files tie to theirs."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.refunds import RefundEventKind, RefundState, Route
from localgov_ims.service.laws.law import Findings
from localgov_ims.storage import payables, refunds

_r, _e, _in = refunds.requests, refunds.events, payables.told
_BY_PAYABLES = _r.c.route == Route.PAYABLES.value


def differences(connection: Connection, findings: Findings) -> Iterator[str]:
    """Yield files that are not the sum of their refunds, and refunds that are in a file and not sent, or sent and in none.

    What was authorised and is in no file yet is told.
    """
    yield from _files(connection, findings)
    sent = sa.exists().where(_e.c.request == _r.c.id, _e.c.kind == RefundEventKind.SENT.value)
    query = (
        sa.select(_r.c.reference, _r.c.route, _in.c.id.label("place"), sent.label("sent"))
        .outerjoin(_in, _in.c.request == _r.c.id)
        .where(_BY_PAYABLES | _in.c.id.is_not(None))
    )
    for row in connection.execute(query):
        findings.look_at()
        if row.route != Route.PAYABLES.value:
            yield f"Refund {row.reference}: it is in a payables file, but its money goes back by the provider."
        elif row.sent and row.place is None:
            yield f"Refund {row.reference}: it was sent to the payables system, but is in no payables file."
        elif row.place is not None and not row.sent:
            yield f"Refund {row.reference}: it is in a payables file, but still waits to be sent: it could be paid twice."
    findings.told += _outstanding(connection)


def _files(connection: Connection, findings: Findings) -> Iterator[str]:
    f, last, given = payables.files, 0, refunds.items.c
    gives = (
        sa.select(given.request, sa.func.sum(given.pence).label("pence")).group_by(given.request).subquery()
    )
    query = (
        sa.select(
            f.c.sequence, f.c.refunds, f.c.total, sa.func.count(_in.c.id).label("n"),
            sa.func.coalesce(sa.func.sum(gives.c.pence), 0).label("sum"),
        )
        .outerjoin(_in, _in.c.file == f.c.id)
        .outerjoin(gives, gives.c.request == _in.c.request)
        .group_by(f.c.id)
        .order_by(f.c.sequence)
    )  # fmt: skip
    for row in connection.execute(query):
        findings.look_at()
        if (row.refunds, row.total) != (row.n, int(row.sum)):
            yield (
                f"Payables file {row.sequence}: it says {row.refunds} refunds of {Money(row.total).shown()}, but its refunds are "
                f"{row.n} of {Money(int(row.sum)).shown()}."
            )
        if row.sequence != last + 1:
            yield f"Payables file {row.sequence} follows file {last}; one is missing."
        last = row.sequence


def _outstanding(connection: Connection) -> Iterator[str]:
    for each in refunds.some(connection, _BY_PAYABLES, _e.c.state == RefundState.REQUESTED.value):
        yield f"Refund {each.reference} of {each.total.shown()} is authorised, and in no payables file yet."
