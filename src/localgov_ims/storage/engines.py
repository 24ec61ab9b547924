"""Engines: the two kinds of database there are, prepared alike, and what it means that one fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, OperationalError

from localgov_ims.errors import ConfigurationError, InvalidValue, StoreUnavailable

WRITES: Final = "ims_writes"
"""The option by which a connection says that it will write."""

_WAITS: Final = 30_000
_WIPE_WAITS: Final = 2_000
"""Milliseconds that SQLite waits for others: to write, and to empty its log."""

_CACHE: Final = 64 * 1024
"""KiB of pages that SQLite keeps of a database: with its usual 2 MiB a long unit of work writes pages again and again."""

_DRIVERS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


_NO_VALUES: Final = {None, "22003", "22021"}
"""SQLSTATE of a number out of range and of a character that is none; source: PostgreSQL manual, appendix A."""


def made(url: str, *, create: bool) -> Engine:
    """Make the engine for a SQLAlchemy URL of SQLite or PostgreSQL.

    Raises:
        ConfigurationError: The URL is none, it is of another kind of database, or its file is not there and *create*
            does not ask for a new one.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        message = (
            "The database's URL cannot be read; write sqlite:///ims.sqlite or postgresql://user@host/name."
        )
        raise ConfigurationError("bad_database_url", message) from error
    kind = parsed.get_backend_name()
    if kind not in _DRIVERS:
        message = f"The database's URL names {kind}; there are sqlite and postgresql."
        raise ConfigurationError("bad_database_url", message, kind=kind)
    if kind == "sqlite" and not create and not Path(parsed.database or "").is_file():
        raise no_database(parsed)
    engine = sa.create_engine(parsed.set(drivername=_DRIVERS[kind]))
    event.listen(engine, "handle_error", _refuse_value)
    if kind == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def no_database(url: sa.URL) -> ConfigurationError:
    """Make the error for a database that is not there, or holds nothing of ours."""
    where = url.render_as_string(hide_password=True)
    message = f"There is no council's database at {where}. Check the name, or make one with `ims init`."
    return ConfigurationError("no_database", message, url=where)


def failed(error: BaseException, driver: Any) -> bool:  # noqa: ANN401 - the driver's module
    """Tell whether the database failed (gone, full, damaged), and not what was asked of it."""
    kinds = (OperationalError, driver.OperationalError)
    return isinstance(error, kinds) or type(error) in {DatabaseError, driver.DatabaseError}


def unavailable(engine: Engine, error: BaseException) -> StoreUnavailable:
    """Make the error for a database that failed."""
    reason = " ".join(str(error.orig if isinstance(error, DatabaseError) else error).split())
    where = engine.url.render_as_string(hide_password=True)
    message = f"The database {where} did not answer ({reason}). Nothing was done; try again when it is back."
    return StoreUnavailable("store_unavailable", message, url=where)


def wipe(engine: Engine) -> bool:
    """Write over what was removed, as far as the database lets us; tell whether its files hold nothing of it now.

    SQLite overwrites what it deletes (`secure_delete`), but in its log first: the log is written back and emptied.
    False: somebody is reading still, or it is PostgreSQL, where only its own vacuum does it.
    """
    if engine.dialect.name != "sqlite":
        return False
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_WIPE_WAITS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (row,) = cursor.fetchall()
        busy = bool(row[0])
        cursor.execute(f"PRAGMA busy_timeout = {_WAITS}")
        cursor.close()
    finally:
        connection.close()
    return not busy


def _refuse_value(context: ExceptionContext) -> InvalidValue | None:
    """Say of a value that no database can take (half of a character, a null, a number beyond 64 bits) that it is one."""
    error = context.original_exception
    # The driver refuses some by itself, without the code that the database would give.
    if isinstance(error, UnicodeEncodeError | OverflowError) or (
        isinstance(context.sqlalchemy_exception, DataError) and getattr(error, "sqlstate", None) in _NO_VALUES
    ):
        message = "A value holds a character that no database can keep, or is a number too large for one. Correct it."
        return InvalidValue("value_not_storable", message)
    return None


def _prepare_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own type
    connection.isolation_level = None  # the driver begins no transactions of its own; _begin_sqlite does
    connection.execute(f"PRAGMA busy_timeout = {_WAITS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a power cut loses nothing that was committed
    connection.execute(f"PRAGMA cache_size = {-_CACHE}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased leaves no bytes behind
    # So that REPLACE, which deletes before it inserts, meets the triggers that refuse DELETE.
    connection.execute("PRAGMA recursive_triggers = ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
