"""What eReturns say: each version whole, as rows; what is known of drawers, and what people wrote, beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.denominations import Counted, Denomination
from localgov_ims.domain.ereturn_contents import CardScheme, CardTakings, Contents, EReturnCheque, EReturnLine
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.storage import personal
from localgov_ims.storage.schema import (
    day_column,
    id_column,
    number_column,
    pence_column,
    personal_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

contents = record_table(
    "ereturn_contents",
    id_column("ereturn"),
    number_column("number"),
    text_column("slip", nullable=True),
    text_column("bag_number", nullable=True),
    pence_column("over_short"),
    number_column("nil"),
    text_column("merchant", nullable=True),
    text_column("terminal", nullable=True),
    text_column("z_report", nullable=True),
    day_column("z_on", nullable=True),
    pence_column("z_total", nullable=True),
    personal_column(),
    # A version is that of the event of its number.
    sa.UniqueConstraint("ereturn", "number"),
)

lines = record_table(
    "ereturn_lines",
    points_to(contents, "contents"),
    number_column("row"),
    pence_column("pence"),
    text_column("account_reference", nullable=True),
    text_column("vat_code", nullable=True),
    sa.UniqueConstraint("contents", "row"),
)

cash = record_table(
    "ereturn_cash",
    points_to(contents, "contents"),
    text_column("denomination"),
    number_column("many"),
    pence_column("pence"),
    sa.UniqueConstraint("contents", "denomination"),
)

cheques = record_table(
    "ereturn_cheques",
    points_to(contents, "contents"),
    number_column("item"),
    pence_column("pence"),
    # Each has its own drawer, who may ask for what is held of them, and have it removed, alone.
    personal_column(),
    sa.UniqueConstraint("contents", "item"),
)

schemes = record_table(
    "ereturn_schemes",
    points_to(contents, "contents"),
    text_column("scheme"),
    number_column("sales_count"),
    pence_column("sales"),
    number_column("refunds_count"),
    pence_column("refunds"),
    sa.UniqueConstraint("contents", "scheme"),
)

_DRAWN = {"name": "drawer", "sort_code": "sort_code", "account": "account", "number": "number"}
"""What is kept of a cheque beside it, by its name there; `name` is what persons are looked for by."""


def add(unit: Unit, ereturn: UUID, number: int, made: Contents) -> None:
    """Record all that an eReturn says after the event of *number*."""
    own, c, z = new_id(), made, made.card
    secret = personal.seal(own, _persons(made))
    unit.record(contents, [(
        own, ereturn, number, c.slip, c.bag_number, c.over_short.pence, int(c.nil), z.merchant, z.terminal, z.z_report,
        z.z_on, z.z_total.pence if z.z_total is not None else None, secret.hash if secret is not None else None,
    )])  # fmt: skip
    unit.record(
        lines,
        [
            (new_id(), own, line.row, line.amount.pence, line.account_reference, line.vat_code)
            for line in c.lines
        ],
    )
    unit.record(cash, [(new_id(), own, each.value, count, value.pence) for each, count, value in c.cash])
    _add_cheques(unit, own, c.cheques)
    unit.record(
        schemes,
        [
            (new_id(), own, s.name, s.sales_count, s.sales.pence, s.refunds_count, s.refunds.pence)
            for s in z.schemes
        ],
    )
    unit.personal([secret])


def current(connection: Connection, wanted: Collection[UUID]) -> dict[UUID, Contents]:
    """Return what eReturns say now, by their ids; of those that never said anything, nothing."""
    later = contents.alias("later")
    last = (
        sa.select(sa.func.max(later.c.number))
        .where(later.c.ereturn == contents.c.ereturn)
        .correlate(contents)
        .scalar_subquery()
    )
    query = (
        sa.select(contents, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == contents.c.id)
        .where(contents.c.ereturn.in_(list(wanted)), contents.c.number == last)
    )
    rows = connection.execute(query).all()
    parts = {table.name: _parts(connection, table, [row.id for row in rows]) for table in _PARTS}
    return {
        row.ereturn: _contents(row, {name: own.get(row.id, []) for name, own in parts.items()})
        for row in rows
    }


_PARTS = (lines, cash, cheques, schemes)


def _parts(
    connection: Connection, table: sa.Table, wanted: Collection[UUID]
) -> dict[UUID, list[sa.Row[Any]]]:
    found: dict[UUID, list[sa.Row[Any]]] = {}
    query = (
        sa.select(table, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == table.c.id)
        .where(table.c.contents.in_(list(wanted)))
        .order_by(table.c.ordinal, table.c.id)
    )
    for row in connection.execute(query):
        found.setdefault(row.contents, []).append(row)
    return found


def _persons(made: Contents) -> dict[str, object]:
    """Return what people wrote, which may be of persons."""
    return {
        "descriptions": {str(line.row): line.description for line in made.lines if line.description},
        "over_short_reason": made.over_short_reason,
    }


def _add_cheques(unit: Unit, own: UUID, made: Sequence[EReturnCheque]) -> None:
    rows, sealed = [], []
    for cheque in made:
        record = new_id()
        secret = personal.seal(record, {name: getattr(cheque, of) for name, of in _DRAWN.items()})
        rows.append(
            (record, own, cheque.item, cheque.amount.pence, secret.hash if secret is not None else None)
        )
        sealed.append(secret)
    unit.record(cheques, rows)
    unit.personal(sealed)


def _cheque(row: sa.Row[Any]) -> EReturnCheque:
    told: dict[str, Any] = personal.read(row.value)
    known = {of: told.get(name) for name, of in _DRAWN.items()}
    return EReturnCheque(item=row.item, amount=Money(row.pence), **known)


def _contents(row: sa.Row[Any], parts: Mapping[str, list[sa.Row[Any]]]) -> Contents:
    told: dict[str, Any] = personal.read(row.value)
    descriptions = told.get("descriptions", {})
    return Contents(
        lines=tuple(
            EReturnLine(
                row=p.row, amount=Money(p.pence), account_reference=p.account_reference, vat_code=p.vat_code,
                description=descriptions.get(str(p.row)),
            )
            for p in parts[lines.name]
        ),
        slip=row.slip, bag_number=row.bag_number,
        cash=Counted(counts={Denomination(p.denomination): p.many for p in parts[cash.name]}),
        cheques=tuple(_cheque(p) for p in parts[cheques.name]),
        card=CardTakings(
            merchant=row.merchant, terminal=row.terminal, z_report=row.z_report, z_on=row.z_on,
            z_total=Money(row.z_total) if row.z_total is not None else None,
            schemes=tuple(
                CardScheme(
                    name=p.scheme, sales_count=p.sales_count, sales=Money(p.sales), refunds_count=p.refunds_count,
                    refunds=Money(p.refunds),
                )
                for p in parts[schemes.name]
            ),
        ),
        over_short=Money(row.over_short), over_short_reason=told.get("over_short_reason"), nil=bool(row.nil),
    )  # fmt: skip
