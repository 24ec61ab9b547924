"""The rows of income files as they came: read again from the bytes that were kept."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.allocation.rows import Source
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.import_types import ImportType
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.received_files import FileEvent, FileStatus, ReceivedFile
from localgov_ims.files.reading import events
from localgov_ims.service.income.sources import source_of
from localgov_ims.service.installation import Installation
from localgov_ims.storage import files as stored
from localgov_ims.storage import transactions
from localgov_ims.storage.bulk_receipts import ORIGIN


@frozen(kw_only=True)
class FileOfRows:
    """A recorded income file whose rows can be read again, and what rules are told of it as a whole."""

    file: ReceivedFile
    event: FileEvent
    import_type: ImportType
    source: Source


def recorded_files(
    installation: Installation, connection: Connection, since: date, until: date
) -> Iterator[FileOfRows]:
    """Yield the recorded income files with rows taken from *since* to *until*, whose bytes are still kept, the oldest first."""
    t = transactions.transactions
    named = sa.func.substr(t.c.origin_id, 1, 36)
    taken = sa.select(named).where(t.c.origin_kind == ORIGIN, t.c.taken_on.between(since, until)).distinct()
    for identifier in sorted(connection.execute(taken).scalars()):
        found = known_file(installation, connection, identifier)
        if found is not None:
            yield found


def known_file(installation: Installation, connection: Connection, identifier: object) -> FileOfRows | None:
    """Return a recorded income file of a type that is there; none where there is none, or its bytes are gone."""
    file = stored.with_id(connection, stored.identifier(identifier))
    event = stored.latest_event(connection, file.id) if file is not None else None
    if file is None or event is None or event.status is not FileStatus.RECORDED:
        return None
    import_type = installation.council.import_types.get(event.import_type or "")
    read = {reader.name for reader in installation.readers}
    if (
        import_type is None
        or event.format not in read
        or not any(True for _ in stored.data(connection, file.id))
    ):
        return None
    return FileOfRows(
        file=file, event=event, import_type=import_type,
        source=source_of(import_type, file.name, local_day(event.at)),
    )  # fmt: skip


def rows_of(
    installation: Installation, connection: Connection, found: FileOfRows, positions: Collection[int] | None = None
) -> Iterator[IncomeRow]:  # fmt: skip
    """Yield the rows of a file as they came; *positions* are those wanted, none: all of them."""
    reader: Any = next(reader for reader in installation.readers if reader.name == found.event.format)
    with tempfile.TemporaryFile() as spool:
        for chunk in stored.data(connection, found.file.id):
            spool.write(chunk)
        spool.seek(0)
        for event in events(reader, spool, installation.options[reader.name]):
            if isinstance(event, IncomeRow) and (positions is None or event.position in positions):
                yield event
