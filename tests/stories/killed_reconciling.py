"""A child of `test_killed_reconciling.py`: reconcile again and again, dying at one database call after another.

Run as `python killed_reconciling.py FOLDER POINT...`; each point is a process of its own, forked from this one, that kills
itself as a power cut would; then another one does the work again. Point 0 never dies. Prints JSON, a line a point.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from tests.service.every_match import council_in, effect, of_others, of_the_bank, of_the_cash_office, template
from tests.stories.dying import Calls, apart

from localgov_ims.service.files.importing import import_files
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify


def work(folder: Path, dies_at: int) -> int:
    """Reconcile, and return how many calls of the database it took."""
    calls = Calls(dies_at)
    council = council_in(folder)
    calls.watch(council.store.engine)
    reconcile(council)
    council.store.close()
    return calls.made


def found(folder: Path) -> str:
    """Return what the books say, with what was matched journalled, and see that the laws hold."""
    council = council_in(folder)
    build_journals(council, "MAIN")
    assert [(law.law, law.broken) for law in verify(council) if not law.holds] == []
    said = repr(effect(council))
    council.store.close()
    return said


def main(folder: Path, points: list[int]) -> None:
    """Try every point in a council of its own, copied from one that has imported everything."""
    ready = Path(shutil.copytree(template(), folder / "ready"))
    council = council_in(ready)
    import_files(council, [*of_the_bank(), *of_the_cash_office(split=True), *of_others()])
    council.store.close()
    for point in points:
        own = Path(shutil.copytree(ready, folder / f"at-{point}"))
        ended, calls = apart(work, own, point)
        if ended:
            apart(work, own, 0)
        sys.stdout.write(
            json.dumps({"point": point, "ended": ended, "calls": calls, "again": found(own)}) + "\n"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(point) for point in sys.argv[2:]])
