"""Which receipts rest on a person's word, and have no line of a settlement that proves them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.settlements import SettlementKind
from localgov_ims.storage import settlements
from localgov_ims.storage.reversals import taking_back
from localgov_ims.storage.transactions import lines, transactions


def unproved(
    connection: Connection, providers: Collection[str], before: date
) -> Iterator[tuple[UUID, str, str, date]]:
    """Yield id, reference, provider and day of each receipt of *providers* before a day that no settlement line proves.

    What has been taken back needs no proof any more.
    """
    t, s = transactions.c, settlements.lines.c
    proved = sa.exists().where(
        s.source == t.provider,
        s.provider_reference == t.provider_reference,
        s.kind == SettlementKind.PAYMENT.value,
    )
    reversed_ = sa.exists().where(lines.c.transaction == t.id, taking_back.c.reverses == lines.c.id)
    query = sa.select(t.id, t.reference, t.provider, t.taken_on).where(
        t.kind == "receipt", t.provider.in_(list(providers)), t.taken_on < before, ~proved, ~reversed_
    )
    for row in connection.execute(query.order_by(t.taken_on, t.reference)):
        yield row.id, row.reference, row.provider, row.taken_on
