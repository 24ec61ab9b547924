"""Reapplying today's rules to what is in suspense: proposed first, and cleared when a person confirms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.allocation.outcomes import Placed
from localgov_ims.allocation.rows import Source
from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import InvalidValue, NotPermitted, RuleViolation
from localgov_ims.service.files.views import file_of
from localgov_ims.service.income.judging_rows import RowJudge
from localgov_ims.service.income.known_holders import KnownHolders
from localgov_ims.service.income.placing_rows import RULES_JOINED
from localgov_ims.service.income.rows import FileOfRows, known_file, rows_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.reconciliation.batch_payments import booked_of
from localgov_ims.service.rules.bank_rows import bank_source, row_of_part
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.suspense.items import Held, held_where
from localgov_ims.storage import statements, transactions
from localgov_ims.storage import suspense as stored
from localgov_ims.storage.bulk_receipts import ORIGIN

STATEMENT_LINE = "statement_line"
"""The kind of origin of what a bank line became."""


@frozen(kw_only=True)
class Placeable:
    """An untouched item that today's rules can place: where, and by which of them."""

    item: Held
    parts: tuple[Placed, ...]

    @property
    def rules(self) -> str:
        """The rules that fired, by name."""
        return RULES_JOINED.join(dict.fromkeys(rule for part in self.parts for rule in part.rules))


@frozen
class Reapplied:
    """What became of an item: its clearance or the proposal of it, or why it could not be cleared."""

    item: Placeable
    made: Transaction | Proposal | None = None
    fault: str | None = None


def placeable(installation: Installation, *, file: str | None = None) -> list[Placeable]:
    """Return the untouched items of a file, or of all suspense, that today's rules would place; nothing changes.

    Raises:
        NotFound: There is no such file.
        NotPermitted: The permission suspense.clear is missing.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.SUSPENSE_CLEAR)
        wanted = file_of(connection, file)[0].id if file is not None else None
        items = [each for each in _untouched(connection) if wanted is None or _file(each) == str(wanted)]
        return list(_placed(installation, connection, items))


def reapply(
    installation: Installation, *, file: str | None = None, only: Sequence[str] | None = None
) -> list[Reapplied]:
    """Clear the items that `placeable` proposes, each by a clearance of its own that names the rules; *only* those named.

    Above the limit for one person a clearance is a Proposal for another. One that cannot be cleared leaves the others be.

    Raises:
        NotFound: There is no such file.
        NotPermitted: The user may not clear suspense.
    """
    done = []
    for each in placeable(installation, file=file):
        if only is not None and each.item.line.reference not in only:
            continue
        targets = [_target(part) for part in each.parts]
        given = Giving(line=each.item.line.reference, amount=each.item.left)
        try:
            made = clear_items(installation, [given], targets, narrative=each.item.line.narrative)
        except (InvalidValue, RuleViolation, NotPermitted) as fault:
            done.append(Reapplied(each, fault=fault.message))
        else:
            done.append(Reapplied(each, made))
    return done


def _target(part: Placed) -> BasketItem:
    return BasketItem(
        fund=part.fund, account_reference=part.account_reference or None, amount=part.amount,
        vat_code=part.vat_code or None, narrative=part.narrative or None, rule=RULES_JOINED.join(part.rules) or None,
    )  # fmt: skip


def _untouched(connection: Connection) -> list[Held]:
    whole = sa.select(stored.standing.c.line).where(stored.standing.c.left_pence == stored.standing.c.pence)
    found = held_where(connection, transactions.lines.c.id.in_(whole))
    return [each for each in found if each.left == each.line.amount]


def _placed(installation: Installation, connection: Connection, items: Sequence[Held]) -> Iterator[Placeable]:
    today = local_day(installation.clock())
    holders = KnownHolders(connection, today)
    for source, pairs in _rows(installation, connection, items):
        allocator = installation.council.allocator.of(source, holders)
        for item, row in pairs:
            allocation = allocator.allocate(row)
            if allocation.reason is None:
                yield Placeable(item=item, parts=allocation.parts)


def _rows(
    installation: Installation, connection: Connection, items: Sequence[Held]
) -> Iterator[tuple[Source, list[tuple[Held, IncomeRow]]]]:
    """Yield the items with their rows, by what they came from: file and bank line as they were kept, else as the item is."""
    today = local_day(installation.clock())
    by_origin: dict[tuple[str, str], list[Held]] = defaultdict(list)
    for item in items:
        origin = item.transaction.origin
        by_origin[origin.kind, _file(item) if origin.kind == ORIGIN else ""].append(item)
    for (kind, name), own in sorted(by_origin.items()):
        found = known_file(installation, connection, name) if kind == ORIGIN else None
        if found is not None:
            yield found.source, list(_read(installation, connection, found, own))
        elif kind == STATEMENT_LINE:
            yield from _banked(installation, connection, own)
        else:
            yield Source(name="", received_on=today), [(item, _kept(item)) for item in own]


def _banked(
    installation: Installation, connection: Connection, items: Sequence[Held]
) -> Iterator[tuple[Source, list[tuple[Held, IncomeRow]]]]:
    by_line: dict[UUID, list[Held]] = defaultdict(list)
    for item in items:
        by_line[UUID(item.transaction.origin.id)].append(item)
    for line in booked_of(connection, statements.with_ids(connection, list(by_line))):
        rows = [
            (item, row_of_part(installation.council, line, item.transaction, item.line))
            for item in by_line[line.id]
        ]
        # What the bank said of the payments of a batch may have been removed since; then only the item counts.
        yield (
            bank_source(line),
            [(item, row if row.amount == item.line.amount else _kept(item)) for item, row in rows],
        )


def _read(
    installation: Installation, connection: Connection, found: FileOfRows, items: Sequence[Held]
) -> Iterator[tuple[Held, IncomeRow]]:
    wanted = {int(item.transaction.origin.id.partition("/")[2]): item for item in items}
    judge = RowJudge(installation.council, found.import_type, local_day(found.event.at))
    read = {row.position: row for row in rows_of(installation, connection, found, wanted.keys())}
    for position, item in sorted(wanted.items()):
        row = read.get(position)
        # A profile may have changed since: what is read now must be what the item was, or only the item counts.
        if row is None or not _same(row, item):
            yield item, _kept(item)
        elif not judge.faults(row):
            yield item, row


def _same(row: IncomeRow, item: Held) -> bool:
    """Tell whether a row read again is the one that an item was made of."""
    kept = (
        item.line.amount,
        item.transaction.taken_on,
        item.item.received_reference,
        item.item.source_reference,
    )
    return kept == (row.amount, row.taken_on, row.account_reference or None, row.source_reference or None)


def _kept(item: Held) -> IncomeRow:
    """Return what an item kept of itself as allocation takes it."""
    return IncomeRow(
        position=1, amount=item.line.amount, taken_on=item.transaction.taken_on,
        account_reference=item.item.received_reference or "", mop=item.line.mop, office=item.transaction.office or "",
        narrative=item.line.narrative or "", source_reference=item.item.source_reference or "",
        vat_code=item.item.vat_code or "",
    )  # fmt: skip


def _file(item: Held) -> str:
    origin = item.transaction.origin
    return origin.id.partition("/")[0] if origin.kind == ORIGIN else ""
