"""Deciding about files that are held: recorded after all, or refused, by somebody who says why."""

from __future__ import annotations

import tempfile

from attrs import evolve

from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileEvent, FileStatus
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import RuleViolation
from localgov_ims.service.files.attempting import HELD, Attempt, attempted, finish
from localgov_ims.service.files.file_recorders import Begun
from localgov_ims.service.files.importing import ImportResult, result_of
from localgov_ims.service.files.recorders import Progress
from localgov_ims.service.files.views import file_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import files as stored


def decide_file(
    installation: Installation, file: str, *, accept: bool, reason: str, progress: Progress = lambda _: None
) -> ImportResult:
    """Record a file that is held, from the bytes that were kept, or refuse it.

    Raises:
        NotFound: There is no such file.
        NotPermitted: The permission import.decide is missing.
        RuleViolation: It is not held (`wrong_state`), no reason is given (`reason_missing`), or its bytes have been
            removed since (`bytes_removed`).
    """
    why = fitting("reason", reason, 200)
    if why is None:
        raise RuleViolation("reason_missing", "Say why you decide so about the file.", file=file)
    return retried(lambda: _decide(installation, file, why, progress, accept=accept))


def _meant(event: FileEvent) -> FileEvent:
    """Return the event with the import type that the file was taken as, whether or not its sender named it."""
    return evolve(event, declared=evolve(event.declared, import_type=event.import_type))


def _decide(
    installation: Installation, file: str, reason: str, progress: Progress, *, accept: bool
) -> ImportResult:
    with tempfile.TemporaryFile() as spool, installation.unit("decide_file") as unit:
        permit_unit(installation, unit, Permission.IMPORT_DECIDE)
        found, event = file_of(unit.connection, file)
        if event.status is not FileStatus.HELD:
            message = f"{found.name} is {event.status.value}; only a file that is held waits for a decision."
            raise RuleViolation("wrong_state", message, status=event.status.value)
        if not accept:
            made = Attempt(format=event.format, import_type=event.import_type)
            for issue in event.issues:
                made.log.add(issue)
            made.refused = True
        else:
            for chunk in stored.data(unit.connection, found.id):
                spool.write(chunk)
            if spool.tell() != found.size:
                message = f"The bytes of {found.name} were removed since; it cannot be read again."
                raise RuleViolation("bytes_removed", message, file=found.sha256)
            made = attempted(
                installation, unit, Begun(found, _meant(event), spool), progress, lifted=HELD, decided=True
            )
        if made.status is not FileStatus.REFUSED or not accept:
            return result_of(found.name, found, finish(unit, installation, found, event, made, reason=reason))
    # What was written is rolled back; the refusal is a unit of its own.
    with installation.unit("refuse_file") as unit:
        return result_of(found.name, found, finish(unit, installation, found, event, made, reason=reason))
