"""Files as people see them: what came, what became of it, step by step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.received_files import FileEvent, FileStatus, ReceivedFile
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import InvalidValue, NotFound
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import files as stored

_HASH = re.compile(r"[0-9a-f]{64}")
LARGEST_PAGE = 500
_LAST: Final = 2**63 - 1
_LONGEST_TYPE: Final = 100


@frozen(kw_only=True)
class FileLife:
    """A file with every step of its life, the first first, and what its records come to now by fund, in pence."""

    file: ReceivedFile
    events: Sequence[FileEvent]

    @property
    def latest(self) -> FileEvent:
        """Where it stands."""
        return self.events[-1]


def list_files(
    installation: Installation, *, status: FileStatus | None = None, import_type: str | None = None, limit: int = 20,
    offset: int = 0,
) -> list[tuple[ReceivedFile, FileEvent]]:  # fmt: skip
    """Return files with where they stand, the latest first.

    Raises:
        NotPermitted: The permission import.view is missing.
        InvalidValue: The page is larger than 500, or begins before the first or beyond what can be counted (`bad_page`).
    """
    if not 0 < limit <= LARGEST_PAGE or not 0 <= offset <= _LAST:
        message = (
            f"A page has 1 to {LARGEST_PAGE} files, not {limit}, and begins at the first, not at {offset}."
        )
        raise InvalidValue("bad_page", message, value=limit)
    import_type = fitting("import type", import_type, _LONGEST_TYPE)
    where = [stored.events.c.status == status.value] if status is not None else []
    where += [stored.events.c.import_type == import_type] if import_type is not None else []
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.IMPORT_VIEW)
        return stored.latest(connection, *where, limit=limit, offset=offset)


def show_file(installation: Installation, file: str) -> FileLife:
    """Return a file's life.

    Raises:
        NotFound: There is no such file.
        NotPermitted: The permission import.view is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.IMPORT_VIEW)
        found, _ = file_of(connection, file)
        return FileLife(file=found, events=stored.life(connection, found.id))


def file_of(connection: Connection, named: str) -> tuple[ReceivedFile, FileEvent]:
    """Return the file that somebody names by its id or its SHA-256 (of several of the same bytes the last), and where it stands.

    Raises:
        NotFound: There is no such file.
    """
    name = named.strip().lower()
    found = stored.by_hash(connection, name) if _HASH.fullmatch(name) else None
    if found is None and (identifier := _identifier(name)) is not None:
        found = stored.with_id(connection, identifier)
    event = stored.latest_event(connection, found.id) if found is not None else None
    if found is None or event is None:
        message = f"There is no file '{quoted(named)}'. Name it by its id or its SHA-256, as `ims files list` shows them."
        raise NotFound("no_such_file", message, file=quoted(named))
    return found, event


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
