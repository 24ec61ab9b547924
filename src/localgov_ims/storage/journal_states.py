"""What became of journals: the files made of them, and what the finance system said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.journal_states import JournalState, Standing
from localgov_ims.domain.journals import Journal
from localgov_ims.domain.ledger_files import Artefact, RejectedLine
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.errors import NotFound
from localgov_ims.storage.journals import journals, lines
from localgov_ims.storage.schema import (
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

exports = record_table(
    "journal_exports",
    points_to(journals, "journal"),
    number_column("sequence"),
    text_column("exporter"),
    text_column("name"),
    sa.Column("sha256", sa.String(64), nullable=False),
    number_column("rows"),
    pence_column("debit"),
    pence_column("credit"),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.UniqueConstraint("journal", "sequence"),
)


events = record_table(
    "journal_events",
    points_to(journals, "journal"),
    number_column("sequence"),
    text_column("state"),
    text_column("by"),
    moment_column("at"),
    text_column("detail"),
    sa.UniqueConstraint("journal", "sequence"),
)
"""What the finance system, or a named person for it, said of a journal."""

rejections = record_table(
    "journal_rejections",
    points_to(events, "event"),
    number_column("number"),
    text_column("reason"),
    sa.UniqueConstraint("event", "number"),
)
"""The lines of a journal that the finance system did not take."""


def add_export(
    unit: Unit, journal: Journal, sequence: int, exporter: str, artefact: Artefact, sha256: str
) -> UUID:
    """Record that a file was made of a journal, the *sequence*-th time, and return that record."""
    t, head = artefact.totals, sa.select(journals.c.id).where(journals.c.number == journal.number)
    row = (
        made := new_id(),
        unit.connection.execute(head).scalar_one(),
        sequence,
        exporter,
        artefact.name,
        sha256,
        t.rows,
        t.debit.pence,
        t.credit.pence,
    )
    unit.record(exports, [(*row, t.digest)])
    return made


def never_exported() -> sa.ColumnElement[bool]:
    """Return the condition that no file was made of a journal."""
    return ~sa.exists().where(exports.c.journal == journals.c.id)


def exports_of(connection: Connection, number: str) -> list[str]:
    """Return the hashes of every file made of the journal of that number, in order."""
    query = (
        sa.select(exports.c.sha256)
        .join(journals, journals.c.id == exports.c.journal)
        .where(journals.c.number == number)
        .order_by(exports.c.sequence)
    )
    return list(connection.execute(query).scalars())


def standing(connection: Connection, number: str) -> Standing:
    """Return where a journal stands.

    Raises:
        NotFound: There is no such journal.
    """
    head = connection.execute(
        sa.select(journals.c.id).where(journals.c.number == number)
    ).scalar_one_or_none()
    if head is None:
        raise NotFound(
            "not_found", f"There is no journal {number!r}. `ims journals list` shows them.", number=number
        )
    if connection.execute(sa.select(journals.c.id).where(journals.c.replaces == number)).first() is not None:
        return Standing(number=number, state=JournalState.REPLACED)
    query = sa.select(events).where(events.c.journal == head).order_by(events.c.sequence.desc())
    row = connection.execute(query).first()
    if row is None:
        made = JournalState.EXPORTED if exports_of(connection, number) else JournalState.BUILT
        return Standing(number=number, state=made)
    rejected = sa.select(rejections).where(rejections.c.event == row.id).order_by(rejections.c.number)
    return Standing(
        number=number, state=JournalState(row.state), events=row.sequence, by=row.by, at=row.at, detail=row.detail,
        rejected=tuple(RejectedLine(number=r.number, reason=r.reason) for r in connection.execute(rejected)),
    )  # fmt: skip


def add_event(
    unit: Unit,
    before: Standing,
    then: JournalState,
    *,
    by: str,
    detail: str,
    rejected: Iterable[RejectedLine] = (),
) -> None:
    """Record what was said of a journal.

    Raises:
        AlreadyDone: Something else was said of it meanwhile.
    """
    head = sa.select(journals.c.id).where(journals.c.number == before.number)
    event = new_id()
    unit.record(
        events,
        [(event, unit.connection.execute(head).scalar_one(), before.events + 1, then.value, by, unit.at, detail)],
    )  # fmt: skip
    unit.record(rejections, [(new_id(), event, line.number, line.reason) for line in rejected])


def unsettled(connection: Connection, ledger: str, period: PeriodNumber) -> list[str]:
    """Return the numbers of a period's journals that the finance system has not wholly taken."""
    newer, said = journals.alias("newer"), (JournalState.ACKNOWLEDGED.value, JournalState.CONFIRMED.value)
    query = (
        sa.select(journals.c.number)
        .where(
            journals.c.ledger == ledger, journals.c.period == str(period),
            ~sa.exists().where(events.c.journal == journals.c.id, events.c.state.in_(said)),
            ~sa.exists().where(newer.c.replaces == journals.c.number),
        )
        .order_by(journals.c.number)
    )  # fmt: skip
    return list(connection.execute(query).scalars())


def heads(connection: Connection, ledger: str | None, period: PeriodNumber | None) -> list[sa.Row[Any]]:
    """Return number, ledger, day, period, count of lines and debits of journals, the newest first."""
    debits = sa.func.sum(sa.case((lines.c.side == "debit", lines.c.pence), else_=0))
    query = (
        sa.select(
            journals.c.number, journals.c.ledger, journals.c.accounting_on, journals.c.period, journals.c.replaces,
            sa.func.count(sa.distinct(lines.c.place)).label("lines"), debits.label("debits"),
        )
        .join(lines, lines.c.journal == journals.c.id)
        .group_by(journals.c.id)
        .order_by(journals.c.number.desc())
    )  # fmt: skip
    if ledger is not None:
        query = query.where(journals.c.ledger == ledger)
    if period is not None:
        query = query.where(journals.c.period == str(period))
    return list(connection.execute(query).all())
