"""Units of work, and records that never change, on every kind of database."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from tests.conftest import MovableClock

from localgov_ims.errors import AlreadyDone, ConfigurationError, StoreUnavailable
from localgov_ims.storage import audit, personal, settings
from localgov_ims.storage.store import Store
from localgov_ims.storage.tables import RECORD_TABLES


def _count(store: Store, table: sa.Table) -> int:
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_unit_that_is_not_committed_leaves_nothing(store: Store) -> None:
    with store.unit("try", by="tester") as unit:
        settings.add(unit, "settings", 1, "a")
    assert _count(store, settings.versions) == 0
    assert _count(store, audit.entries) == 0


def test_a_unit_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.unit("try", by="tester") as unit:
            settings.add(unit, "settings", 1, "a")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    assert _count(store, settings.versions) == 0


def test_a_committed_unit_is_there_with_one_audit_entry(store: Store) -> None:
    with store.unit("change_settings", by="tester") as unit:
        settings.add(unit, "settings", 1, "a")
        unit.detail["version"] = 1
        unit.commit()
    with store.reading() as connection:
        assert settings.latest(connection, "settings") == (1, "a")
        ((entry, stored_hash),) = audit.chain(connection)
    assert (entry.number, entry.by, entry.action) == (1, "tester", "change_settings")
    assert entry.previous == audit.START
    assert entry.hash == stored_hash
    assert entry.records["settings_versions"][0] == 1
    assert entry.detail == {"version": 1}


def test_a_unit_that_records_nothing_makes_no_audit_entry(store: Store) -> None:
    with store.unit("look", by="tester") as unit:
        unit.record(settings.versions, [])
        unit.commit()
    assert _count(store, audit.entries) == 0


def test_each_entry_is_chained_to_the_one_before(store: Store) -> None:
    for number in (1, 2, 3):
        with store.unit("change", by="tester") as unit:
            settings.add(unit, "settings", number, str(number))
            unit.commit()
    with store.reading() as connection:
        entries = [entry for entry, _ in audit.chain(connection)]
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]


def test_the_same_thing_twice_is_refused_by_the_database(store: Store) -> None:
    for expected in (None, AlreadyDone):
        with store.unit("change", by="tester") as unit:
            if expected is None:
                settings.add(unit, "settings", 1, "a")
                unit.commit()
            else:
                with pytest.raises(expected, match="already"):
                    settings.add(unit, "settings", 1, "b")
    assert _count(store, settings.versions) == 1


@pytest.mark.parametrize("table", [*RECORD_TABLES, audit.entries], ids=lambda table: table.name)
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_itself_refuses_a_change_of_records(table: sa.Table, act: str, any_row: Store) -> None:
    with any_row.engine.connect() as connection, pytest.raises(DBAPIError, match="records never change"):
        connection.exec_driver_sql(act.format(table.name))


@pytest.fixture(scope="module")
def any_row(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give a store with a row in every record table, so that row triggers have something to refuse."""
    from datetime import UTC, datetime
    from uuid import uuid4

    store = Store.open(
        f"sqlite:///{tmp_path_factory.mktemp('rows') / 'ims.sqlite'}",
        lambda: datetime(2026, 5, 13, tzinfo=UTC),
        create=True,
    )
    values = {sa.BigInteger: 1, sa.Text: "1", sa.String: "1", sa.Date: "2026-05-13", sa.LargeBinary: b"1"}
    with store.engine.connect().execution_options(ims_writes=True) as connection, connection.begin():
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for table in [*RECORD_TABLES, audit.entries]:
            row = [
                uuid4().hex if isinstance(c.type, sa.Uuid) else values.get(type(c.type), "1")
                for c in table.columns
            ]
            keys = {column.name: row[0] for column in table.columns if column.foreign_keys}
            row = [
                (keys and _existing(connection, column)) or value
                for column, value in zip(table.columns, row, strict=True)
            ]
            marks = ", ".join("?" * len(row))
            connection.exec_driver_sql(f'INSERT INTO "{table.name}" VALUES ({marks})', tuple(row))
    yield store
    store.close()


def _existing(connection: sa.Connection, column: sa.Column[object]) -> object:
    for key in column.foreign_keys:
        return connection.exec_driver_sql(f'SELECT id FROM "{key.column.table.name}"').scalar()
    return None


