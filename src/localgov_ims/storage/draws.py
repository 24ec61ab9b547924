"""Draws: what is taken from lines, and what of them is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.draws import NONE_TAKEN, Draw, Taken
from localgov_ims.domain.money import Money
from localgov_ims.storage.schema import number_column, pence_column, points_to, record_table, text_column
from localgov_ims.storage.store import Unit
from localgov_ims.storage.transactions import lines

_ASKED_AT_ONCE = 500

draws = record_table(
    "draws",
    points_to(lines, "line"),
    number_column("number"),
    pence_column("pence"),
    pence_column("taken_after"),
    pence_column("vat"),
    pence_column("vat_after"),
    pence_column("of_pence"),
    text_column("by_kind"),
    sa.Column("by", sa.Uuid(), nullable=False),
    # Two that race take the same number, and only one of them gets it.
    sa.UniqueConstraint("line", "number"),
    sa.Index("ix_draws_by", "by"),
    sa.CheckConstraint(
        "(of_pence >= 0 AND taken_after BETWEEN 0 AND of_pence) OR (of_pence < 0 AND taken_after BETWEEN of_pence AND 0)",
        name="within",
    ),
)


def add(unit: Unit, made: Iterable[Draw]) -> None:
    """Record draws.

    Raises:
        AlreadyDone: Somebody drew on one of the lines meanwhile; begin again.
    """
    unit.record(
        draws,
        [
            (
                d.id, d.line, d.number, d.amount.pence, d.taken_after.pence, d.vat.pence, d.vat_after.pence, d.of.pence,
                d.by_kind, d.by,
            )
            for d in made
        ],
    )  # fmt: skip


def taken(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, Taken]:
    """Return what stands against each of the lines *wanted*; nothing against those never drawn on."""
    found = dict.fromkeys(wanted, NONE_TAKEN)
    ids = list(found)
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        latest = (
            sa.select(draws.c.line, sa.func.max(draws.c.number).label("number"))
            .where(draws.c.line.in_(ids[start : start + _ASKED_AT_ONCE]))
            .group_by(draws.c.line)
            .subquery()
        )
        query = sa.select(draws).join(
            latest, (latest.c.line == draws.c.line) & (latest.c.number == draws.c.number)
        )
        for row in connection.execute(query):
            found[row.line] = Taken(row.number, Money(row.taken_after), Money(row.vat_after))
    return found


def held_by(connection: Connection, drawer: UUID) -> dict[UUID, tuple[Money, Money]]:
    """Return, by line, what a drawer holds: its draws less what it gave back, amount and VAT."""
    query = (
        sa.select(
            draws.c.line, sa.func.sum(draws.c.pence).label("pence"), sa.func.sum(draws.c.vat).label("vat")
        )
        .where(draws.c.by == drawer)
        .group_by(draws.c.line)
    )
    return {row.line: (Money(int(row.pence)), Money(int(row.vat))) for row in connection.execute(query)}
