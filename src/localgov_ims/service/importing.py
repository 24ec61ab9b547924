"""Importing files: keep the bytes, choose the reader, prove the totals, record all or nothing, once."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, BinaryIO
from uuid import UUID

from attrs import evolve, frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.received_files import FileEvent, FileStatus, ReceivedFile
from localgov_ims.errors import AlreadyDone
from localgov_ims.files.events import Yields
from localgov_ims.files.limits import Refused
from localgov_ims.files.reading import IssueLog, choose
from localgov_ims.service.installation import Installation
from localgov_ims.service.permitting import permit_reading, permit_unit
from localgov_ims.service.record_settlements import SettlementRecorder
from localgov_ims.service.record_statements import StatementRecorder
from localgov_ims.service.recorders import Progress, Recorder, record
from localgov_ims.storage import files as stored
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class Incoming:
    """A file to import: the sender's name for it (a label, never opened) and its seekable bytes."""

    name: str
    stream: BinaryIO


@frozen(kw_only=True)
class ImportResult:
    """What became of one file.

    `status` is `recorded`, `refused`, or `seen`: everything in it was here already, and nothing changed.
    """

    name: str
    file: UUID
    sha256: str
    status: str
    format: str | None
    counts: Mapping[str, int]
    issues: tuple[Issue, ...]
    issue_count: int


