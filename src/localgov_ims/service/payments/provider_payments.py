"""Payments at a provider: starting them there, coming back from there, giving them up, and capturing them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.ids import new_id, parse_reference, shown
from localgov_ims.domain.observations import Observation, Said
from localgov_ims.domain.payments import Payment, PaymentState, ProviderRequest
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import (
    AdapterError,
    ConfigurationError,
    InvalidSignature,
    InvalidValue,
    RuleViolation,
)
from localgov_ims.hooks.next_steps import Done, NextStep
from localgov_ims.hooks.providers import CreatePayment, Language, PaymentProvider
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import no_payment
from localgov_ims.service.payments.asking_providers import opened_provider, what_became_of
from localgov_ims.service.payments.backing_off import AT_ONCE, Patience, tried
from localgov_ims.service.payments.finishing import record_observation
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import payments as stored
from localgov_ims.storage import provider_requests
from localgov_ims.storage.store import Unit

RETURN_LASTS: Final = timedelta(days=1)
"""How long the way back goes on telling what became of a payment."""

_AGENTS: Final = frozenset({Channel.TELEPHONE, Channel.STAFF})
_TOKEN_BYTES: Final = 16
_LABEL: Final = b"localgov-ims return 1"


def start_payment(
    installation: Installation, reference: str, *, return_to: str, language: Language = Language.ENGLISH,
    patience: Patience = AT_ONCE,
) -> NextStep:  # fmt: skip
    """Ask a pending payment's provider for it, and return what whoever stands before the payer does next.

    What is sent is stored first, with its key: whoever asks again, after a crash too, sends the same under the same key,
    and the payer is charged once. *return_to* is the address of the page of a payment's status; the payer comes back to
    it with a token at its end, which opens nothing else.

    Raises:
        RuleViolation: The payment is not pending any more, or its time is over.
        OutcomeUnknown: It may have been made; the payment stays pending, and the sweep asks.
        AdapterError: It was not made; the payment stays as it is.
        NotFound, NotPermitted, InvalidValue: See `view_payment`; or *return_to* is no address.
        ConfigurationError: Its provider is not in the settings, or there are no link keys.
    """
    payment, request = retried(lambda: _stored(installation, parse_reference(reference), return_to, language))
    token = _token_of(installation, request)
    asked = CreatePayment(
        payment_reference=payment.reference, amount=payment.amount, description=_description(installation, payment),
        return_url=f"{request.return_to}/{token}", language=Language(request.language), payer=payment.payer,
        channel=payment.channel, moto=payment.channel in _AGENTS, sent_at=request.at,
    )  # fmt: skip
    with opened_provider(installation, payment.provider) as provider:
        step = tried(lambda: provider.create(asked, key=request.key), patience)
    if isinstance(step, Done):
        record_observation(installation, step.observation, Permission.PAYMENT_TAKE)
    elif (theirs := getattr(step, "provider_reference", None)) is not None:
        going = Observation(
            payment_reference=payment.reference, provider_reference=theirs, said=Said.GOING,
            observed_at=installation.clock(),
        )  # fmt: skip
        record_observation(installation, going, Permission.PAYMENT_TAKE)
    return step


def returned_payment(installation: Installation, token: str) -> Payment:
    """Return a payment as it stands when its payer comes back, having asked its provider once.

    The way back proves nothing. It may be opened as often as wanted, by any browser, until a day has passed; it shows
    the payment's state and nothing else. While the provider does not answer, the payment is pending.

    Raises:
        InvalidSignature: The token opens nothing, or not any more.
        NotPermitted: Whoever answers may not take payments.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.PAYMENT_TAKE)
        found = provider_requests.by_token_hash(connection, _hashed(token))
        if found is None or utc(installation.clock()) >= found[0].token_expires_at:
            message = "This address does not open anything, or does not any more. Look at your e-mail, or ask the council."
            raise InvalidSignature("invalid_link", message)
        payment = _payment(stored.by_reference(connection, found[1]), found[1])
    if payment.state is not PaymentState.PENDING:
        return payment
    with suppress(AdapterError), opened_provider(installation, payment.provider) as provider:
        for said in what_became_of(provider, payment):
            payment = record_observation(installation, said, Permission.PAYMENT_TAKE)
    return payment


def cancel_payment(installation: Installation, reference: str, *, patience: Patience = AT_ONCE) -> Payment:
    """Give up a pending payment at its provider, and record what the provider says; it may say that it was paid.

    Raises:
        Conflict: The provider does not give it up any more; ask what became of it.
        OutcomeUnknown, AdapterError: It could not be told; the payment stays as it is.
        NotFound, NotPermitted: See `view_payment`.
        RuleViolation: The provider has not been asked for it, or it has ended.
    """
    return _at_provider(installation, reference, lambda provider, theirs: provider.cancel(theirs), patience)


