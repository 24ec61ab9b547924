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
from uuid import uuid4

import pytest
import sqlalchemy as sa
from tests.postgres_schemas import Schemas

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.service.installation import Installation
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage.store import Store

POSTGRES = os.environ.get("IMS_TEST_POSTGRES")


_SCRIPTS: dict[str, str] = {}
"""What the migrations said to each kind of database when they ran first: said again at once, it takes a tenth."""

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
    test_store test_migrations test_bulk_receipts test_at_the_counter test_docs test_searching test_suspense
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
    return f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{schema}"


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """Give a database of each kind as the migrations leave it, and nothing in it."""
    kind = empty_database_url.partition(":")[0]
    if kind not in _SCRIPTS:
        _SCRIPTS[kind] = _migrated(empty_database_url)
        if kind == "postgresql" and POSTGRES is not None:
            _SCHEMAS.append(Schemas(POSTGRES, _SCRIPTS[kind]))
    elif kind == "sqlite":
        with closing(sqlite3.connect(empty_database_url.removeprefix("sqlite:///"))) as file:
            file.executescript(_SCRIPTS[kind])
    return empty_database_url


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
    return "BEGIN;\n" + ";\n".join(heard) + ";\nCOMMIT;" if url.startswith("sqlite") else ";\n".join(heard)


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
    config.write_text(settings_text().replace("sqlite:///ims.sqlite", database_url), encoding="utf-8")
    opened = open_installation(config, clock=clock, by="tester", create=True)
    yield opened
    opened.store.close()
