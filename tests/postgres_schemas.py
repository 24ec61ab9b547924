"""Schemas of PostgreSQL for tests: made once, emptied between tests, thrown away when a test has changed more than rows."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

_SHAPE = """
SELECT md5(string_agg(said, ',' ORDER BY said)) FROM (
  SELECT 'c' || conname::text || pg_get_constraintdef(c.oid) AS said FROM pg_constraint c WHERE connamespace = :schema ::regnamespace
  UNION ALL SELECT 't' || tgname::text || tgenabled::text FROM pg_trigger JOIN pg_class r ON r.oid = tgrelid WHERE relnamespace = :schema ::regnamespace AND NOT tgisinternal
  UNION ALL SELECT 'i' || indexname::text || indexdef FROM pg_indexes WHERE schemaname = :schema
  UNION ALL SELECT 'f' || proname::text || md5(prosrc) FROM pg_proc WHERE pronamespace = :schema ::regnamespace
  UNION ALL SELECT 'a' || relname::text || attname::text || atttypid::text || attnotnull::text FROM pg_attribute JOIN pg_class r ON r.oid = attrelid
    WHERE relnamespace = :schema ::regnamespace AND relkind = 'r' AND attnum > 0
) AS everything
"""


class Schemas:
    """Schemas with our tables in them and no rows: `take` one, and `give_back` it."""

    def __init__(self, url: str, script: str) -> None:
        """Make schemas in the database at *url*; *script* is what the migrations say to an empty one."""
        self._engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
        self._script = script
        self._clean: list[str] = []
        self._shapes: dict[str, str] = {}

    def take(self) -> str:
        """Return the name of a schema that nobody else has."""
        if self._clean:
            return self._clean.pop()
        schema = f"ims_test_{uuid4().hex}"
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
            connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
            connection.exec_driver_sql(self._script)
            self._shapes[schema] = _shape(connection, schema)
        return schema

    def give_back(self, schema: str) -> None:
        """Empty a schema, or drop it where it is not what it was."""
        with self._engine.begin() as connection:
            # As it was made: what PostgreSQL says of a foreign key depends on the path.
            connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
            if _shape(connection, schema) != self._shapes[schema]:
                connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
                return
            tables = sa.inspect(connection).get_table_names()
            asked = " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"
                for table in tables
                if table != "alembic_version"
            )
            filled = connection.exec_driver_sql(asked).scalars().all()
            # Records refuse to be deleted; the schema is the tests' own to clear up.
            for act in ('ALTER TABLE "{}" DISABLE TRIGGER USER', 'DELETE FROM "{}"'):
                for table in filled:
                    connection.exec_driver_sql(act.format(table))
            connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
            for table in filled:
                connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        self._clean.append(schema)

    def drop(self) -> None:
        """Drop every schema that was given back."""
        with self._engine.begin() as connection:
            for schema in self._clean:
                connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        self._engine.dispose()


def _shape(connection: Connection, schema: str) -> str:
    """Return what a schema's tables, constraints, indexes and triggers come to."""
    found = connection.execute(sa.text(_SHAPE.replace(":schema", f"'{schema}'"))).scalar_one()
    return str(found)
