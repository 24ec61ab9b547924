"""Account holders: every version of each, and the one in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.holders import UNNAMED, AccountHolder, Person
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.payers import kept
from localgov_ims.storage import personal
from localgov_ims.storage.schema import (
    day_column,
    moment_column,
    number_column,
    pence_column,
    personal_column,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

_ASKED_AT_ONCE = 1000

_FURTHER = ("user_field_1", "user_field_2", "user_field_3")

Account = tuple[str, str]
"""A fund and an account reference of it."""

holders = record_table(
    "account_holders",
    text_column("fund"),
    text_column("account_reference"),
    number_column("number"),
    pence_column("balance", nullable=True),
    pence_column("period_debit", nullable=True),
    pence_column("period_credit", nullable=True),
    day_column("balance_as_at", nullable=True),
    day_column("closed_on", nullable=True),
    text_column("record_type", nullable=True),
    text_column("message", nullable=True),
    moment_column("at"),
    text_column("by"),
    text_column("source"),
    personal_column(),
    # Each change is the next version; two that race take the same number, and one reads again.
    sa.UniqueConstraint("fund", "account_reference", "number"),
)

_latest = (
    sa.select(holders.c.fund, holders.c.account_reference, sa.func.max(holders.c.number).label("number"))
    .group_by(holders.c.fund, holders.c.account_reference)
    .subquery()
)


def add(unit: Unit, versions: Iterable[AccountHolder], *, at: datetime, by: str) -> None:
    """Record versions in bulk; each one's number says which it is.

    Raises:
        AlreadyDone: Somebody changed one of them meanwhile.
    """
    rows, sealed = [], []
    for h in versions:
        identifier = new_id()
        secret = personal.seal(identifier, _personal(h))
        sealed.append(secret)
        rows.append((
            identifier, h.fund, h.account_reference, h.number, _pence(h.balance), _pence(h.period_debit),
            _pence(h.period_credit), h.balance_as_at, h.closed_on, h.record_type,
            h.message, at, by, h.source, secret.hash if secret is not None else None,
        ))  # fmt: skip
    unit.record(holders, rows)
    unit.personal(sealed)


def current(connection: Connection, accounts: Collection[Account]) -> dict[Account, AccountHolder]:
    """Return the version in force of each of *accounts* that is known."""
    found: dict[Account, AccountHolder] = {}
    for fund in sorted({fund for fund, _ in accounts}):
        wanted = sorted({reference for own, reference in accounts if own == fund})
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            # Fund by fund, for PostgreSQL finds many references of one fund by the index, and many pairs one by one.
            fits = holders.c.account_reference.in_(wanted[start : start + _ASKED_AT_ONCE])
            query = _query().where(holders.c.fund == fund, fits).order_by(holders.c.number)
            found |= {(row.fund, row.account_reference): _holder(row) for row in connection.execute(query)}
    return found


def closings(connection: Connection, accounts: Collection[Account]) -> dict[Account, date | None]:
    """Return the day on which each of *accounts* that is known was closed, or none."""
    found: dict[Account, date | None] = {}
    columns = (holders.c.fund, holders.c.account_reference, holders.c.closed_on)
    for fund in sorted({fund for fund, _ in accounts}):
        wanted = sorted({reference for own, reference in accounts if own == fund})
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            fits = holders.c.account_reference.in_(wanted[start : start + _ASKED_AT_ONCE])
            query = sa.select(*columns).where(holders.c.fund == fund, fits).order_by(holders.c.number)
            found |= {(row.fund, row.account_reference): row.closed_on for row in connection.execute(query)}
    return found


def every(connection: Connection) -> Iterator[AccountHolder]:
    """Yield the version in force of every account, by fund and reference."""
    same = (
        (_latest.c.fund == holders.c.fund)
        & (_latest.c.account_reference == holders.c.account_reference)
        & (_latest.c.number == holders.c.number)
    )
    query = _query().join(_latest, same).order_by(holders.c.fund, holders.c.account_reference)
    for row in connection.execute(query, execution_options={"yield_per": 2000}):
        yield _holder(row)


def some(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[AccountHolder]:
    """Yield the version in force of each account that fits, by fund and reference; see `holders` and `said`."""
    later = holders.alias("later")
    newest = (
        sa.select(sa.func.max(later.c.number))
        .where(later.c.fund == holders.c.fund, later.c.account_reference == holders.c.account_reference)
        .scalar_subquery()
    )
    query = _query().where(holders.c.number == newest, *where)
    query = query.order_by(holders.c.fund, holders.c.account_reference)
    with connection.execute(query, execution_options={"yield_per": 500}) as rows:
        for row in rows:
            yield _holder(row)


def said(*parts: str) -> sa.ColumnElement[bool]:
    """Return the condition that *parts* stand in an account's personal data in this order, whatever their case.

    It narrows a search and no more: whoever asks compares the fields of what is found.
    """
    plain = (
        "".join(c if c.isascii() and c.isalnum() else "_" if c == " " else "%" for c in part)
        for part in parts
    )
    return personal.data.c.value.ilike("%" + "%".join(plain) + "%")


def messages_in_force(connection: Connection) -> set[str]:
    """Return the messages that accounts carry now: to take one away would let a stop go."""
    later = holders.alias("later")
    same = (later.c.fund == holders.c.fund) & (later.c.account_reference == holders.c.account_reference)
    newer = sa.exists().where(same, later.c.number > holders.c.number)
    query = sa.select(holders.c.message).where(holders.c.message.is_not(None), ~newer).distinct()
    return set(connection.execute(query).scalars())


def versions(
    connection: Connection, fund: str, account_reference: str
) -> list[tuple[AccountHolder, datetime, str]]:
    """Return every version of an account in order, with when and by whom it was made."""
    query = _query().where(holders.c.fund == fund, holders.c.account_reference == account_reference)
    rows = connection.execute(query.order_by(holders.c.number))
    return [(_holder(row), row.at, row.by) for row in rows]


def _query() -> sa.Select[Any]:
    return sa.select(holders, personal.data.c.value).outerjoin(
        personal.data, personal.data.c.record == holders.c.id
    )


def _holder(row: sa.Row[Any]) -> AccountHolder:
    person: dict[str, Any] = personal.read(row.value)
    further = {name: person.pop(name, None) for name in _FURTHER}
    return AccountHolder(
        fund=row.fund, account_reference=row.account_reference, person=Person(**person) if person else UNNAMED,
        balance=_money(row.balance), period_debit=_money(row.period_debit), period_credit=_money(row.period_credit),
        balance_as_at=row.balance_as_at, closed_on=row.closed_on, record_type=row.record_type,
        **further, message=row.message, number=row.number, source=row.source,
    )  # fmt: skip


def _personal(holder: AccountHolder) -> dict[str, object]:
    # Nobody knows what a back office writes into its own fields, so they are kept as a person's.
    return {**kept(holder.person), **{name: getattr(holder, name) for name in _FURTHER}}


def _pence(money: Money | None) -> int | None:
    return money.pence if money is not None else None


def _money(pence: int | None) -> Money | None:
    return Money(pence) if pence is not None else None
