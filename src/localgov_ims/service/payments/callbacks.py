"""Callbacks: what providers send unasked is proved, kept once and answered at once; then they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from attrs import frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.observations import Said
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import (
    AlreadyDone,
    NotFound,
    NotFoundAtProvider,
    RateLimited,
    RuleViolation,
    Unavailable,
)
from localgov_ims.hooks.callbacks import Callback, Hint
from localgov_ims.hooks.providers import PaymentProvider
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking_providers import OF_ONE, opened_provider, providers_at_hand
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.people.permitting import permit_reading, permit_unit
from localgov_ims.service.refunds.finishing import finish_refund
from localgov_ims.service.refunds.sweeping import ask_about_refunds
from localgov_ims.service.retrying import retried
from localgov_ims.storage import callbacks as stored
from localgov_ims.storage import payments

ASKED_FOR: Final = timedelta(days=7)
"""How long an event is asked about, if its provider does not answer; what it is about is swept besides."""


@frozen(kw_only=True)
class Answered:
    """What came of asking: events that were answered, and those whose provider gave no answer, which wait."""

    answered: int
    waiting: int


def receive_callback(installation: Installation, provider: str, callback: Callback) -> int:
    """Prove a delivery, keep its events, and return how many are new; whoever sent it is told 2xx then.

    Nothing in it is believed but what decides which payment to ask about, in `answer_callbacks`. What came before,
    by this delivery or another, is no error and changes nothing.

    Raises:
        InvalidSignature, StaleCallback: It is not proved; answer 400.
        ConfigurationError: There is no such account at a provider; answer 404.
        NotPermitted: The user may not settle payments.
    """
    permit_reading(installation, Permission.PAYMENT_SETTLE)
    with opened_provider(installation, provider) as adapter:
        hints = list(adapter.read_callback(callback))
    for hint in hints:
        if hint.authentic:
            # Of a provider that cannot be asked; done before it is kept, so that a crash between loses nothing.
            _believe(installation, hint)
    return retried(lambda: _keep(installation, provider, callback, hints))


def answer_callbacks(installation: Installation) -> Answered:
    """Ask the providers about every event that has come, each in a unit of its own, and record what they say.

    Safe to run twice and at once: what is recorded once is recorded by whoever is first.

    Raises:
        NotPermitted: The user may not settle payments.
    """
    permit_reading(installation, Permission.PAYMENT_SETTLE)
    with installation.store.reading() as connection:
        events = list(stored.unanswered(connection, installation.clock() - ASKED_FOR))
    answered, outcomes = 0, dict[tuple[str, str | None], str | None]()
    with providers_at_hand(installation) as named:
        for event in events:
            about = (event.provider, event.provider_reference)
            if about not in outcomes:  # what is asked now is later than every event that has come
                outcomes[about] = _asked(installation, named, event)
            outcome = outcomes[about]
            if outcome is not None:
                _note(installation, event, outcome)
                answered += 1
    return Answered(answered=answered, waiting=len(events) - answered)


def _believe(installation: Installation, hint: Hint) -> None:
    """Record what is proved by the delivery itself. Of what is not ours a Break is kept; the sender is told nothing else."""
    if hint.observation is not None:
        with suppress(NotFound, RuleViolation):
            finish_payment(installation, hint.observation)
    if hint.refund is not None:
        with suppress(NotFound):
            finish_refund(installation, hint.refund)


def _keep(installation: Installation, provider: str, callback: Callback, hints: Iterable[Hint]) -> int:
    with installation.unit("receive_callback") as unit:
        permit_unit(installation, unit, Permission.PAYMENT_SETTLE)
        said = {hint.event_id: hint for hint in hints}
        new = said.keys() - stored.known(unit.connection, provider, said.keys())
        if not new:
            return 0
        stored.add(unit, [
            stored.CallbackEvent(
                id=new_id(), provider=provider, event_id=hint.event_id, event_type=hint.event_type[:100],
                provider_reference=hint.provider_reference, payment_reference=hint.payment_reference,
                received_at=callback.received_at,
            )
            for hint in said.values()
            if hint.event_id in new
        ])  # fmt: skip
        unit.detail |= {"provider": provider, "events": len(new)}
        unit.commit()
        return len(new)


def _asked(
    installation: Installation, named: Callable[[str | None], PaymentProvider], event: stored.CallbackEvent
) -> str | None:
    """Return what came of asking about an event; none where its provider gave no answer, and it waits."""
    if event.provider_reference is None:
        return "nothing_to_ask"
    try:
        return _fetched(installation, named(event.provider), event.provider_reference)
    except (Unavailable, RateLimited):
        return None
    except OF_ONE as error:
        return error.code


def _fetched(installation: Installation, provider: PaymentProvider, theirs: str) -> str:
    try:
        said = provider.fetch(theirs)
    except NotFoundAtProvider:
        return "not_found"
    with installation.store.reading() as connection:
        ours = payments.by_reference(connection, said.payment_reference)
    if ours is None and said.said is not Said.SUCCEEDED:
        return "not_ours"  # another system takes payments by the same account, and this one brought nothing
    finish_payment(installation, said)
    if ours is not None:
        ask_about_refunds(installation, provider, ours.reference)
    return said.said.value


def _note(installation: Installation, event: stored.CallbackEvent, outcome: str) -> None:
    # Whoever asked at the same moment has noted it; what both recorded of the payment is there once.
    with suppress(AlreadyDone), installation.unit("answer_callback") as unit:
        permit_unit(installation, unit, Permission.PAYMENT_SETTLE)
        stored.answer(unit, event.id, outcome)
        unit.detail |= {"event": event.event_id, "outcome": outcome}
        unit.commit()
