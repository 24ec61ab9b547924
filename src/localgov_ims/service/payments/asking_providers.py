"""Asking a provider what became of a payment: by its own reference, or by ours where it never told us its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from localgov_ims.domain.observations import Observation, Said
from localgov_ims.domain.payments import Payment
from localgov_ims.errors import (
    AdapterError,
    ConfigurationError,
    InvalidValue,
    NotFound,
    NotFoundAtProvider,
    RuleViolation,
)
from localgov_ims.hooks.providers import PaymentProvider, PaymentQuery
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.backing_off import AT_ONCE, Patience, tried

OF_ONE: Final = (AdapterError, ConfigurationError, InvalidValue, NotFound, RuleViolation)
"""What goes wrong with one payment, refund or event; it is told, and the next is asked about all the same."""


@contextmanager
def opened_provider(installation: Installation, name: str | None) -> Iterator[PaymentProvider]:
    """Open the account at a provider that settings call *name*, for as long as the block lasts.

    Raises:
        ConfigurationError: There is no such account, or one of its secrets is missing.
    """
    if name is None:
        message = "The payment's method names no provider, so there is nobody to ask. Settle it by hand."
        raise ConfigurationError("no_provider", message)
    chosen = installation.providers.get(name)
    if chosen is None:
        there_are = ", ".join(sorted(installation.providers)) or "none"
        message = f"There is no [providers.{name}] in the settings; there are: {there_are}. Add it, or settle the payment by hand."
        raise ConfigurationError("no_provider", message, provider=name)
    with chosen.opened() as provider:
        yield provider


@contextmanager
def providers_at_hand(installation: Installation) -> Iterator[Callable[[str | None], PaymentProvider]]:
    """Give what opens an account by its name, each once and for as long as the block lasts, for work on many payments.

    Raises:
        ConfigurationError: From what is given: see `opened_provider`.
    """
    with ExitStack() as stack:
        made: dict[str | None, PaymentProvider] = {}

        def named(name: str | None) -> PaymentProvider:
            if name not in made:
                made[name] = stack.enter_context(opened_provider(installation, name))
            return made[name]

        yield named


def what_became_of(
    provider: PaymentProvider, payment: Payment, patience: Patience = AT_ONCE
) -> list[Observation]:
    """Return what a provider says of a payment, what counts most last; nothing is its answer "no such payment".

    Searching lags behind at some providers, so an empty answer says nothing of a payment just made.

    Raises:
        AdapterError: It could not be told.
    """
    theirs = payment.provider_reference
    try:
        if theirs is not None:
            return [tried(lambda: provider.fetch(theirs), patience)]
        query = PaymentQuery(payment_reference=payment.reference)
        found = tried(lambda: list(provider.search(query)), patience)
    except NotFoundAtProvider:
        return []
    # A payer who began twice may have paid twice: each is told, and what is paid last, as the payment's own word.
    return sorted(found, key=lambda each: each.said is Said.SUCCEEDED)
