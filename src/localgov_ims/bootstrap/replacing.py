"""Replacing the settings by a file: checked whole, permitted, recorded as a version, and put in council.toml's place."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve, frozen

from localgov_ims.bootstrap.installing import Checked, database_url, permit_version, rules_before
from localgov_ims.bootstrap.one_file import holder_rows, read_one_file
from localgov_ims.bootstrap.settings import load
from localgov_ims.bootstrap.whole_files import replace_file
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import ConfigurationError
from localgov_ims.service.files.recorders import Progress
from localgov_ims.service.holders.loading import HoldersLoaded, detail, load_rows
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import note_use, rights_now
from localgov_ims.service.rules.versions import keep_rules
from localgov_ims.service.settings.versions import Changes, changes
from localgov_ims.storage import settings as stored
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class Imported:
    """What became of a file of settings; where its account holders were refused, nothing changed.

    `version` is that of the settings in force, `changed` whether this file put it there, `changes` which tables differ.
    """

    version: int
    changed: bool
    changes: Changes
    holders: HoldersLoaded | None

    @property
    def refused(self) -> bool:
        """Whether an account holder that cannot be used refused the whole."""
        return self.holders is not None and self.holders.refused


def import_settings(
    installation: Installation, config: Path, source: Path, progress: Progress = lambda _: None
) -> Imported:
    """Put the settings of *source* in the place of *config*, and load its account holders: all of it or nothing.

    Raises:
        ConfigurationError: The settings cannot be used, name another database, or have lost what records name.
        NotPermitted: Whoever asks may not put these settings in force, or load account holders.
        AlreadyDone: Somebody changed the settings or one of the accounts meanwhile; look again.
    """
    file = read_one_file(source)
    _refuse_moving(file.settings, config)
    before_text, _ = load(config)
    with installation.unit("import_settings") as unit:
        imported = _record(installation, unit, file.settings)
        if file.holders_from:
            loaded = _load(installation, unit, file.settings, source, file.holders_from, progress)
            imported = evolve(imported, holders=loaded)
            if imported.refused:
                return imported  # and the unit rolls back
        # The file goes first and the database is committed after it, everything that could be refused having been
        # tried in the unit. Whoever is cut off between the two leaves the new file and the old database: the next
        # command finds a file that was checked, records it as the version in force, and works; the account holders are
        # loaded by importing the same file again. The other way round the next command would find the old file, and
        # put it back in force over the new version, with account holders of funds that it may not know.
        if file.settings.text != before_text:
            replace_file(config, file.settings.text)
        try:
            unit.commit()
        except BaseException:
            replace_file(config, before_text)
            raise
    return imported


def _record(installation: Installation, unit: Unit, after: Checked) -> Imported:
    number, before = stored.latest(unit.connection, stored.SETTINGS) or (0, None)
    used, said = permit_version(installation, unit.connection, before, after)
    note_use(unit, used)
    changed = before != after.text
    if changed:
        stored.add(unit, stored.SETTINGS, number + 1, after.text)
        keep_rules(unit, rules_before(unit.connection, before), after.council, number + 1)
        unit.detail |= {"version": number + 1} | said
    differing = changes(before, after.text)
    return Imported(version=number + changed, changed=changed, changes=differing, holders=None)


def _load(
    installation: Installation,
    unit: Unit,
    after: Checked,
    source: Path,
    holders_from: int,
    progress: Progress,
) -> HoldersLoaded:
    rights = rights_now(installation, unit.connection)
    rights.require(Permission.ACCOUNT_IMPORT)
    note_use(unit, Permission.ACCOUNT_IMPORT)
    rows = holder_rows(source, holders_from)
    loaded = load_rows(unit, after.council, rights, rows, source=source.name, progress=progress)
    unit.detail |= {"account_holders": detail(loaded)}
    return loaded


def _refuse_moving(after: Checked, config: Path) -> None:
    from_now = database_url(after.settings, config.parent)
    now = database_url(load(config)[1], config.parent)
    if from_now != now:
        message = (
            "The file's [database] is another than this council's, and importing settings moves no records. Write this "
            "council's url into the file, or begin a new council with it: see `ims init`."
        )
        raise ConfigurationError("other_database", message)
