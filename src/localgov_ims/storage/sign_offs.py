"""Sign-offs and their reviews: what was signed as it was signed, so that it reprints to the same hash for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.sign_offs import Review, SignOff, SignOffKind
from localgov_ims.storage.schema import (
    day_column,
    moment_column,
    number_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

sign_offs = record_table(
    "sign_offs",
    text_column("kind"),
    text_column("subject"),
    day_column("as_at"),
    number_column("number"),
    text_column("pack"),
    sa.Column("sha256", sa.String(64), nullable=False),
    text_column("by"),
    moment_column("at"),
    # What comes later makes a new number, which names the one before; nothing is signed over.
    sa.UniqueConstraint("kind", "subject", "as_at", "number"),
)

reviews = record_table(
    "sign_off_reviews",
    points_to(sign_offs, "sign_off"),
    number_column("agreed"),
    text_column("comments"),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("sign_off"),
)


def add(unit: Unit, made: SignOff) -> None:
    """Record a sign-off.

    Raises:
        AlreadyDone: Somebody else prepared the same at the same time.
    """
    s = made
    unit.record(sign_offs, [(s.id, s.kind.value, s.subject, s.as_at, s.number, s.pack, s.sha256, s.by, s.at)])


def add_review(unit: Unit, made: Review) -> None:
    """Record a review.

    Raises:
        AlreadyDone: It was reviewed before.
    """
    unit.record(reviews, [(made.id, made.sign_off, int(made.agreed), made.comments, made.by, made.at)])


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[tuple[SignOff, Review | None]]:
    """Yield sign-offs with their reviews, the earliest day first."""
    s, said = (
        sign_offs.c,
        [reviews.c[name].label(f"said_{name}") for name in ("id", "agreed", "comments", "by", "at")],
    )
    query = (
        sa.select(sign_offs, *said)
        .outerjoin(reviews, reviews.c.sign_off == s.id)
        .where(*where)
        .order_by(s.as_at, s.kind, s.subject, s.number)
    )
    for row in connection.execute(query):
        yield _sign_off(row), _review(row)


def with_id(connection: Connection, wanted: UUID) -> tuple[SignOff, Review | None] | None:
    """Return a sign-off with its review, if there is such a one."""
    return next(some(connection, sign_offs.c.id == wanted), None)


def review_of(connection: Connection, sign_off: UUID) -> Review | None:
    """Return what another person said of a sign-off, if anybody has yet."""
    found = with_id(connection, sign_off)
    return found[1] if found is not None else None


def latest(connection: Connection, kind: SignOffKind, subject: str, as_at: date) -> SignOff | None:
    """Return the latest sign-off of one thing and day."""
    s = sign_offs.c
    found = list(some(connection, s.kind == kind.value, s.subject == subject, s.as_at == as_at))
    return found[-1][0] if found else None


def latest_of_day(
    connection: Connection, kind: SignOffKind, as_at: date
) -> dict[str, tuple[SignOff, Review | None]]:
    """Return the latest sign-off of a day of each account or fund, with its review."""
    found = some(connection, sign_offs.c.kind == kind.value, sign_offs.c.as_at == as_at)
    return {made.subject: (made, said) for made, said in found}


def _sign_off(row: sa.Row[Any]) -> SignOff:
    return SignOff(
        id=row.id, kind=SignOffKind(row.kind), subject=row.subject, as_at=row.as_at, number=row.number, pack=row.pack,
        sha256=row.sha256, by=row.by, at=row.at,
    )  # fmt: skip


def _review(row: sa.Row[Any]) -> Review | None:
    if row.said_id is None:
        return None
    return Review(
        id=row.said_id, sign_off=row.id, agreed=bool(row.said_agreed), comments=row.said_comments, by=row.said_by,
        at=row.said_at,
    )  # fmt: skip
