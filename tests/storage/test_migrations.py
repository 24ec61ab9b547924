"""The schema that migrations make is the one that the code's tables say."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from localgov_ims.storage import migrations
from localgov_ims.storage.migrations.versions import v0001_first_schema as first
from localgov_ims.storage.schema import metadata
from localgov_ims.storage.store import Store
from localgov_ims.storage.tables import RECORD_TABLES


def test_the_newest_revision_is_the_one_that_stores_are_brought_to() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_migrations_make_the_tables_of_the_code(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [
            found for found in compare_metadata(context, metadata) if "alembic_version" not in str(found)
        ]
    assert differences == []


def test_every_record_table_is_guarded() -> None:
    assert {table.name for table in RECORD_TABLES} <= set(first.RECORDS)


def test_every_sealed_table_is_proved() -> None:
    sealed = {table.name for table in metadata.tables.values() if "seal" in table.columns}
    assert sealed == {table.name for table in RECORD_TABLES}


def test_opening_a_store_again_changes_nothing(store: Store, database_url: str) -> None:
    from localgov_ims.storage import settings

    with store.unit("change", by="tester") as unit:
        settings.add(unit, "settings", 1, "kept")
        unit.commit()
    again = Store.open(database_url, store.clock)
    with again.reading() as connection:
        assert settings.latest(connection, "settings") == (1, "kept")
    again.close()


@pytest.mark.parametrize("table", RECORD_TABLES, ids=lambda table: table.name)
def test_every_record_has_an_id_and_is_sealed(table: object) -> None:
    names = [column.name for column in table.columns]  # type: ignore[attr-defined]
    assert names[0] == "id"
    assert names[-3:] == ["unit", "ordinal", "seal"]
