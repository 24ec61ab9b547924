"""What is outstanding in clearing as at a day: recorded and not yet at the bank, or at the bank and nobody's yet.

Days are those on which money moved (`taken_on`, `booked_on`), whenever it was recorded: the position of 31 March can be
asked for in April, and says then what is known by then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from attrs import evolve, frozen
from sqlalchemy import Connection

from localgov_ims.domain.income_files import IncomeFile
from localgov_ims.domain.money import Money
from localgov_ims.domain.transactions import OPENING, TransactionKind
from localgov_ims.domain.write_offs import WRITE_OFF
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.storage import (
    brought,
    income_files,
    reconciliation,
    reversals,
    settlements,
    statements,
    transactions,
)
from localgov_ims.storage.bulk_receipts import ORIGIN as INCOME_FILE
from localgov_ims.storage.bulk_receipts import of_file

_t, _l, _m = transactions.transactions, transactions.lines, reconciliation.live
_sl, _s = settlements.lines, settlements.settlements
_BANK_LINE = "statement_line"


@frozen(kw_only=True)
class Outstanding:
    """An amount in clearing: above nothing it is still to come to the bank, below nothing it came for nothing of ours.

    Attributes:
        mop, source: The method of payment, or the provider whose settlement brought it; one of them.
        reverses, turn: The transaction line that this line takes back, or restores; of_file, of_run: the received file whose
            row that line is, and in which of its runs it was recorded.
        writes_off: The item that a write-off is for.
        bank_first: Whether the bank brought it, or took it back, before it was recorded here, or for nothing of ours.
    """

    id: UUID
    kind: str
    day: date
    text: str
    pence: int
    mop: str | None = None
    merchant_account: str | None = None
    source: str | None = None
    line: UUID | None = None
    reverses: UUID | None = None
    turn: int | None = None
    of_file: UUID | None = None
    of_run: int | None = None
    writes_off: UUID | None = None
    bank_first: bool = False


def outstanding(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    """Yield what is outstanding: transactions by line, income files by method, and what the bank brought for nothing of ours.

    An item that was written off is gone with its write-off, unless it has gone by itself since: then the write-off stands.
    """
    found = list(_with_write_offs(connection, as_at))
    sums = Counter[UUID]()
    for each in found:
        sums[each.writes_off or each.id] += each.pence
    gone = {each.writes_off for each in found if each.writes_off and not sums[each.writes_off]}
    yield from (each for each in found if each.id not in gone and each.writes_off not in gone)


def _with_write_offs(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    files = _unbanked_files(connection, as_at)
    lines = list(_open_lines(connection, as_at))
    yield from _without_reversed([each for each in lines if each.of_file not in files])
    yield from _open_files(connection, as_at, files, [each for each in lines if each.of_file in files])
    yield from _foreign(connection, as_at)
    yield from _recorded_later(connection, as_at)


def unpaid_settlements(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    """Yield the payouts announced by a day whose credit the bank had not booked by its end."""
    for each in settlements.some(connection, _s.c.id.not_in(brought.banked(as_at)), _s.c.paid_on <= as_at):
        yield Outstanding(
            id=each.id,
            kind="payout",
            day=each.paid_on,
            text=each.reference,
            pence=each.net.pence,
            source=each.source,
        )


def balance(connection: Connection, as_at: date) -> Money:
    """Return what clearing comes to by totals: all that was recorded, less all that the bank brought for it."""
    lines, current, f = statements.lines, reconciliation.current, income_files.income_files
    became = current.c.kind.in_((DispositionKind.ALLOCATED.value, DispositionKind.SUSPENSE.value))
    files = brought.banked(as_at).where(_m.c.right_kind == "income_file")
    parts = (
        (1, sa.select(sa.func.sum(_l.c.pence)).join(_t, _t.c.id == _l.c.transaction).where(*_recorded(as_at))),
        (-1, sa.select(sa.func.sum(lines.c.pence)).join(current, current.c.line == lines.c.id).where(became, lines.c.booked_on <= as_at)),
        (1, brought.matched_in_part(as_at).with_only_columns(sa.func.sum(_m.c.pence - _m.c.fee)).where(became)),
        (-1, brought.at_the_bank(as_at, "banked", "returned").with_only_columns(sa.func.sum(_m.c.pence))),
        (-1, sa.select(sa.func.sum(f.c.gross - income_files.lost())).where(f.c.id.in_(files))),
        (-1, sa.select(sa.func.sum(_s.c.gross)).where(_s.c.id.in_(brought.banked(as_at)))),
    )  # fmt: skip
    return Money(sum(sign * int(connection.execute(part).scalar() or 0) for sign, part in parts))


def _recorded(as_at: date) -> tuple[sa.ColumnElement[bool], ...]:
    # What was loaded as suspense had been at the bank before; what was loaded as a receipt is still to come there.
    loaded_from_bank = (_t.c.origin_kind == OPENING) & _l.c.id.in_(sa.select(transactions.suspense.c.line))
    return (_t.c.kind != TransactionKind.TRANSFER.value, ~loaded_from_bank, _t.c.taken_on <= as_at)


def _open_lines(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    original, taken_back = _l.alias("original"), _t.alias("taken_back")
    current = reconciliation.current
    # What a bank line became was at the bank from its first day; what takes it back stands open, unless the line is
    # something else now. The rows of an income file come in its one credit.
    became = sa.select(current.c.record).where(current.c.record.is_not(None))
    gone = (sa.func.coalesce(taken_back.c.origin_kind, "") == _BANK_LINE) & taken_back.c.id.not_in(became)
    query = (
        sa.select(
            _t.c.id, _t.c.kind, _t.c.reference, _t.c.taken_on, _t.c.merchant_account, _l.c.id.label("line"),
            _l.c.mop, _l.c.pence, _l.c.reverses, _l.c.turn, taken_back.c.origin_kind, taken_back.c.origin_id, taken_back.c.origin_n,
            _t.c.origin_kind.label("own_kind"), _t.c.origin_id.label("own_id"),
        )
        .join(_t, _t.c.id == _l.c.transaction)
        .outerjoin(original, original.c.id == _l.c.reverses)
        .outerjoin(taken_back, taken_back.c.id == original.c.transaction)
        .where(
            *_recorded(as_at), _t.c.origin_kind.not_in((_BANK_LINE, INCOME_FILE)), ~gone, _l.c.id.not_in(brought.returned_by(as_at)),
            _t.c.id.not_in(brought.banked(as_at)), _t.c.id.not_in(brought.settled(as_at)), _t.c.id.not_in(brought.unpaid(as_at)),
        )
        .order_by(_t.c.taken_on, _l.c.reference)
    )  # fmt: skip
    for row in connection.execute(query):
        writes_off = UUID(row.own_id) if row.own_kind == WRITE_OFF else None
        yield Outstanding(
            id=row.id, kind="write-off" if writes_off else row.kind, writes_off=writes_off, day=row.taken_on, text=row.reference, pence=row.pence, mop=row.mop,
            merchant_account=row.merchant_account, line=row.line, reverses=row.reverses, turn=row.turn,
            of_file=UUID(row.origin_id.partition("/")[0]) if row.origin_kind == INCOME_FILE else None,
            of_run=row.origin_n,
        )  # fmt: skip


def _without_reversed(found: Sequence[Outstanding]) -> Iterator[Outstanding]:
    """Leave out what was taken back before the bank brought it, with what took it back; and what was restored, with both."""
    restored = {(each.reverses, each.turn - 1) for each in found if each.turn and each.turn % 2 == 0}
    standing = [
        each for each in found
        if each.turn is None or (each.turn % 2 == 1 and (each.reverses, each.turn) not in restored)
    ]  # fmt: skip
    open_lines = {each.line for each in standing}
    gone = {each.reverses for each in standing if each.reverses in open_lines}
    for each in standing:
        if each.line not in gone and each.reverses not in gone:
            yield each


def _unbanked_files(connection: Connection, as_at: date) -> dict[UUID, IncomeFile]:
    """Return the income files whose credit the bank had not booked by a day, by the received file."""
    table = income_files.income_files
    found = income_files.some(connection, table.c.id.not_in(brought.banked(as_at)), table.c.first_on <= as_at)
    return {each.file: each for each in found}


def _open_files(
    connection: Connection, as_at: date, files: Mapping[UUID, IncomeFile], reversals: Sequence[Outstanding]
) -> Iterator[Outstanding]:
    """Yield what each file's rows come to by method, less what was taken back of them."""
    for file, each in files.items():
        sums = _rows_of(connection, each, _t.c.taken_on <= as_at)
        for taken in reversals:
            if (taken.of_file, taken.of_run) == (file, each.run) and taken.mop is not None:
                sums[taken.mop] += taken.pence
        day = min(each.last_on or as_at, as_at)
        yield from (_of_file(each, day, mop, pence) for mop, pence in sorted(sums.items()) if pence)


