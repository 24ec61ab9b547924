"""Settlements: a provider's payout of many payments, less its fees."""

from __future__ import annotations

import enum
from datetime import date
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.money import Money


class SettlementKind(enum.Enum):
    """What a line of a settlement is; `PAYOUT` is no line but the payout itself, where a file states it as a row."""

    PAYMENT = "payment"
    REFUND = "refund"
    FEE = "fee"
    DISPUTE = "dispute"
    ADJUSTMENT = "adjustment"
    PAYOUT = "payout"


@frozen(kw_only=True)
class SettlementLine:
    """A payment, refund, fee or dispute inside a settlement, as a reader gives it.

    `amount` is gross and signed; `amount - fee == net`, or the file is refused. `identifier`
    is the provider's own of the line, `provider_reference` that of the payment it belongs to. `fee_vat` is the VAT that
    the provider states inside the fee; none: it states none.
    """

    position: int
    identifier: str
    kind: SettlementKind
    amount: Money
    fee: Money
    net: Money
    place: str
    provider_reference: str | None = None
    occurred_on: date | None = None
    fee_vat: Money | None = None


@frozen(kw_only=True)
class Settlement:
    """A recorded settlement: its net is what the bank credit must be.

    `gross` sums payments, refunds, disputes and adjustments, each with its sign; `fees` is what the provider kept.
    """

    id: UUID
    file: UUID
    source: str
    reference: str
    gross: Money
    fees: Money
    net: Money
    paid_on: date
    lines: int
    content: str


@frozen(kw_only=True)
class RecordedSettlementLine:
    """A settlement's line with its identity in the store."""

    id: UUID
    settlement: UUID
    source: str
    line: SettlementLine
