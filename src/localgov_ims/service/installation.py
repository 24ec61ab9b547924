"""What every service works with: one council's settings, store and plugins, a clock, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from attrs import evolve, field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.hearings import JournalExported
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.postings import Posting
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.readers import Options, Reader
from localgov_ims.hooks.interfaces import LedgerExporter
from localgov_ims.hooks.notifiers import Notifier
from localgov_ims.hooks.providers import Capability, PaymentProvider
from localgov_ims.hooks.registry import SettingsAnswer
from localgov_ims.hooks.settlement_sources import SettlementSource
from localgov_ims.service.council import Council
from localgov_ims.storage.store import Store, Unit


def _no_link_keys() -> Sequence[bytes]:
    message = "Links cannot be signed or checked: this installation was given no link keys."
    raise ConfigurationError("no_link_keys", message)


@frozen(kw_only=True)
class ChosenNotifier:
    """How messages leave: the name of the notifier that settings choose, and how it is opened for as long as it is used.

    Opening asks for its secrets, so that whoever sends nothing needs none.
    """

    name: str
    opened: Callable[[], AbstractContextManager[Notifier]]


@frozen(kw_only=True)
class ChosenExporter:
    """How a ledger's journals become files: the name of the exporter that its settings choose, and the exporter."""

    name: str
    exporter: LedgerExporter


@frozen(kw_only=True)
class ChosenProvider:
    """An account at a payment provider, as settings have it under `[providers.NAME]`.

    `opened` makes its adapter for as long as it is used, and asks for its secrets only then.
    """

    name: str
    capabilities: frozenset[Capability]
    opened: Callable[[], AbstractContextManager[PaymentProvider]]


@frozen(kw_only=True)
class ChosenSource:
    """Where the payouts of an account are fetched from; `format` is the reader of what is fetched."""

    name: str
    format: str
    opened: Callable[[], AbstractContextManager[SettlementSource]]


@frozen(kw_only=True)
class Installation:
    """A council's income management, ready to work. Made by `bootstrap.open_installation`.

    Attributes:
        options: What the settings say to a reader, by its name.
        exporters: How journals become files, by ledger.
        deciding: Who decides ledger codes: the plugins, and after them what is handed in.
        actor: Who is asking; every audit entry names them.
        notifier: How messages to payers leave; none where the settings choose no notifier.
        providers: The accounts at payment providers, by their names in the settings.
        settlement_sources: Those of them whose payouts are fetched.
        journal_listeners: How each plugin that listens is told of an export, by the plugin's name.
        link_keys: Gives the keys of signed links, the one that signs first; asked for only where a link is met.
        request: What the web or a job calls this piece of work; kept in the audit entries where it is not empty.
    """

    council: Council
    store: Store
    readers: Sequence[Reader]
    options: Mapping[str, Options]
    exporters: Mapping[str, ChosenExporter]
    deciding: Callable[[SettingsAnswer], Callable[[Posting], LedgerAccount | None]]
    clock: Clock
    actor: str
    request: str = ""
    notifier: ChosenNotifier | None = None
    providers: Mapping[str, ChosenProvider] = field(factory=dict)
    settlement_sources: Mapping[str, ChosenSource] = field(factory=dict)
    journal_listeners: Mapping[str, Callable[[JournalExported], object]] = field(factory=dict)
    link_keys: Callable[[], Sequence[bytes]] = field(default=_no_link_keys, repr=False)

    @property
    def reported_accounts(self) -> frozenset[str]:
        """The names of the accounts whose payments an agent reports: a person's word, until a payout proves it."""
        wanted = Capability.AGENT_PANEL
        return frozenset(name for name, each in self.providers.items() if wanted in each.capabilities)

    def unit(self, action: str) -> Unit:
        """Begin a unit of work of the actor."""
        unit = self.store.unit(action, by=self.actor)
        if self.request:
            unit.detail["request"] = self.request
        return unit

    def acting(self, name: str) -> Installation:
        """Return the same council with somebody else at work; their rights are read when a service asks."""
        return evolve(self, actor=name)
