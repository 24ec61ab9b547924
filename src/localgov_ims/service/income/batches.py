"""Some rows of an income file on their way into the books: their Receipts, their items in suspense, and the sums of both."""

from __future__ import annotations

from uuid import UUID

from attrs import define, field

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.suspense import SuspenseItem, SuspenseReason
from localgov_ims.service.income.placing_rows import RULES_JOINED
from localgov_ims.service.income.report import IncomeReport, add
from localgov_ims.storage import bulk_receipts, transactions
from localgov_ims.storage.bulk_receipts import BulkLine, BulkReceipt
from localgov_ims.storage.store import Unit

Held = tuple[int, IncomeRow, SuspenseReason, str | None, str | None]
"""Which Receipt of the batch it is, its row, why it is in suspense, the finer reason, and the rules that fired."""


@define
class IncomeBatch:
    """Gathers what some rows become, and records it together."""

    report: IncomeReport
    receipts: list[BulkReceipt] = field(factory=list)
    held: list[Held] = field(factory=list)

    def place(self, row: IncomeRow, lines: list[BulkLine], office: str) -> None:
        """Take a row that found its funds."""
        self._take(row, lines, office, self.report.placed)

    def hold(
        self, row: IncomeRow, lines: list[BulkLine], office: str, reason: SuspenseReason, detail: str | None
    ) -> None:
        """Take a row that waits in suspense."""
        pence = row.amount.pence
        self.held.append((len(self.receipts), row, reason, detail, lines[0][9]))
        if reason is SuspenseReason.QUARANTINED:
            self.report.quarantined[0] += 1
            self.report.quarantined[1] += pence
        add(self.report.reasons, reason.value, pence)
        self._take(row, lines, office, self.report.suspense)

    def record(self, unit: Unit, *, file: UUID, run: int, by: str, personal_narratives: bool) -> None:
        """Write the Receipts, and the items of those in suspense.

        Raises:
            AlreadyDone: A row of this run is recorded already.
        """
        firsts = bulk_receipts.add(
            unit, self.receipts, file=file, run=run, by=by, personal_narratives=personal_narratives
        )
        transactions.add_suspense(
            unit,
            [
                SuspenseItem(
                    id=new_id(), line=UUID(firsts[number]), reason=reason, received_at=unit.at,
                    received_reference=row.account_reference or None, detail=detail, rule=rule,
                    source_reference=row.source_reference or None, vat_code=row.vat_code or None,
                )
                for number, row, reason, detail, rule in self.held
            ],
        )  # fmt: skip

    def _take(self, row: IncomeRow, lines: list[BulkLine], office: str, whole: list[int]) -> None:
        report, amount = self.report, row.amount.pence
        report.recorded[0] += 1
        report.recorded[1] += amount
        whole[0] += 1
        whole[1] += amount
        for fund, _, pence, _, _, _, _, mop, _, rules in lines:
            add(report.funds, fund, pence)
            add(report.mops, mop, pence)
            if rules is not None:
                for rule in rules.split(RULES_JOINED):
                    add(report.rules, rule, pence)
        self.receipts.append(
            BulkReceipt(
                row.position, row.taken_on, lines, office or None, row.taken_at,
                row.provider_reference or row.source_reference or None, row.source_internal_reference or None,
            )
        )  # fmt: skip
