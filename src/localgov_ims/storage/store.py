"""The store: one database, units of work that roll back unless committed, and reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Self

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.ids import new_id
from localgov_ims.storage import audit, personal
from localgov_ims.storage.engines import WRITES, failed, made, unavailable
from localgov_ims.storage.loader import bound, load
from localgov_ims.storage.migrations import upgrade
from localgov_ims.storage.schema import Row, canonical, seal_of


class Unit:
    """A unit of work: everything in it happens, with its audit entry, or nothing does.

        with store.unit("import", by="finance") as unit:
            unit.record(table, rows)
            unit.commit()

    Leaving the block without `commit` rolls back.
    """

    def __init__(self, connection: Connection, *, action: str, by: str, clock: Clock) -> None:
        """Begin; made by `Store.unit`."""
        self.connection = connection
        self.detail: dict[str, object] = {}
        self.at = clock()
        self._id, self._action, self._by = new_id(), action, by
        self._digests: dict[str, tuple[int, Any]] = {}
        self._open = True
        self._driver: Any = connection.dialect.dbapi

    def record(self, table: sa.Table, rows: Iterable[Row]) -> None:
        """Insert records, each row in the order of the table's own columns, and seal them.

        Raises:
            AlreadyDone: One is there already; leave the block, and nothing of the unit stays.
        """
        self.record_canonical(table, map(canonical, rows))

    def record_canonical(self, table: sa.Table, rows: Iterable[list[Any]]) -> None:
        """Insert records given as canonical values, as a file of a million rows makes them; seals and laws as `record`.

        Raises:
            AlreadyDone: One is there already; leave the block, and nothing of the unit stays.
        """
        count, digest = self._digests.get(table.name, (0, hashlib.sha256()))
        name, unit, sealed = table.name, self._id.hex, []
        for row in rows:
            row.extend((unit, count))
            seal = seal_of(name, row)
            digest.update(seal)
            row.append(seal)
            sealed.append(row)
            count += 1
        if not sealed:
            return
        self._digests[table.name] = count, digest
        load(self.connection, table, sealed)

    def beside(self, table: sa.Table, rows: Iterable[Row]) -> None:
        """Insert rows into a side table: what may lawfully be removed later and is proved by a hash on a record."""
        load(self.connection, table, bound(table, rows))

    def personal(self, sealed: Iterable[personal.Sealed | None]) -> None:
        """Keep the personal data of records."""
        self.beside(personal.data, [item.row for item in sealed if item is not None])

    def lock(self) -> int:
        """Take the head of the audit trail now, and return its number.

        Nobody else commits between what this unit reads and writes.
        """
        number, _ = audit.lock_head(self.connection)
        return number

    def commit(self) -> None:
        """Append the audit entry, with the head of the chain locked, and commit; nothing recorded, no entry."""
        if self._digests:
            number, previous = audit.lock_head(self.connection)
            records = {
                name: (count, digest.hexdigest()) for name, (count, digest) in sorted(self._digests.items())
            }
            entry = audit.AuditEntry(
                id=self._id, number=number + 1, previous=previous, at=self.at, by=self._by, action=self._action,
                detail=self.detail, records=records,
            )  # fmt: skip
            audit.append(self.connection, entry)
        self.connection.commit()
        self._open = False

    def __enter__(self) -> Self:
        """Enter the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Roll back what was not committed, and let the connection go."""
        try:
            if self._open:
                self.connection.rollback()
        finally:
            self.connection.close()
        if error is not None and failed(error, self._driver):
            raise unavailable(self.connection.engine, error) from error


class Store:
    """A council's database. Open it with `Store.open`."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Keep the engine; the schema must be there (`Store.open` sees to it)."""
        self.engine = engine
        self.clock = clock

    @classmethod
    def open(cls, url: str, clock: Clock, *, create: bool = False) -> Store:
        """Open the database at a SQLAlchemy URL, bringing its schema up to date.

        A database that is not there, or holds nothing of ours, is made only if *create* says so: a mistyped name must
        not become a new and empty council.

        Raises:
            ConfigurationError: The URL is none, or there is no database of ours.
            StoreUnavailable: It does not answer, or cannot be written.
        """
        engine = made(url, create=create)
        try:
            upgrade(engine, create=create)
        except BaseException as error:
            engine.dispose()
            if failed(error, engine.dialect.dbapi):
                raise unavailable(engine, error) from error
            raise
        return cls(engine, clock)

    def close(self) -> None:
        """Let go of every connection; the store opens new ones if it is used again."""
        self.engine.dispose()

    def unit(self, action: str, *, by: str) -> Unit:
        """Begin a unit of work: *action* is what is done, *by* who does it.

        Raises:
            StoreUnavailable: The database does not answer.
        """
        try:
            # READ COMMITTED, so that once the audit head is locked the unit sees who held it before.
            connection = self._connect(isolation="READ COMMITTED", writes=True)
            connection.begin()
        except DatabaseError as error:
            raise unavailable(self.engine, error) from error
        return Unit(connection, action=action, by=by, clock=self.clock)

    @contextmanager
    def trial(self, *, by: str) -> Iterator[Unit]:
        """Give a unit of work that only reads: what is tried in it is not recorded.

        Raises:
            StoreUnavailable: The database does not answer.
        """
        with self.reading() as connection:
            yield Unit(connection, action="trial", by=by, clock=self.clock)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read in one snapshot.

        Raises:
            StoreUnavailable: The database does not answer.
        """
        try:
            with self._connect(isolation="REPEATABLE READ", writes=False) as connection:
                yield connection
        except DatabaseError as error:
            if not failed(error, self.engine.dialect.dbapi):
                raise
            raise unavailable(self.engine, error) from error

    def _connect(
        self, *, isolation: Literal["READ COMMITTED", "REPEATABLE READ"], writes: bool
    ) -> Connection:
        connection = self.engine.connect().execution_options(**{WRITES: writes})
        return (
            connection
            if self.engine.dialect.name == "sqlite"
            else connection.execution_options(isolation_level=isolation)
        )
