"""TOML files with profiles in them, such as a council's settings, read without a council."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from localgov_ims.errors import ConfigurationError
from localgov_ims.files.profiles import ProfileReader, profile_from


def profiles_of(path: Path) -> Iterator[ProfileReader]:
    """Yield a reader for each profile of a TOML file, whatever else stands in it.

    Raises:
        ConfigurationError: It is not TOML, holds no profile, or one of them cannot be used.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("profiles", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is not valid TOML: {error}. Correct it, or name another file."
        raise ConfigurationError("bad_profile", message, where=str(path)) from error
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        message = f"{path}: [profiles] must hold tables [profiles.NAME]. Correct it."
        raise ConfigurationError("bad_profile", message, where=str(path))
    if not tables:
        message = f"{path} describes no format: it has no table [profiles.NAME]. Name another file."
        raise ConfigurationError("bad_profile", message, where=str(path))
    yield from (ProfileReader(profile_from(name, table)) for name, table in tables.items())