def test_postgresql_refuses_truncate_too(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with store.engine.connect() as connection, pytest.raises(DBAPIError, match="records never change"):
        connection.exec_driver_sql("TRUNCATE settings_versions")


def test_replacing_a_record_is_refused_too(store: Store) -> None:
    """SQLite's REPLACE deletes before it inserts; the triggers meet it all the same."""
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    with store.unit("change", by="tester") as unit:
        settings.add(unit, "settings", 1, "a")
        unit.commit()
    with store.engine.connect() as connection, pytest.raises(DBAPIError, match="records never change"):
        connection.exec_driver_sql("INSERT OR REPLACE INTO settings_versions SELECT * FROM settings_versions")


def test_twenty_racing_units_make_one_unbroken_chain(store: Store) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with store.unit("race", by=f"clerk {number}") as unit:
                settings.add(unit, f"subject {number}", 1, "a")
                unit.commit()
        except BaseException as error:  # noqa: BLE001 - reported by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with store.reading() as connection:
        entries = [entry for entry, _ in audit.chain(connection)]
    assert [entry.number for entry in entries] == list(range(1, 21))
    assert all(later.previous == earlier.hash for earlier, later in itertools.pairwise(entries))


def test_of_twenty_racing_for_the_same_record_one_wins(store: Store) -> None:
    outcomes: Counter[str] = Counter()

    def work() -> None:
        try:
            with store.unit("race", by="clerk") as unit:
                settings.add(unit, "settings", 1, "a")
                unit.commit()
            outcomes["won"] += 1
        except AlreadyDone:
            outcomes["told"] += 1

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"won": 1, "told": 19}


def test_personal_data_can_be_retired(store: Store) -> None:
    from localgov_ims.domain.ids import new_id

    record = new_id()
    sealed = personal.seal(record, {"name": "J SMITH", "empty": ""})
    assert sealed is not None
    with store.unit("keep", by="tester") as unit:
        unit.personal([sealed, None])
        settings.add(unit, "settings", 1, sealed.hash)
        unit.commit()
    with store.engine.connect().execution_options(ims_writes=True) as connection, connection.begin():
        value = connection.execute(sa.select(personal.data.c.value)).scalar_one()
        assert personal.read(value) == {"name": "J SMITH"}
        connection.execute(sa.delete(personal.data).where(personal.data.c.record == record))
        assert connection.execute(sa.select(sa.func.count()).select_from(personal.data)).scalar_one() == 0


def test_personal_data_cannot_be_altered(store: Store) -> None:
    from localgov_ims.domain.ids import new_id

    with store.unit("keep", by="tester") as unit:
        unit.personal([personal.seal(new_id(), {"name": "J SMITH"})])
        unit.commit()
    with store.engine.connect() as connection, pytest.raises(DBAPIError, match="records never change"):
        connection.exec_driver_sql("UPDATE personal_data SET value = '{}'")


def test_equal_personal_data_has_different_hashes() -> None:
    """Without its salt nobody can tell from the hash who it was."""
    from localgov_ims.domain.ids import new_id

    one, two = (personal.seal(new_id(), {"name": "J SMITH"}) for _ in range(2))
    assert one is not None
    assert two is not None
    assert one.hash != two.hash


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    from datetime import UTC, datetime

    with pytest.raises(StoreUnavailable) as caught:
        Store.open("postgresql://somebody:secret@127.0.0.1:1/nowhere", lambda: datetime.now(UTC))
    assert "127.0.0.1:1" in caught.value.message
    assert "secret" not in str(caught.value)


def test_a_database_that_fails_in_the_middle_is_an_error_of_ours_and_leaves_nothing(
    tmp_path: Path, clock: MovableClock
) -> None:
    """A disk that is full, say: every statement after it fails."""
    store = Store.open(f"sqlite:///{tmp_path / 'ims.sqlite'}", clock, create=True)

    def fill() -> None:
        with store.unit("fill", by="tester") as unit:
            pages = unit.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            unit.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            settings.add(unit, "settings", 1, "x" * 1_000_000)

    with pytest.raises(StoreUnavailable, match="full"):
        fill()
    assert _count(store, settings.versions) == 0
    store.close()


def test_a_database_that_is_not_there_is_not_made_unasked(tmp_path: Path, clock: MovableClock) -> None:
    """A mistyped name must not become a new and empty council whose laws all hold."""
    with pytest.raises(ConfigurationError, match="There is no council's database"):
        Store.open(f"sqlite:///{tmp_path / 'typo.sqlite'}", clock)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_not_filled_unasked(empty_database_url: str, clock: MovableClock) -> None:
    with pytest.raises(ConfigurationError, match="There is no council's database"):
        Store.open(empty_database_url, clock)


@pytest.mark.parametrize("url", ["garbage", "mysql://somebody:secret@host/name"])
def test_a_url_of_no_database_of_ours_is_refused_without_its_password(url: str, clock: MovableClock) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Store.open(url, clock)
    assert "secret" not in caught.value.message


def test_a_damaged_database_is_named(tmp_path: Path, clock: MovableClock) -> None:
    path = tmp_path / "ims.sqlite"
    Store.open(f"sqlite:///{path}", clock, create=True).close()
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(StoreUnavailable, match="malformed"):
        Store.open(f"sqlite:///{path}", clock)
