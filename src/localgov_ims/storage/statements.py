"""Statements and their lines: tables, rows, and the questions asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import asdict
from sqlalchemy import Connection

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, Detail, Evidence, References, Statement, StatementLine
from localgov_ims.files.checked_lines import line_of, references_of
from localgov_ims.storage import personal
from localgov_ims.storage.files import files
from localgov_ims.storage.schema import (
    Row,
    canonical,
    day_column,
    json_text,
    number_column,
    pence_column,
    points_to,
    record_table,
    text_column,
)
from localgov_ims.storage.store import Unit

_ASKED_AT_ONCE = 500

statements = record_table(
    "statements",
    points_to(files, "file"),
    text_column("key"),
    text_column("account"),
    text_column("number"),
    text_column("format"),
    pence_column("opening", nullable=True),
    pence_column("closing", nullable=True),
    pence_column("credits"),
    pence_column("debits"),
    number_column("lines"),
    number_column("not_booked"),
    day_column("first_on", nullable=True),
    day_column("last_on", nullable=True),
    text_column("evidence"),
    sa.Column("content", sa.String(64), nullable=False),
    number_column("seen_lines"),
    pence_column("seen"),
    sa.UniqueConstraint("account", "key"),
)

lines = record_table(
    "statement_lines",
    points_to(statements, "statement"),
    text_column("account"),
    text_column("key"),
    number_column("position"),
    day_column("booked_on"),
    day_column("value_on", nullable=True),
    pence_column("pence"),
    text_column("code", nullable=True),
    text_column("end_to_end", nullable=True),
    text_column("structured", nullable=True),
    text_column("mandate", nullable=True),
    text_column("bank_reference", nullable=True),
    text_column("customer_reference", nullable=True),
    text_column("cheque", nullable=True),
    number_column("reversal"),
    pence_column("balance", nullable=True),
    text_column("place"),
    text_column("personal", nullable=True),
    sa.UniqueConstraint("account", "key"),
)


def add(unit: Unit, statement: Statement) -> None:
    """Record a statement; its lines may have come before it."""
    unit.record(statements, [_statement_row(statement)])


def add_lines(unit: Unit, recorded: Iterable[StatementLine]) -> None:
    """Record lines in bulk, their persons' data beside them."""
    rows, sealed = [], []
    for line in recorded:
        secret = personal.seal(line.id, _personal(line.line))
        sealed.append(secret)
        rows.append(_line_row(line, secret.hash if secret is not None else None))
    unit.record(lines, rows)
    unit.personal(sealed)


def content_of(line: BankLine) -> str:
    """Return everything the bank said of a line as canonical text, to tell a repeat from another version."""
    said = _said(line)
    return json_text([canonical(said), _personal(line)])


def content_by_key(connection: Connection, account: str, key: str) -> str | None:
    """Return the content hash of the statement that an account has under *key*, if there is one."""
    query = sa.select(statements.c.content).where(statements.c.account == account, statements.c.key == key)
    return connection.execute(query).scalar_one_or_none()


def keys_seen(connection: Connection, account: str, keys: Sequence[str]) -> set[str]:
    """Return which of *keys* an account has lines under."""
    query = sa.select(lines.c.key).where(lines.c.account == account, lines.c.key.in_(keys))
    return set(connection.execute(query).scalars())


def lines_by_day(
    connection: Connection, account: str, besides: UUID, days: Sequence[date]
) -> dict[date, int]:
    """Return how many lines an account has on each of *days*, besides those of the statement *besides*."""
    query = (
        sa.select(lines.c.booked_on, sa.func.count().label("number"))
        .where(lines.c.account == account, lines.c.statement != besides, lines.c.booked_on.in_(days))
        .group_by(lines.c.booked_on)
    )
    return {row.booked_on: row.number for row in connection.execute(query)}


def ends_of(connection: Connection, account: str) -> list[tuple[int, int, str]]:
    """Return opening, closing and number of every statement of an account that has balances."""
    query = sa.select(statements.c.opening, statements.c.closing, statements.c.number).where(
        statements.c.account == account, statements.c.opening.is_not(None), statements.c.closing.is_not(None)
    )
    return [(row.opening, row.closing, row.number) for row in connection.execute(query)]


def accounts_with_lines(connection: Connection, through: date) -> list[str]:
    """Return the bank accounts that have a line booked by the end of a day, by name."""
    query = (
        sa.select(lines.c.account).where(lines.c.booked_on <= through).distinct().order_by(lines.c.account)
    )
    return list(connection.execute(query).scalars())


