"""Receiving files: the bytes kept untouched and committed at once, whatever becomes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from typing import IO, BinaryIO
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.received_files import NOTHING_DECLARED, Declared, FileEvent, FileStatus, ReceivedFile
from localgov_ims.errors import AlreadyDone
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage import files as stored


@frozen(kw_only=True)
class Incoming:
    """A file to import: the sender's name for it (a label, never opened), its seekable bytes, and what the sender says."""

    name: str = field(converter=visible)
    stream: BinaryIO
    declared: Declared = NOTHING_DECLARED


def spooled(stream: BinaryIO, spool: IO[bytes]) -> tuple[str, int]:
    """Copy a stream to a spool, once: what is hashed, kept and recorded are the same bytes, even of a file still growing.

    Returns:
        The hex SHA-256 and the number of bytes.
    """
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while chunk := stream.read(stored.CHUNK):
        digest.update(chunk)
        size += len(chunk)
        spool.write(chunk)
    return digest.hexdigest(), size


def hashed(stream: BinaryIO) -> tuple[str, int]:
    """Return the hex SHA-256 of a stream and the number of its bytes."""
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while chunk := stream.read(stored.CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def receive(
    installation: Installation, incoming: Incoming, sha256: str, size: int, *permissions: Permission
) -> tuple[ReceivedFile, FileEvent]:
    """Keep the bytes, committed at once, or find them kept already; return the file and where it stands.

    One of *permissions* is enough. Equal bytes are the same file, unless the sender's word says why they are another.
    """
    known = _known(installation, sha256)
    if known is not None and not (incoming.declared.again and known[1].status is FileStatus.RECORDED):
        return known
    occurrence = known[0].occurrence + 1 if known is not None else 1
    file = ReceivedFile(id=new_id(), sha256=sha256, size=size, name=incoming.name, occurrence=occurrence)
    try:
        return file, _keep(installation, incoming, file, permissions)
    except AlreadyDone:
        known = _known(installation, sha256)
        if known is None:
            raise
        return known


def latest(installation: Installation, file: UUID) -> FileEvent:
    """Return where a file stands."""
    with installation.store.reading() as connection:
        event = stored.latest_event(connection, file)
    assert event is not None, "a file is received together with its first event"  # noqa: S101
    return event


def _keep(
    installation: Installation, incoming: Incoming, file: ReceivedFile, permissions: Collection[Permission]
) -> FileEvent:
    with installation.unit("receive_file") as unit:
        permit_unit(installation, unit, *permissions)
        if file.occurrence > 1:
            permit_unit(installation, unit, Permission.IMPORT_DECIDE)
        stored.add(unit, file, _bytes(incoming.stream))
        event = FileEvent(
            id=new_id(), file=file.id, sequence=1, status=FileStatus.RECEIVED, at=unit.at, by=installation.actor,
            declared=incoming.declared, import_type=incoming.declared.import_type, reason=incoming.declared.again,
        )  # fmt: skip
        stored.add_event(unit, event)
        unit.detail["file"] = file.sha256
        unit.commit()
    return event


def _known(installation: Installation, sha256: str) -> tuple[ReceivedFile, FileEvent] | None:
    with installation.store.reading() as connection:
        file = stored.by_hash(connection, sha256)
        event = stored.latest_event(connection, file.id) if file is not None else None
    return (file, event) if file is not None and event is not None else None


def _bytes(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(stored.CHUNK):
        yield chunk
