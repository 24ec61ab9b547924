"""The words that tables are made of: column types, record tables, and the canonical form of a row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

Row = tuple[Any, ...]
"""A row of a record table as Python values, in the order of its own columns (without the seal's)."""

MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Moment(TypeDecorator[datetime]):
    """An aware moment: `timestamptz` in PostgreSQL, ISO 8601 text in UTC in SQLite, which has no such type."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Choose the column's type."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> object:
        """Write a moment."""
        return moment_text(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ANN401
        """Read a moment."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        moment: datetime = value.astimezone(UTC)
        return moment


@lru_cache(maxsize=1024)  # the records of a block share their moments
def moment_text(moment: datetime) -> str:
    """Return a moment as canonical text: UTC, with microseconds."""
    return moment.astimezone(UTC).strftime(MOMENT)


def same_unit(one: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that two records are of one unit of work, beside another that finds them.

    SQLite looks up no index for it, and would read the whole unit for each record otherwise: thousands, that thousands share.
    """
    return sa.func.coalesce(one.c.unit, one.c.unit) == sa.func.coalesce(other.c.unit, other.c.unit)


def id_column(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Make a column for an identifier."""
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def points_to(target: sa.Table, name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Make a column that refers to a record; checked at commit, so that rows may come before what they belong to."""
    key = sa.ForeignKey(target.c.id, deferrable=True, initially="DEFERRED")
    return sa.Column(name, sa.Uuid(), key, nullable=nullable)


def text_column(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Make a column for text."""
    return sa.Column(name, sa.Text(), nullable=nullable)


def pence_column(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Make a column for money in whole pence."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def number_column(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Make a column for a count or ordinal."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def day_column(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Make a column for a day."""
    return sa.Column(name, sa.Date(), nullable=nullable)


def moment_column(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Make a column for a moment."""
    return sa.Column(name, Moment(), nullable=nullable)


def personal_column() -> sa.Column[Any]:
    """Make the column that binds a record to its personal data: the salted hash, null where there is none."""
    return text_column("personal", nullable=True)


def record_table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    """Make a table of records: an `id`, the parts given, and the columns that seal each row."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Uuid(), primary_key=True),
        *parts,
        sa.Column("unit", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("unit", "ordinal"),
    )


def last_number(events: sa.Table, key: str, of: sa.Table) -> sa.ScalarSelect[Any]:
    """Return the number of the latest of a record's numbered *events*: those whose column *key* names it.

    It is asked inside a query of the table *of*, and found by the index that makes the numbers unique.
    """
    own = events.alias()
    query = sa.select(sa.func.max(own.c.number)).where(own.c[key] == of.c.id)
    return query.correlate(of).scalar_subquery()


_CANONICAL: Mapping[type, Callable[[Any], object]] = {
    UUID: lambda value: value.hex,
    date: date.isoformat,
    datetime: moment_text,
    bool: int,
    bytes: bytes.hex,
    memoryview: lambda value: bytes(value).hex(),
}
_PLAIN = frozenset({str, int, type(None)})


def canonical(row: Sequence[object]) -> list[object]:
    """Return a row as the values that are sealed, equal whatever the database: text, whole numbers and none."""
    # Whatever else somebody forced into a column is sealed as nothing that was ever written.
    return [value if type(value) in _PLAIN else _CANONICAL.get(type(value), repr)(value) for value in row]


def raw(table: sa.Table) -> sa.Select[*tuple[Any, ...]]:
    """Return the query for a table's rows as the database holds them, without making Python values of them."""
    return sa.select(
        *(sa.type_coerce(column, sa.types.NullType()).label(column.name) for column in table.columns)
    )


def seal_of(table: str, values: Sequence[object]) -> bytes:
    """Return the seal of a canonical row of a record table (its own values, its unit and its ordinal).

    SHA-256 of a JSON array in UTF-8: the table's name, the unit, the ordinal, and the row's own values up to the last
    that is not null, so that a column added later does not break the seals of the rows before it.
    """
    *own, unit, ordinal = values
    while own[-1] is None:
        own.pop()
    return hashlib.sha256(orjson.dumps([table, unit, ordinal, *own])).digest()


_encode = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def json_text(value: object) -> str:
    """Return JSON with sorted names and no spaces, so that equal values are equal text."""
    return _encode(value)


def flat_json(fields: Mapping[str, str | int | None]) -> str:
    """Return what `json_text` does, of texts and whole numbers by their names, where there are many: several times as fast."""
    text = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    # Of what can be printed in ASCII both make the same.
    return text.decode() if text.isascii() and b"\x7f" not in text else json_text(fields)
