"""Income files: what a payment agent's or department's file says of money that was taken, row by row and in all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.vat import VatRate

NOTHING_MORE: Final[Mapping[str, str]] = MappingProxyType({})
"""No further columns."""


@frozen(kw_only=True, slots=False)  # a file has a million of them, and this is made in a third of the time
class IncomeRow:
    """Money received, as its sender tells of it; text that is absent is empty.

    Allocation takes it too, of a bank line as of a row of a file.

    Attributes:
        position: Of the data row in its file, from 1; line: the line of the file on which it begins.
        amount: Gross, what the payer paid; positive is money in.
        taken_on: The London day the payer paid; taken_at: the moment, where it is known.
        fee_amount, fee_vat, net_amount: What an agent keeps, and what is left of the amount.
        source_reference: The sender's reference of the row; source_internal_reference: another one of the sender's.
        provider_reference: The reference of a payment provider, where the row has one.
        entered_at: When it was entered in the sender's system.
        extra: Further columns, by the profile's names.
        issues: What is wrong with the row, though its amount and day can be read.
    """

    identifier: ClassVar[None] = None
    """Whether a reference may come twice is for the import type to say, not for the file's format."""

    position: int
    amount: Money
    taken_on: date
    line: int = 0
    account_reference: str = ""
    fund: str = ""
    mop: str = ""
    office: str = ""
    vat_code: str = ""
    narrative: str = ""
    source_reference: str = ""
    source_internal_reference: str = ""
    provider_reference: str = ""
    taken_at: datetime | None = None
    entered_at: datetime | None = None
    vat_rate: VatRate | None = None
    vat_amount: Money | None = None
    fee_amount: Money | None = None
    fee_vat: Money | None = None
    net_amount: Money | None = None
    extra: Mapping[str, str] = NOTHING_MORE
    issues: tuple[Issue, ...] = ()

    @property
    def place(self) -> str:
        """Where it stands in its file."""
        return f"row {self.position}, line {self.line}"


@frozen(kw_only=True)
class IncomeFile:
    """A recorded income file in all: what the bank must bring for it.

    Attributes:
        file: The file that was received; run: how often it was recorded anew after a reversal, from 1.
        source: The income source whose bank credit it explains, where its type names one.
        gross: What payers paid, without rows that were rejected on input; fees: what the sender kept of it.
        fee_vat: The VAT in those fees, as the rows state it.
        expected: What the bank credit must be: the gross, or the gross less the fees.
        first_on, last_on: The first and last day on which payers paid.
        waits: Whether its rows become income only when its bank line is matched.
    """

    id: UUID
    file: UUID
    run: int
    import_type: str
    source: str | None
    rows: int
    gross: Money
    fees: Money
    expected: Money
    first_on: date | None
    last_on: date | None
    waits: bool = False
    fee_vat: Money = NOTHING


@frozen(kw_only=True)
class RejectedRow:
    """A row of a submission that Bacs did not take on input: no income, and not in the bank's credit."""

    id: UUID
    file: UUID
    run: int
    position: int
    amount: Money
    reference: str
    reason: str
    at: datetime
    by: str
