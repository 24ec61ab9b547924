"""Settings that were and are in force: their versions, what differs between two of them, and which tables changed."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import Connection

from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import NotFound
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit
from localgov_ims.storage import settings as stored
from localgov_ims.storage.settings import SETTINGS, Version

_MAINTAINED = frozenset({"funds", "vat", "fund_messages"})
_READERS = (Permission.SETTINGS_EDIT, Permission.SETTINGS_MAINTAIN, Permission.AUDIT_VIEW)


@frozen(kw_only=True)
class Changes:
    """Which tables of the settings differ, each list sorted: `funds.23`, `council`, `rule.Rents by reference`."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def maintenance(self) -> bool:
        """Whether only funds, VAT codes and fund messages differ, so that `settings.maintain` suffices."""
        named = (*self.added, *self.removed, *self.changed)
        return all(section in _MAINTAINED and name for section, _, name in (n.partition(".") for n in named))

    def detail(self) -> dict[str, object]:
        """Return what the audit trail says of them; what there is none of is left out."""
        lists = {"added": self.added, "removed": self.removed, "changed": self.changed}
        return {what: list(names) for what, names in lists.items() if names}


def changes(before: str | None, after: str) -> Changes:
    """Compare two texts of settings, table by table; without one before, everything is added.

    A text that is not TOML (any more) holds no table.
    """
    old, new = _tables(before or ""), _tables(after)
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(name for name in new.keys() & old.keys() if not _same(old[name], new[name]))),
    )


def settings_history(installation: Installation) -> list[Version]:
    """Return every version of the settings, the first one first.

    Raises:
        NotPermitted: One of settings.edit, settings.maintain and audit.view is needed.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, *_READERS)
        return list(stored.history(connection, SETTINGS))


def settings_text(installation: Installation, number: int | None = None) -> str:
    """Return the exact text of a version of the settings; without a number, of the one in force.

    Raises:
        NotPermitted: One of settings.edit, settings.maintain and audit.view is needed.
        NotFound: There is no version of this number.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, *_READERS)
        return _text(connection, number)


def settings_diff(installation: Installation, before: int, after: int) -> str:
    """Return what differs between two versions as a unified diff; nothing where they say the same.

    Raises:
        NotPermitted: One of settings.edit, settings.maintain and audit.view is needed.
        NotFound: There is no version of one of these numbers.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, *_READERS)
        old, new = (_text(connection, number).splitlines(keepends=True) for number in (before, after))
    lines = difflib.unified_diff(old, new, fromfile=f"version {before}", tofile=f"version {after}")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _text(connection: Connection, number: int | None) -> str:
    if number is None:
        latest = stored.latest(connection, SETTINGS)
        text = latest[1] if latest is not None else None
    else:
        text = stored.text_of(connection, SETTINGS, number)
    if text is None:
        message = (
            f"There is no version {number} of the settings. `ims settings history` lists those there are."
        )
        raise NotFound("no_such_version", message, number=number)
    return text


def _tables(text: str) -> dict[str, Any]:
    """Return the tables of settings by name."""
    try:
        raw: Mapping[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    found: dict[str, Any] = {}
    for section, value in raw.items():
        found |= (
            {section: value}
            if not (named := _named(value))
            else {f"{section}.{k}": v for k, v in named.items()}
        )
        if isinstance(value, list) and named:
            found[section] = list(named)  # the order counts, of rules and of recognisers
    return found


def _same(old: object, new: object) -> bool:
    if isinstance(old, list) and isinstance(new, list):
        return [name for name in old if name in new] == [name for name in new if name in old]
    return old == new


def _named(value: object) -> dict[str, object]:
    """Return the tables in a section by name; none where it is a table of its own."""
    if isinstance(value, dict) and value and all(isinstance(table, dict) for table in value.values()):
        return dict(value)
    if isinstance(value, list) and all(isinstance(table, dict) for table in value):
        named = {str(table.get("name", "")): table for table in value}
        return named if len(named) == len(value) else {}
    return {}
