"""Migrations of the schema: forward only, run when a store is opened."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from localgov_ims.errors import ConfigurationError
from localgov_ims.storage.engines import WRITES, no_database

KNOWN = ("first",)
"""The revisions in `versions/`, the newest last; a test compares the two."""

HEAD = KNOWN[-1]
"""The newest revision; a test compares the schema with the tables of the code."""

_LOCK = 7_460_221  # any number that is this library's own: two processes must not migrate at once


def upgrade(engine: Engine, *, create: bool) -> None:
    """Bring a database to the newest revision, in one transaction; nothing happens where it is there already.

    Raises:
        ConfigurationError: The database holds nothing of ours, and *create* does not ask for it; or it was made by
            another version of this library, whose schema this one does not know.
    """
    with engine.connect() as connection:
        revision = _revision(connection)
    if revision == HEAD:
        return
    if revision is None and not create:
        raise no_database(engine.url)
    if revision is not None and revision not in KNOWN:
        message = (
            f"The database has the schema {revision!r}, which this version of localgov-ims does not know (its own is "
            f"{HEAD!r}). Use the version that made it, or a newer one."
        )
        raise ConfigurationError("unknown_schema", message, revision=revision)
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