def _rows_of(connection: Connection, recorded: IncomeFile, *where: sa.ColumnElement[bool]) -> Counter[str]:
    query = (
        sa.select(_l.c.mop, sa.func.sum(_l.c.pence).label("pence"))
        .join(_t, _t.c.id == _l.c.transaction)
        .where(of_file(recorded.file, recorded.run), *where)
        .group_by(_l.c.mop)
    )
    return Counter({row.mop: int(row.pence) for row in connection.execute(query)})


def _of_file(recorded: IncomeFile, day: date, mop: str, pence: int) -> Outstanding:
    text = f"{recorded.import_type} {recorded.last_on}"
    return Outstanding(id=recorded.id, kind="income file", day=day, text=text, pence=pence, mop=mop)


def _foreign(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    """Yield lines of payouts at the bank that belong to no payment of ours: they came for nothing that is recorded."""
    found = sa.select(_m.c.left_id).where(_m.c.role == "settled")
    day = sa.func.coalesce(_sl.c.occurred_on, _s.c.paid_on).label("day")
    query = (
        sa.select(_sl.c.id, day, _sl.c.kind, _sl.c.provider_reference, _sl.c.identifier, _sl.c.source, _sl.c.pence)
        .join(_s, _s.c.id == _sl.c.settlement)
        .where(_sl.c.settlement.in_(brought.banked(as_at)), _sl.c.id.not_in(found), _sl.c.pence != 0)
        .order_by(day, _sl.c.identifier)
    )  # fmt: skip
    for row in connection.execute(query):
        yield Outstanding(
            id=row.id, kind=f"{row.kind} in a payout", day=row.day, text=row.provider_reference or row.identifier,
            pence=-row.pence, source=row.source, bank_first=True,
        )  # fmt: skip


def _recorded_later(connection: Connection, as_at: date) -> Iterator[Outstanding]:
    """Yield what the bank had brought, or taken back, by a day, and was recorded here only after it."""
    came = _t.c.id.in_(brought.at_the_bank(as_at, "banked")) | _t.c.id.in_(brought.settled(as_at))
    yield from _lines_as(connection, -1, "at the bank first", came, _t.c.taken_on > as_at)
    reversing, by = reversals.taking_back, _t.alias("by")
    taken_back = (
        sa.select(reversing.c.reverses)
        .join(by, by.c.id == reversing.c.transaction)
        .where(by.c.taken_on <= as_at)
    )
    returned = _t.c.id.in_(brought.at_the_bank(as_at, "returned"))
    yield from _lines_as(connection, 1, "taken back by the bank first", returned, _l.c.id.not_in(taken_back))
    unpaid = _t.c.id.in_(brought.unpaid(as_at))
    yield from _lines_as(connection, -1, "taken back by the bank first", unpaid, _t.c.taken_on > as_at)
    table = income_files.income_files
    for each in list(
        income_files.some(connection, table.c.id.in_(brought.banked(as_at)), table.c.last_on > as_at)
    ):
        for mop, pence in sorted(_rows_of(connection, each, _t.c.taken_on > as_at).items()):
            yield evolve(_of_file(each, as_at, mop, -pence), bank_first=True)


def _lines_as(
    connection: Connection, sign: int, kind: str, *where: sa.ColumnElement[bool]
) -> Iterator[Outstanding]:
    query = (
        sa.select(_t.c.id, _t.c.taken_on, _t.c.reference, _t.c.merchant_account, _l.c.mop, _l.c.pence)
        .join(_l, _l.c.transaction == _t.c.id)
        .where(*where)
        .order_by(_l.c.reference)
    )
    for row in connection.execute(query):
        yield Outstanding(
            id=row.id, kind=kind, day=row.taken_on, text=row.reference, pence=sign * row.pence, mop=row.mop,
            merchant_account=row.merchant_account, bank_first=True,
        )  # fmt: skip
