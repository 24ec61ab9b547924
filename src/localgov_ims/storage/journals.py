"""Journals: what was posted to the ledger, from which sources, and every file made of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_hexes, new_id
from localgov_ims.domain.journals import (
    Journal,
    JournalLine,
    LedgerAccount,
    Role,
    Side,
    Source,
)
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.summaries import NETTED_AWAY, summarised
from localgov_ims.storage.schema import (
    day_column,
    id_column,
    json_text,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

_AT_ONCE = 500

journals = record_table(
    "journals",
    text_column("number"),
    text_column("ledger"),
    day_column("accounting_on"),
    text_column("period"),
    day_column("created_on"),
    text_column("replaces", nullable=True),
    number_column("summary"),
    sa.UniqueConstraint("number"),
    sa.UniqueConstraint("replaces"),
    sa.Index("ix_journals_day", "ledger", "accounting_on"),
)

lines = record_table(
    "journal_lines",
    points_to(journals, "journal"),
    number_column("number"),
    number_column("place"),
    text_column("source_kind"),
    id_column("source_id"),
    text_column("role"),
    text_column("side"),
    text_column("code"),
    text_column("dimensions"),
    pence_column("pence"),
    text_column("kind"),
    text_column("narrative"),
    text_column("reference"),
    day_column("taken_on"),
    text_column("fund", nullable=True),
    text_column("mop", nullable=True),
    text_column("vat_code", nullable=True),
    text_column("office", nullable=True),
    text_column("merchant_account", nullable=True),
    sa.UniqueConstraint("journal", "number"),
    sa.Index("ix_journal_lines_source_id", "source_id"),
)

sources = record_table(
    "journal_sources",
    text_column("ledger"),
    text_column("kind"),
    id_column("source_id"),
    points_to(journals, "journal"),
    # What makes a second journal of one source impossible, raced or repeated.
    sa.UniqueConstraint("ledger", "kind", "source_id"),
)

runs = record_table(
    "journal_runs", text_column("ledger"), number_column("through"), sa.UniqueConstraint("ledger", "through")
)
"""Up to which audit entry everything is in a ledger's journals, so that the next run begins there."""


def add(unit: Unit, journal: Journal, places: Sequence[int] | None = None) -> None:
    """Record a journal with its lines and sources.

    *places* are the numbers of the lines in which a summary adds the journal's own lines up; none: it is posted as it is.
    """
    j, head = journal, new_id()
    unit.record(
        journals,
        [(head, j.number, j.ledger, j.accounting_on, str(j.period), j.created_on, j.replaces, int(places is not None))],
    )  # fmt: skip
    own = places if places is not None else [line.number for line in j.lines]
    rows = zip(new_hexes(len(own)), j.lines, own, strict=True)
    unit.record_canonical(lines, (_line_row(key, head.hex, line, place) for key, line, place in rows))
    if j.replaces is None:  # what is sent again has its sources already
        used = dict.fromkeys(line.source for line in j.lines)
        keyed = zip(new_hexes(len(used)), used, strict=True)
        unit.record_canonical(sources, ([key, j.ledger, each.kind, each.id, head.hex] for key, each in keyed))


def add_run(unit: Unit, ledger: str, through: int) -> None:
    """Record up to which audit entry everything is in a ledger's journals, or never will be."""
    if through > posted_through(unit.connection, ledger):
        unit.record(runs, [(new_id(), ledger, through)])


def posted_through(connection: Connection, ledger: str) -> int:
    """Return the audit entry up to which everything is in a ledger's journals, or never will be."""
    query = sa.select(sa.func.max(runs.c.through)).where(runs.c.ledger == ledger)
    return connection.execute(query).scalar_one() or 0


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Journal]:
    """Yield journals as they were posted, in order of their numbers: a summary with the lines that add others up."""
    for journal, places in detailed(connection, *where):
        yield journal if places is None else summarised(journal, places)


def detailed(
    connection: Connection, *where: sa.ColumnElement[bool]
) -> Iterator[tuple[Journal, list[int] | None]]:
    """Yield journals with every single line; of a summary with the number of the line that adds each of them up."""
    for head in connection.execute(sa.select(journals).where(*where).order_by(journals.c.number)).all():
        query = sa.select(lines).where(lines.c.journal == head.id).order_by(lines.c.number)
        rows = connection.execute(query).all()
        journal = Journal(
            number=head.number, ledger=head.ledger, accounting_on=head.accounting_on, period=PeriodNumber.parse(head.period),
            created_on=head.created_on, replaces=head.replaces, lines=tuple(map(_line, rows)),
        )  # fmt: skip
        yield journal, [row.place for row in rows] if head.summary else None


