"""The composition root: settings -> store + plugins + rules = an installation ready to work."""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from attrs import asdict, evolve, frozen
from sqlalchemy import Connection

from localgov_ims.allocation.rules import Rule
from localgov_ims.bootstrap import settings as reading
from localgov_ims.bootstrap.exporting import chosen_exporters
from localgov_ims.bootstrap.notifying import checked_notifier, chosen, link_keys
from localgov_ims.bootstrap.providing import (
    CheckedProvider,
    checked_providers,
    chosen_providers,
    chosen_sources,
)
from localgov_ims.bootstrap.settings import Settings
from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.roles import SHIPPED_ROLES, FundGroup
from localgov_ims.errors import AlreadyDone, ConfigurationError, ImsError
from localgov_ims.files.events import Yields
from localgov_ims.files.profiles import ProfileReader
from localgov_ims.files.readers import Options, Reader
from localgov_ims.hooks import registry
from localgov_ims.hooks.notifiers import NotifierSpec
from localgov_ims.hooks.registry import Registry
from localgov_ims.service.council import Council
from localgov_ims.service.installation import ChosenExporter, Installation
from localgov_ims.service.ledger.feeding import check_feeds
from localgov_ims.service.people.adding import begin
from localgov_ims.service.people.permitting import known_user, note_use
from localgov_ims.service.refunds.paying import check_payables
from localgov_ims.service.rules.texts import rules_stored
from localgov_ims.service.rules.versions import council_in_force, keep_rules, permit_rules
from localgov_ims.service.settings.changes import permit_settings
from localgov_ims.service.settings.versions import changes
from localgov_ims.storage import settings as stored
from localgov_ims.storage.names import names_in_use
from localgov_ims.storage.rule_sets import active
from localgov_ims.storage.schema import json_text
from localgov_ims.storage.store import Store


def now() -> datetime:
    """Return the present moment in UTC: the clock of real installations."""
    return datetime.now(UTC)


def actor() -> str:
    """Return who is at the keyboard: `IMS_ACTOR`, or the name the operating system knows."""
    return os.environ.get("IMS_ACTOR") or getpass.getuser()


@frozen(kw_only=True)
class Checked:
    """Settings that a council can work by: their text, what it says, and what they choose of the plugins."""

    text: str
    settings: Settings
    council: Council
    plugins: Registry
    readers: tuple[Reader, ...]
    options: Mapping[str, Options]
    exporters: Mapping[str, ChosenExporter]
    notifier: tuple[NotifierSpec, object] | None
    providers: tuple[CheckedProvider, ...]


def checked(text: str, settings: Settings) -> Checked:
    """Check settings as far as that goes without a database, *text* being what they were read from.

    Raises:
        ConfigurationError: Two sections contradict each other, or no plugin offers what they name.
    """
    council = settings.council_record()
    plugins = registry.load(settings.plugins)
    own = {profile.name: ProfileReader(profile) for profile in settings.profile_records()}
    # A council's own profile takes the place of a shipped one of its name.
    readers: dict[str, Reader] = {**{reader.name: reader for reader in plugins.readers}, **own}
    _check_formats(council, readers)
    check_feeds(council)
    check_payables(council.payables)
    return Checked(
        text=text, settings=settings, council=council, plugins=plugins, readers=tuple(readers.values()),
        options=settings.options_of(readers), exporters=chosen_exporters(council.ledgers, plugins.exporters),
        notifier=checked_notifier(settings.notifier, plugins.notifiers),
        providers=checked_providers(settings.providers, plugins),
    )  # fmt: skip


def open_installation(
    path: Path, *, clock: Clock = now, by: str | None = None, create: bool = False
) -> Installation:
    """Open the council whose settings are at *path*, recording a new version of them if they have changed.

    Its database must be there, unless *create* asks for a new one.

    Raises:
        ConfigurationError: The settings or the plugins cannot be used; nothing was changed.
        StoreUnavailable: The database does not answer.
    """
    now_in_force = checked(*reading.load(path))
    store = Store.open(database_url(now_in_force.settings, path.parent), clock, create=create)
    who = by if by is not None else actor()
    try:
        installation = Installation(
            council=now_in_force.council, store=store, readers=now_in_force.readers, options=now_in_force.options,
            exporters=now_in_force.exporters,
            deciding=now_in_force.plugins.deciding, clock=clock, actor=begin(store, who), link_keys=link_keys,
            notifier=chosen(*now_in_force.notifier, clock) if now_in_force.notifier is not None else None,
            providers=chosen_providers(now_in_force.providers, clock),
            settlement_sources=chosen_sources(now_in_force.providers, clock),
            journal_listeners=now_in_force.plugins.journal_listeners(),
        )  # fmt: skip
        _keep_versions(installation, now_in_force)
        with store.reading() as connection:
            in_force = council_in_force(connection, installation.council)
        installation = evolve(installation, council=in_force)
    except ImsError:
        store.close()
        raise
    return installation


def database_url(settings: Settings, folder: Path) -> str:
    """Return the database's URL: `IMS_DATABASE_URL` if set, else the settings', a relative path from *folder*."""
    url = os.environ.get("IMS_DATABASE_URL") or settings.database.url
    prefix, _, path = url.partition(":///")
    return f"{prefix}:///{(folder / path).resolve()}" if prefix == "sqlite" else url


