"""What the rows of an income file became: its Receipts, and what stands in the way of taking them back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.transactions import Transaction
from localgov_ims.storage import reversals, transactions
from localgov_ims.storage.bulk_receipts import ORIGIN, of_file
from localgov_ims.storage.draws import draws
from localgov_ims.storage.income_files import income_files
from localgov_ims.storage.reconciliation import live as matches

_t, _l = transactions.transactions, transactions.lines


@frozen(kw_only=True)
class Taken:
    """A line of a file of which something is taken, and what took it, by kind."""

    line: UUID
    reference: str
    by_kinds: tuple[str, ...]


def taken_from(connection: Connection, file: UUID, run: int) -> list[Taken]:
    """Return the lines of a run of which something is taken still, but for those that were reversed by themselves."""
    back = reversals.taking_back
    # What was given back again is given back by something of another kind: only a line's whole balance tells.
    held = (
        sa.select(draws.c.line)
        .join(_l, _l.c.id == draws.c.line)
        .join(_t, _t.c.id == _l.c.transaction)
        .outerjoin(back, back.c.reverses == _l.c.id)
        .where(of_file(file, run), back.c.id.is_(None))
        .group_by(draws.c.line)
        .having(sa.func.sum(draws.c.pence) != 0)
    )
    query = (
        sa.select(_l.c.id, _l.c.reference, draws.c.by_kind)
        .join(_l, _l.c.id == draws.c.line)
        .where(draws.c.line.in_(held), draws.c.by_kind != "reversal")
        .distinct()
        .order_by(_l.c.reference, draws.c.by_kind)
    )
    found: dict[tuple[UUID, str], list[str]] = {}
    for row in connection.execute(query):
        found.setdefault((row.id, row.reference), []).append(row.by_kind)
    return [
        Taken(line=line, reference=reference, by_kinds=tuple(kinds))
        for (line, reference), kinds in found.items()
    ]


def banked(connection: Connection, file: UUID, run: int) -> bool:
    """Tell whether the bank credit of a run was found."""
    query = (
        sa.select(matches.c.id)
        .join(
            income_files, (matches.c.right_id == income_files.c.id) & (matches.c.right_kind == "income_file")
        )
        .where(income_files.c.file == file, income_files.c.run == run)
    )
    return connection.execute(query.limit(1)).one_or_none() is not None


def unreversed(connection: Connection, file: UUID, run: int, block: int) -> Iterator[list[Transaction]]:
    """Yield the run's Receipts that nobody has taken back, in blocks; what is recorded meanwhile does not matter."""
    back = reversals.taking_back
    gone = sa.select(_l.c.transaction).join(back, back.c.reverses == _l.c.id)
    query = sa.select(_t.c.id).where(of_file(file, run), _t.c.id.not_in(gone)).order_by(_t.c.id)
    ids = list(connection.execute(query).scalars())
    for start in range(0, len(ids), block):
        yield list(transactions.some(connection, _t.c.id.in_(ids[start : start + block])))


def totals(connection: Connection, file: UUID) -> list[sa.Row[Any]]:
    """Return, for each fund, what the records of every run of a file come to now, reversals among them: fund, pence."""
    back = _l.alias("back")
    own = (
        sa.select(_l.c.id)
        .join(_t, _t.c.id == _l.c.transaction)
        .where(_t.c.origin_kind == ORIGIN, _t.c.origin_id > f"{file}/", _t.c.origin_id < f"{file}0")
    )
    query = sa.select(back.c.fund, sa.func.sum(back.c.pence).label("pence")).where(
        back.c.id.in_(own) | back.c.reverses.in_(own)
    )
    return list(connection.execute(query.group_by(back.c.fund).order_by(back.c.fund)))
