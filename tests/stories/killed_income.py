"""A child of `test_killed_income.py`: import an income file again and again, dying at one database call after another.

Run as `python killed_income.py FOLDER POINT...`; each point is a process of its own, forked from this one, that kills
itself as a power cut would; then another one does the work again. Point 0 never dies. Prints JSON, a line a point.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from tests.stories.dying import Calls, apart

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.received_files import Declared
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.verifying import verify


def work(folder: Path, dies_at: int) -> int:
    """Import the file, and return how many calls of the database it took."""
    calls = Calls(dies_at)
    installation = open_installation(folder / "council.toml")
    calls.watch(installation.store.engine)
    with (folder.parent / "income.csv").open("rb") as stream:
        result = import_file(
            installation, Incoming(name="income.csv", stream=stream, declared=Declared(import_type="agency"))
        )
    assert result.status in {"recorded", "seen"}, result
    assert all(law.holds for law in verify(installation))
    installation.store.close()
    return calls.made


def found(folder: Path) -> dict[str, object]:
    """Return what the books say."""
    with closing(sqlite3.connect(folder / "ims.sqlite")) as connection:
        lines = connection.execute(
            "SELECT count(*), coalesce(sum(pence), 0) FROM transaction_lines"
        ).fetchone()
        items = connection.execute("SELECT count(*) FROM suspense_items").fetchone()[0]
        statuses = connection.execute("SELECT status FROM file_events ORDER BY sequence").fetchall()
    return {"lines": lines, "items": items, "statuses": [status for (status,) in statuses]}


def main(folder: Path, points: list[int]) -> None:
    """Try every point in a council of its own, copied from an empty one."""
    open_installation(folder / "empty" / "council.toml", create=True).store.close()
    for point in points:
        own = folder / f"at-{point}"
        shutil.copytree(folder / "empty", own)
        ended, calls = apart(work, own, point)
        killed = found(own)
        if ended:
            apart(work, own, 0)
        said = {"point": point, "ended": ended, "calls": calls, "killed": killed, "again": found(own)}
        sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(point) for point in sys.argv[2:]])
