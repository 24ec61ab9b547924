"""VAT as it was posted in a period: by what the records say, and by what the journals say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.storage import journals, transactions

_t, _l, _j, _jl = transactions.transactions, transactions.lines, journals.journals, journals.lines


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


def accounts(connection: Connection, ledger: str, period: PeriodNumber) -> dict[str, int]:
    """Return what the lines of role VAT come to in a period's journals, by VAT code, credits above zero."""
    signed = sa.case((_jl.c.side == "credit", _jl.c.pence), else_=-_jl.c.pence)
    query = (
        sa.select(_jl.c.vat_code, sa.func.sum(signed).label("pence"))
        .join(_j, _j.c.id == _jl.c.journal)
        .where(_j.c.ledger == ledger, _j.c.period == str(period), _jl.c.role == "vat", ~journals.superseded())
        .group_by(_jl.c.vat_code)
    )
    return {row.vat_code: int(row.pence) for row in connection.execute(query)}


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