def capture_payment(installation: Installation, reference: str, *, patience: Patience = AT_ONCE) -> Payment:
    """Take what a payer has authorised, where the provider's account captures later, and record what it says.

    Raises:
        Conflict: It cannot be captured.
        OutcomeUnknown, AdapterError, NotFound, NotPermitted, RuleViolation: As `cancel_payment`.
    """
    return _at_provider(installation, reference, lambda provider, theirs: provider.capture(theirs), patience)


def _at_provider(
    installation: Installation, reference: str, act: Callable[[PaymentProvider, str], Observation], patience: Patience
) -> Payment:  # fmt: skip
    wanted = parse_reference(reference)
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.PAYMENT_TAKE, Permission.PAYMENT_SETTLE)
        payment = _payment(stored.by_reference(connection, wanted), wanted)
        rights.require_funds([line.fund for line in payment.lines])
    theirs = payment.provider_reference
    if payment.state is not PaymentState.PENDING or theirs is None:
        why = f"is {payment.state.value}" if theirs is not None else "has not reached its provider"
        message = f"Payment {shown(payment.reference)} {why}, so there is nothing to do there."
        raise RuleViolation("not_at_provider", message, payment=payment.reference)
    with opened_provider(installation, payment.provider) as provider:
        said = tried(lambda: act(provider, theirs), patience)
    return record_observation(installation, said, Permission.PAYMENT_TAKE, Permission.PAYMENT_SETTLE)


def _stored(
    installation: Installation, reference: str, return_to: str, language: Language
) -> tuple[Payment, ProviderRequest]:
    with installation.unit("start_payment") as unit:
        rights = permit_unit(installation, unit, Permission.PAYMENT_TAKE)
        payment = _payment(stored.by_reference(unit.connection, reference), reference)
        rights.require_funds([line.fund for line in payment.lines])
        if payment.state is not PaymentState.PENDING or unit.at >= payment.expires_at:
            ended = payment.state.value if payment.state is not PaymentState.PENDING else "out of time"
            message = (
                f"Payment {shown(reference)} is {ended}; nobody begins to pay it now. Ask for a new one."
            )
            raise RuleViolation("not_pending", message, payment=reference)
        earlier = provider_requests.of_payment(unit.connection, reference)
        if earlier is not None:
            return payment, earlier
        request = _request(installation, unit, payment, return_to, language)
        provider_requests.add(unit, request)
        unit.detail |= {"payment": reference, "provider": payment.provider}
        unit.commit()
        return payment, request


def _request(
    installation: Installation, unit: Unit, payment: Payment, return_to: str, language: Language
) -> ProviderRequest:
    if not return_to.startswith(("https://", "http://")) or any(c.isspace() for c in return_to):
        message = "The address to come back to begins with https:// and is the page of a payment's status."
        raise InvalidValue("bad_return_address", message, value=return_to)
    key = str(new_id())
    token = _token(installation.link_keys()[0], key)
    return ProviderRequest(
        id=new_id(), payment=payment.id, key=key, return_to=return_to.rstrip("/"), language=language.value,
        token_hash=_hashed(token), token_expires_at=payment.expires_at + RETURN_LASTS, at=unit.at, by=installation.actor,
    )  # fmt: skip


def _token_of(installation: Installation, request: ProviderRequest) -> str:
    """Make the token of a request again: nobody stored it, and every attempt must send the same."""
    tokens: Iterator[str] = (_token(key, request.key) for key in installation.link_keys())
    for token in tokens:
        if hmac.compare_digest(_hashed(token), request.token_hash):
            return token
    message = "The link key that this payment was begun with is gone, so it cannot be sent again. Ask for a new payment."
    raise ConfigurationError("link_key_gone", message)


def _token(secret: bytes, key: str) -> str:
    """Return 128 bits that only the link key gives: by chance to everybody else."""
    digest = hmac.digest(secret, _LABEL + key.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode().rstrip("=")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _description(installation: Installation, payment: Payment) -> str:
    """Return what the payer reads at the provider: what it is for, and nobody's account or name."""
    funds: Sequence[str] = list(dict.fromkeys(line.fund for line in payment.lines))
    names = [fund.display_name or fund.name for code in funds for fund in [installation.council.funds[code]]]
    return f"{installation.council.name}: {', '.join(names)}"[:255]


def _payment(payment: Payment | None, reference: str) -> Payment:
    if payment is None:
        raise no_payment(reference)
    return payment
