"""Searching income: criteria as SQL, the limits of whoever asks among them, so that rows, counts and totals agree."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import field, frozen
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.searching import Criteria, as_kept
from localgov_ims.domain.vat import VatRate
from localgov_ims.storage import files, personal, statements
from localgov_ims.storage.transactions import lines, transactions

_AT_ONCE = 2000

_said = personal.data.alias("said")
_persons = personal.data.alias("persons")

_HEAD = (
    transactions.c.kind, transactions.c.channel, transactions.c.payment, transactions.c.provider_reference,
    transactions.c.office, transactions.c.recorded_at, transactions.c.taken_on, transactions.c.taken_at,
    transactions.c.recorded_by,
)  # fmt: skip
_LINE = (
    lines.c.transaction, lines.c.number, lines.c.reference, lines.c.fund, lines.c.account_reference, lines.c.pence,
    lines.c.mop, lines.c.vat_code, lines.c.vat_rate, lines.c.vat, lines.c.narrative,
)  # fmt: skip


@frozen(kw_only=True)
class FoundLine:
    """A line with what its transaction says; `receipt` is the transaction's reference, `reference` the line's."""

    receipt: str
    reference: str
    kind: str
    channel: str
    payment: str | None
    provider_reference: str | None
    office: str | None
    recorded_at: datetime
    taken_on: date
    taken_at: datetime | None
    user: str
    fund: str
    account_reference: str | None
    amount: Money
    mop: str
    vat_code: str | None
    vat_rate: VatRate
    vat: Money
    narrative: str | None
    place: Place


@frozen
class Place:
    """Where a row stands among those found, so that the next page begins after it."""

    recorded_at: datetime
    transaction: UUID
    number: int


@frozen(kw_only=True)
class Search:
    """Criteria, made ready for a database.

    Attributes:
        accounts: What `criteria.account_reference` may be kept as.
        file: The file that `criteria.file` names.
        limit_to: Codes of the funds that whoever asks may see; none: every one.
    """

    criteria: Criteria
    accounts: Collection[str] = ()
    file: UUID | None = None
    limit_to: frozenset[str] | None = field()


def totals(connection: Connection, search: Search) -> tuple[int, Money]:
    """Return how many lines are found, and what they come to."""
    heads, own = _conditions(connection, search)
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(lines.c.pence), 0)).select_from(lines)
    if heads:
        query = query.join(transactions, transactions.c.id == lines.c.transaction)
    count, pence = connection.execute(query.where(*heads, *own)).one()
    return count, Money(int(pence))


def rows(
    connection: Connection, search: Search, *, after: Place | None = None, limit: int | None = None
) -> Iterator[FoundLine]:
    """Yield the lines found, the newest first; those of a transaction together, in their order."""
    heads, own = _conditions(connection, search)
    query: sa.Select[Any] = (
        sa.select(transactions.c.reference.label("receipt"), *_HEAD, *_LINE, _said.c.value)
        .join(lines, lines.c.transaction == _first(connection, search))
        .outerjoin(_said, _said.c.record == lines.c.id)
        .where(*heads, *own)
        .order_by(transactions.c.recorded_at.desc(), transactions.c.id.desc(), lines.c.number)
        .limit(limit)
    )
    if after is not None:
        here = sa.tuple_(transactions.c.recorded_at, transactions.c.id)
        there = sa.tuple_(
            sa.literal(after.recorded_at, transactions.c.recorded_at.type),
            sa.literal(after.transaction, sa.Uuid()),
        )
        later_line = (transactions.c.id != after.transaction) | (lines.c.number > after.number)
        query = query.where(here <= there, later_line)
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield _found(row)


def file_named(connection: Connection, text: str) -> UUID | None:
    """Return the file of this id or of this SHA-256, if there is one."""
    table = files.files
    try:
        fits = table.c.id == UUID(text)
    except ValueError:
        fits = table.c.sha256 == text.lower()
    return connection.execute(sa.select(table.c.id).where(fits)).scalar_one_or_none()


def field_of(connection: Connection, value: sa.ColumnElement[Any], *path: str) -> sa.ColumnElement[str]:
    """Return the text at *path* inside a column of JSON text, in the words of the connection's database."""
    inside: Any = (
        sa.type_coerce(value, sa.JSON) if connection.dialect.name == "sqlite" else sa.cast(value, sa.JSON)
    )
    for name in path:
        inside = inside[name]
    text: sa.ColumnElement[str] = inside.as_string()
    return text


def _first(connection: Connection, search: Search) -> sa.ColumnElement[Any]:
    """Return the transaction's id to join by, so that SQLite begins where a page is found soonest.

    Without statistics it would begin with the lines and sort them all. It must not where few lines fit: then it looks
    their transactions up by id, which it cannot do by a function of it.
    """
    few = search.criteria.account_reference is not None or search.criteria.amount is not None
    if few or connection.dialect.name != "sqlite":
        return transactions.c.id
    return sa.func.ifnull(transactions.c.id, transactions.c.id, type_=sa.Uuid())


