"""The sweep of refunds: asking about each that is in flight, and sending what was asked for and never sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import RefundRequest, RefundState, Route
from localgov_ims.hooks.providers import PaymentProvider
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking_providers import OF_ONE, providers_at_hand
from localgov_ims.service.payments.sweeping import Swept
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.refunds import records
from localgov_ims.service.refunds.finishing import record_said
from localgov_ims.service.refunds.sending import send_refund
from localgov_ims.storage import payments, refunds

WAITS_FOR: Final = timedelta(minutes=5)
"""How long a refund may wait to be sent by whoever asked for it, before the sweep sends it."""

_ASKS: Final = (Permission.REFUND_CONFIRM, Permission.PAYMENT_SETTLE)


def mop_up_refunds(installation: Installation) -> Swept:
    """Ask the providers about every refund in flight, and send those that nobody sent, each by itself.

    Safe to run twice and at once: a refund is one, whoever sends it how often.

    Raises:
        NotPermitted: The user may not say what became of refunds.
    """
    now = installation.clock()
    with installation.store.reading() as connection:
        permit(installation, connection, *_ASKS)
        found = [
            request
            for request in refunds.in_state(connection, RefundState.REQUESTED, RefundState.SUBMITTED)
            if request.route is Route.PROVIDER
            and (request.state is RefundState.SUBMITTED or request.asked_at <= now - WAITS_FOR)
        ]
    moved, silent = 0, []
    with providers_at_hand(installation) as named:
        for request in found:
            with installation.store.reading() as connection:
                payment = payments.by_reference(connection, request.payment or "")
            try:
                provider = named(payment.provider if payment is not None else None)
                moved += _asked(installation, provider, request).state is not request.state
            except OF_ONE as error:
                silent.append((request.reference, error.message))
    return Swept(asked=len(found), moved=moved, silent=tuple(silent))


def ask_about_refunds(installation: Installation, provider: PaymentProvider, payment: str) -> None:
    """Ask about every refund of a payment that its provider has named: one in flight, or one that may yet fail.

    Raises:
        AdapterError: The provider did not say.
        NotPermitted: The user may not say what became of refunds.
    """
    with installation.store.reading() as connection:
        known = refunds.of_payment(connection, payment)
    for request in known:
        if request.provider_reference is not None:
            _asked(installation, provider, request)


def _asked(installation: Installation, provider: PaymentProvider, request: RefundRequest) -> RefundRequest:
    theirs = request.provider_reference
    if theirs is None:
        key = str(request.id)
        return send_refund(installation, request.reference, lambda asked: provider.refund(asked, key=key))
    with installation.unit("ask_about_refund") as unit:
        permit_unit(installation, unit, *_ASKS)
        asked = records.to_send(unit, request, records.first_sent_at(unit, request) or request.asked_at)
    return record_said(installation, provider.fetch_refund(asked, theirs), *_ASKS)
