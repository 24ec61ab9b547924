"""What if: the money of a period placed again by other rules, changing nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby, islice
from typing import BinaryIO, Final, TextIO
from uuid import UUID

import sqlalchemy as sa
from attrs import field, frozen
from sqlalchemy import Connection

from localgov_ims.allocation.comparing import SUSPENSE, Comparison, compare, moves
from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.rows import Source
from localgov_ims.allocation.rules import Rule
from localgov_ims.documents.tables import Column, Kind, write_csv
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.statements import StatementLine
from localgov_ims.errors import ConfigurationError, InvalidValue
from localgov_ims.service.income.known_holders import KnownHolders
from localgov_ims.service.income.rows import recorded_files, rows_of
from localgov_ims.service.income.sources import asked_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.rules.bank_rows import bank_rows, bank_source
from localgov_ims.service.rules.texts import rules_stored, stored_text
from localgov_ims.storage import rule_sets as stored
from localgov_ims.storage import statements, transactions

_ACTIVE: Final = "active"
_USED: Final = "used"
_STATEMENT_LINE: Final = "statement_line"
_BLOCK: Final = 2000


@frozen(kw_only=True)
class RuleTrial:
    """What would change by a draft: against the rules in force, and against those that each row was placed by then.

    `files` and `bank_lines` say how many were read again; rows whose file is no longer kept are not among them.
    """

    against_active: Comparison = field(factory=Comparison)
    against_used: Comparison = field(factory=Comparison)
    files: int = 0
    bank_lines: int = 0


def try_rules(installation: Installation, draft: Sequence[Rule], since: date, until: date) -> RuleTrial:
    """Place the rows of income files and the bank lines taken from *since* to *until*, both in, again by *draft*.

    Nothing is recorded. Account holders are asked as they are today. Sums are whole, as a file's totals are; single rows
    are shown of the user's funds only.

    Raises:
        NotPermitted: One of rule.edit and rule.activate is needed.
        ConfigurationError: A rule of the draft cannot be used.
        InvalidValue: The period ends before it starts (`bad_period`).
    """
    if until < since:
        message = f"The period ends on {until:%d %B %Y}, before it starts on {since:%d %B %Y}."
        raise InvalidValue("bad_period", message, value=until.isoformat())
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.RULE_EDIT, Permission.RULE_ACTIVATE)
        allocators = _Allocators(installation, connection, Allocator(draft, installation.council.references))
        trial = RuleTrial()
        files = lines = 0
        for found in recorded_files(installation, connection, since, until):
            files += 1
            own = (r for r in rows_of(installation, connection, found) if since <= r.taken_on <= until)
            allocators.compare(own, found.source, found.event.at, trial)
        for source, at, group in _bank_lines(connection, since, until):
            lines += len(group)
            rows = [row for line in group for row in bank_rows(installation.council, line)]
            allocators.compare(rows, source, at, trial)
        for comparison in (trial.against_active, trial.against_used):
            _keep_to_funds(comparison, rights)
        return RuleTrial(
            against_active=trial.against_active,
            against_used=trial.against_used,
            files=files,
            bank_lines=lines,
        )


def write_trial(trial: RuleTrial, stream: TextIO | BinaryIO) -> int:
    """Write what would change as CSV, and return its rows: for each way how many rows, and their sum; and each sample."""
    columns = [
        Column("against"), Column("kind"), Column("before"), Column("after"), Column("rows", Kind.NUMBER),
        Column("amount", Kind.MONEY), Column("source"), Column("file"), Column("row", Kind.NUMBER),
    ]  # fmt: skip
    return write_csv(columns, _table(trial), stream)


class _Allocators:
    """The draft, the rules in force, and those that were, each compiled once."""

    def __init__(self, installation: Installation, connection: Connection, draft: Allocator) -> None:
        self._installation, self._connection, self._draft = installation, connection, draft
        self._holders = KnownHolders(connection, local_day(installation.clock()))
        self._active = stored_text(installation.council.rules)
        self._known: dict[int, Allocator] = {}

    def compare(self, rows: Iterable[IncomeRow], source: Source, at: datetime, trial: RuleTrial) -> None:
        """Compare rows of one source that were placed at a moment, some thousands at a time."""
        draft = self._draft.of(source, self._holders)
        active = self._installation.council.allocator.of(source, self._holders)
        used = self._used(at).of(source, self._holders)
        named, left = (source.name, source.file_name), iter(rows)
        while block := list(islice(left, _BLOCK)):
            self._holders.look_up(asked_of(self._installation.council, block))
            compare(block, named, active, draft, trial.against_active)
            compare(block, named, used, draft, trial.against_used)

    def _used(self, at: datetime) -> Allocator:
        version = stored.active(self._connection, at)
        if version is None or version.text == self._active:
            return self._installation.council.allocator
        if version.number not in self._known:
            self._known[version.number] = self._compiled(version.text)
        return self._known[version.number]

    def _compiled(self, text: str) -> Allocator:
        try:
            return Allocator(rules_stored(text), self._installation.council.references)
        except ConfigurationError:
            # It names a code that is gone since, so nobody can say any more what it would do: as the rules in force do.
            return self._installation.council.allocator


def _keep_to_funds(comparison: Comparison, rights: Rights) -> None:
    for way in list(comparison.samples):
        funds = {fund for place in way if place != SUSPENSE for fund in place.split("+")}
        if not all(map(rights.sees, funds)):
            del comparison.samples[way]


def _bank_lines(
    connection: Connection, since: date, until: date
) -> Iterator[tuple[Source, datetime, list[StatementLine]]]:
    """Yield the bank lines that rules have placed, in groups of one account, day and moment."""
    t = transactions.transactions
    query = sa.select(t.c.origin_id, t.c.recorded_at).where(
        t.c.origin_kind == _STATEMENT_LINE, t.c.taken_on.between(since, until)
    )
    placed = {UUID(row.origin_id): row.recorded_at for row in connection.execute(query)}
    lines = (line for line in statements.with_ids(connection, sorted(placed)) if line.line.amount > NOTHING)
    for (_, _, at), group in groupby(
        lines, lambda line: (line.account, line.line.booked_on, placed[line.id])
    ):
        members = list(group)
        yield bank_source(members[0]), at, members


def _table(trial: RuleTrial) -> Iterator[tuple[object, ...]]:
    for against, comparison in ((_ACTIVE, trial.against_active), (_USED, trial.against_used)):
        same = comparison.same
        yield against, "same", None, None, same.count, same.amount, None, None, None
        for before, after, tally in moves(comparison):
            yield against, "moved", before, after, tally.count, tally.amount, None, None, None
            for s in comparison.samples.get((before, after), []):
                yield against, "sample", before, after, 1, s.amount, s.source, s.file_name, s.position
        for kind, rules in (("newly_fires", comparison.newly), ("no_longer_fires", comparison.no_longer)):
            for rule, count in sorted(rules.items()):
                yield against, kind, None, rule, count, None, None, None, None
