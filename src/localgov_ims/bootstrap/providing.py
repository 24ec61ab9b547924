"""Payment providers and settlement sources: from what `[providers.NAME]` says, and the secrets, to what services use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, TypeVar

from attrs import frozen

from localgov_ims.bootstrap.http import HttpxClient
from localgov_ims.bootstrap.secrets import EnvironmentSecrets
from localgov_ims.bootstrap.structuring import structured
from localgov_ims.domain.calendar import Clock
from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks.http import HttpClient, Secrets
from localgov_ims.hooks.providers import PaymentProviderSpec
from localgov_ims.hooks.registry import Registry
from localgov_ims.hooks.settlement_sources import SettlementSourceSpec
from localgov_ims.service.installation import ChosenProvider, ChosenSource

Made = TypeVar("Made")


@frozen(kw_only=True)
class CheckedProvider:
    """An account at a provider: what plugins offer for it, and its own settings."""

    name: str
    provider: PaymentProviderSpec | None
    source: SettlementSourceSpec | None
    settings: object


def checked_providers(
    sections: Mapping[str, Mapping[str, Any]], plugins: Registry
) -> tuple[CheckedProvider, ...]:
    """Return the accounts of `[providers.NAME]`, each with what its `adapter` names.

    Raises:
        ConfigurationError: An account names no adapter of an enabled plugin, or says what that one does not ask.
    """
    return tuple(_checked(name, dict(section), plugins) for name, section in sections.items())


def chosen_providers(checked: tuple[CheckedProvider, ...], clock: Clock) -> dict[str, ChosenProvider]:
    """Return the accounts that take payments; each is made, and its secrets are asked for, when it is opened."""
    return {
        each.name: ChosenProvider(
            name=each.name, capabilities=each.provider.capabilities,
            opened=_opened(each.provider.factory, each.settings, clock),
        )
        for each in checked
        if each.provider is not None
    }  # fmt: skip


def chosen_sources(checked: tuple[CheckedProvider, ...], clock: Clock) -> dict[str, ChosenSource]:
    """Return the accounts whose payouts are fetched."""
    return {
        each.name: ChosenSource(
            name=each.name,
            format=each.source.format,
            opened=_opened(each.source.factory, each.settings, clock),
        )
        for each in checked
        if each.source is not None
    }


def _checked(name: str, own: dict[str, Any], plugins: Registry) -> CheckedProvider:
    adapter = own.pop("adapter", None)
    provider, source = plugins.providers.get(str(adapter)), plugins.settlement_sources.get(str(adapter))
    offered = provider or source
    if offered is None:
        there_are = ", ".join(sorted({*plugins.providers, *plugins.settlement_sources})) or "none"
        message = (
            f"[providers.{name}] adapter = {adapter!r}: no enabled plugin offers it; there are: {there_are}."
        )
        raise ConfigurationError("unknown_name", message, name=str(adapter))
    settings = structured(own, offered.settings_model, f"[providers.{name}]")
    return CheckedProvider(name=name, provider=provider, source=source, settings=settings)


def _opened(
    factory: Callable[[Any, HttpClient, Clock, Secrets], Made], settings: object, clock: Clock
) -> Callable[[], AbstractContextManager[Made]]:
    @contextmanager
    def opened() -> Iterator[Made]:
        with closing(HttpxClient()) as http:
            yield factory(settings, http, clock, EnvironmentSecrets())

    return opened
