"""Finding plugins, refusing what does not fit, and holding what the enabled ones offer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from typing import Any, Protocol, cast

import pluggy
from attrs import field, frozen

from localgov_ims.domain.hearings import JournalExported
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.postings import Posting
from localgov_ims.errors import ConfigurationError
from localgov_ims.files import readers
from localgov_ims.files.readers import Reader
from localgov_ims.hooks import interfaces, specs
from localgov_ims.hooks.interfaces import LedgerExporterSpec
from localgov_ims.hooks.notifiers import NotifierSpec
from localgov_ims.hooks.providers import PaymentProviderSpec
from localgov_ims.hooks.settlement_sources import SettlementSourceSpec

BUILTIN = "builtin"
"""The plugin that ships with the core; always enabled, registered like any other."""


@frozen(kw_only=True)
class Plugin:
    """An installed plugin: its name in settings, and the distribution it came from.

    `sha256` is that of the distribution's own list of files and their hashes (its RECORD), so that the audit
    trail shows which code ran.
    """

    name: str
    distribution: str
    version: str
    sha256: str
    enabled: bool
    offers: tuple[str, ...] = ()


@frozen(kw_only=True)
class Registry:
    """What the enabled plugins offer, by name."""

    plugins: tuple[Plugin, ...]
    readers: tuple[Reader, ...]
    exporters: Mapping[str, LedgerExporterSpec]
    notifiers: Mapping[str, NotifierSpec]
    providers: Mapping[str, PaymentProviderSpec]
    settlement_sources: Mapping[str, SettlementSourceSpec]
    manager: pluggy.PluginManager = field(repr=False)

    def deciding(self, settings: SettingsAnswer) -> Callable[[Posting], LedgerAccount | None]:
        """Return who decides ledger codes: the enabled plugins, and after them *settings*, by the same hook."""
        manager = pluggy.PluginManager(specs.GROUP)
        manager.add_hookspecs(specs)
        for name, plugin in [*self.manager.list_name_plugin(), ("settings", settings)]:
            manager.register(plugin, name)
        ask = manager.hook.ims_ledger_account
        if len(ask.get_hookimpls()) == 1:
            return (
                settings.ims_ledger_account
            )  # a million lines need not go through a hook that only we answer

        def decide(posting: Posting) -> LedgerAccount | None:
            decided: LedgerAccount | None = ask(posting=posting)
            return decided

        return decide

    def journal_listeners(self) -> dict[str, Callable[[JournalExported], object]]:
        """Return how each plugin that listens is told of an export by itself, by the plugin's name."""
        listening = {
            impl.plugin_name: impl.plugin for impl in self.manager.hook.ims_journal_exported.get_hookimpls()
        }
        return {
            name: _alone(name, plugin) for name, plugin in sorted(listening.items(), key=lambda each: each[0])
        }


def _alone(name: str, plugin: object) -> Callable[[JournalExported], object]:
    """Return the hook of one plugin: what it raises stops no other."""
    manager = pluggy.PluginManager(specs.GROUP)
    manager.add_hookspecs(specs)
    manager.register(plugin, name)
    return lambda export: manager.hook.ims_journal_exported(export=export)


class SettingsAnswer(Protocol):
    """What answers `ims_ledger_account` last."""

    def ims_ledger_account(self, posting: Posting) -> LedgerAccount | None:
        """Return the code that the settings say, or none."""
        ...


def load(enabled: Iterable[str] | None) -> Registry:
    """Load the plugins that *enabled* names, and the built-ins; none loads every installed one.

    Raises:
        ConfigurationError: A named plugin is not installed or cannot be imported, it implements a hook that
            does not exist, two offers have one name, or one is of another major version.
    """
    found = {entry.name: entry for entry in metadata.entry_points(group=specs.GROUP)}
    wanted = set(found) if enabled is None else {BUILTIN, *enabled}
    for name in sorted(wanted - set(found)):
        installed = ", ".join(sorted(found))
        message = f"Plugin {name!r} is enabled but not installed. Installed: {installed}. Install it, or take its table out."
        raise ConfigurationError("plugin_not_installed", message, plugin=name)
    return registry_of({name: (_imported(found[name]), found[name].dist) for name in sorted(wanted)}, found)