def _conditions(
    connection: Connection, search: Search
) -> tuple[list[sa.ColumnElement[bool]], list[sa.ColumnElement[bool]]]:
    """Return what transactions and what lines must fulfil: apart, for lines alone are counted much faster."""
    return list(_of_heads(connection, search)), list(_of_lines(connection, search))


def _of_heads(connection: Connection, search: Search) -> Iterator[sa.ColumnElement[bool]]:
    asked, table = search.criteria, transactions.c
    if asked.receipt is not None:
        yield table.reference.in_(as_kept(asked.receipt))
    if asked.payment is not None:
        yield table.payment.in_(as_kept(asked.payment))
    if asked.provider_reference is not None:
        yield table.provider_reference == asked.provider_reference
    if asked.caller_reference is not None:
        yield table.caller_reference == asked.caller_reference
    if asked.user is not None:
        yield sa.func.lower(table.recorded_by) == asked.user.lower()
    first, before = asked.recorded_between
    if first is not None:
        yield table.recorded_at >= first
    if before is not None:
        yield table.recorded_at < before
    if search.file is not None:
        yield _of_file(connection, search.file)
    if asked.card_first is not None or asked.card_last is not None:
        yield table.id.in_(_by_card(connection, asked))


def _of_lines(connection: Connection, search: Search) -> Iterator[sa.ColumnElement[bool]]:
    asked, table = search.criteria, lines.c
    if search.limit_to is not None:
        yield table.fund.in_(sorted(search.limit_to))
    if asked.funds:
        yield table.fund.in_(asked.funds)
    if asked.methods:
        yield table.mop.in_(asked.methods)
    if asked.account_reference is not None:
        yield table.account_reference.in_({asked.account_reference, *search.accounts})
    if asked.account_contains is not None:
        yield table.account_reference.icontains(asked.account_contains, autoescape=True)
    if asked.amount is not None:
        yield table.pence == asked.amount.pence
    if asked.narrative is not None:
        kept = sa.select(personal.data.c.record).where(
            field_of(connection, personal.data.c.value, "narrative").icontains(
                asked.narrative, autoescape=True
            )
        )
        plain = table.narrative.icontains(asked.narrative, autoescape=True)
        yield plain | (table.personal.is_not(None) & table.id.in_(kept))


def _by_card(connection: Connection, asked: Criteria) -> sa.Select[tuple[UUID]]:
    query = sa.select(_persons.c.record)
    if asked.card_first is not None:
        first = field_of(connection, _persons.c.value, "card", "first_six")
        query = query.where(first.startswith(asked.card_first))
    if asked.card_last is not None:
        query = query.where(field_of(connection, _persons.c.value, "card", "last_four") == asked.card_last)
    return query


def _of_file(connection: Connection, file: UUID) -> sa.ColumnElement[bool]:
    """Return the condition that income came from a file: from its rows, or from the lines of its statements."""
    table = transactions.c
    banked = (
        sa.select(dashed(connection, statements.lines.c.id))
        .join(statements.statements, statements.statements.c.id == statements.lines.c.statement)
        .where(statements.statements.c.file == file)
    )
    by_bank = (table.origin_kind == "statement_line") & table.origin_id.in_(banked)
    return by_bank | (table.origin_id == str(file)) | table.origin_id.startswith(f"{file}/")


def dashed(connection: Connection, identifier: sa.Column[Any]) -> sa.ColumnElement[str]:
    """Return an identifier as text with dashes, as origins name it; SQLite keeps 32 hex digits."""
    if connection.dialect.name != "sqlite":
        return sa.cast(identifier, sa.Text)
    text = sa.type_coerce(identifier, sa.Text)
    parts = [
        sa.func.substr(text, first, size) for first, size in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    ]
    joined: sa.ColumnElement[str] = parts[0]
    for part in parts[1:]:
        joined = joined.concat("-").concat(part)
    return joined


def _found(row: sa.Row[Any]) -> FoundLine:
    said = row.narrative if row.value is None else personal.read(row.value).get("narrative")
    return FoundLine(
        receipt=row.receipt, reference=row.reference, kind=row.kind, channel=row.channel, payment=row.payment,
        provider_reference=row.provider_reference, office=row.office, recorded_at=row.recorded_at,
        taken_on=row.taken_on, taken_at=row.taken_at, user=row.recorded_by, fund=row.fund,
        account_reference=row.account_reference, amount=Money(row.pence), mop=row.mop, vat_code=row.vat_code,
        vat_rate=VatRate(row.vat_rate), vat=Money(row.vat), narrative=str(said) if said is not None else None,
        place=Place(row.recorded_at, row.transaction, row.number),
    )  # fmt: skip
