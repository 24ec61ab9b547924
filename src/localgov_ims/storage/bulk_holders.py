"""Account holders by the hundred thousand: what is known of each as plain values, without a record object for each.

What is written is what `holders.add` writes of the same versions; a test compares the two, column by column.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.ids import new_hexes
from localgov_ims.storage import personal
from localgov_ims.storage.holders import Account, holders
from localgov_ims.storage.loader import load
from localgov_ims.storage.schema import flat_json, moment_text
from localgov_ims.storage.store import Unit

Plain = dict[str, Any]
"""What is known of an account by field: texts, amounts in pence, days as ISO text; what is not known is not there."""

Version = tuple[Account, int, Plain, str]
"""An account, the number of its version, what it says, and its source."""

COLUMNS: Final = (
    "balance", "period_debit", "period_credit", "balance_as_at", "closed_on", "record_type", "message",
)  # fmt: skip
"""The fields that stand in the record; the others are personal data beside it."""

_DAYS: Final = ("balance_as_at", "closed_on")
_ASKED_AT_ONCE: Final = 1000
_SALT: Final = 16

_table, _value = holders.c, personal.data.c.value
_later = holders.alias("later")
NEWEST: Final = (
    _table.number
    == sa.select(sa.func.max(_later.c.number))
    .where(_later.c.fund == _table.fund, _later.c.account_reference == _table.account_reference)
    .correlate(holders)
    .scalar_subquery()
)
"""The condition that a version is the one in force, found by the index that makes numbers unique."""


def latest(connection: Connection, accounts: Collection[Account]) -> dict[Account, tuple[int, Plain]]:
    """Return of each of *accounts* that is known the number of its version in force, and what it says."""
    found: dict[Account, tuple[int, Plain]] = {}
    query = _said().where(
        _table.fund == sa.bindparam("fund"),
        _table.account_reference.in_(sa.bindparam("wanted", expanding=True)),
        NEWEST,
    )
    for fund in sorted({fund for fund, _ in accounts}):
        wanted = sorted(reference for own, reference in accounts if own == fund)
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            # Fund by fund, for PostgreSQL finds many references of one fund by the index, and many pairs one by one.
            asked = {"fund": fund, "wanted": wanted[start : start + _ASKED_AT_ONCE]}
            for row in connection.execute(query, asked).all():
                found[fund, row[0]] = row[1], _plain(row[2], row[3:])
    return found


def open_references(connection: Connection, fund: str) -> list[str]:
    """Return the references of a fund's accounts that are not closed, in order."""
    fits = (_table.fund == fund, NEWEST, _table.closed_on.is_(None))
    query = sa.select(_table.account_reference).where(*fits).order_by(_table.account_reference)
    return list(connection.execute(query).scalars())


def count_open(connection: Connection, funds: Collection[str]) -> int:
    """Return how many accounts of these funds are not closed."""
    fits = (_table.fund.in_(sorted(funds)), NEWEST, _table.closed_on.is_(None))
    return int(connection.execute(sa.select(sa.func.count()).select_from(holders).where(*fits)).scalar_one())


def of_unit(connection: Connection, unit: UUID, size: int) -> Iterator[list[tuple[Account, int]]]:
    """Yield in blocks which version of which account a unit of work wrote."""
    first = 0
    while True:
        of_block = sa.and_(_table.unit == unit, _table.ordinal >= first, _table.ordinal < first + size)
        query = sa.select(_table.fund, _table.account_reference, _table.number).where(of_block)
        block = [((row[0], row[1]), row[2]) for row in connection.execute(query.order_by(_table.ordinal))]
        if not block:
            return
        yield block
        first += size


def at_numbers(connection: Connection, wanted: Mapping[Account, int]) -> dict[Account, Plain]:
    """Return what the version of each account said that has the number *wanted* of it."""
    found: dict[Account, Plain] = {}
    for fund in sorted({fund for fund, _ in wanted}):
        references = sorted(reference for own, reference in wanted if own == fund)
        for start in range(0, len(references), _ASKED_AT_ONCE):
            fits = _table.account_reference.in_(references[start : start + _ASKED_AT_ONCE])
            for reference, number, value, *columns in connection.execute(
                _said().where(_table.fund == fund, fits)
            ):
                if wanted[fund, reference] == number:
                    found[fund, reference] = _plain(value, columns)
    return found


def add(unit: Unit, versions: Sequence[Version], *, by: str) -> None:
    """Record versions in bulk.

    Raises:
        AlreadyDone: Somebody changed one of the accounts meanwhile.
    """
    at, salts = moment_text(unit.at), os.urandom(_SALT * len(versions))
    rows: list[list[Any]] = []
    beside: list[list[Any]] = []
    for n, (identifier, (account, number, said, source)) in enumerate(
        zip(new_hexes(len(versions)), versions, strict=True)
    ):
        persons = {name: value for name, value in said.items() if name not in _IN_RECORD}
        kept = None
        if persons:
            salt, text = salts[n * _SALT : (n + 1) * _SALT], flat_json(persons)
            kept = hashlib.sha256(salt + text.encode()).hexdigest()
            beside.append([identifier, salt, text])
        get = said.get
        rows.append(
            [
                identifier, *account, number, get("balance"), get("period_debit"), get("period_credit"),
                get("balance_as_at"), get("closed_on"), get("record_type"), get("message"), at, by, source, kept,
            ]
        )  # fmt: skip
    unit.record_canonical(holders, rows)
    load(unit.connection, personal.data, beside)


_IN_RECORD: Final = frozenset(COLUMNS)


def _said() -> sa.Select[Any]:
    columns = [sa.type_coerce(_table[name], sa.types.NullType()).label(name) for name in COLUMNS]
    query = sa.select(_table.account_reference, _table.number, _value, *columns)
    return query.outerjoin(personal.data, personal.data.c.record == _table.id)


def _plain(value: str | None, columns: Sequence[Any]) -> Plain:
    known: Plain = orjson.loads(value) if value is not None else {}
    for name, column in zip(COLUMNS, columns, strict=True):
        if column is not None:
            known[name] = column.isoformat() if type(column) is date else column
    return known