def _check_formats(council: Council, readers: Mapping[str, Reader]) -> None:
    """Refuse a format that nothing reads, an account to be read from payouts, a provider from bank statements."""
    wanted = [
        (f"[bank_accounts.{a.name}] format", a.format, Yields.STATEMENT)
        for a in council.bank_accounts.values()
    ]
    wanted += [
        (f"[sources.{s.name}] format", s.format, Yields.SETTLEMENT)
        for s in council.sources.values()
        if s.format
    ]
    for where, name, kind in wanted:
        _check_offered(where, name, readers)
        if readers[name].yields is not kind:
            message = (
                f"{where}: {name!r} gives {readers[name].yields.value}s; it must be one of {kind.value}s."
            )
            raise ConfigurationError("wrong_kind", message, name=name)


def _check_offered(where: str, name: str, offered: Collection[str]) -> None:
    if name not in offered:
        message = f"{where}: no enabled plugin offers {name!r}; there are: {', '.join(sorted(offered))}."
        raise ConfigurationError("unknown_name", message, name=name)


def permit_version(
    installation: Installation, connection: Connection, before: str | None, after: Checked
) -> tuple[Permission, dict[str, object]]:
    """Return by which permission settings take the place of *before*, and what the audit trail says of that.

    Raises:
        ConfigurationError: The settings no longer have something that records name.
        NotPermitted: Whoever asks may not put changed settings in force, or they give what they have not.
    """
    _refuse_removals(after.council, names_in_use(connection))
    differing, rules = changes(before, after.text), rules_before(connection, before)
    if rules == after.council.rules:
        council_in_force(connection, after.council)  # whose rules must be able to work by the new settings
    if before is None:
        return Permission.SETTINGS_EDIT, differing.detail()
    roles, groups = SHIPPED_ROLES, dict[str, FundGroup]()
    with suppress(ConfigurationError):  # of a text that this version cannot read, what it added counts as new
        settings = reading.parse(before, "the settings in force before")
        roles, groups = {**SHIPPED_ROLES, **settings.roles}, dict(settings.fund_groups)
    # By their rights before: nobody gives themselves by the settings what they need to put them in force.
    rights = Rights.of(known_user(installation, connection), roles, groups)
    wider = permit_settings(rights, roles, groups, after.council, maintenance=differing.maintenance)
    permit_rules(rights, rules, after.council)
    used = Permission.SETTINGS_EDIT if rights.has(Permission.SETTINGS_EDIT) else Permission.SETTINGS_MAINTAIN
    return used, differing.detail() | ({"wider": wider} if wider else {})


def rules_before(connection: Connection, before: str | None) -> tuple[Rule, ...] | None:
    """Return the rules of the settings before, or those in force where this version cannot read them."""
    if before is not None:
        with suppress(ConfigurationError):
            return reading.parse(before, "the settings in force before").rule
    version = active(connection)
    return rules_stored(version.text) if version is not None else None


def _keep_versions(installation: Installation, now_in_force: Checked) -> None:
    """Record what is in force now, where it is not what was in force before.

    Raises:
        ConfigurationError: The settings no longer have something that records name.
        NotPermitted: Whoever asks may not put changed settings in force, or they give what they have not.
    """
    text = now_in_force.text
    enabled = json_text([asdict(plugin) for plugin in now_in_force.plugins.plugins if plugin.enabled])
    with installation.store.reading() as connection:
        latest = {
            subject: stored.latest(connection, subject) for subject in (stored.SETTINGS, stored.PLUGINS)
        }
        known = (latest[stored.SETTINGS] or (0, None))[1]
        if known != text:
            used, differing = permit_version(installation, connection, known, now_in_force)
    for subject, current in ((stored.SETTINGS, text), (stored.PLUGINS, enabled)):
        number, before = latest[subject] or (0, None)
        if before != current:
            # Of two commands that start at once one records the change, which is all that is wanted.
            with suppress(AlreadyDone), installation.unit(f"change_{subject}") as unit:
                stored.add(unit, subject, number + 1, current)
                unit.detail |= {"version": number + 1}
                if subject == stored.SETTINGS:
                    keep_rules(unit, rules_before(unit.connection, before), now_in_force.council, number + 1)
                    note_use(unit, used)
                    unit.detail |= differing
                unit.commit()


def _refuse_removals(council: Council, used: Mapping[str, set[str]]) -> None:
    known: dict[str, Collection[str]] = {
        "funds": council.funds, "methods": council.methods, "bank_accounts": council.bank_accounts,
        "sources": council.sources, "vat": council.vat_codes,
        "fund_messages": council.messages, "import_types": council.import_types,
        "service_users": council.service_users,
    }  # fmt: skip
    for section, names in used.items():
        for name in sorted(names - set(known[section])):
            message = (
                f"[{section}.{name}] is gone from the settings, but records name it. Put it back; a fund or method that "
                "takes no more money is disabled = true, an import type that is not used any more enabled = false."
            )
            raise ConfigurationError("name_in_use", message, section=section, name=name)
