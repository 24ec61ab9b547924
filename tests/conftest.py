"""Fixtures for every test: databases of both kinds, and a council to work on."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import sqlalchemy as sa
from tests.postgres_schemas import Schemas

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.service.installation import Installation
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage.store import Store

POSTGRES = os.environ.get("IMS_TEST_POSTGRES")


_FILES: dict[object, bytes] = {}
"""SQLite files as the first test of each kind got them, for the next to copy."""

_SCHEMAS: list[Schemas] = []
"""The schemas of PostgreSQL that tests have shared so far; none before the first of them."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give an empty database of each kind: a file, and a schema of its own in PostgreSQL.

    For a test that wants a migrated one, the schema is one that another test has used, with every row taken out.
    """
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ims.sqlite'}"
        return
    if POSTGRES is None:
        pytest.skip("set IMS_TEST_POSTGRES to a PostgreSQL URL to test on it")
    if "database_url" in request.fixturenames and _SCHEMAS:
        schema = _SCHEMAS[0].take()
        yield _in_schema(schema)
        _SCHEMAS[0].give_back(schema)
        return
    schema = f"ims_test_{uuid4().hex}"
    engine = sa.create_engine(
        POSTGRES.replace("postgresql:", "postgresql+psycopg:", 1), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    yield _in_schema(schema)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    engine.dispose()


_DECIDED_BY_THE_DATABASE = frozenset(
    """
    test_store test_unloading test_migrations test_bulk_receipts test_at_the_counter test_docs test_searching test_suspense
    test_suggesting test_retaining test_importing test_income_files_twice test_holder_files test_reconciling
    test_posting_stories
    """.split()
)
"""What is tested on PostgreSQL test by test: its own SQL, bulk loads, searches, files."""

_RACES = re.compile(r"at_once|race|twice|once|meanwhile|hands|two_people|at_the_same")
"""And, of everything else, what several do at one time."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, on PostgreSQL, tests in which the database decides nothing, unless IMS_TEST_EVERYTHING asks for all."""
    if os.environ.get("IMS_TEST_EVERYTHING"):
        return
    kept = [item for item in items if _runs(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _runs(item)])
    items[:] = kept


def _runs(item: pytest.Item) -> bool:
    if "postgresql" not in item.name:
        return True
    return (
        item.path.stem in _DECIDED_BY_THE_DATABASE or _RACES.search(item.name.partition("[")[0]) is not None
    )


def _in_schema(schema: str) -> str:
    assert POSTGRES is not None
    # Nor does this server wait for its disk (see `_no_power_cuts`), or compile a query that reads a handful of rows.
    options = f"-csearch_path={schema} -csynchronous_commit=off -cjit=off"
    return f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options={quote(options)}"


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """Give a database of each kind as the migrations leave it, and nothing in it."""
    if _is_copied(empty_database_url, "empty"):
        return empty_database_url
    if empty_database_url.startswith("sqlite"):
        _migrated(empty_database_url)
        _keep(empty_database_url, "empty")
    elif not _SCHEMAS and POSTGRES is not None:
        _SCHEMAS.append(Schemas(POSTGRES, _migrated(empty_database_url)))
    return empty_database_url


def _is_copied(url: str, kind: object) -> bool:
    """Lay down a file of *kind* in SQLite, if one is kept."""
    found = _FILES.get(kind) if url.startswith("sqlite") else None
    if found is not None:
        Path(url.removeprefix("sqlite:///")).write_bytes(found)
    return found is not None


def _keep(url: str, kind: object) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        _FILES[kind] = file.serialize()


@pytest.fixture(autouse=True, scope="session")
def _no_power_cuts() -> Iterator[None]:
    """Do not wait for the disk: what is killed here is a process, and what it has written stays."""

    def hurry(connection: Any, *_: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = OFF")

    sa.event.listen(sa.pool.Pool, "checkout", hurry)
    yield
    sa.event.remove(sa.pool.Pool, "checkout", hurry)


class _Compiled(dict[Any, Any]):
    """Statements as SQLAlchemy compiled them, by kind of database and not by engine: every test has an engine of its own."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._of_kind(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(self._of_kind(key), compiled)

    @staticmethod
    def _of_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
        dialect, *statement = key
        return (dialect.name, *statement)


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    """Compile a statement once for all tests, as a council's one engine does for all its work."""
    compiled = _Compiled()

    def share(connection: sa.Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    sa.event.listen(sa.Engine, "engine_connect", share)
    yield
    sa.event.remove(sa.Engine, "engine_connect", share)


def pytest_sessionfinish() -> None:
    """Drop the schemas that tests have shared."""
    for schemas in _SCHEMAS:
        schemas.drop()


def _migrated(url: str) -> str:
    """Migrate a database, and return what was said to it."""
    heard: list[str] = []

    def hear(*given: Any) -> None:
        if given[2].lstrip().split(" ")[0] in {"CREATE", "INSERT"}:
            heard.append(given[2].strip().rstrip(";"))

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        Store.open(url, lambda: datetime(2026, 5, 13, 7, 0, tzinfo=UTC), create=True).close()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    return ";\n".join(heard)


on_sqlite = pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
"""For long tables of cases in which the database decides nothing."""


class MovableClock:
    """A clock that stands where a test puts it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> MovableClock:
    """Give a clock that stands on the morning of Wednesday 13 May 2026."""
    return MovableClock(datetime(2026, 5, 13, 7, 0, tzinfo=UTC))


@pytest.fixture
def store(database_url: str, clock: MovableClock) -> Iterator[Store]:
    """Give an empty store of each kind."""
    opened = Store.open(database_url, clock, create=True)
    yield opened
    opened.close()


@pytest.fixture
def installation(database_url: str, clock: MovableClock, tmp_path: Path) -> Iterator[Installation]:
    """Give Small Council with an empty store of each kind."""
    config = tmp_path / "council.toml"
    text = settings_text()  # which names the file that database_url names
    if not database_url.startswith("sqlite"):
        text = text.replace("sqlite:///ims.sqlite", database_url)
    config.write_text(text, encoding="utf-8")
    kind = ("Small Council", clock.moment)
    known = _is_copied(database_url, kind)
    opened = open_installation(config, clock=clock, by="tester", create=True)
    if not known and database_url.startswith("sqlite"):
        _keep(database_url, kind)
    yield opened
    opened.store.close()
