"""Recording income that is certain: what was taken elsewhere and will come to the bank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import frozen

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction, receipt
from localgov_ims.domain.vat import NIL
from localgov_ims.errors import InvalidValue
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.storage import transactions as stored


@frozen(kw_only=True)
class Taking:
    """A payment known to be certain: who it is for, how much, how and when it was taken.

    `reference` is our own, under which the payer's bank or the provider knows it.
    """

    reference: str
    fund: str
    account_reference: str
    amount: Money
    mop: str
    taken_on: date
    provider: str | None = None
    provider_reference: str | None = None


def record_takings(installation: Installation, takings: Iterable[Taking]) -> int:
    """Record payments as Receipts, in one unit of work, and return how many.

    Raises:
        InvalidValue: A fund or method is unknown, the reference is not the fund's, or the amount is not above zero.
        AlreadyDone: One of them is recorded already; nothing was.
    """
    with installation.unit("record_takings") as unit:
        made = [_receipt(installation, taking) for taking in takings]
        stored.add(unit, made)
        unit.detail["receipts"] = len(made)
        unit.commit()
    return len(made)


def line_for(
    council: Council, *, fund: str, account_reference: str | None, amount: Money, mop: str, taken_on: date,
    vat_code: str | None = None, rule: str | None = None,
) -> LineInput:  # fmt: skip
    """Return a line with its VAT: the fund's code, or another where the fund lets a line have its own.

    The rate is that of the day the payer paid; VAT lies inside the amount.
    """
    record = council.funds[fund]
    other = vat_code if vat_code and record.vat_override else None
    code = other if other is not None and not council.vat_codes[other].disabled else record.vat_code
    rate = council.vat_codes[code].rate_on(taken_on) if code is not None else NIL
    return LineInput(
        fund=fund, account_reference=account_reference, amount=amount, mop=mop, vat_code=code, vat_rate=rate,
        vat=rate.vat_in(amount, council.vat_rounding), rule=rule,
    )  # fmt: skip


def _receipt(installation: Installation, taking: Taking) -> Transaction:
    council = installation.council
    fund = council.funds.get(taking.fund)
    if fund is None or fund.disabled or fund.suspense:
        raise InvalidValue("fund_not_allowed", f"Fund {taking.fund!r} takes no payments.", value=taking.fund)
    method = council.methods.get(taking.mop)
    if method is None or method.disabled:
        message = f"Method of payment {taking.mop!r} takes no payments."
        raise InvalidValue("mop_not_allowed", message, value=taking.mop)
    if taking.amount <= NOTHING:
        message = f"A payment must be above zero, not {taking.amount.shown()}."
        raise InvalidValue("amount_not_positive", message, value=str(taking.amount))
    format_ = council.references.format_of(taking.fund)
    account = (
        format_.parse(taking.account_reference).text if format_ is not None else taking.account_reference
    )
    line = line_for(
        council, fund=taking.fund, account_reference=account, amount=taking.amount, mop=taking.mop,
        taken_on=taking.taken_on,
    )  # fmt: skip
    return receipt(
        [line], channel=Channel.PORTAL, origin=Origin("payment", taking.reference), taken_on=taking.taken_on,
        recorded_at=installation.clock(), recorded_by=installation.actor, provider=taking.provider,
        provider_reference=taking.provider_reference, reference=taking.reference,
    )  # fmt: skip
