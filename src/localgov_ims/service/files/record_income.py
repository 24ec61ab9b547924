"""Recording income files: every row judged, allocated and recorded, or the whole file refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from attrs import define, field

from localgov_ims.allocation.engine import SourceAllocator
from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.import_types import ImportType, OnBadRow, OnUnplaced, Pays, RecordWhen, Zero
from localgov_ims.domain.income_files import IncomeFile, IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.policies import Treatment
from localgov_ims.domain.received_files import Declared
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.files.events import Closed, Opened
from localgov_ims.service.council import Council
from localgov_ims.service.files.content import FileContent
from localgov_ims.service.files.declared_totals import DeclaredTotals
from localgov_ims.service.files.record_bacs import service_user_faults
from localgov_ims.service.files.recorders import currency_faults
from localgov_ims.service.income.batches import IncomeBatch
from localgov_ims.service.income.judging_rows import RowJudge, fault
from localgov_ims.service.income.known_holders import KnownHolders
from localgov_ims.service.income.placing_rows import Placing, unplaced
from localgov_ims.service.income.report import IncomeReport
from localgov_ims.service.income.sender_references import SenderReferences
from localgov_ims.service.income.sources import allocator_of, asked_of
from localgov_ims.storage import files as stored
from localgov_ims.storage import income_files, suspense
from localgov_ims.storage.store import Unit


@define(kw_only=True)
class IncomeRecorder:
    """Records one income file in a unit of work; see `recorders.Recorder`.

    Without `records` it does all but write: a dry run, or a list of whom one credit pays, whose rows are `collected`.
    Rows of a type that waits are written once its bank line is `matched`, without those `rejected` on input.
    """

    unit: Unit
    council: Council
    file: UUID
    run: int
    file_name: str
    by: str
    import_type: ImportType
    declared: Declared
    records: bool = True
    collected: list[tuple[IncomeRow, Allocation]] | None = None
    matched: bool = False
    rejected: frozenset[int] = frozenset()
    sha256: str = ""
    received_on: date | None = None
    counts: Counter[str] = field(factory=Counter)
    report: IncomeReport = field(factory=IncomeReport)
    _content: FileContent = field(init=False)
    _judge: RowJudge = field(init=False)
    _placing: Placing = field(init=False)
    _holders: KnownHolders = field(init=False)
    _references: SenderReferences = field(init=False)
    _allocator: SourceAllocator = field(init=False)
    _refused: bool = False

    def __attrs_post_init__(self) -> None:
        """Compile what is alike for every row."""
        today = self.received_on or local_day(self.unit.at)
        self._content = FileContent(self.import_type.defaults.mop)
        self._judge = RowJudge(self.council, self.import_type, today)
        self._placing = Placing(self.council, self.import_type)
        self._holders = KnownHolders(self.unit.connection, today)
        self._references = SenderReferences(self.unit, self.import_type, self.file, self.run)
        self._allocator = allocator_of(self.council, self.import_type, self.file_name, today, self._holders)

    @property
    def _waits(self) -> bool:
        return self.import_type.record is RecordWhen.WHEN_MATCHED

    @property
    def policy(self) -> Mapping[str, Treatment]:
        """What the import type says of the file's totals; of its rows it says it by other means."""
        return self.import_type.policy

    def open(self, opened: Opened) -> Iterator[Issue]:
        """Take the head of the file."""
        yield from currency_faults(opened)
        yield from service_user_faults(self.council, opened)

    def rows(self, block: Sequence[IncomeRow]) -> Iterator[Issue]:
        """Judge, allocate and record some rows."""
        self._holders.look_up(asked_of(self.council, block))
        batch = IncomeBatch(self.report)
        skipping = self.import_type.zero is Zero.SKIP
        for row in block:
            if row.position in self.rejected:
                continue
            self._count(row)
            faults = self._judge.faults(row)
            if faults and self._judge.refuse_file(faults):
                self._refused = True
                yield from faults
            elif skipping and not row.amount.pence:
                self.report.skipped += 1
            else:
                yield from self._quarantine(row, faults, batch) if faults else self._place(row, batch)
        if self._references.unique and not self.matched:
            for issue in self._references.repeated(block):
                self._refused = True
                yield issue
        if not self.records or self._refused:
            return
        if self._references.unique and not self.matched:
            self._references.record(block)
        if self.matched or not self._waits:
            self._record(batch)

    def prove(self, closed: Closed) -> Iterator[Issue]:
        """Prove the totals: the file's own are its reader's to prove, those that the sender declared beside it are ours."""
        if self.matched:
            return  # it was proved when it was imported
        rows, declared = self.report.rows, DeclaredTotals(self.declared, closed)
        yield from declared.faults(self.import_type, rows[0], rows[1])
        self.report.declared, self.report.computed = declared.plain(), {"rows": rows[0], "pence": rows[1]}

    def close(self, closed: Closed) -> Iterator[Issue]:
        """Record the file as a whole; one whose rows have waited for their bank line is recorded already."""
        del closed
        if not self.matched:
            waits, report = self._waits, self.report
            self.counts["rows"] = report.rows[0]
            self.counts["waiting" if waits else "recorded"] = report.recorded[0]
            self.counts["suspense"] = 0 if waits else report.suspense[0]
            if self.records and not self._refused:
                self._record_whole()
        return iter(())

    def doubts(self) -> Iterator[Issue]:
        """Doubt a file whose rows are those of a recorded one of its type, or that items in suspense were cleared by.

        Nobody else records meanwhile: of two that are sent at once, the second sees the first.
        """
        if not self.records:
            return
        self.unit.lock()
        if self.sha256 and suspense.list_used(self.unit.connection, self.sha256):
            message = "Items in suspense were cleared by this file as a list. Accept it only if it is income besides."
            yield Issue(code="suspected-duplicate", place="file", value=self.sha256, message=message)
            return
        alike = stored.recorded_like(self.unit.connection, self.import_type.code, str(self._content))
        for file in alike[:1]:
            known = stored.by_id(self.unit.connection, file)
            message = (
                f"It has the same rows as {known.name}, file {known.id}, which is recorded. Accept it if it is another one, "
                "or refuse it."
            )
            yield Issue(code="suspected-duplicate", place="file", value=known.sha256, message=message)

    def told(self) -> tuple[Mapping[str, Any], str | None]:
        """Return the counts and sums of the file, and what its rows come to."""
        return {**self.report.plain(), "expected_pence": self.expected}, str(self._content)

    def _count(self, row: IncomeRow) -> None:
        pence, report = row.amount.pence, self.report
        report.rows[0] += 1
        report.rows[1] += pence
        report.days.add(row.taken_on)
        if row.fee_amount is not None or row.net_amount is not None:
            fees = (row.fee_amount.pence if row.fee_amount else 0) + (row.fee_vat.pence if row.fee_vat else 0)
            report.fees += fees
            report.fee_vat += row.fee_vat.pence if row.fee_vat else 0
            report.net += pence - fees
        else:
            report.net += pence
        self._content.add(row)

    def _place(self, row: IncomeRow, batch: IncomeBatch) -> Iterator[Issue]:
        allocation = self._allocator.allocate(row)
        if allocation.reason is not None:
            yield from self._suspend(row, allocation, batch)
            return
        lines = self._placing.placed(row, allocation.parts)
        faults = self._placing.vat_faults(row, allocation.parts, lines)
        stopping = [issue for issue in faults if issue.stops]
        if stopping and self.import_type.on_bad_row is OnBadRow.QUARANTINE:
            yield from self._quarantine(row, stopping, batch)
            return
        if self.collected is not None:
            self.collected.append((row, allocation))
        self._refused |= bool(stopping)
        yield from faults
        batch.place(row, lines, allocation.parts[0].office)

    def _suspend(self, row: IncomeRow, allocation: Allocation, batch: IncomeBatch) -> Iterator[Issue]:
        assert allocation.reason is not None, "asked for only then"  # noqa: S101
        if self.import_type.on_unplaced is OnUnplaced.REFUSE_FILE:
            self._refused = True
            yield unplaced(row, allocation)
            return
        if self.collected is not None:
            self.collected.append((row, allocation))
        lines = self._placing.suspended(row, allocation)
        if lines is None:
            yield self._no_method(row)
            return
        office = allocation.held.office if allocation.held is not None else row.office
        batch.hold(row, lines, office, allocation.reason, allocation.detail)

    def _quarantine(self, row: IncomeRow, faults: Sequence[Issue], batch: IncomeBatch) -> Iterator[Issue]:
        """Put a row aside in suspense, with its faults as warnings; the codes sent are kept, the line has the type's."""
        aside = Allocation((), SuspenseReason.QUARANTINED)
        if self.collected is not None:
            self.collected.append((row, aside))
        lines = self._placing.suspended(row, aside)
        if lines is None:
            yield self._no_method(row)
            return
        detail = "; ".join(dict.fromkeys(issue.code for issue in faults))
        office = row.office if row.office in self.council.offices else self.import_type.defaults.office
        batch.hold(row, lines, office, SuspenseReason.QUARANTINED, detail)
        for issue in faults:
            yield issue.warned()

    def _no_method(self, row: IncomeRow) -> Issue:
        self._refused = True
        message = (
            "The row names no method of payment of the council's, and its import type has no default one. Set "
            f"defaults.mop of [import_types.{self.import_type.code}], or ask the sender."
        )
        return fault(row, "unknown-mop", "mop", row.mop, message)

    def _record(self, batch: IncomeBatch) -> None:
        batch.record(
            self.unit, file=self.file, run=self.run, by=self.by, personal_narratives=self.council.personal_narratives
        )  # fmt: skip

    def _record_whole(self) -> None:
        gross, days = self.report.rows[1], self.report.days
        income_files.add(
            self.unit,
            IncomeFile(
                id=new_id(), file=self.file, run=self.run, import_type=self.import_type.code, source=self.import_type.source,
                rows=self.report.rows[0], gross=Money(gross), fees=Money(self.report.fees), expected=Money(self.expected),
                first_on=min(days, default=None), last_on=max(days, default=None), waits=self._waits,
                fee_vat=Money(self.report.fee_vat),
            ),
        )  # fmt: skip

    @property
    def expected(self) -> int:
        """What the sender's bank credit must be, in pence: what payers paid, or that less the sender's fees."""
        return self.report.net if self.import_type.pays is Pays.NET else self.report.rows[1]
