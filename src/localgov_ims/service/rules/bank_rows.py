"""Bank lines as allocation rules see them."""

from __future__ import annotations

from datetime import date

from localgov_ims.allocation.engine import SourceAllocator
from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.allocation.rows import Holders, Source
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.statements import BankLine, Detail, StatementLine
from localgov_ims.domain.transactions import Line, Transaction
from localgov_ims.service.council import Council


def bank_source(line: StatementLine) -> Source:
    """Return where a bank line came from; it was received on the day it was booked."""
    return Source(name=line.account, received_on=line.line.booked_on)


def bank_row(council: Council, line: StatementLine) -> IncomeRow:
    """Return the row that a bank line is as a whole."""
    return _row(council, line, line.line)


def bank_rows(council: Council, line: StatementLine) -> list[IncomeRow]:
    """Return the rows that a bank line is: one for each payment of a batch that says of each what it is, else one."""
    payments = line.line.payments
    if not payments:
        return [bank_row(council, line)]
    return [_row(council, line, payment, position) for position, payment in enumerate(payments, start=1)]


def row_of_part(council: Council, line: StatementLine, transaction: Transaction, part: Line) -> IncomeRow:
    """Return the row that a line of a bank line's transaction was made of: of a batch, its own payment's."""
    return _row(council, line, said_of_part(line, transaction, part))


def said_of_part(line: StatementLine, transaction: Transaction, part: Line) -> BankLine | Detail:
    """Return what the bank said of a line of a bank line's transaction: of a batch, of its own payment.

    The lines stand in the order of the payments and come to them, so what stands before a line tells whose it is. A batch
    that went to suspense as a whole is one line.
    """
    before = sum(each.amount.pence for each in transaction.lines if each.number < part.number)
    payment = line.line.payment_at(before) if len(transaction.lines) > 1 else None
    return payment or line.line


def _row(council: Council, line: StatementLine, said: BankLine | Detail, position: int = 1) -> IncomeRow:
    amount, refs = said.amount, said.references
    assert amount is not None  # noqa: S101 - a payment without an amount divides nothing
    return IncomeRow(
        position=position, amount=amount, taken_on=line.line.booked_on, narrative=said.text,
        account_reference=refs.structured or "", source_reference=refs.end_to_end or "", mop=council.bank_transfer,
    )  # fmt: skip


class BankAllocator:
    """Allocates bank lines, settling the rules once for each account and day."""

    def __init__(self, council: Council, holders: Holders) -> None:
        """Allocate by the rules of *council*; *holders* are who has an account."""
        self._council, self._holders = council, holders
        self._known: dict[tuple[str, date], SourceAllocator] = {}

    def allocate(self, line: StatementLine, row: IncomeRow) -> Allocation:
        """Decide where the money of a bank line's row goes."""
        key = (line.account, line.line.booked_on)
        if key not in self._known:
            self._known[key] = self._council.allocator.of(bank_source(line), self._holders)
        return self._known[key].allocate(row)
