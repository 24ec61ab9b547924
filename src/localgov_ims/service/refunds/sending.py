"""Sending refunds to their provider: noted before it is sent, and again as often as it takes, for one refund."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from attrs import evolve

from localgov_ims.domain.ids import parse_reference
from localgov_ims.domain.observations import CreateRefund, RefundObservation, RefundSaid
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import RefundEventKind, RefundRequest, RefundState, Route
from localgov_ims.errors import (
    AdapterError,
    Conflict,
    Declined,
    NotFoundAtProvider,
    NotSupported,
    OutcomeUnknown,
    Rejected,
    RuleViolation,
    UnexpectedAnswer,
)
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking_providers import opened_provider
from localgov_ims.service.payments.backing_off import AT_ONCE, Patience, tried
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.refunds import records
from localgov_ims.service.refunds.asking import no_refund
from localgov_ims.service.refunds.finishing import check_accounts, record_said
from localgov_ims.service.retrying import retried
from localgov_ims.storage import payments, refunds

Send = Callable[[CreateRefund], RefundObservation]
"""Asks the provider for a refund; the same one asked for twice is one (its request's id is the idempotency key)."""

_SENDS: Final = (Permission.REFUND_REQUEST, Permission.REFUND_CONFIRM, Permission.PAYMENT_SETTLE)
_SENDABLE: Final = frozenset({RefundState.REQUESTED, RefundState.SUBMITTED})
_REFUSALS: Final = (Rejected, Declined, Conflict, NotFoundAtProvider, NotSupported)


def send_refund(installation: Installation, reference: str, send: Send) -> RefundRequest:
    """Send a requested refund to its provider, and record what it answers.

    What it drew is committed long before, and so is that it was sent, before anybody outside hears of it. When the
    answer is unclear it is *submitted*, in flight: the sweep asks again.

    Raises:
        NotFound: There is no such request.
        RuleViolation: It is not one to send to a provider now (`not_requested`); or the payer's bank may pay it back too
            (`claim_open`).
        AdapterError: The provider certainly did not do it, and may be asked again; the request stays as it is. Any
            other exception of *send* is raised on, with the request *submitted*: nobody knows what it did.
    """
    asked = retried(lambda: _to_send(installation, reference))
    ours = asked.refund_reference
    try:
        said = send(asked)
    except _REFUSALS as error:
        said = _said(installation, ours, RefundSaid.FAILED, error.message)
    except (OutcomeUnknown, UnexpectedAnswer) as error:
        said = _said(installation, ours, RefundSaid.SUBMITTED, error.message)
    except AdapterError:
        raise  # certainly not done
    except Exception as error:
        # Whatever else happened on the way, the provider may have paid: it is in flight until it is asked.
        record_said(installation, _said(installation, ours, RefundSaid.SUBMITTED, repr(error)), *_SENDS)
        raise
    return record_said(installation, said, *_SENDS)


def send_to_provider(
    installation: Installation, reference: str, *, patience: Patience = AT_ONCE
) -> RefundRequest:
    """Send a requested refund to the provider that took its payment; see `send_refund` for what comes of it.

    Two who send it at the same moment send one refund: the second looks first, and the provider refuses what no longer
    fits.

    Raises:
        NotFound, RuleViolation, AdapterError: See `send_refund`.
        ConfigurationError: Its provider is not in the settings.
    """
    request, name = _found(installation, parse_reference(reference))
    key = str(request.id)
    with opened_provider(installation, name) as provider:

        def send(asked: CreateRefund) -> RefundObservation:
            attempts = _attempts(asked, installation.clock())
            return tried(lambda: provider.refund(next(attempts), key=key), patience)

        return send_refund(installation, request.reference, send)


def _attempts(asked: CreateRefund, at: datetime) -> Iterator[CreateRefund]:
    """Yield what each attempt asks: only the first may say that it was never sent."""
    yield asked
    while True:
        yield evolve(asked, sent_at=asked.sent_at or at)


def _found(installation: Installation, reference: str) -> tuple[RefundRequest, str | None]:
    """Return a request, and the name of the provider that took its payment."""
    with installation.store.reading() as connection:
        permit(installation, connection, *_SENDS)
        request = refunds.by_reference(connection, reference)
        if request is None:
            raise no_refund(reference)
        payment = payments.by_reference(connection, request.payment or "")
    return request, payment.provider if payment is not None else None


def _to_send(installation: Installation, reference: str) -> CreateRefund:
    with installation.unit("send_refund") as unit:
        rights = permit_unit(installation, unit, *_SENDS)
        request = records.found(unit, reference)
        if not rights.has(Permission.PAYMENT_SETTLE):  # the sweep sends what a person asked for
            check_accounts(installation, unit, rights, request)
        if request.route is not Route.PROVIDER or request.state not in _SENDABLE:
            message = f"Refund {request.reference} is {request.state.value}, by {request.route.value}; it is not sent now."
            raise RuleViolation("not_requested", message, refund=request.reference)
        sent_at = records.first_sent_at(unit, request)
        if sent_at is None:
            records.check_unclaimed(installation, unit, request)
        asked = records.to_send(unit, request, sent_at)
        if sent_at is None:
            records.noted(installation, unit, request, RefundEventKind.SENT, request.state)
            unit.commit()
        return asked


def _said(installation: Installation, reference: str, said: RefundSaid, why: str) -> RefundObservation:
    return RefundObservation(
        refund_reference=reference, said=said, observed_at=installation.clock(), reason=why
    )
