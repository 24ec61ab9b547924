"""Reversing a file of account holders: what each account said before it becomes its newest version."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.received_files import FileStatus
from localgov_ims.service.files.recorders import BLOCK
from localgov_ims.storage import bulk_holders as stored
from localgov_ims.storage import files
from localgov_ims.storage.bulk_holders import Version
from localgov_ims.storage.holders import Account
from localgov_ims.storage.store import Unit

SHOWN = 100
"""The most accounts that are listed; all are counted."""


@frozen(kw_only=True)
class HoldersReversed:
    """What became of a file's versions.

    Attributes:
        restored: Accounts that say again what they said before the file.
        closed: Accounts that the file brought: they said nothing before, so that they are closed.
        changed_since: The first accounts that somebody changed after the file, which are left as they are.
        changed_count: How many of them there are.
    """

    restored: int
    closed: int
    changed_since: tuple[Account, ...]
    changed_count: int


def reverse_holders(unit: Unit, file: UUID, *, run: int, by: str) -> HoldersReversed:
    """Take back, in a unit of work, what one run of a file said of account holders, by new versions.

    An account that the file brought said nothing before and cannot be taken away: it is closed as of today. What was
    changed since is only listed.

    Raises:
        AlreadyDone: Somebody changed one of the accounts meanwhile; begin again.
    """
    connection, today = unit.connection, local_day(unit.at).isoformat()
    source = f"{files.by_id(connection, file).name}, taken back"
    restored, closed, count = 0, 0, 0
    changed: list[Account] = []
    for written in stored.of_unit(connection, _unit_of(connection, file, run), BLOCK):
        now = stored.latest(connection, [account for account, _ in written])
        standing = {account: number for account, number in written if now[account][0] == number}
        since = [account for account, _ in written if account not in standing]
        changed += since[: SHOWN - len(changed)]
        count += len(since)
        before = stored.at_numbers(
            connection, {account: number - 1 for account, number in standing.items() if number > 1}
        )
        versions: list[Version] = []
        for account, number in standing.items():
            said = before.get(account, {}) if number > 1 else {**now[account][1], "closed_on": today}
            versions.append((account, number + 1, said, source))
            restored, closed = restored + (number > 1), closed + (number == 1)
        stored.add(unit, versions, by=by)
    return HoldersReversed(
        restored=restored, closed=closed, changed_since=tuple(changed), changed_count=count
    )


def _unit_of(connection: Connection, file: UUID, run: int) -> UUID:
    """Return the unit of work that recorded a run of a file."""
    table = files.events.c
    query = sa.select(table.unit).where(
        table.file == file, table.run == run, table.status == FileStatus.RECORDED.value
    )
    found: UUID = connection.execute(query).scalar_one()
    return found
