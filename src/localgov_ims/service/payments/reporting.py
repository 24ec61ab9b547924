"""Reported payments: what an agent says came of a card keyed into another tool, once, and what has to prove it."""

from __future__ import annotations

import enum
from typing import Final

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id, parse_reference, shown
from localgov_ims.domain.observations import Observation, Said
from localgov_ims.domain.payments import Payment, PaymentState
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import AlreadyDone, InvalidValue, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import view_payment
from localgov_ims.service.payments.finishing import record_observation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage import proofs, reconciliation

_LONGEST: Final = 64


class Reported(enum.Enum):
    """What an agent may say came of a payment."""

    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"


_SAID: Final = {
    Reported.PAID: Said.SUCCEEDED, Reported.DECLINED: Said.FAILED, Reported.CANCELLED: Said.CANCELLED
}  # fmt: skip


def report_payment(
    installation: Installation, reference: str, outcome: Reported, *, provider_reference: str | None = None
) -> Payment:
    """Record what an agent says came of a pending payment, once, and return the payment as it then stands.

    What is reported as paid is a Receipt on a person's word; a line of the account's settlements proves it (see
    `note_unproved`). Whoever reported something wrong has it reversed by somebody else.

    Raises:
        AlreadyDone: Something was reported before (`already_reported`).
        RuleViolation: The payment's account is not one whose payments are reported (`not_reported`).
        InvalidValue: It was paid and the other tool's reference is missing, or it cannot be one.
        NotFound, NotPermitted: See `view_payment`.
    """
    payment = view_payment(installation, parse_reference(reference))
    if payment.provider not in installation.reported_accounts:
        message = f"Payment {shown(payment.reference)} is taken by {payment.provider}, which is asked and not reported."
        raise RuleViolation("not_reported", message, payment=payment.reference)
    if payment.state is not PaymentState.PENDING:
        message = (
            f"Payment {shown(payment.reference)} is {payment.state.value} already. If that is wrong, have somebody else reverse "
            "it."
        )
        raise AlreadyDone("already_reported", message, payment=payment.reference)
    theirs = fitting("provider's reference", provider_reference, _LONGEST)
    if outcome is Reported.PAID and theirs is None:
        message = "Give the reference that the other tool shows for the payment; it is what the payout is compared by."
        raise InvalidValue("reference_missing", message, field="provider_reference")
    now = installation.clock()
    said = Observation(
        payment_reference=payment.reference, provider_reference=theirs, said=_SAID[outcome], provider_status=outcome.value,
        amount_paid=payment.amount if outcome is Reported.PAID else payment.amount - payment.amount,
        taken_on=local_day(now) if outcome is Reported.PAID else None, observed_at=now,
    )  # fmt: skip
    return record_observation(installation, said, Permission.PAYMENT_TAKE)


def note_unproved(installation: Installation) -> int:
    """Note a Break for every receipt that was reported and that no settlement has proved in time; return how many are so.

    In time is the `wait_days` of the account's source, in working days from the day it was taken.

    Raises:
        NotPermitted: The user may not settle payments.
    """
    with installation.unit("note_unproved") as unit:
        permit_unit(installation, unit, Permission.PAYMENT_SETTLE)
        today = local_day(unit.at)
        calendar, sources = installation.council.calendar, installation.council.sources
        late = [
            (identifier, reference, provider, taken_on)
            for identifier, reference, provider, taken_on in proofs.unproved(
                unit.connection, installation.reported_accounts, today
            )
            if calendar.add_working_days(taken_on, sources[provider].wait_days) < today
        ]
        reconciliation.add_new_breaks(unit, [
            Break(
                id=new_id(), kind=BreakKind.NOT_PROVED, subject_kind="transaction", subject=identifier, since_on=today,
                message=f"{reference} was reported as paid on {taken_on:%d %B %Y}, and no payout of {provider} has it. Look in "
                "the other tool; if it was not paid, reverse it.",
            )
            for identifier, reference, provider, taken_on in late
        ])  # fmt: skip
        unit.commit()
    return len(late)