def line_numbers(connection: Connection, number: str) -> set[int]:
    """Return the numbers of a journal's lines as it was posted."""
    query = sa.select(lines.c.place).join(journals, journals.c.id == lines.c.journal)
    posted = query.where(journals.c.number == number, lines.c.place != NETTED_AWAY).distinct()
    return set(connection.execute(posted).scalars())


def lines_of_sources(connection: Connection, ids: Sequence[UUID]) -> Iterator[tuple[str, JournalLine]]:
    """Yield the journal lines of these sources, each with its journal's number."""
    query = (
        sa.select(lines, journals.c.number.label("journal_number"))
        .join(journals, journals.c.id == lines.c.journal)
        .where(lines.c.source_id.in_(ids))
        .order_by(journals.c.number, lines.c.number)
    )
    for row in connection.execute(query):
        yield row.journal_number, _line(row)


def count_of_day(connection: Connection, ledger: str, accounting_on: date) -> int:
    """Return how many journals a ledger has of a day."""
    query = sa.select(sa.func.count()).where(
        journals.c.ledger == ledger, journals.c.accounting_on == accounting_on
    )
    return int(connection.execute(query).scalar_one())


def _line_row(key: str, journal: str, line: JournalLine, place: int) -> list[Any]:
    return [
        key, journal, line.number, place, line.source.kind, line.source.id, line.role.value, line.side.value,
        line.account.code, _dimensions(line.account.dimensions), line.amount.pence, line.kind, line.narrative, line.reference,
        line.taken_on.isoformat(), line.fund, line.mop, line.vat_code, line.office, line.merchant_account,
    ]  # fmt: skip


_dimensions = lru_cache(maxsize=10_000)(json_text)
"""What dimensions are kept as: a million lines have a few hundred."""


def _line(row: sa.Row[Any]) -> JournalLine:
    return JournalLine(
        number=row.number, source=Source(row.source_kind, row.source_id.hex), role=Role(row.role), side=Side(row.side),
        account=LedgerAccount(row.code, tuple(json.loads(row.dimensions))), amount=Money(row.pence), kind=row.kind,
        narrative=row.narrative, reference=row.reference, taken_on=row.taken_on, fund=row.fund, mop=row.mop,
        vat_code=row.vat_code, office=row.office, merchant_account=row.merchant_account,
    )  # fmt: skip


def numbers(connection: Connection, ledger: str, *where: sa.ColumnElement[bool]) -> list[str]:
    """Return the numbers of a ledger's journals, in order."""
    query = (
        sa.select(journals.c.number).where(journals.c.ledger == ledger, *where).order_by(journals.c.number)
    )
    return list(connection.execute(query).scalars())


def superseded() -> sa.ColumnElement[bool]:
    """Return the condition that a journal line does not count any more: its source was sent again, in another journal."""
    own, newer, again = journals.alias("own"), journals.alias("newer"), lines.alias("again")
    return (
        sa.exists()
        .where(
            own.c.id == lines.c.journal, newer.c.replaces == own.c.number, again.c.journal == newer.c.id,
            again.c.source_id == lines.c.source_id, again.c.source_kind == lines.c.source_kind,
        )
        .correlate(lines)
    )  # fmt: skip


def lines_of(
    connection: Connection, ledger: str, kind: str, wanted: Sequence[UUID]
) -> dict[UUID, list[JournalLine]]:
    """Return the lines at which sources of one kind stand in a ledger, by the source's id; those of none are left out."""
    found: dict[UUID, list[JournalLine]] = defaultdict(list)
    for start in range(0, len(wanted), _AT_ONCE):
        block = wanted[start : start + _AT_ONCE]
        query = (
            sa.select(lines)
            .join(journals, journals.c.id == lines.c.journal)
            .where(
                journals.c.ledger == ledger,
                lines.c.source_kind == kind,
                lines.c.source_id.in_(block),
                ~superseded(),
            )
            .order_by(lines.c.journal, lines.c.number)
        )
        for row in connection.execute(query):
            found[row.source_id].append(_line(row))
    return found
