"""What a Receipt or payout brought of each method of payment, whose clearing it empties."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.postings import Kept, Share
from localgov_ims.storage import reconciliation, settlements, transactions

_m, _s, _sl = reconciliation.live, settlements.settlements, settlements.lines
_t, _l = transactions.transactions, transactions.lines


def shares_of_receipt(connection: Connection, transaction: UUID) -> list[Share]:
    """Return what a Receipt brought by each method of payment."""
    query = (
        sa.select(_l.c.mop, _t.c.merchant_account, sa.func.sum(_l.c.pence).label("pence"))
        .join(_t, _t.c.id == _l.c.transaction)
        .where(_t.c.id == transaction)
        .group_by(_l.c.mop, _t.c.merchant_account)
        .order_by(_l.c.mop)
    )
    return [
        Share(mop=row.mop, merchant_account=row.merchant_account or "", amount=Money(int(row.pence)))
        for row in connection.execute(query)
    ]


def shares_of_settlement(
    connection: Connection, settlement: UUID, foreign: str, one: UUID | None = None
) -> tuple[list[Share], Kept]:
    """Return what a payout brought of each method and merchant account, and what the provider kept.

    What is no payment of ours is *foreign*'s, the provider's first method, and so are the fees. *one* asks of a single
    line only.
    """
    rows = _lines_of_payout(settlement, foreign, one).subquery()
    keys = (rows.c.mop, rows.c.merchant, rows.c.disputed)
    query = sa.select(*keys, sa.func.sum(rows.c.pence).label("pence")).group_by(*keys).order_by(*keys)
    shares = [
        Share(
            mop=row.mop,
            merchant_account=row.merchant,
            amount=Money(int(row.pence)),
            disputed=bool(row.disputed),
        )
        for row in connection.execute(query)
    ]
    fees = connection.execute(sa.select(_s.c.fees).where(_s.c.id == settlement)).scalar_one()
    stated = sa.select(sa.func.coalesce(sa.func.sum(_sl.c.fee_vat), 0)).where(_sl.c.settlement == settlement)
    vat = connection.execute(stated).scalar_one()
    return shares, Kept(mop=foreign, amount=Money(fees), vat=Money(int(vat)))


def _lines_of_payout(settlement: UUID, foreign: str, one: UUID | None) -> sa.Select[Any]:
    """Select pence, method and merchant account of each line: of its payment, or of the payment that is disputed."""
    payment, held = _t.alias("payment"), _t.alias("held")
    of = sa.func.coalesce(payment.c.id, held.c.id)
    mop = sa.select(_l.c.mop).where(_l.c.transaction == of).order_by(_l.c.number).limit(1)
    is_dispute = _sl.c.kind == "dispute"
    return (
        sa.select(
            sa.func.coalesce(mop.correlate(payment, held).scalar_subquery(), foreign).label("mop"),
            is_dispute.label("disputed"), _sl.c.pence,
            sa.func.coalesce(payment.c.merchant_account, held.c.merchant_account, "").label("merchant"),
        )
        .outerjoin(_m, sa.and_(_m.c.role == "settled", _m.c.left_id == _sl.c.id))
        .outerjoin(payment, payment.c.id == _m.c.right_id)
        .outerjoin(
            held,
            sa.and_(
                is_dispute, held.c.kind == "receipt", held.c.provider == _sl.c.source,
                held.c.provider_reference == _sl.c.provider_reference,
            ),
        )
        .where(_sl.c.settlement == settlement, *([] if one is None else [_sl.c.id == one]))
    )  # fmt: skip


def settlement_of(connection: Connection, line: UUID) -> tuple[UUID, str]:
    """Return the payout that a line of one belongs to, and whose it is."""
    row = connection.execute(sa.select(_sl.c.settlement, _sl.c.source).where(_sl.c.id == line)).one()
    return row.settlement, row.source


def source_of(connection: Connection, settlement: UUID) -> str:
    """Return whose payout it is."""
    return str(connection.execute(sa.select(_s.c.source).where(_s.c.id == settlement)).scalar_one())
