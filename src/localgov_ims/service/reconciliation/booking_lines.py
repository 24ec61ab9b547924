"""Booking bank lines that no file explains: income of their accounts, or suspense; of a batch each payment by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa

from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.methods import Banking
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.suspense import SuspenseItem, SuspenseReason
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.rules.bank_rows import BankAllocator, bank_row, bank_rows
from localgov_ims.storage import snapshots, transactions
from localgov_ims.storage.store import Unit

Placing = tuple[IncomeRow, Allocation]
"""A row of a bank line (the line, or one payment of a batch) and where it goes."""

_UNEXPECTED = Allocation((), SuspenseReason.UNEXPECTED_DEBIT)

_ASKED_AT_ONCE = 500


def placed_rows(
    council: Council, unit: Unit, line: StatementLine, allocator: BankAllocator, *, batch: bool, brought: Collection[UUID]
) -> list[Placing]:  # fmt: skip
    """Return where a line goes, or what is left of a *batch*, each payment by itself; *brought* are receipts that batches brought."""
    if line.line.amount < NOTHING:
        return [(bank_row(council, line), _UNEXPECTED)]
    placed = [(row, allocator.allocate(line, row)) for row in bank_rows(council, line)]
    if not batch:
        return placed
    blocks = (placed[start : start + _ASKED_AT_ONCE] for start in range(0, len(placed), _ASKED_AT_ONCE))
    return [each for block in blocks for each in _unless_expected(council, unit, block, brought)]


def _unless_expected(
    council: Council, unit: Unit, placed: Sequence[Placing], brought: Collection[UUID]
) -> Iterator[Placing]:
    """Hold back those payments of a batch whose receipt may be here already: placed again, they would be income twice."""
    t, lines = transactions.transactions, transactions.lines
    named = [row.source_reference for row, _ in placed if _given(row.source_reference)]
    accounts = [part.account_reference for _, allocation in placed for part in allocation.parts]
    of_accounts = sa.select(lines.c.transaction).where(lines.c.account_reference.in_(accounts))
    fitting = t.c.reference.in_(named) | t.c.payment.in_(named) | t.c.id.in_(of_accounts)
    open_ = unit.connection.execute(snapshots.open_receipts(fitting)).scalars().all()
    found = [
        each
        for each in transactions.by_id(unit.connection, open_).values()
        if each.id not in brought
        and council.methods[min(part.mop for part in each.lines)].banking is Banking.SINGLY
    ]
    for row, allocation in placed:
        own = {part.account_reference for part in allocation.parts}
        for each in found:
            of_them = {part.account_reference for part in each.lines}
            reference = each.payment or each.reference
            if each.total == row.amount and (reference == row.source_reference or own & of_them):
                detail = f"Receipt {reference} of this amount is still to come to the bank"
                yield row, Allocation((), SuspenseReason.QUARANTINED, detail)
                break
        else:
            yield row, allocation


def income_of(
    installation: Installation, line: StatementLine, placed: Sequence[Placing], number: int
) -> Transaction:
    """Return the Receipt that a bank line becomes where allocation puts it, row by row: in funds, or in suspense.

    *number* is that of the disposition which says so: what was taken back may be income again, and each answer once.
    """
    inputs = [made for row, allocation in placed for made in _lines(installation.council, row, allocation)]
    return receipt(
        inputs, channel=Channel.BANK, origin=Origin("statement_line", str(line.id), number), taken_on=line.line.booked_on,
        recorded_at=installation.clock(), recorded_by=installation.actor,
    )  # fmt: skip


def _lines(council: Council, row: IncomeRow, allocation: Allocation) -> list[LineInput]:
    # The method stays what it was, whatever a rule sets: this money came by the bank, and waits in its clearing account.
    mop, taken_on = council.bank_transfer, row.taken_on
    if allocation.reason is not None:
        suspense = council.suspense_fund.code
        return [
            line_for(
                council, fund=suspense, account_reference=None, amount=row.amount, mop=mop, taken_on=taken_on,
                rule=allocation.rule,
            )
        ]  # fmt: skip
    return [
        line_for(
            council, fund=part.fund, account_reference=part.account_reference or None, amount=part.amount, mop=mop,
            taken_on=taken_on, vat_code=part.vat_code or None, rule=part.rule,
            # What the bank wrote stays with the statement; only what a rule wrote instead is the line's own.
            narrative=part.narrative if part.narrative != row.narrative else None,
        )
        for part in allocation.parts
    ]  # fmt: skip


def suspense_items(
    unit: Unit, line: StatementLine, transaction: Transaction, placed: Sequence[Placing]
) -> list[SuspenseItem]:
    """Return what is kept of a line, or of payments of a batch, that went to suspense, so that somebody can place them."""
    made, lines = [], iter(transaction.lines)
    for row, allocation in placed:
        own = [next(lines) for _ in allocation.parts or (None,)]
        if allocation.reason is not None:
            said = line.line if len(placed) == 1 else line.line.payments[row.position - 1]
            refs = said.references
            made.append(SuspenseItem(
                id=new_id(), line=own[0].id, reason=allocation.reason, received_at=unit.at, detail=allocation.detail,
                received_reference=refs.structured or refs.customer or _given(refs.end_to_end), rule=allocation.rule,
            ))  # fmt: skip
    return made


def _given(end_to_end: str | None) -> str | None:
    # Banks write NOTPROVIDED where a payer gave no reference (SEPA and UK usage of ISO 20022).
    return None if end_to_end == "NOTPROVIDED" else end_to_end
