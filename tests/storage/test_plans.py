"""What SQLite looks up by which index: a unit of work may hold thousands of rows, and is not read for each of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.conftest import MovableClock

from localgov_ims.domain.ledgers import AccountingDate
from localgov_ims.storage import brought, due_days
from localgov_ims.storage.store import Store


@pytest.mark.parametrize(
    "query", [brought.returned_by(date(2026, 5, 1)), sa.select(due_days.at_bank(AccountingDate.BOOKED))]
)
def test_what_the_bank_took_back_in_one_unit_is_found_without_reading_the_whole_unit_for_each(
    query: sa.Select[Any], tmp_path: Path, clock: MovableClock
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/ims.sqlite", clock, create=True)
    asked = query.compile(dialect=store.engine.dialect, compile_kwargs={"literal_binds": True})
    with store.reading() as connection:
        plan = [str(row) for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {asked}"))]
    store.close()
    assert any("reverses=?" in step for step in plan)
    assert not any("(unit=?" in step for step in plan)
