"""`ims init`: begin a real council."""

from __future__ import annotations

from pathlib import Path

import click

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.errors import RuleViolation
from localgov_ims.simulator.small_council import settings_text


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--name", default="My Council", show_default=True, help="The council's name.")
def init(folder: Path, name: str) -> None:
    """Begin a council in FOLDER: settings to edit, patterned on Small Council's, and an empty database."""
    path = folder / "council.toml"
    if path.exists():
        message = f"{path} is there already; nothing was changed. Name another folder."
        raise RuleViolation("already_initialised", message, path=str(path))
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(settings_text(name), encoding="utf-8")
    open_installation(path).store.close()
    click.echo(
        f"{path}: the settings. Put your accounts, funds, references and rules in place of Small Council's."
    )
    click.echo(
        f"Then: ims --config {path} import FILE...   (each change of the settings is kept as a version)"
    )
