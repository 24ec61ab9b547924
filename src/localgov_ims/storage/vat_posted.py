"""VAT as it was posted in a period, of income and in fees: by what the records say, and by what the journals say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.storage import income_files, journals, reconciliation, settlements, transactions

_t, _l, _j, _jl = transactions.transactions, transactions.lines, journals.journals, journals.lines
_s, _sl, _f = settlements.settlements, settlements.lines, income_files.income_files


def recorded(connection: Connection, ledger: str, period: PeriodNumber) -> Iterator[Any]:
    """Yield code, treatment, rate, net and VAT of the lines posted in a period, in pence, income above zero."""
    keys = (_l.c.vat_code, _l.c.vat_treatment, _l.c.vat_rate)
    sums = (sa.func.sum(_l.c.pence - _l.c.vat).label("net"), sa.func.sum(_l.c.vat).label("vat"))
    query = sa.select(*keys, *sums).where(_l.c.vat_code.is_not(None), _posted(ledger, period))
    yield from connection.execute(query.group_by(*keys).order_by(*keys))


def late(connection: Connection, ledger: str, period: PeriodNumber) -> Iterator[Any]:
    """Yield reference, day, code and VAT of lines with VAT that were taken before the period in which they are posted."""
    query = (
        sa.select(_l.c.reference, _t.c.taken_on, _l.c.vat_code, _l.c.vat)
        .join(_t, _t.c.id == _l.c.transaction)
        .where(_l.c.vat != 0, _t.c.taken_on < period.first_on, _posted(ledger, period))
        .order_by(_t.c.taken_on, _l.c.reference)
    )
    yield from connection.execute(query)


def in_fees(connection: Connection, ledger: str, period: PeriodNumber) -> Iterator[Any]:
    """Yield reference, day, code, fee and VAT in it, in pence, of what providers kept whose VAT is recovered in a period."""
    kept = sa.union_all(_kept_of_payouts(), *_kept_of_matched()).subquery()
    query = (
        sa.select(kept.c.reference, kept.c.day, _jl.c.vat_code, kept.c.fee, kept.c.vat)
        .join(_jl, sa.and_(_jl.c.source_kind == kept.c.kind, _jl.c.source_id == kept.c.source))
        .where(_vat_of(ledger, period), kept.c.vat != 0)
        .order_by(kept.c.day, kept.c.reference)
    )
    yield from connection.execute(query)


def _kept_of_payouts() -> sa.Select[Any]:
    """Select what providers kept of payouts of nothing, which no Match posts."""
    return _of_payouts(_s.c.id, "settlement", 1).where(_s.c.net == 0)


def _kept_of_matched() -> Iterator[sa.Select[Any]]:
    """Yield what was kept of the payouts and files that were matched, and the other way of those whose Match was undone."""
    m, undos = reconciliation.matches, reconciliation.undos
    payout = sa.and_(m.c.right_kind == "settlement", m.c.right_id == _s.c.id)
    file = sa.and_(m.c.right_kind == "income_file", m.c.right_id == _f.c.id)
    undone = undos.c.match == m.c.id
    yield _of_payouts(m.c.id, "settlement", 1).join(m, payout)
    yield _of_payouts(undos.c.id, "undo", -1).join(m, payout).join(undos, undone)
    yield _of_files(m.c.id, "match", 1).join(m, file)
    yield _of_files(undos.c.id, "undo", -1).join(m, file).join(undos, undone)


def _of_payouts(source: sa.ColumnElement[Any], kind: str, sign: int) -> sa.Select[Any]:
    total = sa.cast(sa.func.coalesce(sa.func.sum(_sl.c.fee_vat), 0), sa.BigInteger)
    vat = sa.select(total).where(_sl.c.settlement == _s.c.id).scalar_subquery()
    return sa.select(
        sa.literal(kind).label("kind"), source.label("source"), _s.c.reference.label("reference"),
        _s.c.paid_on.label("day"), (sign * _s.c.fees).label("fee"), (sign * vat).label("vat"),
    ).select_from(_s)  # fmt: skip


def _of_files(source: sa.ColumnElement[Any], kind: str, sign: int) -> sa.Select[Any]:
    kept = _f.c.gross - _f.c.expected
    return sa.select(
        sa.literal(kind).label("kind"), source.label("source"), _f.c.import_type.label("reference"),
        _f.c.last_on.label("day"), (sign * kept).label("fee"), (sign * _f.c.fee_vat).label("vat"),
    ).select_from(_f)  # fmt: skip


def accounts(connection: Connection, ledger: str, period: PeriodNumber) -> dict[str, int]:
    """Return what the lines of role VAT come to in a period's journals, by VAT code, credits above zero."""
    signed = sa.case((_jl.c.side == "credit", _jl.c.pence), else_=-_jl.c.pence)
    query = (
        sa.select(_jl.c.vat_code, sa.func.sum(signed).label("pence"))
        .where(_vat_of(ledger, period))
        .group_by(_jl.c.vat_code)
    )
    return {row.vat_code: int(row.pence) for row in connection.execute(query)}


def _vat_of(ledger: str, period: PeriodNumber) -> sa.ColumnElement[bool]:
    """Return whether a journal line is VAT of a period that counts."""
    of_period = sa.select(_j.c.id).where(_j.c.ledger == ledger, _j.c.period == str(period))
    return sa.and_(_jl.c.journal.in_(of_period), _jl.c.role == "vat", ~journals.superseded())


def _posted(ledger: str, period: PeriodNumber) -> sa.ColumnElement[bool]:
    """Return whether a line's source stands in a journal of a period."""

    def sources(kind: str) -> sa.Select[Any]:
        return (
            sa.select(_jl.c.source_id)
            .join(_j, _j.c.id == _jl.c.journal)
            .where(
                _j.c.ledger == ledger,
                _j.c.period == str(period),
                _jl.c.source_kind == kind,
                ~journals.superseded(),
            )
        )

    return _l.c.id.in_(sources("line")) | _l.c.transaction.in_(sources("transfer"))
