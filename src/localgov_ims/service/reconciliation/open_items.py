"""What is open at the start of a run, on both sides, as the matcher and the rest of the run need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from attrs import define, field
from sqlalchemy import Connection

from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.handing_over import passing_file
from localgov_ims.reconciliation.recognisers import BY_A_PERSON
from localgov_ims.reconciliation.tariffs import Tariff
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.storage import match_suggestions, reconciliation, snapshots, stated
from localgov_ims.storage.loader import unload

_BACK = timedelta(days=180)
"""How long before the oldest open debit a receipt may have been taken that it takes back."""


@define(kw_only=True)
class OpenItems:
    """What a run must know of what is open besides what the matcher does; lines by their identifiers' 32 digits.

    Attributes:
        dispositions: The current ones of lines that wait, and of those *booked*.
        generations: How often Matches of a record were taken back: by role, side and record.
        booked: Lines that became income, or went to suspense, and may be a total that came since.
        said: The sources that people named for lines that wait.
        misses: How near rules came to a line, and what else held it up.
        refused: Lines whose pair could not be recorded.
    """

    dispositions: Mapping[str, Disposition]
    generations: Mapping[tuple[str, str, str], int]
    booked: frozenset[str] = frozenset()
    said: Mapping[str, str] = field(factory=dict)
    misses: dict[str, list[str]] = field(factory=dict)
    refused: set[str] = field(factory=set)

    def next_number(self, line: str) -> int:
        """Return the number of the line's next disposition."""
        return self.dispositions[line].number + 1 if line in self.dispositions else 1


def new_matcher(council: Council) -> Matcher:
    """Make an empty matcher for a council's references and tariffs."""
    return Matcher(council.formats.values(), tariffs_of(council))


def tariffs_of(council: Council) -> dict[str, Tariff]:
    """Return what each source keeps of a payment, where that is agreed."""
    named = ((source.name, source.tariff) for source in council.sources.values())
    return {name: council.tariffs[tariff] for name, tariff in named if tariff is not None}


def load_open_items(installation: Installation, matcher: Matcher) -> OpenItems:
    """Hand what is open to the matcher, all in one snapshot, and have its lines recognised."""
    council = installation.council
    with installation.store.reading() as connection:
        for target, query in _open_records():
            hand_over(connection, query, partial(matcher.read, target))
        waiting = _by_digits(snapshots.waiting(connection))
        said = _said(council, waiting)
        matcher.name_lines(council.recognisers, said)
        banking = {code: method.banking.value for code, method in council.methods.items()}
        hand_over(connection, snapshots.receipts_to_match(banking), matcher.read_receipts)
        if (day := matcher.oldest_debit()) is not None:
            hand_over(connection, snapshots.banked_to_match(banking, day - _BACK), matcher.read_receipts)
        matcher.refuse(match_suggestions.refused_pairs(connection))
        booked = matcher.lines("booked")
        became = _by_digits(snapshots.dispositions_of(connection, [UUID(line) for line in booked]))
        undone = reconciliation.generations(connection)
    return OpenItems(
        dispositions=waiting | became, booked=frozenset(booked), said=said,
        generations={(role, side, record.hex): times for (role, side, record), times in undone.items()},
    )  # fmt: skip


def _open_records() -> tuple[tuple[str, sa.Select[Any]], ...]:
    return (
        ("line", snapshots.lines_to_match()),
        ("line", snapshots.booked_to_match()),
        ("settlement", snapshots.settlements_to_match()),
        ("settlement_line", snapshots.settlement_lines_to_match()),
        ("income_file", snapshots.income_files_to_match()),
        ("unpaid", snapshots.unpaids_to_match()),
        # A system's items are compared with the lines that a recogniser says are in its list.
        ("list_item", stated.payments_to_match()),
    )


def hand_over(
    connection: Connection, query: sa.Select[Any], read: Callable[[Sequence[str], Path], None]
) -> None:
    """Give what a query selects to what reads the columns of a CSV file."""
    with passing_file() as path:
        unload(connection, query, path)
        read([column.name for column in query.selected_columns], path)


def _by_digits(found: Mapping[UUID, Disposition]) -> dict[str, Disposition]:
    return {line.hex: disposition for line, disposition in found.items()}


def _said(council: Council, dispositions: Mapping[str, Disposition]) -> dict[str, str]:
    """Return the sources that people named for lines that wait."""
    return {
        line: found.what for line, found in dispositions.items()
        if found.rule == BY_A_PERSON and found.kind is DispositionKind.AWAITING
        and found.what is not None and found.what in council.sources
    }  # fmt: skip
