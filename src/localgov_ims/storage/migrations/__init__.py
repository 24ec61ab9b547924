"""Migrations of the schema: forward only, run when a store is opened."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from localgov_ims.storage.engines import WRITES, no_database

HEAD = "0001"
"""The newest revision in `versions/`; a test compares the two, and the schema with the tables of the code."""

_LOCK = 7_460_221  # any number that is this library's own: two processes must not migrate at once


def upgrade(engine: Engine, *, create: bool) -> None:
    """Bring a database to the newest revision, in one transaction; nothing happens where it is there already.

    Raises:
        ConfigurationError: The database holds nothing of ours, and *create* does not ask for it.
    """
    with engine.connect() as connection:
        revision = _revision(connection)
    if revision == HEAD:
        return
    if revision is None and not create:
        raise no_database(engine.url)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if _revision(connection) != HEAD:
            _run(connection)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - loaded only where there is something to migrate
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
