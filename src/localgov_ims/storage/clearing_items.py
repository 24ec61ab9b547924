"""What the clearing of each method of payment and merchant account should stand at, worked out from records and not from journal lines.

Of everything that a ledger has had: what Receipts brought there, less what bank lines, files and payouts took away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.storage import (
    audit,
    income_files,
    journals,
    reconciliation,
    settlements,
    statements,
    transactions,
    unpaids,
)
from localgov_ims.storage.schema import same_unit

_t, _l, _b, _m = transactions.transactions, transactions.lines, statements.lines, reconciliation.matches
_live = reconciliation.live
_s, _sl, _src = settlements.settlements, settlements.lines, journals.sources
_MERCHANT = sa.func.coalesce(_t.c.merchant_account, "").label("merchant")

Clearing = tuple[str, str]
"""A method of payment and a merchant account; empty where it has none."""


def done(ledger: str, kind: str) -> sa.Select[Any]:
    """Select the sources of a kind that a ledger has had."""
    return sa.select(_src.c.source_id).where(_src.c.ledger == ledger, _src.c.kind == kind)


def journalled(connection: Connection, ledger: str) -> Counter[Clearing]:
    """Return what the journals say: clearing, and what is disputed, which is clearing held back."""
    jl, j = journals.lines, journals.journals
    signed = sa.case((jl.c.side == "debit", jl.c.pence), else_=-jl.c.pence)
    query = (
        sa.select(
            jl.c.mop,
            sa.func.coalesce(jl.c.merchant_account, "").label("merchant"),
            sa.func.sum(signed).label("pence"),
        )
        .join(j, j.c.id == jl.c.journal)
        .where(j.c.ledger == ledger, jl.c.role.in_(("clearing", "disputed")), ~journals.superseded())
        .group_by(jl.c.mop, jl.c.merchant_account)
    )
    return _counted(connection, query)


def expected(
    connection: Connection, ledger: str, bank_transfer: str, foreign: Mapping[str, str]
) -> Counter[Clearing]:
    """Return what the records say.

    *foreign* is the method by which each provider's payments are cleared that are none of ours.
    """
    found = _counted(connection, _lines("line", ledger))
    for shares in (_of_receipts(ledger), _of_unpaids(ledger)):
        found.subtract(_counted(connection, shares))
    found.subtract(_files(connection, ledger))
    found.subtract(_counted(connection, _paid_out(ledger, foreign)))
    found[bank_transfer, ""] += _banked_again(connection, ledger) - _banked(connection, ledger)
    return found


def _lines(kind: str, ledger: str) -> sa.Select[Any]:
    return (
        sa.select(_l.c.mop, _MERCHANT, sa.func.sum(_l.c.pence).label("pence"))
        .join(_t, _t.c.id == _l.c.transaction)
        .where(_l.c.id.in_(done(ledger, kind)))
        .group_by(_l.c.mop, _MERCHANT)
    )


def _of_receipts(ledger: str) -> sa.Select[Any]:
    """Select what bank lines brought that were matched with Receipts, or took that returned them."""
    signed = sa.case((_m.c.role == "returned", -_l.c.pence), else_=_l.c.pence)
    return (
        sa.select(_l.c.mop, _MERCHANT, sa.func.sum(signed).label("pence"))
        .join(_t, _t.c.id == _l.c.transaction)
        .join(_m, _m.c.right_id == _l.c.transaction)
        .where(_m.c.right_kind == "receipt", _posted(ledger))
        .group_by(_l.c.mop, _MERCHANT)
    )


def _of_unpaids(ledger: str) -> sa.Select[Any]:
    """Select what bank lines took that were matched with unpaids: what had been received, now taken back."""
    debits = unpaids.events
    signed = sa.case((_m.c.role == "returned", _l.c.pence), else_=-_l.c.pence)
    return (
        sa.select(_l.c.mop, _MERCHANT, sa.func.sum(signed).label("pence"))
        .join(_t, _t.c.id == _l.c.transaction)
        .join(debits, debits.c.transaction == _l.c.transaction)
        # Each Match with the debit that it recorded: what was undone may have been debited anew.
        .join(_m, sa.and_(_m.c.right_id == debits.c.unpaid, same_unit(_m, debits)))
        .where(_m.c.right_kind == "unpaid", _posted(ledger))
        .group_by(_l.c.mop, _MERCHANT)
    )


def _posted(ledger: str) -> sa.ColumnElement[bool]:
    had = _m.c.id.in_(done(ledger, "match")) | _m.c.id.in_(done(ledger, "settlement"))
    return had & _m.c.id.not_in(taken_back(ledger))


def taken_back(ledger: str) -> sa.Select[Any]:
    """Select the Matches whose undoing was journalled."""
    undos = reconciliation.undos
    return sa.select(undos.c.match).where(undos.c.id.in_(done(ledger, "undo")))


def _files(connection: Connection, ledger: str) -> Counter[Clearing]:
    matched = sa.select(_m.c.right_id).where(_m.c.right_kind == "income_file", _posted(ledger))
    found: Counter[Clearing] = Counter()
    for each in income_files.some(connection, income_files.income_files.c.id.in_(matched)):
        shares = income_files.shares(connection, each)
        found.update({(mop, ""): amount.pence for mop, amount in shares.items()})
    return found


def _paid_out(ledger: str, foreign: Mapping[str, str]) -> sa.Select[Any]:
    """Select what payouts took, each line from the method at which it stood when it was journalled."""
    payment, held = _t.alias("payment"), _t.alias("held")
    of = sa.func.coalesce(payment.c.id, held.c.id)
    mop = sa.select(_l.c.mop).where(_l.c.transaction == of).order_by(_l.c.number).limit(1)
    nobodys = sa.case(foreign, value=_s.c.source, else_="") if foreign else sa.literal("")
    rows = (
        sa.select(
            sa.func.coalesce(mop.correlate(payment, held).scalar_subquery(), nobodys).label("mop"), _sl.c.pence,
            sa.func.coalesce(payment.c.merchant_account, held.c.merchant_account, "").label("merchant"),
        )
        .join(_s, _s.c.id == _sl.c.settlement)
        .outerjoin(_m, sa.and_(_m.c.right_kind == "settlement", _m.c.right_id == _s.c.id, _posted(ledger)))
        .join(
            _src,
            sa.and_(
                _src.c.ledger == ledger, _src.c.kind == "settlement",
                _src.c.source_id == sa.case((_s.c.net == 0, _s.c.id), else_=_m.c.id),
            ),
        )
        .outerjoin(_live, sa.and_(_live.c.role == "settled", _live.c.left_id == _sl.c.id, _in_time(ledger)))
        .outerjoin(payment, payment.c.id == _live.c.right_id)
        .outerjoin(
            held,
            sa.and_(
                _sl.c.kind == "dispute", held.c.kind == "receipt", held.c.provider == _sl.c.source,
                held.c.provider_reference == _sl.c.provider_reference,
            ),
        )
        .subquery()
    )  # fmt: skip
    keys = (rows.c.mop, rows.c.merchant)
    return sa.select(*keys, sa.func.sum(rows.c.pence).label("pence")).group_by(*keys)


def _in_time(ledger: str) -> sa.ColumnElement[bool]:
    """Return whether a payment was found before its payout was journalled, or was moved since."""
    matched, built = audit.entries.alias("matched"), audit.entries.alias("built")
    earlier = sa.exists().where(
        matched.c.id == _live.c.unit, built.c.id == _src.c.unit, matched.c.number < built.c.number
    )
    return earlier.correlate(_live, _src) | _live.c.id.in_(done(ledger, "found"))


def _banked(connection: Connection, ledger: str) -> int:
    """Return what bank lines took that became Receipts themselves."""
    return _pence(connection, _b.c.id.in_(done(ledger, "banking")))


def _banked_again(connection: Connection, ledger: str) -> int:
    """Return what came back there: a bank line, or a payment of it, is something else than the Receipt that the line became."""
    banked = done(ledger, "banking")
    by_match = sa.select(sa.func.coalesce(sa.func.sum(_m.c.pence - _m.c.fee), 0)).where(
        _m.c.left_kind == "line", _m.c.left_id.in_(banked), _posted(ledger)
    )
    matched = sa.select(_m.c.left_id).where(_posted(ledger))
    other = _b.c.id.in_(banked) & _b.c.id.in_(done(ledger, "other")) & _b.c.id.not_in(matched)
    return int(connection.execute(by_match).scalar_one()) + _pence(connection, other)


def _pence(connection: Connection, where: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(_b.c.pence), 0)).where(where)
    return int(connection.execute(query).scalar_one())


def _counted(connection: Connection, query: sa.Select[Any]) -> Counter[Clearing]:
    return Counter({(row.mop or "", row.merchant): int(row.pence) for row in connection.execute(query)})
