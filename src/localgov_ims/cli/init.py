"""`ims init`: begin a real council."""

from __future__ import annotations

from pathlib import Path

import click

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.errors import ConfigurationError, InvalidValue, RuleViolation
from localgov_ims.simulator.small_council import settings_text


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--name", default="My Council", show_default=True, help="The council's name.")
def init(folder: Path, name: str) -> None:
    """Begin a council in FOLDER.

    Settings to edit, patterned on Small Council's, and an empty database. Where the settings are there already, only
    a database that is missing is made.
    """
    path = folder / "council.toml"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(settings_text(_checked(name)), encoding="utf-8")
    elif _database_is_there(path):
        message = f"{path} and its database are there already; nothing was changed. Name another folder."
        raise RuleViolation("already_initialised", message, path=str(path))
    open_installation(path, create=True).store.close()
    click.echo(f"{path}: the settings. Put your accounts, funds and rules in place of Small Council's.")
    click.echo(
        f"Then: ims --config {path} import FILE...   (each change of the settings is kept as a version)"
    )


def _checked(name: str) -> str:
    if not name.strip() or not name.isprintable():
        message = f"{name!r} is no name of a council; write it on one line."
        raise InvalidValue("bad_name", message, value=name)
    return name


def _database_is_there(path: Path) -> bool:
    try:
        open_installation(path).store.close()
    except ConfigurationError as error:
        if error.code != "no_database":
            raise
        return False
    return True