def registry_of(
    objects: Mapping[str, tuple[object, metadata.Distribution | None]],
    installed: Mapping[str, metadata.EntryPoint] | None = None,
) -> Registry:
    """Check the plugin *objects* given by name and gather what they offer. For `load`, and for tests."""
    manager = pluggy.PluginManager(specs.GROUP)
    manager.add_hookspecs(specs)
    for name, (plugin, _) in objects.items():
        manager.register(plugin, name)
        _refuse_unknown_hooks(manager, name, plugin)
    offers: dict[str, list[str]] = {name: [] for name in objects}
    owners = {name: _owner(name, dist) for name, (_, dist) in objects.items()}
    formats = _gather(manager.hook.ims_file_formats, readers.API_VERSION, owners, offers)
    exporters = _gather(manager.hook.ims_ledger_exporters, interfaces.API_VERSION, owners, offers)
    notifiers = _gather(manager.hook.ims_notifiers, interfaces.API_VERSION, owners, offers)
    providers = _gather(manager.hook.ims_payment_providers, interfaces.API_VERSION, owners, offers)
    sources = _gather(manager.hook.ims_settlement_sources, interfaces.API_VERSION, owners, offers)
    on = [_plugin(name, dist, offers=tuple(offers[name])) for name, (_, dist) in objects.items()]
    off = [
        _plugin(n, e.dist, enabled=False) for n, e in sorted((installed or {}).items()) if n not in objects
    ]
    return Registry(
        plugins=(*on, *off), readers=tuple(formats.values()), exporters=exporters, notifiers=notifiers,
        providers=providers, settlement_sources=sources,
        manager=manager,
    )  # fmt: skip


def _imported(entry: metadata.EntryPoint) -> object:
    try:
        return entry.load()
    except Exception as error:  # a plugin's import may fail in any way; all of them are its author's
        message = f"Plugin {_owner(entry.name, entry.dist)} cannot be loaded: {error!r}. Update it, or take its table out."
        raise ConfigurationError("plugin_broken", message, plugin=entry.name) from error


def _refuse_unknown_hooks(manager: pluggy.PluginManager, name: str, plugin: object) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        message = f"Plugin {name!r} implements a hook that does not exist: {error}. It may need a newer localgov-ims."
        raise ConfigurationError("unknown_hook", message, plugin=name) from error
    for attribute in dir(plugin):
        if attribute.startswith("ims_") and not hasattr(specs, attribute):
            message = f"Plugin {name!r} has {attribute!r}, which is no hook of this version of localgov-ims."
            raise ConfigurationError("unknown_hook", message, plugin=name, hook=attribute)


def _gather(
    hook: pluggy.HookCaller,
    version: tuple[int, int],
    owners: Mapping[str, str],
    offers: Mapping[str, list[str]],
) -> dict[str, Any]:
    gathered: dict[str, Any] = {}
    owner_of: dict[str, str] = {}
    for implementation in hook.get_hookimpls():
        plugin = implementation.plugin_name
        for offer in cast(Iterable[Any], implementation.function()):
            if offer.api_version[0] != version[0]:
                asked, here = (".".join(map(str, pair)) for pair in (offer.api_version, version))
                message = f"{owners[plugin]} offers {offer.name!r} for interface {asked}; this is {here}. Update the plugin."
                raise ConfigurationError("plugin_version", message, plugin=plugin, offer=offer.name)
            if offer.name in gathered:
                message = f"{owner_of[offer.name]} and {owners[plugin]} both offer {offer.name!r}. Disable one of them."
                raise ConfigurationError("duplicate_offer", message, plugin=plugin, offer=offer.name)
            gathered[offer.name], owner_of[offer.name] = offer, owners[plugin]
            offers[plugin].append(offer.name)
    return gathered


def _owner(name: str, dist: metadata.Distribution | None) -> str:
    return f"{name!r} ({dist.name} {dist.version})" if dist is not None else repr(name)


def _plugin(
    name: str, dist: metadata.Distribution | None, *, offers: tuple[str, ...] = (), enabled: bool = True
) -> Plugin:
    # Read once: `dist.name` and `dist.version` read the whole of it each time.
    said = dist.metadata if dist is not None else {"Name": name, "Version": ""}
    record = (dist.read_text("RECORD") or "") if dist is not None else ""
    return Plugin(
        name=name, distribution=said["Name"], version=said["Version"],
        sha256=hashlib.sha256(record.encode()).hexdigest(), enabled=enabled, offers=offers,
    )  # fmt: skip
