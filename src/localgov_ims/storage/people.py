"""Users by version, what was asked and decided for them, their sign-ins, and signed access reviews."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import asdict, frozen
from sqlalchemy import Connection

from localgov_ims.domain import people
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.people import Decision, Given, Grant, User
from localgov_ims.storage.audit import entries
from localgov_ims.storage.schema import (
    Moment,
    json_text,
    last_number,
    moment_column,
    number_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

users = record_table(
    "users",
    text_column("name"),
    text_column("key"),
    moment_column("created_at"),
    text_column("created_by"),
    # One person, one user, however they write their name.
    sa.UniqueConstraint("key"),
)

grants = record_table(
    "grants",
    points_to(users, "user"),
    text_column("rights"),
    number_column("base"),
    text_column("asked_by"),
    moment_column("at"),
)

decisions = record_table(
    "grant_decisions",
    points_to(grants, "grant"),
    number_column("accepted"),
    number_column("alone"),
    text_column("by"),
    moment_column("at"),
    text_column("reason"),
    sa.UniqueConstraint("grant"),
)

versions = record_table(
    "user_versions",
    points_to(users, "user"),
    number_column("number"),
    text_column("display_name"),
    text_column("office", nullable=True),
    number_column("expiry_days", nullable=True),
    number_column("disabled"),
    text_column("rights"),
    text_column("by"),
    moment_column("at"),
    sa.Column("enabled_at", Moment(), nullable=True),
    points_to(grants, "grant", nullable=True),
    sa.UniqueConstraint("user", "number"),
)

sign_ins = record_table(
    "sign_ins",
    points_to(users, "user"),
    moment_column("at"),
    sa.Index("ix_sign_ins_user_at", "user", "at"),
)

reviews = record_table(
    "access_reviews",
    number_column("number"),
    sa.Column("sha256", sa.String(64), nullable=False),
    text_column("by"),
    moment_column("at"),
    sa.UniqueConstraint("number"),
)


def add(unit: Unit, user: User, by: str) -> None:
    """Record a new user, without their version."""
    unit.record(users, [(user.id, user.name, people.key(user.name), user.created_at, by)])


def add_version(unit: Unit, user: User, by: str, grant: UUID | None = None) -> None:
    """Record a version of a user; *grant* is what gave its rights, where something did."""
    row = (
        new_id(), user.id, user.number, user.display_name, user.office, user.expiry_days, int(user.disabled),
        given_text(user.given), by, unit.at, user.last_enabled_at, grant,
    )  # fmt: skip
    unit.record(versions, [row])


def add_sign_in(unit: Unit, user: UUID) -> None:
    """Record that a user signed in."""
    unit.record(sign_ins, [(new_id(), user, unit.at)])


def add_grant(unit: Unit, grant: Grant) -> None:
    """Record what was asked for a user."""
    row = (grant.id, grant.user, given_text(grant.given), grant.base, grant.asked_by, grant.at)
    unit.record(grants, [row])


def add_decision(unit: Unit, decision: Decision) -> None:
    """Record what was decided about a grant, once."""
    d = decision
    row = (new_id(), d.grant, int(d.accepted), int(d.alone), d.by, d.at, d.reason)
    unit.record(decisions, [row])


def add_review(unit: Unit, number: int, sha256: str, by: str) -> None:
    """Record the signature of an access review."""
    unit.record(reviews, [(new_id(), number, sha256, by, unit.at)])


def last_review(connection: Connection) -> tuple[int, str, str, datetime] | None:
    """Return number, hash, signer and moment of the last access review that was signed."""
    query = sa.select(reviews).order_by(reviews.c.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return (row.number, row.sha256, row.by, row.at) if row is not None else None


def anybody(connection: Connection) -> bool:
    """Tell whether there are users at all."""
    return connection.execute(sa.select(users.c.id).limit(1)).one_or_none() is not None


def by_name(connection: Connection, name: str) -> User | None:
    """Return a user by name, whatever its case."""
    return next(some(connection, users.c.key == people.key(name)), None)


def by_id(connection: Connection, user: UUID) -> User:
    """Return a user that is there."""
    return next(some(connection, users.c.id == user))


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[User]:
    """Yield users as of their latest version, by name."""
    for row in connection.execute(_as_of_latest().where(*where)):
        yield _user(row)


@cache  # every service asks who is asking
def _as_of_latest() -> sa.Select[Any]:
    latest = last_number(versions, "user", users)
    login = sa.select(sa.func.max(sign_ins.c.at)).where(sign_ins.c.user == users.c.id).scalar_subquery()
    return (
        sa.select(users.c.name, users.c.created_at, login.label("last_login_at"), versions)
        .select_from(users)
        .join(versions, sa.and_(versions.c.user == users.c.id, versions.c.number == latest))
        .order_by(users.c.key)
    )


def some_grants(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[Grant]:
    """Yield grants, the oldest first."""
    query = sa.select(grants).where(*where).order_by(grants.c.at, grants.c.id)
    for row in connection.execute(query):
        yield Grant(
            id=row.id,
            user=row.user,
            given=_given(row.rights),
            base=row.base,
            asked_by=row.asked_by,
            at=row.at,
        )


def waiting() -> sa.ColumnElement[bool]:
    """Return the condition that nobody has decided about a grant."""
    return grants.c.id.not_in(sa.select(decisions.c.grant))


def some_decisions(connection: Connection) -> Iterator[Decision]:
    """Yield every decision, the oldest first."""
    for row in connection.execute(sa.select(decisions).order_by(decisions.c.at, decisions.c.id)):
        yield Decision(
            grant=row.grant, accepted=bool(row.accepted), alone=bool(row.alone), by=row.by, at=row.at,
            reason=row.reason,
        )  # fmt: skip


@frozen(kw_only=True)
class Change:
    """Rights that a version of a user brought, by whom, and by which grant where there was one."""

    user: UUID
    number: int
    given: Given
    by: str
    at: datetime
    grant: UUID | None


def changes(connection: Connection) -> Iterator[Change]:
    """Yield every version of every user, in order."""
    for row in connection.execute(sa.select(versions).order_by(versions.c.user, versions.c.number)):
        yield Change(
            user=row.user, number=row.number, given=_given(row.rights), by=row.by, at=row.at, grant=row.grant
        )


def uses(connection: Connection) -> Iterator[tuple[str, str, int, datetime]]:
    """Yield who used which permissions (names joined by spaces), how often, and when last, from the audit trail."""
    detail: Any = (
        sa.type_coerce(entries.c.detail, sa.JSON)
        if connection.dialect.name == "sqlite"
        else sa.cast(entries.c.detail, sa.JSON)
    )
    used = detail["permission"].as_string()
    query = (
        sa.select(entries.c.by, used.label("used"), sa.func.count().label("n"), sa.func.max(entries.c.at).label("last"))
        .where(used.is_not(None))
        .group_by(entries.c.by, used)
        .order_by(entries.c.by, used)
    )  # fmt: skip
    for row in connection.execute(query):
        yield row.by, row.used, row.n, row.last


def given_text(given: Given) -> str:
    """Return what a user has been given as canonical JSON."""
    return json_text(asdict(given))


def _given(text: str) -> Given:
    return Given(**json.loads(text))


def _user(row: sa.Row[Any]) -> User:
    return User(
        id=row.user, name=row.name, display_name=row.display_name, office=row.office, expiry_days=row.expiry_days,
        disabled=bool(row.disabled), given=_given(row.rights), number=row.number, created_at=row.created_at,
        last_enabled_at=row.enabled_at, last_login_at=row.last_login_at,
    )  # fmt: skip
