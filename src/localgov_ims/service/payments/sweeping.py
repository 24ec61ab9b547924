"""The sweep: asking the provider about what is pending, so that who paid and closed the tab is recorded, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from attrs import frozen

from localgov_ims.domain.observations import Observation, RefundObservation, Said
from localgov_ims.domain.payments import Payment, PaymentState
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import RefundRequest, RefundState
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking_providers import OF_ONE, providers_at_hand, what_became_of
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.people.permitting import permit
from localgov_ims.service.refunds.finishing import finish_refund
from localgov_ims.storage import payments, refunds

PENDING_FOR: Final = timedelta(minutes=30)
"""How long a payment is left alone before the provider is asked about it."""

CAPTURED_BY: Final = timedelta(hours=96)
"""How long after it was asked for an authorised payment is captured at the latest: providers let it go at 120 hours."""

Ask = Callable[[Payment], Observation | None]
"""Asks the provider about a payment; none is its answer "no such payment". It raises AdapterError for silence."""

AskRefund = Callable[[RefundRequest], RefundObservation]
"""Asks the provider about a refund."""


@frozen(kw_only=True)
class Swept:
    """What a sweep found.

    Attributes:
        asked: How many the provider was asked about; moved: how many of them moved.
        silent: Reference and reason of each that could not be told; it stays as it is.
    """

    asked: int
    moved: int
    silent: tuple[tuple[str, str], ...]


def sweep_payments(installation: Installation, ask: Ask, *, pending_for: timedelta = PENDING_FOR) -> Swept:
    """Ask about every payment pending for a while, each in a unit of its own, and record what is answered.

    Only the provider's answer expires a payment, or its "no such payment" once the payment's time is over; silence
    leaves it pending.

    Raises:
        NotPermitted: The user may not settle payments.
    """
    now = installation.clock()
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.PAYMENT_SETTLE)
        pending = list(payments.pending_since(connection, now - pending_for))
    moved, silent = 0, []
    for payment in pending:
        try:
            said = ask(payment)
            if said is None and now <= payment.expires_at:
                continue
            if said is None:
                said = Observation(
                    payment_reference=payment.reference, said=Said.EXPIRED, observed_at=now,
                    reason="the provider has no such payment, and its time is over",
                )  # fmt: skip
            moved += finish_payment(installation, said).state is not PaymentState.PENDING
        except OF_ONE as error:
            silent.append((payment.reference, error.message))
    return Swept(asked=len(pending), moved=moved, silent=tuple(silent))


def mop_up_payments(installation: Installation, *, pending_for: timedelta = PENDING_FOR) -> Swept:
    """Ask the providers of the settings about every payment pending for a while; see `sweep_payments`.

    What an account captures later is captured here once it is 96 hours old, while the provider still lets it be.

    Raises:
        NotPermitted: The user may not settle payments.
    """
    with providers_at_hand(installation) as named:

        def ask(payment: Payment) -> Observation | None:
            provider = named(payment.provider)
            found = what_became_of(provider, payment)
            for other in found[:-1]:
                finish_payment(installation, other)
            said = found[-1] if found else None
            due = installation.clock() >= payment.created_at + CAPTURED_BY
            if said is not None and said.capturable and due and said.provider_reference is not None:
                return provider.capture(said.provider_reference)
            return said

        return sweep_payments(installation, ask, pending_for=pending_for)


def sweep_refunds(installation: Installation, ask: AskRefund) -> Swept:
    """Ask about every refund in flight, and record what is answered.

    Raises:
        NotPermitted: The user may not say what became of refunds.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.REFUND_CONFIRM, Permission.PAYMENT_SETTLE)
        submitted = list(refunds.in_state(connection, RefundState.SUBMITTED))
    moved, silent = 0, []
    for request in submitted:
        try:
            moved += not finish_refund(installation, ask(request)).state.open
        except OF_ONE as error:
            silent.append((request.reference, error.message))
    return Swept(asked=len(submitted), moved=moved, silent=tuple(silent))
