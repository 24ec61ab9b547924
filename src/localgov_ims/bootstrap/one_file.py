"""One file for everything a council has configured: its settings, then its account holders.

The settings come first, to the letter; each account holder follows as a table `[[account_holder]]` with the fields of a
CSV file of them. The tables are read one by one, so that a large council's file needs no more memory than a small one's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final, TextIO

from attrs import frozen

from localgov_ims.bootstrap import settings as reading
from localgov_ims.bootstrap.installing import Checked, checked
from localgov_ims.bootstrap.whole_files import new_file
from localgov_ims.domain.holders import AccountHolder
from localgov_ims.domain.issues import Issue
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.holder_fields import FIELDS, HolderRow, fields_of
from localgov_ims.files.toml_text import table_text
from localgov_ims.service.holders.seeing import every_holder
from localgov_ims.service.installation import Installation
from localgov_ims.service.settings.versions import settings_text

HEADING: Final = "[[account_holder]]"
"""The line that begins an account holder; the first one ends the settings."""

_NOTE: Final = "\n# --- Account holders, as they stood when this file was written. Personal data: keep it where such data belongs. ---\n"


@frozen(kw_only=True)
class OneFile:
    """The settings of a file, checked, and the line on which its account holders begin, 0 where it has none."""

    settings: Checked
    holders_from: int


def export_settings(installation: Installation, out: Path, *, with_accounts: bool = False) -> int:
    """Write the settings in force to a new file, with the account holders if asked for, and return how many.

    Raises:
        NotPermitted: One of settings.edit, settings.maintain and audit.view is needed; for account holders also
            account.import.
        RuleViolation: There is such a file (`file_exists`); it is left as it is.
    """
    text = settings_text(installation)
    count = 0
    with new_file(out) as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
        if with_accounts:
            with every_holder(installation) as holders:
                for count, holder in enumerate(holders, start=1):
                    file.write(_NOTE if count == 1 else "\n")
                    file.write(holder_text(holder))
    return count


def holder_text(holder: AccountHolder) -> str:
    """Return an account holder as a table."""
    return table_text(HEADING, fields_of(holder))


def read_one_file(path: Path) -> OneFile:
    """Read and check the settings of a file; its account holders are left for `holder_rows`.

    Raises:
        ConfigurationError: There is no such file, it is not UTF-8, or the settings cannot be used.
    """
    lines: list[str] = []
    holders_from = 0
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.split("#")[0].strip() == HEADING:
                holders_from = number
                break
            lines.append(line)
    text = "".join(lines)
    if holders_from:
        text = text.removesuffix(_NOTE)
    return OneFile(settings=checked(text, reading.parse(text, str(path))), holders_from=holders_from)


def holder_rows(path: Path, holders_from: int) -> Iterator[HolderRow | Issue]:
    """Yield the account holders of a file, or the Issue where a table is none; a table says everything of its account."""
    if not holders_from:
        return
    with _opened(path) as file:
        table, began = list[str](), holders_from
        for number, line in enumerate(file, start=1):
            if number > holders_from and line.split("#")[0].strip() == HEADING:
                yield _row("".join(table), began)
                table, began = [], number
            if number >= holders_from:
                table.append(line)
        yield _row("".join(table), began)


def _row(text: str, line: int) -> HolderRow | Issue:
    place = f"line {line}"
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"This table is not valid TOML: {error} (lines counted from this one)."
        return Issue(code="layout-mismatch", place=place, message=message)
    others = sorted(raw.keys() - {"account_holder"})
    if others:
        message = f"Only {HEADING} tables may follow the first one; here stands {', '.join(others)}."
        return Issue(code="layout-mismatch", place=place, message=message)
    (fields,) = raw["account_holder"]
    unknown = sorted(fields.keys() - set(FIELDS))
    if unknown:
        message = f"An account holder has no {', '.join(unknown)}. There are: {', '.join(FIELDS)}."
        return Issue(code="layout-mismatch", place=place, field=unknown[0], message=message)
    for name, value in fields.items():
        if type(value) not in {str, date}:
            message = f"{name} must be text in quotes, or a day without."
            return Issue(code="bad-field", place=place, field=name, value=str(value), message=message)
    return HolderRow(place=place, fields={name: value or None for name, value in fields.items()}, whole=True)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Open a file to read, as settings are read."""
    try:
        with path.open(encoding="utf-8") as file:
            yield file
    except FileNotFoundError as error:
        raise ConfigurationError("no_settings", f"There is no file {path}.", path=str(path)) from error
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 text: {error}."
        raise ConfigurationError("settings_not_utf8", message, path=str(path)) from error
