"""The composition root: settings -> store + plugins + rules = an installation ready to work."""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from attrs import asdict

from localgov_ims.bootstrap import settings as reading
from localgov_ims.bootstrap.settings import Settings
from localgov_ims.domain.calendar import Clock
from localgov_ims.errors import AlreadyDone, ConfigurationError, ImsError
from localgov_ims.files.events import Yields
from localgov_ims.files.profiles import ProfileReader
from localgov_ims.files.readers import Reader
from localgov_ims.hooks import registry
from localgov_ims.hooks.registry import Registry
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.storage import settings as stored
from localgov_ims.storage.names import names_in_use
from localgov_ims.storage.schema import json_text
from localgov_ims.storage.store import Store


def now() -> datetime:
    """Return the present moment in UTC: the clock of real installations."""
    return datetime.now(UTC)


def actor() -> str:
    """Return who is at the keyboard: `IMS_ACTOR`, or the name the operating system knows."""
    return os.environ.get("IMS_ACTOR") or getpass.getuser()


def open_installation(
    path: Path, *, clock: Clock = now, by: str | None = None, create: bool = False
) -> Installation:
    """Open the council whose settings are at *path*, recording a new version of them if they have changed.

    Its database must be there, unless *create* asks for a new one.

    Raises:
        ConfigurationError: The settings or the plugins cannot be used; nothing was changed.
        StoreUnavailable: The database does not answer.
    """
    text, settings = reading.load(path)
    council = settings.council_record()
    plugins = registry.load(settings.plugins)
    own = {profile.name: ProfileReader(profile) for profile in settings.profile_records()}
    # A council's own profile takes the place of a shipped one of its name.
    readers: dict[str, Reader] = {**{reader.name: reader for reader in plugins.readers}, **own}
    _check_formats(council, readers)
    for ledger in council.ledgers.values():
        _check_offered(f"[ledgers.{ledger.name}] exporter", ledger.exporter, plugins.exporters)
    options = settings.options_of(readers)
    store = Store.open(database_url(settings, path.parent), clock, create=create)
    who = by if by is not None else actor()
    try:
        _keep_versions(store, who, text, plugins, council)
    except ImsError:
        store.close()
        raise
    return Installation(
        council=council, store=store, readers=tuple(readers.values()), options=options,
        exporters=plugins.exporters, clock=clock, actor=who,
    )  # fmt: skip


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


def _keep_versions(store: Store, by: str, text: str, plugins: Registry, council: Council) -> None:
    """Record what is in force now, where it is not what was in force before.

    Raises:
        ConfigurationError: The settings no longer have something that records name.
    """
    enabled = json_text([asdict(plugin) for plugin in plugins.plugins if plugin.enabled])
    with store.reading() as connection:
        latest = {
            subject: stored.latest(connection, subject) for subject in (stored.SETTINGS, stored.PLUGINS)
        }
        if (latest[stored.SETTINGS] or (0, None))[1] != text:
            _refuse_removals(council, names_in_use(connection))
    for subject, current in ((stored.SETTINGS, text), (stored.PLUGINS, enabled)):
        number, before = latest[subject] or (0, None)
        if before != current:
            # Of two commands that start at once one records the change, which is all that is wanted.
            with suppress(AlreadyDone), store.unit(f"change_{subject}", by=by) as unit:
                stored.add(unit, subject, number + 1, current)
                unit.detail |= {"version": number + 1}
                unit.commit()


def _refuse_removals(council: Council, used: Mapping[str, set[str]]) -> None:
    known: dict[str, Collection[str]] = {
        "funds": council.funds, "methods": council.methods, "bank_accounts": council.bank_accounts,
        "sources": council.sources, "vat": council.vat_codes,
    }  # fmt: skip
    for section, names in used.items():
        for name in sorted(names - set(known[section])):
            message = (
                f"[{section}.{name}] is gone from the settings, but records name it. Put it back; a fund or method that "
                "takes no more money is disabled = true."
            )
            raise ConfigurationError("name_in_use", message, section=section, name=name)
