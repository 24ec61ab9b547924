"""Fees: a surcharge that a payer paid on top, as the provider states it. It is income, recorded once and reversible."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from localgov_ims.domain.breaks import BreakKind
from localgov_ims.domain.funds import Nature
from localgov_ims.domain.methods import FeeTo, MethodOfPayment
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import Observation, Said
from localgov_ims.domain.payers import Card
from localgov_ims.domain.payments import Payment, PaymentState
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.domain.transactions import LineInput, Purpose, Transaction
from localgov_ims.errors import AlreadyDone, InvalidValue, RuleViolation
from localgov_ims.service.finding import stored_reference
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import taxed
from localgov_ims.service.payments.asking import no_payment
from localgov_ims.service.payments.payment_receipts import (
    Proof,
    add_receipt,
    add_suspense,
    breaks_about,
    receipts_of,
    suspense_line,
)
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import payments as stored
from localgov_ims.storage import reconciliation, reversals


def record_fee(
    installation: Installation, payment_reference: str, amount: Money, *, card: Card | None = None
) -> Transaction | None:
    """Record the surcharge of a payment that has succeeded, once; none for an amount of nothing.

    It goes where its method says: to the payer's own account or to the central one; to suspense, with a Break, where
    the method carries no fee or the card is not known to be commercial.

    Raises:
        InvalidValue: The amount is below zero.
        RuleViolation: The payment has not succeeded (`not_yet_paid`).
        AlreadyDone: Another fee stands (`fee_recorded`); reverse it first.
        NotFound: There is no such payment.
        ConfigurationError: The settings name no method for fees.
    """
    return record_stated_fee(installation, payment_reference, amount, card, Permission.PAYMENT_SETTLE)


def record_stated_fee(
    installation: Installation,
    payment_reference: str,
    amount: Money,
    card: Card | None,
    *permissions: Permission,
) -> Transaction | None:
    """Do as `record_fee` for a service that asked the provider itself, which says by which permissions.

    Raises:
        InvalidValue, RuleViolation, AlreadyDone, NotFound, ConfigurationError: See `record_fee`.
    """
    if not amount:
        return None
    if amount < NOTHING:
        raise InvalidValue("amount_not_positive", f"A fee cannot be {amount.shown()}.", value=str(amount))
    reference = stored_reference(payment_reference)
    return retried(lambda: _record(installation, reference, amount, card, permissions))


def _record(
    installation: Installation,
    reference: str,
    amount: Money,
    card: Card | None,
    permissions: Collection[Permission],
) -> Transaction:
    with installation.unit("record_fee") as unit:
        permit_unit(installation, unit, *permissions)
        payment = stored.by_reference(unit.connection, reference)
        if payment is None:
            raise no_payment(reference)
        if payment.state is not PaymentState.SUCCEEDED:
            message = (
                f"Payment {reference} is {payment.state.value}; a fee is recorded when it has been paid."
            )
            raise RuleViolation("not_yet_paid", message, payment=reference)
        before = receipts_of(unit.connection, payment)
        fees = [each for each in before if each.purpose is Purpose.FEE]
        reversed_ = reversals.reversed_among(unit.connection, [each.id for each in fees])
        for standing in fees:
            if standing.id not in reversed_:
                return _same(standing, amount)
        main = next(each for each in before if each.purpose is Purpose.MAIN)
        method, mop = installation.council.methods[main.lines[0].mop], installation.council.special["fee"]
        refused = _refused(method, card)
        if refused is None:
            line = _line(installation, method, payment, main.taken_on, amount, mop)
        else:
            line = suspense_line(installation, amount, mop, main.taken_on)
        said = Observation(
            payment_reference=reference, said=Said.SUCCEEDED, observed_at=unit.at, card=card,
            merchant_account=main.merchant_account,
        )  # fmt: skip
        made = add_receipt(
            installation, unit, payment, [line], purpose=Purpose.FEE, n=len(fees) + 1, before=before,
            proof=Proof(observation=said, taken_on=main.taken_on, provider_reference=None),
        )  # fmt: skip
        if refused is not None:
            add_suspense(unit, made, payment, SuspenseReason.MOP_NOT_ALLOWED, refused.value)
            message = _why(refused, payment, method, amount)
            reconciliation.add_new_breaks(unit, breaks_about(unit, [refused], payment, message))
        unit.detail |= {"payment": reference, "fee_pence": amount.pence}
        unit.commit()
        return made


def _same(standing: Transaction, amount: Money) -> Transaction:
    if standing.total == amount:
        return standing
    message = (
        f"A fee of {standing.total.shown()} is recorded as {standing.lines[0].reference}, so not another of "
        f"{amount.shown()}. Reverse it first if it is wrong."
    )
    raise AlreadyDone("fee_recorded", message, transaction=standing.reference)


def _refused(method: MethodOfPayment, card: Card | None) -> BreakKind | None:
    """Return why a surcharge may not be kept: its method carries none, or it may be a consumer's card."""
    if not method.carries_fee:
        return BreakKind.FEE_NOT_ALLOWED
    return None if card is not None and card.commercial is True else BreakKind.CONSUMER_SURCHARGE


def _line(
    installation: Installation, method: MethodOfPayment, payment: Payment, day: date, amount: Money, mop: str
) -> LineInput:
    """Return the line of a fee that may be kept.

    The payer's own account is that of what was asked for, for what was paid may wait in suspense.
    """
    council, first = installation.council, payment.lines[0]
    assert method.fee_fund is not None, "carries_fee needs fee_fund"  # noqa: S101 - MethodOfPayment refuses others
    assert method.fee_vat_code is not None, "carries_fee needs fee_vat_code"  # noqa: S101 - and these
    fund, account = method.fee_fund, method.fee_account
    if method.fee_to is FeeTo.PAYER and council.funds[first.fund].nature is not Nature.DEBTOR_CONTROL:
        fund, account = first.fund, first.account_reference
    line = LineInput(fund=fund, account_reference=account, amount=amount, mop=mop)
    return taxed(council, line, method.fee_vat_code, day)


def _why(kind: BreakKind, payment: Payment, method: MethodOfPayment, amount: Money) -> str:
    if kind is BreakKind.FEE_NOT_ALLOWED:
        why = f"method {method.code} ({method.name}) carries no fee"
    else:
        why = "the card is not known to be a commercial one, and consumers may not be charged for paying by card"
    return f"A surcharge of {amount.shown()} came with payment {payment.reference}, but {why}. It is in suspense: refund it."
