"""Dry runs: what an income file would become, with nothing kept and nothing written."""

from __future__ import annotations

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileEvent, FileStatus, ReceivedFile
from localgov_ims.service.files.attempting import attempted
from localgov_ims.service.files.file_recorders import Begun
from localgov_ims.service.files.importing import ImportResult
from localgov_ims.service.files.receiving import Incoming, hashed
from localgov_ims.service.files.recorders import Progress
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit


def dry_run(
    installation: Installation, incoming: Incoming, progress: Progress = lambda _: None
) -> ImportResult:
    """Read, prove and allocate an income file, and report what would come of it: its status, sums and Issues.

    Raises:
        NotPermitted: The permission import.send is missing, or the type of the file is not the user's to send.
    """
    sha256, size = hashed(incoming.stream)
    file = ReceivedFile(id=new_id(), sha256=sha256, size=size, name=incoming.name)
    with installation.store.trial(by=installation.actor) as unit:
        permit(installation, unit.connection, Permission.IMPORT_SEND)
        event = FileEvent(
            id=new_id(), file=file.id, sequence=1, status=FileStatus.RECEIVED, at=unit.at, by=installation.actor,
            declared=incoming.declared, import_type=incoming.declared.import_type,
        )  # fmt: skip
        made = attempted(installation, unit, Begun(file, event, incoming.stream), progress, records=False)
    return ImportResult(
        name=file.name, file=file.id, sha256=sha256, status=made.status.value, format=made.format, counts=made.counts,
        issues=tuple(made.log.kept), issue_count=made.log.count, import_type=made.import_type, report=made.report,
    )  # fmt: skip
