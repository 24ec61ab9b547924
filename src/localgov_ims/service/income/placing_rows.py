"""From an allocation to the lines of a Receipt: what the row of an income file becomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from attrs import define, field

from localgov_ims.allocation.outcomes import Allocation, Placed
from localgov_ims.domain.import_types import ImportType, VatFrom
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.domain.vat import VatRate
from localgov_ims.service.council import Council
from localgov_ims.service.income.judging_rows import fault
from localgov_ims.service.moves.lines import vat_code_of, vat_terms
from localgov_ims.storage.bulk_receipts import BulkLine

RULES_JOINED: Final = " + "
"""Between the names of the rules that fired for one line."""

_CODES: Final[Mapping[SuspenseReason, str]] = {
    SuspenseReason.MOP_NOT_ALLOWED: "unknown-mop",
    SuspenseReason.INVALID_REFERENCE: "invalid-reference",
    SuspenseReason.NO_ACCOUNT: "invalid-reference",
    SuspenseReason.ACCOUNT_CLOSED: "invalid-reference",
    SuspenseReason.NEGATIVE_AMOUNT: "negative-amount",
    SuspenseReason.OVER_MAXIMUM: "bad-field",
    SuspenseReason.SPLIT_TOO_LARGE: "bad-field",
}
"""The Issue for a row that its type lets no suspense take; for any other reason no fund could be told."""


def unplaced(row: IncomeRow, allocation: Allocation) -> Issue:
    """Make the Issue for a row that found no fund, and whose type lets no suspense take it."""
    assert allocation.reason is not None, "asked for only then"  # noqa: S101
    detail = f" ({allocation.detail})" if allocation.detail else ""
    message = f"It cannot be placed: {allocation.reason.sentence}{detail}."
    return fault(
        row,
        _CODES.get(allocation.reason, "unknown-fund"),
        "account_reference",
        row.account_reference,
        message,
    )


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

    def suspended(self, row: IncomeRow, allocation: Allocation) -> list[BulkLine] | None:
        """Return the one line of the suspense fund that holds a row until somebody places it; none without a method.

        The method is as the rules left it, else the row's own, else its type's.
        """
        given = (allocation.held.mop if allocation.held is not None else "", row.mop)
        mop = next((mop for mop in given if mop in self.council.methods), self.import_type.defaults.mop)
        rules = RULES_JOINED.join(allocation.rules) or None
        # The suspense fund takes no VAT: it is decided when the item is cleared.
        line = (
            self.council.suspense_fund.code,
            None,
            row.amount.pence,
            None,
            None,
            0,
            0,
            mop,
            row.narrative or None,
            rules,
        )
        return [line] if mop else None

    def vat_faults(self, row: IncomeRow, parts: tuple[Placed, ...], lines: list[BulkLine]) -> Sequence[Issue]:
        """Return what is wrong with the VAT of a row once its funds are known."""
        asked = [part for part in parts if part.vat_code]
        if row.vat_amount is None and not asked:
            return ()
        return [*self._code_faults(row, asked), *self._amount_faults(row, lines)]

    def _code_faults(self, row: IncomeRow, asked: Iterable[Placed]) -> Iterator[Issue]:
        for part in asked:
            if vat_code_of(self.council, part.fund, part.vat_code) != part.vat_code:
                own = self.council.funds[part.fund].vat_code or "none"
                message = (
                    f"A line of fund {part.fund} cannot have this VAT code; it has the fund's own, {own}."
                )
                yield fault(row, "vat-mismatch", "vat_code", part.vat_code, message).warned()

    def _amount_faults(self, row: IncomeRow, lines: list[BulkLine]) -> Iterator[Issue]:
        said, policy = row.vat_amount, self.import_type.vat
        if said is None or policy is VatFrom.COMPUTE:
            return
        ours = sum(line[6] for line in lines)
        if policy is VatFrom.CHECK and abs(said.pence - ours) > 1:
            message = f"The file says {said.shown()} of VAT; by its code and day it is {Money(ours).shown()}."
            yield fault(row, "vat-mismatch", "vat_amount", str(said), message)
        elif policy is VatFrom.TRUST and not self._fits(row):
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
