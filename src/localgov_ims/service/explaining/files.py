"""Stories of income files: what came of one, and which row a Receipt was."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from localgov_ims.domain.income_files import IncomeFile
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.transactions import Transaction
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.explaining.stories import Story
from localgov_ims.storage import files, income_files, reconciliation
from localgov_ims.storage.bulk_receipts import ORIGIN


def income_file_stories(connection: Connection, identifier: UUID) -> Iterator[Story]:
    """Tell of an income file that is named by its own id or by that of the file it came in."""
    table = income_files.income_files
    for recorded in list(
        income_files.some(connection, sa.or_(table.c.id == identifier, table.c.file == identifier))
    ):
        file = files.by_id(connection, recorded.file)
        less = f", less fees of {recorded.fees.shown()}" if recorded.gross != recorded.expected else ""
        what = f"{recorded.rows:,} rows, {recorded.gross.shown()}{less}"
        said = [
            f"{visible(file.name)} is income of type {recorded.import_type}, run {recorded.run}: {what}.",
            *_banked(connection, recorded),
        ]
        yield Story(
            kind="income file", id=str(recorded.id), title=f"Income file {visible(file.name)}", sentences=tuple(said),
            leads_to=tuple(str(match.left) for match in _matches(connection, recorded)),
        )  # fmt: skip


def row_told(connection: Connection, t: Transaction) -> tuple[list[str], list[str]]:
    """Return sentences about the row that a Receipt was, and what they lead to; none where it was no row."""
    if t.origin.kind != ORIGIN:
        return [], []
    identifier, _, position = t.origin.id.partition("/")
    file = files.by_id(connection, UUID(identifier))
    table = income_files.income_files
    said = [
        f"It is row {position} of {visible(file.name)} (run {t.origin.n}), whose total the bank brings in one sum."
    ]
    for recorded in income_files.some(connection, table.c.file == file.id, table.c.run == t.origin.n):
        said += _banked(connection, recorded)
    return said, [str(file.id)]


def _banked(connection: Connection, recorded: IncomeFile) -> list[str]:
    found = _matches(connection, recorded)
    if found:
        return [f"Banked: {match.sentence()}" for match in found]
    if recorded.source is None:
        return ["Its import type names no source, so nobody looks for its bank credit."]
    return [f"The bank credit of {recorded.expected.shown()} has not been found yet."]


def _matches(connection: Connection, recorded: IncomeFile) -> list[Match]:
    live = reconciliation.live
    found = connection.execute(sa.select(live).where(live.c.right_id == recorded.id))
    return [reconciliation.match(row) for row in found]
