"""EReturns: each with its template as it was, what was done to it, and what it said each time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.deposits import DepositKind
from localgov_ims.domain.ereturn_contents import NOTHING_ENTERED, Contents
from localgov_ims.domain.ereturn_templates import EReturnTemplate
from localgov_ims.domain.ereturns import EReturn, EReturnAct, EReturnEvent, EReturnState
from localgov_ims.storage import ereturn_contents as said
from localgov_ims.storage import personal
from localgov_ims.storage.schema import (
    json_text,
    last_number,
    moment_column,
    number_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

ereturns = record_table(
    "ereturns",
    text_column("number"),
    text_column("kind"),
    text_column("template_name"),
    text_column("template"),
    text_column("office", nullable=True),
    sa.UniqueConstraint("number"),
    sa.Index("ix_ereturns_template_name", "template_name"),
)

events = record_table(
    "ereturn_events",
    points_to(ereturns, "ereturn"),
    number_column("number"),
    text_column("act"),
    text_column("state"),
    text_column("by"),
    moment_column("at"),
    personal_column(),
    # Two that approve at once take the same number; the loser reads again, and finds it approved.
    sa.UniqueConstraint("ereturn", "number"),
)

_AT_ONCE = 500


def next_number(connection: Connection) -> str:
    """Return the number of the next eReturn; of two that take it at once one is refused, and reads again."""
    count: int = connection.execute(sa.select(sa.func.count()).select_from(ereturns)).scalar_one()
    return f"R{count + 1}"


def add(unit: Unit, made: EReturn) -> None:
    """Record an eReturn that is started; its events are added by themselves.

    Raises:
        AlreadyDone: Somebody else took its number meanwhile; read again.
    """
    template = json_text(made.template.plain())
    unit.record(
        ereturns, [(made.id, made.number, made.kind.value, made.template.name, template, made.office)]
    )


def add_event(unit: Unit, event: EReturnEvent, contents: Contents | None = None) -> None:
    """Record what somebody did to an eReturn and, where they changed what it says, all that it says now.

    Raises:
        AlreadyDone: Somebody else did something to it meanwhile; read again.
    """
    e = event
    secret = personal.seal(e.id, {"note": e.note})
    unit.record(events, [(
        e.id, e.ereturn, e.number, e.act.value, e.state.value, e.by, e.at,
        secret.hash if secret is not None else None,
    )])  # fmt: skip
    unit.personal([secret])
    if contents is not None:
        said.add(unit, event.ereturn, event.number, contents)


def by_number(connection: Connection, number: str) -> EReturn | None:
    """Return an eReturn as it stands, if there is one of that number."""
    return next(some(connection, ereturns.c.number == number), None)


def by_ids(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, EReturn]:
    """Return eReturns as they stand, by their ids."""
    return {each.id: each for each in some(connection, ereturns.c.id.in_(list(wanted)))}


def stands(states: Collection[EReturnState]) -> sa.ColumnElement[bool]:
    """Return the condition that an eReturn's latest event left it in one of *states*."""
    last = last_number(events, "ereturn", ereturns)
    found = sa.select(events.c.state).where(events.c.ereturn == ereturns.c.id, events.c.number == last)
    return found.correlate(ereturns).scalar_subquery().in_([state.value for state in states])


def some(
    connection: Connection, *where: sa.ColumnElement[bool], limit: int | None = None
) -> Iterator[EReturn]:
    """Yield eReturns as they stand, the newest first; *where* asks of eReturns."""
    query = sa.select(ereturns).where(*where).order_by(ereturns.c.id.desc())
    rows = connection.execute(query.limit(limit) if limit is not None else query).all()
    for start in range(0, len(rows), _AT_ONCE):
        block = rows[start : start + _AT_ONCE]
        ids = [row.id for row in block]
        done, contents = _events(connection, ids), said.current(connection, ids)
        for row in block:
            yield _ereturn(row, done[row.id], contents.get(row.id, NOTHING_ENTERED))


def _events(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, list[EReturnEvent]]:
    found: dict[UUID, list[EReturnEvent]] = {each: [] for each in wanted}
    query = (
        sa.select(events, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == events.c.id)
        .where(events.c.ereturn.in_(list(wanted)))
        .order_by(events.c.number)
    )
    for row in connection.execute(query):
        told: dict[str, Any] = personal.read(row.value)
        found[row.ereturn].append(
            EReturnEvent(
                id=row.id, ereturn=row.ereturn, number=row.number, act=EReturnAct(row.act),
                state=EReturnState(row.state), by=row.by, at=row.at, note=told.get("note"),
            )
        )  # fmt: skip
    return found


def _ereturn(row: sa.Row[Any], done: list[EReturnEvent], contents: Contents) -> EReturn:
    return EReturn(
        id=row.id, number=row.number, kind=DepositKind(row.kind), template=EReturnTemplate.of(json.loads(row.template)),
        office=row.office, events=tuple(done), contents=contents,
    )  # fmt: skip
