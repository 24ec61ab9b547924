"""Importing files: keep the bytes, choose the reader, prove the totals, record all or nothing, once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from attrs import evolve, field, frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileEvent, FileStatus, ReceivedFile
from localgov_ims.errors import AlreadyDone
from localgov_ims.files.archives import files_in
from localgov_ims.files.limits import DEFAULT_LIMITS, Refused
from localgov_ims.service.files.attempting import Attempt, attempted, finish, unlike
from localgov_ims.service.files.file_recorders import Begun
from localgov_ims.service.files.receiving import Incoming, latest, receive, spooled
from localgov_ims.service.files.recorders import Progress
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_reading, permit_unit
from localgov_ims.storage import files as stored
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class ImportResult:
    """What became of one file.

    `status` is `recorded`, `refused`, `held` (a person decides), `received` (read and proved, but its lines come from another
    kind of file), or `seen`: everything in it was here already, and nothing changed. `report` has the counts and sums of an income file.
    """

    name: str
    file: UUID
    sha256: str
    status: str
    format: str | None
    counts: Mapping[str, int]
    issues: tuple[Issue, ...]
    issue_count: int
    import_type: str | None = None
    report: Mapping[str, Any] = field(factory=dict)


def import_files(
    installation: Installation, incoming: Sequence[Incoming], progress: Progress = lambda _: None
) -> list[ImportResult]:
    """Import files one by one, each all or nothing; of an archive, each file in it.

    A statement that does not join the chain of its account yet is tried again after the others, so that the
    order in which files are named does not matter.

    Raises:
        NotPermitted: The permission import.send is missing, or the type of a file is not the user's to send.
    """
    permit_reading(installation, Permission.IMPORT_SEND)
    with ExitStack() as stack:
        return _imported(
            installation, [file for each in incoming for file in _unpacked(each, stack)], progress
        )


def _unpacked(incoming: Incoming, stack: ExitStack) -> list[Incoming]:
    """Return the files of an archive, each to be kept and judged by itself; one that cannot be unpacked is refused as it is."""
    try:
        members = files_in(incoming.name, incoming.stream, DEFAULT_LIMITS, stack)
    except Refused:
        return [incoming]
    return [evolve(incoming, name=member.name, stream=member.stream) for member in members]


def _imported(
    installation: Installation, incoming: Sequence[Incoming], progress: Progress
) -> list[ImportResult]:
    results: dict[int, ImportResult] = {}
    waiting = list(enumerate(incoming))
    while waiting:
        for place, file in waiting:
            results[place] = import_file(installation, file, progress)
        broken = [(place, file) for place, file in waiting if _unchained(results[place])]
        if len(broken) == len(waiting):
            break
        waiting = broken
    return [results[place] for place in range(len(incoming))]


def import_file(
    installation: Installation, incoming: Incoming, progress: Progress = lambda _: None
) -> ImportResult:
    """Import one file: receive it, read and prove it, record everything in it or nothing.

    The same bytes a second time, or the same statement in other bytes, change nothing and are `seen`. A refused
    file keeps its bytes and its Issues, and may be tried again; so may one that was reversed.

    Raises:
        NotPermitted: The permission import.send is missing, or the type of the file is not the user's to send.
    """
    permit_reading(installation, Permission.IMPORT_SEND)
    with tempfile.TemporaryFile() as spool:
        sha256, size = spooled(incoming.stream, spool)
        kept = evolve(incoming, stream=spool)
        file, event = receive(installation, kept, sha256, size, Permission.IMPORT_SEND)
        if event.status in {FileStatus.RECORDED, FileStatus.HELD}:
            return evolve(
                result_of(incoming.name, file, event, seen=True),
                issues=(*event.issues, *unlike(event, incoming.declared)),
            )
        event, mine = _tried(installation, kept, file, progress)
    seen = event.status is FileStatus.RECORDED and not (mine and _new(event))
    return result_of(incoming.name, file, event, seen=seen)


def _tried(
    installation: Installation, kept: Incoming, file: ReceivedFile, progress: Progress
) -> tuple[FileEvent, bool]:
    for last_try in (False, True):
        try:
            return _record(installation, kept, file, latest(installation, file.id), progress)
        except AlreadyDone as clash:
            # Somebody recorded the same meanwhile; what they did is there to be seen the second time.
            if last_try:
                return _refuse_clash(installation, kept, file, clash)
    raise AssertionError


def _record(
    installation: Installation, incoming: Incoming, file: ReceivedFile, before: FileEvent, progress: Progress
) -> tuple[FileEvent, bool]:
    """Record a file, or its refusal; return the event, and whether it is ours or somebody was faster."""
    if before.status in {FileStatus.RECORDED, FileStatus.HELD}:
        return before, False
    with installation.unit("import_file") as unit:
        permit_unit(installation, unit, Permission.IMPORT_SEND)
        begun = _begun(installation, unit, before, incoming)
        made = attempted(installation, unit, Begun(file, begun, incoming.stream), progress)
        if made.informs:
            # It stands at received, so that it can be imported if its kind is to make the lines one day.
            _add_attempt(unit, before, begun)
            unit.commit()
            kept = tuple(made.log.kept)
            said = evolve(
                begun, format=made.format, counts=made.counts, issues=kept, issue_count=made.log.count
            )
            return said, True
        if made.status is FileStatus.RECORDED:
            _add_attempt(unit, before, begun)
            return finish(unit, installation, file, begun, made), True
    # The block above rolled back whatever was written; the refusal is a unit of its own.
    with installation.unit("hold_file" if made.status is FileStatus.HELD else "refuse_file") as unit:
        begun = _begun(installation, unit, before, incoming)
        _add_attempt(unit, before, begun)
        return finish(unit, installation, file, begun, made), True


def _begun(installation: Installation, unit: Unit, before: FileEvent, incoming: Incoming) -> FileEvent:
    """Return the event that this attempt begins with: another one where the one before is over."""
    if before.status is FileStatus.RECEIVED:
        # Received, and never finished: what the sender says now is what counts.
        return evolve(before, declared=incoming.declared, import_type=incoming.declared.import_type)
    return before.received_again(incoming.declared, at=unit.at, by=installation.actor)


def _add_attempt(unit: Unit, before: FileEvent, begun: FileEvent) -> None:
    if begun.sequence != before.sequence:
        stored.add_event(unit, begun)


def _refuse_clash(
    installation: Installation, incoming: Incoming, file: ReceivedFile, clash: AlreadyDone
) -> tuple[FileEvent, bool]:
    """Refuse a file that the database will not take, though nothing here could tell why beforehand."""
    made = Attempt()
    message = f"Something in this file is in {clash.data['table']} already. It was not recorded again; report this file."
    made.take(
        Issue(code="already-imported", place="file", value=str(clash.data.get("detail", "")), message=message)
    )
    with installation.unit("refuse_file") as unit:
        before = latest(installation, file.id)
        if before.status is FileStatus.RECORDED:
            return before, False
        begun = _begun(installation, unit, before, incoming)
        _add_attempt(unit, before, begun)
        return finish(unit, installation, file, begun, made), True


def _new(event: FileEvent) -> bool:
    return any(count for name, count in (event.counts or {}).items() if name != "seen_lines")


def _unchained(result: ImportResult) -> bool:
    return any(issue.code == "chain-broken" for issue in result.issues)


def result_of(name: str, file: ReceivedFile, event: FileEvent, *, seen: bool = False) -> ImportResult:
    """Return what became of a file as its latest event says it; `seen` where this time nothing changed."""
    held = event.status is FileStatus.HELD
    return ImportResult(
        name=name, file=file.id, sha256=file.sha256, status="seen" if seen and not held else event.status.value,
        format=event.format, counts=event.counts or {}, issues=event.issues, issue_count=event.issue_count,
        import_type=event.import_type, report=event.report or {},
    )  # fmt: skip