def some_lines(connection: Connection, *where: sa.ColumnElement[bool]) -> Iterator[StatementLine]:
    """Yield recorded lines in order of day and position."""
    query = (
        sa.select(lines, personal.data.c.value)
        .outerjoin(personal.data, personal.data.c.record == lines.c.id)
        .where(*where)
        .order_by(lines.c.booked_on, lines.c.account, lines.c.position, lines.c.id)
    )
    for row in connection.execute(query):
        yield _line(row)


def with_ids(connection: Connection, wanted: Sequence[UUID]) -> Iterator[StatementLine]:
    """Yield the lines of these identifiers, asking for some hundreds at a time."""
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        yield from some_lines(connection, lines.c.id.in_(wanted[start : start + _ASKED_AT_ONCE]))


def by_id(connection: Connection, statement: UUID) -> Statement:
    """Return a statement."""
    return _statement(connection.execute(sa.select(statements).where(statements.c.id == statement)).one())


def _statement_row(s: Statement) -> Row:
    return (
        s.id, s.file, s.key, s.account, s.number, s.format,
        s.opening.pence if s.opening is not None else None, s.closing.pence if s.closing is not None else None,
        s.credits.pence, s.debits.pence, s.lines, s.not_booked, s.first_on, s.last_on, s.evidence.value, s.content,
        s.seen_lines, s.seen.pence,
    )  # fmt: skip


def _statement(row: sa.Row[Any]) -> Statement:
    return Statement(
        id=row.id, file=row.file, key=row.key, account=row.account, number=row.number, format=row.format,
        opening=_money(row.opening), closing=_money(row.closing), credits=Money(row.credits), debits=Money(row.debits),
        lines=row.lines, not_booked=row.not_booked, first_on=row.first_on, last_on=row.last_on,
        evidence=Evidence(row.evidence), content=row.content, seen_lines=row.seen_lines, seen=Money(row.seen),
    )  # fmt: skip


def _line_row(recorded: StatementLine, hashed: str | None) -> Row:
    own = (recorded.id, recorded.statement, recorded.account, recorded.key)
    return (*own, *_said(recorded.line), recorded.line.place, hashed)


def _said(line: BankLine) -> Row:
    refs = line.references
    return (
        line.position, line.booked_on, line.value_on, line.amount.pence, line.code, refs.end_to_end, refs.structured,
        refs.mandate, refs.bank, refs.customer, refs.cheque, int(line.reversal),
        line.balance.pence if line.balance is not None else None,
    )  # fmt: skip


def _line(row: sa.Row[Any]) -> StatementLine:
    kept: dict[str, Any] = personal.read(row.value)
    line = line_of(
        position=row.position, amount=Money(row.pence), booked_on=row.booked_on, place=row.place,
        value_on=row.value_on, code=row.code, reversal=bool(row.reversal), balance=_money(row.balance),
        references=references_of(
            end_to_end=row.end_to_end, structured=row.structured, mandate=row.mandate, bank=row.bank_reference,
            customer=row.customer_reference, cheque=row.cheque,
        ),
        counterparty_name=kept.get("name"), counterparty_account=kept.get("account"),
        narrative=tuple(kept.get("narrative", ())), details=tuple(map(_detail, kept.get("details", ()))),
    )  # fmt: skip
    return StatementLine(id=row.id, statement=row.statement, account=row.account, key=row.key, line=line)


def _personal(line: BankLine) -> dict[str, object]:
    return {
        "name": line.counterparty_name,
        "account": line.counterparty_account,
        "narrative": list(line.narrative),
        "details": [_detail_kept(detail) for detail in line.details],
    }


def _detail_kept(detail: Detail) -> dict[str, object]:
    return {
        "pence": detail.amount.pence if detail.amount is not None else None,
        "references": asdict(detail.references, filter=lambda _, value: value is not None),
        "name": detail.counterparty_name,
        "account": detail.counterparty_account,
        "narrative": list(detail.narrative),
    }


def _detail(kept: dict[str, Any]) -> Detail:
    return Detail(
        amount=_money(kept["pence"]), references=References(**kept["references"]), counterparty_name=kept["name"],
        counterparty_account=kept["account"], narrative=tuple(kept["narrative"]),
    )  # fmt: skip


def _money(pence: int | None) -> Money | None:
    return Money(pence) if pence is not None else None