def import_files(
    installation: Installation, incoming: Sequence[Incoming], progress: Progress = lambda _: None
) -> list[ImportResult]:
    """Import files one by one, each all or nothing.

    A statement that does not join the chain of its account yet is tried again after the others, so that the
    order in which files are named does not matter.

    Raises:
        NotPermitted: The permission import.send is missing.
    """
    permit_reading(installation, Permission.IMPORT_SEND)
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
    file keeps its bytes and its Issues, and may be tried again.

    Raises:
        NotPermitted: The permission import.send is missing.
    """
    permit_reading(installation, Permission.IMPORT_SEND)
    with tempfile.TemporaryFile() as spool:
        # Read once: what is hashed, what is kept and what is recorded are the same bytes, even of a file still growing.
        sha256, size = _spooled(incoming.stream, spool)
        kept = Incoming(name=incoming.name, stream=spool)
        file, event = _receive(installation, kept, sha256, size)
        if event.status is FileStatus.RECORDED:
            return _result(incoming.name, file, event, seen=True)
        for last_try in (False, True):
            try:
                event, mine = _record(installation, kept, file, _latest(installation, file), progress)
                break
            except AlreadyDone as clash:
                # Somebody recorded the same meanwhile; what they did is there to be seen the second time.
                if last_try:
                    event, mine = _refuse_clash(installation, file, clash)
    seen = event.status is FileStatus.RECORDED and not (mine and _new(event))
    return _result(incoming.name, file, event, seen=seen)


def _spooled(stream: BinaryIO, spool: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while chunk := stream.read(stored.CHUNK):
        digest.update(chunk)
        size += len(chunk)
        spool.write(chunk)
    return digest.hexdigest(), size


def _new(event: FileEvent) -> bool:
    return any(count for name, count in (event.counts or {}).items() if name != "seen_lines")


def _unchained(result: ImportResult) -> bool:
    return any(issue.code == "chain-broken" for issue in result.issues)


def _receive(
    installation: Installation, incoming: Incoming, sha256: str, size: int
) -> tuple[ReceivedFile, FileEvent]:
    """Keep the bytes, committed at once, or find them kept already; return the file and where it stands."""
    known = _known(installation, sha256)
    if known is not None:
        return known
    file = ReceivedFile(id=new_id(), sha256=sha256, size=size, name=incoming.name)
    try:
        with installation.unit("receive_file") as unit:
            permit_unit(installation, unit, Permission.IMPORT_SEND)
            stored.add(unit, file, _bytes(incoming.stream))
            event = FileEvent(
                id=new_id(),
                file=file.id,
                sequence=1,
                status=FileStatus.RECEIVED,
                at=unit.at,
                by=installation.actor,
            )
            stored.add_event(unit, event)
            unit.detail["file"] = file.sha256
            unit.commit()
    except AlreadyDone:
        known = _known(installation, file.sha256)
        if known is None:
            raise
        return known
    return file, event


def _known(installation: Installation, sha256: str) -> tuple[ReceivedFile, FileEvent] | None:
    with installation.store.reading() as connection:
        file = stored.by_hash(connection, sha256)
        event = stored.latest_event(connection, file.id) if file is not None else None
    return (file, event) if file is not None and event is not None else None


def _latest(installation: Installation, file: ReceivedFile) -> FileEvent:
    with installation.store.reading() as connection:
        event = stored.latest_event(connection, file.id)
    assert event is not None, "a file is received together with its first event"  # noqa: S101
    return event


def _record(
    installation: Installation, incoming: Incoming, file: ReceivedFile, latest: FileEvent, progress: Progress
) -> tuple[FileEvent, bool]:
    """Record a file, or its refusal; return the event, and whether it is ours or somebody was faster."""
    if latest.status is FileStatus.RECORDED:
        return latest, False
    log, counts, reader = IssueLog(), Counter[str](), None
    with installation.unit("import_file") as unit:
        permit_unit(installation, unit, Permission.IMPORT_SEND)
        incoming.stream.seek(0)
        try:
            reader = choose(
                installation.readers, incoming.stream, preferred=installation.council.formats_used
            )
            kind = StatementRecorder if reader.yields is Yields.STATEMENT else SettlementRecorder
            recorder: Recorder = kind(unit=unit, council=installation.council, file=file.id, reader=reader)
            counts = recorder.counts
            for issue in record(
                reader, incoming.stream, installation.options[reader.name], recorder, progress
            ):
                log.add(issue)
        except Refused as refused:
            log.add(refused.issue)
        format_ = reader.name if reader is not None else None
        if not log.stopped:
            return _finish(unit, installation, file, latest, FileStatus.RECORDED, log, counts, format_), True
    # The block above rolled back whatever was written; the refusal is a unit of its own.
    with installation.unit("refuse_file") as unit:
        return _finish(unit, installation, file, latest, FileStatus.REFUSED, log, {}, format_), True


def _refuse_clash(
    installation: Installation, file: ReceivedFile, clash: AlreadyDone
) -> tuple[FileEvent, bool]:
    """Refuse a file that the database will not take, though nothing here could tell why beforehand."""
    log = IssueLog()
    message = f"Something in this file is in {clash.data['table']} already. It was not recorded again; report this file."
    log.add(
        Issue(code="already-imported", place="file", value=str(clash.data.get("detail", "")), message=message)
    )
    with installation.unit("refuse_file") as unit:
        latest = _latest(installation, file)
        if latest.status is FileStatus.RECORDED:
            return latest, False
        return _finish(unit, installation, file, latest, FileStatus.REFUSED, log, {}, None), True


def _finish(
    unit: Unit, installation: Installation, file: ReceivedFile, latest: FileEvent, status: FileStatus, log: IssueLog,
    counts: Mapping[str, int], reader: str | None,
) -> FileEvent:  # fmt: skip
    if latest.status is FileStatus.REFUSED:
        latest = latest.followed_by(FileStatus.RECEIVED, at=unit.at, by=installation.actor)  # another attempt
        stored.add_event(unit, latest)
    event = evolve(
        latest.followed_by(status, at=unit.at, by=installation.actor), format=reader,
        counts={name: count for name, count in counts.items() if count}, issues=tuple(log.kept), issue_count=log.count,
    )  # fmt: skip
    stored.add_event(unit, event)
    unit.detail |= {"file": file.sha256, "format": reader, **counts}
    unit.commit()
    return event


def _bytes(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(stored.CHUNK):
        yield chunk


def _result(name: str, file: ReceivedFile, event: FileEvent, *, seen: bool) -> ImportResult:
    return ImportResult(
        name=name, file=file.id, sha256=file.sha256, status="seen" if seen else event.status.value, format=event.format,
        counts=event.counts or {}, issues=event.issues, issue_count=event.issue_count,
    )  # fmt: skip
