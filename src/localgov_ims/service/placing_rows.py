"""From an allocation to the lines of a Receipt: what the row of an income file becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from attrs import define, field

from localgov_ims.allocation.outcomes import Allocation, Placed
from localgov_ims.domain.import_types import ImportType, OnUnplaced, VatFrom
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue, Severity
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.domain.vat import VatRate
from localgov_ims.service.council import Council
from localgov_ims.service.judging_rows import fault
from localgov_ims.service.lines import vat_code_of, vat_terms
from localgov_ims.storage.bulk_receipts import BulkLine

RULES_JOINED: Final = " + "
"""Between the names of the rules that fired for one line."""

_CODES: Final[Mapping[SuspenseReason, str]] = {
    SuspenseReason.UNKNOWN_FUND: "unknown-fund",
    SuspenseReason.MOP_NOT_ALLOWED: "unknown-mop",
    SuspenseReason.INVALID_REFERENCE: "invalid-reference",
    SuspenseReason.NEGATIVE_AMOUNT: "negative-amount",
}
"""The Issue for a row that its type lets no suspense take; any other reason is `unplaced`."""


@define
class Placing:
    """Makes lines of rows, each with the VAT of its code on the day the payer paid."""

    council: Council
    import_type: ImportType
    _terms: dict[tuple[str, str, date], tuple[str | None, str | None, VatRate]] = field(factory=dict)

    def placed(self, row: IncomeRow, parts: tuple[Placed, ...]) -> list[BulkLine]:
        """Return the lines of a row that found its funds."""
        lines = []
        trusted = self._trusted(row, parts)
        for part in parts:
            code, treatment, rate = self._vat(part.fund, part.vat_code, row.taken_on)
            vat = rate.vat_in(part.amount, self.council.vat_rounding).pence if rate.thousandths else 0
            lines.append((
                part.fund, part.account_reference or None, part.amount.pence, code, treatment, rate.thousandths,
                vat if trusted is None else trusted, part.mop, part.narrative or None,
                RULES_JOINED.join(part.rules) or None,
            ))  # fmt: skip
        return lines

    def suspended(self, row: IncomeRow, allocation: Allocation) -> list[BulkLine]:
        """Return the one line of the suspense fund that holds a row until somebody places it."""
        fund, mop = self.council.suspense_fund.code, self.mop_of(row, allocation)
        code, treatment, rate = self._vat(fund, "", row.taken_on)
        vat = rate.vat_in(row.amount, self.council.vat_rounding).pence
        return [(
            fund, None, row.amount.pence, code, treatment, rate.thousandths, vat, mop, row.narrative or None,
            RULES_JOINED.join(allocation.rules) or None,
        )]  # fmt: skip

    def mop_of(self, row: IncomeRow, allocation: Allocation) -> str:
        """Return the method of a row in suspense: as the rules left it, else the row's own, else its type's; or none."""
        given = (allocation.held.mop if allocation.held is not None else "", row.mop)
        return next((mop for mop in given if mop in self.council.methods), self.import_type.defaults.mop)

    def faults(self, row: IncomeRow, allocation: Allocation, lines: list[BulkLine]) -> Iterator[Issue]:
        """Yield what is wrong with a row once it has been allocated."""
        if allocation.reason is not None:
            if self.import_type.on_unplaced is OnUnplaced.REFUSE_FILE:
                code = _CODES.get(allocation.reason, "unplaced")
                detail = f" ({allocation.detail})" if allocation.detail else ""
                message = f"It cannot be placed: {allocation.reason.sentence}{detail}."
                yield fault(row, code, "account_reference", row.account_reference, message)
            return
        yield from self._vat_faults(row, allocation.parts, lines)

    def _vat_faults(
        self, row: IncomeRow, parts: tuple[Placed, ...], lines: list[BulkLine]
    ) -> Iterator[Issue]:
        for part in parts:
            if part.vat_code and vat_code_of(self.council, part.fund, part.vat_code) != part.vat_code:
                own = self.council.funds[part.fund].vat_code or "none"
                message = (
                    f"A line of fund {part.fund} cannot have this VAT code; it has the fund's own, {own}."
                )
                issue = fault(row, "vat-mismatch", "vat_code", part.vat_code, message)
                yield Issue(
                    code=issue.code, place=issue.place, field=issue.field, value=issue.value, message=message,
                    severity=Severity.WARNING,
                )  # fmt: skip
        said = row.vat_amount
        if said is None or self.import_type.vat is VatFrom.COMPUTE:
            return
        ours = sum(line[6] for line in lines)
        if self.import_type.vat is VatFrom.CHECK and abs(said.pence - ours) > 1:
            message = f"The file says {said.shown()} of VAT; by its code and day it is {Money(ours).shown()}."
            yield fault(row, "vat-mismatch", "vat_amount", str(said), message)
        elif self.import_type.vat is VatFrom.TRUST and not self._fits(row):
            message = f"VAT of {said.shown()} does not lie in {row.amount.shown()}."
            yield fault(row, "vat-mismatch", "vat_amount", str(said), message)

    def _trusted(self, row: IncomeRow, parts: tuple[Placed, ...]) -> int | None:
        """Return the file's own VAT where it is taken: for a row of one line, in which it lies."""
        said = row.vat_amount
        if (
            said is None
            or self.import_type.vat is not VatFrom.TRUST
            or len(parts) != 1
            or not self._fits(row)
        ):
            return None
        return said.pence

    @staticmethod
    def _fits(row: IncomeRow) -> bool:
        vat, pence = row.vat_amount.pence if row.vat_amount is not None else 0, row.amount.pence
        return abs(vat) <= abs(pence) and vat * pence >= 0

    def _vat(self, fund: str, asked: str, day: date) -> tuple[str | None, str | None, VatRate]:
        key = (fund, asked, day)
        found = self._terms.get(key)
        if found is None:
            code = vat_code_of(self.council, fund, asked)
            treatment, rate = vat_terms(self.council, code, day)
            found = self._terms[key] = (code, treatment.value if treatment is not None else None, rate)
        return found
