"""Recording income that is certain: what was taken elsewhere and will come to the bank."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import field, frozen

from localgov_ims.domain.money import NOTHING, Money, enterable
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, Origin, Transaction
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.storage import transactions as stored


@frozen(kw_only=True)
class Taking:
    """A payment known to be certain: who it is for, how much, how and when it was taken.

    `reference` is our own, under which the payer's bank or the provider knows it.
    """

    reference: str
    fund: str
    account_reference: str
    amount: Money = field(validator=enterable)
    mop: str
    taken_on: date
    provider: str | None = None
    provider_reference: str | None = None


def record_takings(installation: Installation, takings: Iterable[Taking]) -> int:
    """Record payments as Receipts, in one unit of work, and return how many.

    Raises:
        NotPermitted: The permission transaction.record or one of the funds is missing, or an account is restricted.
        InvalidValue: A fund or method is unknown, the reference is not the fund's, or the amount is not above zero.
        AlreadyDone: One of them is recorded already; nothing was.
    """
    given = list(takings)
    funds = {taking.fund for taking in given}
    with installation.unit("record_takings") as unit:
        rights = permit_unit(installation, unit, Permission.TRANSACTION_RECORD, funds=funds)
        accounts = ((taking.fund, taking.account_reference) for taking in given)
        permit_accounts(installation, unit.connection, rights, accounts)
        made = [receipt_of(installation, taking, Origin("payment", taking.reference)) for taking in given]
        stored.add(unit, made)
        unit.detail["receipts"] = len(made)
        unit.commit()
    return len(made)


def receipt_of(installation: Installation, taking: Taking, origin: Origin) -> Transaction:
    """Make the Receipt of a taking, checked.

    Raises:
        InvalidValue: A fund or method is unknown, the reference is not the fund's, or the amount is not above zero.
    """
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
        [line], channel=Channel.PORTAL, origin=origin, taken_on=taking.taken_on,
        recorded_at=installation.clock(), recorded_by=installation.actor, provider=taking.provider,
        provider_reference=taking.provider_reference, reference=taking.reference,
    )  # fmt: skip
