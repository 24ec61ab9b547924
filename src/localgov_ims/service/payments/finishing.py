"""Finishing payments: what an observation does, by the table of `domain.payments`, however late and however often."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from uuid import NAMESPACE_URL, uuid5

from attrs import asdict, evolve

from localgov_ims.domain.breaks import Break, BreakKind
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id, shown
from localgov_ims.domain.observations import Observation, Said
from localgov_ims.domain.payments import Decision, Payment, PaymentEvent, PaymentState, Records, decide
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.domain.transactions import LineInput, Purpose, Transaction
from localgov_ims.errors import AlreadyDone, ImsError, NotPermitted, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.service.payments.asking import no_payment
from localgov_ims.service.payments.fees import record_stated_fee
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
from localgov_ims.storage import reconciliation, reversals, transactions
from localgov_ims.storage.schema import json_text
from localgov_ims.storage.store import Unit


def finish_payment(installation: Installation, observation: Observation) -> Payment:
    """Record what a provider said of a payment, and return the payment as it then stands.

    Income is recorded once, whoever tells it how often and at the same moment; what contradicts it becomes a Break and
    is never lost. A surcharge is recorded after the receipt; if it cannot be, the receipt stands and a Break says why.

    Raises:
        NotFound: There is no such payment; a Break keeps what was said.
        RuleViolation: The provider's reference is another payment's (`provider_reference_taken`); a Break keeps it.
        NotPermitted: The user may not settle payments.
    """
    return record_observation(installation, observation, Permission.PAYMENT_SETTLE)


def record_observation(
    installation: Installation, observation: Observation, *permissions: Permission
) -> Payment:
    """Do as `finish_payment` for a service that asked the provider itself, which says by which permissions.

    Raises:
        NotFound, RuleViolation, NotPermitted: See `finish_payment`.
    """
    payment = retried(lambda: _finish(installation, observation, permissions))
    if observation.surcharge and payment.state is PaymentState.SUCCEEDED:
        try:
            record_stated_fee(
                installation, payment.reference, observation.surcharge, observation.card, *permissions
            )
        except NotPermitted:
            raise
        except ImsError as error:
            why = error.message
            retried(lambda: _note_fee(installation, payment, why))
    return payment


def _finish(
    installation: Installation, observation: Observation, permissions: Collection[Permission]
) -> Payment:
    with installation.unit("finish_payment") as unit:
        permit_unit(installation, unit, *permissions)
        if observation.said is Said.TAKEN_BACK:
            unit.lock()  # it draws
        payment = stored.by_reference(unit.connection, observation.payment_reference)
        if payment is None:
            reconciliation.add_new_breaks(unit, [_unknown(unit, observation)])
            unit.commit()
            raise no_payment(observation.payment_reference)
        if (another := _another(unit, payment, observation)) is not None:
            reconciliation.add_new_breaks(
                unit, breaks_about(unit, [BreakKind.REFERENCE_TAKEN], payment, another.message)
            )
            unit.commit()
            raise another
        before = receipts_of(unit.connection, payment)
        recorded = {each.provider_reference: each.total for each in before if each.purpose is not Purpose.FEE}
        decision = decide(payment, observation, recorded)
        made = None
        if decision.records is Records.REVERSAL:
            decision = _reversed(installation, unit, observation, before)
        elif decision.records is not Records.NOTHING:
            made = _income(installation, unit, payment, observation, decision, before)
        extra = made if decision.records is Records.EXTRA_IN_SUSPENSE else None
        for kind in decision.breaks:
            message = _sentence(kind, payment, observation)
            reconciliation.add_new_breaks(unit, breaks_about(unit, [kind], payment, message, about=extra))
        first_word = payment.provider_reference is None and observation.provider_reference is not None
        if decision.noted or first_word:
            payment = _noted(installation, unit, payment, observation, decision)
        unit.detail |= {
            "payment": payment.reference, "said": observation.said.value, "state": payment.state.value,
            "records": decision.records.value,
        }  # fmt: skip
        unit.commit()
        return payment


def _income(
    installation: Installation, unit: Unit, payment: Payment, observation: Observation, decision: Decision,
    before: Sequence[Transaction],
) -> Transaction:  # fmt: skip
    day = observation.taken_on or local_day(unit.at)
    purpose = Purpose.EXTRA if decision.records is Records.EXTRA_IN_SUSPENSE else Purpose.MAIN
    inputs: list[LineInput]
    if decision.records is Records.MAIN:
        inputs = [
            line_for(
                installation.council, fund=line.fund, account_reference=line.account_reference, amount=line.amount,
                mop=line.mop, taken_on=day, vat_code=line.vat_code, narrative=line.narrative,
            )
            for line in payment.lines
        ]  # fmt: skip
    else:
        inputs = [suspense_line(installation, observation.amount_paid, payment.lines[0].mop, day)]
    made = add_receipt(
        installation, unit, payment, inputs, purpose=purpose, n=1 + sum(each.purpose is purpose for each in before),
        before=before,
        proof=Proof(observation=observation, taken_on=day, provider_reference=observation.provider_reference),
    )  # fmt: skip
    if decision.records is not Records.MAIN:
        add_suspense(unit, made, payment, SuspenseReason.QUARANTINED, decision.breaks[0].value)
    return made


def _reversed(
    installation: Installation, unit: Unit, observation: Observation, before: Sequence[Transaction]
) -> Decision:
    """Take back the Receipt of what the provider took back, once, and return what then holds."""
    (taken,) = [
        each for each in before
        if each.purpose is not Purpose.FEE and each.provider_reference == observation.provider_reference
    ]  # fmt: skip
    if reversals.reversing(unit.connection, [line.id for line in taken.lines]):
        return Decision(PaymentState.SUCCEEDED, noted=False)
    try:
        take_back(
            installation, unit, taken, reason=(observation.reason or "Taken back by the provider")[:100]
        )
    except AlreadyDone:
        raise  # somebody took it back meanwhile: read again
    except RuleViolation:
        return Decision(PaymentState.SUCCEEDED, breaks=(BreakKind.TAKEN_BACK,))
    return Decision(PaymentState.SUCCEEDED, Records.REVERSAL)


def _noted(
    installation: Installation, unit: Unit, payment: Payment, observation: Observation, decision: Decision
) -> Payment:
    """Record the event; once a payment has succeeded, what is said later changes neither its reference nor its card."""
    settled = payment.state is PaymentState.SUCCEEDED
    theirs = (
        payment.provider_reference
        if settled
        else observation.provider_reference or payment.provider_reference
    )
    card = payment.card if settled else observation.card or payment.card
    event = PaymentEvent(
        id=new_id(), payment=payment.id, number=payment.events + 1, said=observation.said, state=decision.state,
        provider_reference=theirs, amount=observation.amount_paid, received_at=observation.observed_at,
        received_by=installation.actor, message_hash=_hash(observation), card=card,
    )  # fmt: skip
    stored.add_event(unit, event)
    return evolve(payment, state=event.state, provider_reference=theirs, card=card, events=event.number)


def _another(unit: Unit, payment: Payment, observation: Observation) -> RuleViolation | None:
    """Return the error for a provider's reference under which another payment's money is recorded."""
    t = transactions.transactions
    if observation.provider_reference is None or payment.provider is None:
        return None
    found = transactions.whole(
        unit.connection,
        t.c.provider == payment.provider,
        t.c.provider_reference == observation.provider_reference,
    )
    for other in found:
        if other.payment != payment.reference:
            message = (
                f"{payment.provider} says {observation.provider_reference} of payment {shown(payment.reference)}, but "
                f"that is already {shown(other.payment or other.reference)}. Ask the provider which is right."
            )
            return RuleViolation(
                "provider_reference_taken", message, reference=observation.provider_reference
            )
    return None


def _unknown(unit: Unit, observation: Observation) -> Break:
    # There is no record to point at, so the subject is a name for what was said: the same is noted once.
    subject = uuid5(NAMESPACE_URL, f"{observation.payment_reference}|{observation.provider_reference}")
    message = (
        f"A provider says {observation.said.value}, {observation.amount_paid.shown()}, of payment "
        f"{observation.payment_reference!r} ({observation.provider_reference}), which is none of ours. Ask whose it is."
    )
    return Break(
        id=new_id(), kind=BreakKind.UNKNOWN_PAYMENT, subject_kind="unknown_payment", subject=subject,
        since_on=local_day(unit.at), message=message,
    )  # fmt: skip


def _note_fee(installation: Installation, payment: Payment, why: str) -> None:
    with installation.unit("note_fee") as unit:
        message = f"The surcharge of payment {shown(payment.reference)} is not recorded: {why}"
        reconciliation.add_new_breaks(unit, breaks_about(unit, [BreakKind.FEE_NOT_ALLOWED], payment, message))
        unit.commit()


def _sentence(kind: BreakKind, payment: Payment, observation: Observation) -> str:
    paid, due, ours = observation.amount_paid.shown(), payment.amount.shown(), shown(payment.reference)
    sentences = {
        BreakKind.PAID_TWICE: f"{ours} was paid a second time ({paid}, {observation.provider_reference}); it is in "
        "suspense. Ask the payer, or refund it.",
        BreakKind.AMOUNT_DIFFERS: f"{paid} was paid for {ours}, which asked for {due}. Place or refund what is in suspense.",
        BreakKind.LATE_SUCCESS: f"{ours} had {payment.state.value}, and was paid after all ({paid}). Tell the payer.",
        BreakKind.LATE_REFUSAL: f"{ours} is paid, and its provider now says {observation.said.value}. The income stands; "
        "ask the provider.",
        BreakKind.TAKEN_BACK: f"The provider has taken back what was paid for {ours} ({observation.provider_reference}), of which "
        "a part has been refunded or moved on, so that nothing is reversed. Undo that first, then reverse the receipt.",
        BreakKind.ZERO_AMOUNT: f"The provider says that {ours} succeeded with nothing paid, which proves nothing. Ask it.",
        BreakKind.UNKNOWN_STATUS: f"The provider says {observation.provider_status!r} of {ours}, a word unknown here. "
        "Decide what became of it.",
    }
    return sentences[kind]


def _hash(observation: Observation) -> str:
    plain = asdict(observation, value_serializer=lambda _, __, value: str(value))
    return hashlib.sha256(json_text(plain).encode()).hexdigest()
