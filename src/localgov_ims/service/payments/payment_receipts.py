"""Receipts of payments: what a payment's money becomes, its lines numbered under the payment's reference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import Observation
from localgov_ims.domain.payments import Payment
from localgov_ims.domain.suspense import SuspenseItem, SuspenseReason
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import LineInput, Origin, Purpose, Transaction
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import line_for
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class Proof:
    """What proves that money came: the provider's observation, as far as a Receipt keeps it."""

    observation: Observation
    taken_on: date
    provider_reference: str | None


def receipts_of(connection: Connection, payment: Payment) -> list[Transaction]:
    """Return the Receipts that a payment has had."""
    found = transactions.whole(connection, transactions.transactions.c.payment == payment.reference)
    return [each for each in found if each.purpose is not None]


def add_receipt(
    installation: Installation, unit: Unit, payment: Payment, inputs: Sequence[LineInput], *, purpose: Purpose, n: int,
    before: Sequence[Transaction], proof: Proof,
) -> Transaction:  # fmt: skip
    """Record a Receipt of a payment; *before* are those that it has had, whose lines its own follow.

    Raises:
        AlreadyDone: Somebody else recorded it meanwhile.
    """
    said = proof.observation
    made = receipt(
        inputs, channel=payment.channel, origin=Origin("payment", f"{payment.id}/{purpose.value}", n),
        taken_on=proof.taken_on, taken_at=said.taken_at, recorded_at=unit.at, recorded_by=installation.actor,
        first=1 + sum(len(each.lines) for each in before), payment=payment.reference, purpose=purpose, n=n,
        provider=payment.provider, provider_reference=proof.provider_reference,
        merchant_account=said.merchant_account or payment.merchant_account, office=payment.office,
        caller_reference=payment.caller_reference, authorisation_code=said.authorisation_code, payer=payment.payer,
        card=said.card,
    )  # fmt: skip
    transactions.add(unit, [made], personal_narratives=installation.council.personal_narratives)
    return made


def suspense_line(installation: Installation, amount: Money, mop: str, day: date) -> LineInput:
    """Return a line of the suspense fund."""
    council = installation.council
    return line_for(
        council, fund=council.suspense_fund.code, account_reference=None, amount=amount, mop=mop, taken_on=day
    )


def add_suspense(
    unit: Unit, made: Transaction, payment: Payment, reason: SuspenseReason, detail: str
) -> None:
    """Record why the Receipt of a payment is in suspense, for whoever will place it."""
    transactions.add_suspense(
        unit,
        [
            SuspenseItem(
                id=new_id(), line=line.id, reason=reason, received_at=unit.at, received_reference=payment.reference,
                detail=detail,
            )
            for line in made.lines
        ],
    )  # fmt: skip


def breaks_about(
    unit: Unit,
    kinds: Iterable[BreakKind],
    payment: Payment,
    message: str,
    *,
    about: Transaction | None = None,
) -> list[Break]:
    """Make the Breaks about a payment, or about the Receipt that is too many."""
    return [
        Break(
            id=new_id(), kind=kind, subject_kind="payment" if about is None else "transaction",
            subject=payment.id if about is None else about.id, since_on=local_day(unit.at), message=message,
        )
        for kind in kinds
    ]  # fmt: skip
