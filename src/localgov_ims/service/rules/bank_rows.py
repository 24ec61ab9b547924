"""Bank lines as allocation rules see them."""

from __future__ import annotations

from datetime import date

from localgov_ims.allocation.engine import SourceAllocator
from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.allocation.rows import Holders, Source
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.statements import StatementLine
from localgov_ims.service.council import Council


def bank_source(line: StatementLine) -> Source:
    """Return where a bank line came from; it was received on the day it was booked."""
    return Source(name=line.account, received_on=line.line.booked_on)


def bank_row(council: Council, line: StatementLine) -> IncomeRow:
    """Return the row that a bank line is."""
    refs = line.line.references
    return IncomeRow(
        position=1, amount=line.line.amount, taken_on=line.line.booked_on, narrative=line.line.text,
        account_reference=refs.structured or "", source_reference=refs.end_to_end or "", mop=council.bank_transfer,
    )  # fmt: skip


class BankAllocator:
    """Allocates bank lines, settling the rules once for each account and day."""

    def __init__(self, council: Council, holders: Holders) -> None:
        """Allocate by the rules of *council*; *holders* are who has an account."""
        self._council, self._holders = council, holders
        self._known: dict[tuple[str, date], SourceAllocator] = {}

    def allocate(self, line: StatementLine) -> Allocation:
        """Decide where the money of a bank line goes."""
        key = (line.account, line.line.booked_on)
        if key not in self._known:
            self._known[key] = self._council.allocator.of(bank_source(line), self._holders)
        return self._known[key].allocate(bank_row(self._council, line))
