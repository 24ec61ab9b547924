"""Files whose rows wait for their bank line: recorded in the unit of work that matches it, from the bytes that were kept."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from uuid import UUID

from attrs import evolve

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.import_types import ImportType
from localgov_ims.domain.income_files import IncomeFile
from localgov_ims.domain.policies import RELAXABLE, Treatment
from localgov_ims.errors import RuleViolation
from localgov_ims.service.files.record_income import IncomeRecorder
from localgov_ims.service.files.recorders import record
from localgov_ims.service.income.rows import known_file
from localgov_ims.service.installation import Installation
from localgov_ims.storage import files as stored
from localgov_ims.storage import income_files, reconciliation
from localgov_ims.storage.store import Unit


def record_waiting(installation: Installation, unit: Unit, matched: Collection[UUID]) -> None:
    """Record the rows of those of the income files *matched* that have waited for their bank line.

    Raises:
        RuleViolation: The bytes of one were removed since, or its import type is gone (`bytes_removed`), or its rows
            are no longer right (`file_refused`); nothing is matched then.
    """
    for recorded in list(
        income_files.some(unit.connection, income_files.income_files.c.id.in_(list(matched)))
    ):
        # Of a file whose Match was undone the rows are here since.
        if recorded.waits and not income_files.shares(unit.connection, recorded):
            _record(installation, unit, recorded)


def _record(installation: Installation, unit: Unit, recorded: IncomeFile) -> None:
    found = known_file(installation, unit.connection, recorded.file)
    if found is None:
        message = f"File {recorded.file} waits for its bank line, but its bytes or its import type are not there any more."
        raise RuleViolation("bytes_removed", message, file=str(recorded.file))
    recorder = IncomeRecorder(
        unit=unit, council=installation.council, file=recorded.file, run=recorded.run, file_name=found.file.name,
        by=installation.actor, import_type=_proved(found.import_type), declared=found.event.declared, matched=True,
        received_on=local_day(found.event.at),
        rejected=income_files.rejected(unit.connection, recorded.file, recorded.run),
    )  # fmt: skip
    reader = next(reader for reader in installation.readers if reader.name == found.event.format)
    with tempfile.TemporaryFile() as spool:
        for chunk in stored.data(unit.connection, recorded.file):
            spool.write(chunk)
        spool.seek(0)
        judged = list(record(reader, spool, installation.options[reader.name], recorder, lambda _: None))
    matches = reconciliation.matches
    of_file = (matches.c.right_kind == "income_file") & (matches.c.right_id == recorded.id)
    *_, match = reconciliation.some_matches(unit.connection, of_file)
    if match.amount.pence != recorder.expected:
        message = f"What {found.file.name} must bring has changed meanwhile: rows of it were rejected. Reconcile again."
        raise RuleViolation("changed_meanwhile", message, file=str(recorded.file))
    stopping = [issue for issue, treatment in judged if issue.stops and treatment is Treatment.REFUSE]
    if stopping:
        message = f"{found.file.name} waits for its bank line, but cannot be recorded any more: {stopping[0].message}"
        raise RuleViolation("file_refused", message, file=str(recorded.file))


def _proved(import_type: ImportType) -> ImportType:
    """Return the type as it judges a file whose totals were proved, or passed by a person, when it was imported."""
    return evolve(import_type, policy=dict.fromkeys(RELAXABLE, Treatment.WARN))
