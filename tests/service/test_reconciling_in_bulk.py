"""However much a run matches, it asks the database the same number of things."""

from __future__ import annotations

import sqlalchemy as sa
from tests.service.files import camt, entry
from tests.service.test_matching import RETURNED, TUESDAY, _with
from tests.service.test_reconciling import _taking

from localgov_ims.domain.ids import new_reference
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import record_takings
from localgov_ims.service.reconciliation.reconciling import reconcile


def _asked(installation: Installation, many: int, first: int) -> int:
    """Reconcile *many* credits that name their receipt, *many* that say nothing, and the first ones returned; count what is asked."""
    named, silent = (
        {new_reference(): f"{n}.00" for n in range(at, at + many)} for at in (first, first + many)
    )
    record_takings(installation, [_taking(name, pounds) for name, pounds in (named | silent).items()])
    entries = [entry(pounds, end_to_end=name) for name, pounds in named.items()]
    entries += [entry(pounds, f"{first}") for pounds in silent.values()]
    entries += [entry(f"-{pounds}", f"RETURNED {name}") for name, pounds in named.items()]
    # Every statement begins where the one before ended.
    entries.append(entry(f"-{sum(int(float(pounds)) for pounds in silent.values())}.00", "MOVED"))
    file = camt(*entries, day=TUESDAY, number=first, name=f"{first}.xml")
    (imported,) = import_files(installation, [file])
    assert imported.status == "recorded", imported.issues[0]
    asked: list[str] = []
    hear = sa.event.listens_for(installation.store.engine, "before_cursor_execute")
    hear(lambda *given: asked.append(given[2]))
    result = reconcile(installation)
    assert (result.matches["reference"], result.matches["unpaid"], result.suggested) == (many, many, many)
    return len(asked)


def test_a_run_asks_as_often_for_a_hundred_matches_as_for_ten(installation: Installation) -> None:
    ours = _with(installation, RETURNED)
    _asked(ours, 3, 1000)
    assert _asked(ours, 100, 3000) == _asked(ours, 10, 2000)
