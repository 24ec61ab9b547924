"""What others state: totals, items of their lists, and how these ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.stated import About, ItemEnd, ListedItem, StatedTotal
from localgov_ims.storage import reconciliation, statements
from localgov_ims.storage.schema import (
    day_column,
    moment_column,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

totals = record_table(
    "stated_totals",
    text_column("about"),
    text_column("subject"),
    text_column("what"),
    day_column("first_on"),
    day_column("as_at"),
    pence_column("pence"),
    text_column("source"),
    number_column("number"),
    sa.UniqueConstraint(
        "about", "subject", "what", "first_on", "as_at", "number", name="uq_stated_totals_number"
    ),
)

items = record_table(
    "listed_items",
    text_column("about"),
    text_column("subject"),
    text_column("what"),
    text_column("key"),
    day_column("day"),
    text_column("reference"),
    pence_column("pence"),
    text_column("note"),
    text_column("source"),
    sa.UniqueConstraint("about", "subject", "what", "key", name="uq_listed_items_key"),
)

ends = record_table(
    "listed_item_ends",
    points_to(items, "item"),
    day_column("ended_on"),
    text_column("outcome"),
    text_column("reason"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("item"),
)


@frozen(kw_only=True)
class StandingItem:
    """An item of a list, how it ended, if it has, and the bank line that it is matched with."""

    item: ListedItem
    end: ItemEnd | None = None
    line: UUID | None = None

    def open_at(self, day: date) -> bool:
        """Tell whether it was there, and had not ended, at the end of a day."""
        return self.item.day <= day and (self.end is None or self.end.ended_on > day)


def add_totals(unit: Unit, made: Iterable[StatedTotal]) -> None:
    """Record totals.

    Raises:
        AlreadyDone: Somebody else stated one meanwhile.
    """
    unit.record(
        totals,
        [(t.id, t.about.value, t.subject, t.what, t.first_on, t.as_at, t.amount.pence, t.source, t.number) for t in made],
    )  # fmt: skip


def latest_totals(
    connection: Connection, about: About, subject: str, first_on: date, as_at: date
) -> dict[str, StatedTotal]:
    """Return the latest of each total of a period, by what it is."""
    t = totals.c
    query = sa.select(totals).where(
        t.about == about.value, t.subject == subject, t.first_on == first_on, t.as_at == as_at
    )
    return {
        row.what: StatedTotal(
            id=row.id, about=about, subject=subject, what=row.what, first_on=row.first_on, as_at=row.as_at,
            amount=Money(row.pence), source=row.source, number=row.number,
        )
        for row in connection.execute(query.order_by(t.number))
    }  # fmt: skip


def add_items(unit: Unit, made: Iterable[ListedItem]) -> None:
    """Record items of a list.

    Raises:
        AlreadyDone: Somebody else loaded one of them meanwhile.
    """
    unit.record(
        items,
        [
            (i.id, i.about.value, i.subject, i.what, i.key, i.day, i.reference, i.amount.pence, i.note, i.source)
            for i in made
        ],
    )  # fmt: skip


def keys_of(connection: Connection, about: About, subject: str, what: str) -> set[str]:
    """Return the keys of every item that a list has had."""
    i = items.c
    query = sa.select(i.key).where(i.about == about.value, i.subject == subject, i.what == what)
    return set(connection.execute(query).scalars())


def add_end(unit: Unit, end: ItemEnd) -> None:
    """Record how an item ended.

    Raises:
        AlreadyDone: It ended before.
    """
    unit.record(ends, [(end.id, end.item, end.ended_on, end.outcome, end.reason, end.by, end.at)])


def some_items(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[StandingItem]:
    """Yield items with how they ended, the oldest first."""
    ended = [
        ends.c[name].label(f"end_{name}") for name in ("id", "ended_on", "outcome", "reason", "by", "at")
    ]
    m, lines = reconciliation.live, statements.lines
    query = (
        sa.select(items, *ended, m.c.left_id.label("line"))
        .outerjoin(ends, ends.c.item == items.c.id)
        .outerjoin(m, _of_item())
        .outerjoin(lines, lines.c.id == m.c.left_id)
        .where(*where)
        .order_by(items.c.day, items.c.key, items.c.id)
    )
    for row in connection.execute(query):
        yield StandingItem(item=_item(row), end=_end(row), line=row.line)


def payments_to_match() -> sa.Select[Any]:
    """Select what other systems say they paid or received that no bank line has brought and that has not ended."""
    i = items.c
    return sa.select(i.id, i.day, i.pence, i.subject.label("source"), i.reference.label("run")).where(
        i.about == About.SYSTEM.value, i.id.not_in(sa.select(ends.c.item)), ~sa.exists().where(_of_item())
    )


def gone() -> sa.CompoundSelect[Any]:
    """Select the items that stand open no longer: a person ended them, or a bank line has brought them."""
    m = reconciliation.live
    return sa.union_all(sa.select(ends.c.item), sa.select(m.c.right_id).where(m.c.right_kind == "list_item"))


def _of_item() -> sa.ColumnElement[bool]:
    m = reconciliation.live
    return (m.c.right_kind == "list_item") & (m.c.right_id == items.c.id)


def of_list(connection: Connection, about: About, subject: str, *what: str) -> Iterator[StandingItem]:
    """Yield the items of lists about one thing."""
    i = items.c
    return some_items(connection, i.about == about.value, i.subject == subject, i.what.in_(what))


def open_of_systems(connection: Connection, as_at: date) -> Iterator[StandingItem]:
    """Yield the items of every other system's list that nobody had ended, and the bank not brought, by the end of a day."""
    gone_on = (ends.c.ended_on, statements.lines.c.booked_on)
    still = [sa.or_(day.is_(None), day > as_at) for day in gone_on]
    return some_items(connection, items.c.about == About.SYSTEM.value, items.c.day <= as_at, *still)


def _item(row: sa.Row[Any]) -> ListedItem:
    return ListedItem(
        id=row.id, about=About(row.about), subject=row.subject, what=row.what, key=row.key, day=row.day,
        reference=row.reference, amount=Money(row.pence), note=row.note, source=row.source,
    )  # fmt: skip


def _end(row: sa.Row[Any]) -> ItemEnd | None:
    if row.end_id is None:
        return None
    return ItemEnd(
        id=row.end_id, item=row.id, ended_on=row.end_ended_on, outcome=row.end_outcome, reason=row.end_reason,
        by=row.end_by, at=row.end_at,
    )  # fmt: skip
