"""`ims settings`: check, compare, export and replace the council's settings."""

from __future__ import annotations

from pathlib import Path

import click

from localgov_ims.bootstrap.checking import FileChecked, check_file
from localgov_ims.bootstrap.one_file import export_settings
from localgov_ims.bootstrap.replacing import Imported, import_settings
from localgov_ims.cli.accounts import loaded_json, print_loaded
from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import (
    counted,
    issue_json,
    json_option,
    print_issues,
    print_json,
    print_table,
    progress,
)
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.calendar import LONDON
from localgov_ims.service.settings import versions as service

_file = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group()
def settings() -> None:
    """See, check and replace the council's settings."""


@settings.command()
@_file
@json_option
@click.pass_context
def check(context: click.Context, file: Path, *, as_json: bool) -> None:
    """Check FILE, settings with or without account holders, without a council and changing nothing.

    Exit status 8: the settings cannot be used, and every fault is named by its path; 3: an account holder cannot.
    """
    found = check_file(file)
    if as_json:
        print_json(_check_json(file, found))
    else:
        click.echo(f"{file}: the settings can be used.")
        if found.holders:
            click.echo(f"{counted(found.holders, 'account holder')}.")
        print_issues(found.issues, found.issue_count)
    context.exit(REFUSED if found.refused else 0)


@settings.command()
@json_option
@click.pass_context
def history(context: click.Context, *, as_json: bool) -> None:
    """List every version of the settings: its number, when and by whom it was put in force, its SHA-256."""
    versions = service.settings_history(opened_council(context))
    if as_json:
        print_json([
            {"version": v.number, "at": v.at.isoformat(), "by": v.by, "sha256": v.sha256} for v in versions
        ])  # fmt: skip
        return
    rows = [(f"{v.number}", f"{v.at.astimezone(LONDON):%d %b %Y %H:%M}", v.by, v.sha256) for v in versions]
    print_table("Settings", ["version ", "in force from", "by", "sha256"], rows)


@settings.command()
@click.option("--version", type=int, metavar="N", help="That version; without it, the one in force.")
@json_option
@click.pass_context
def show(context: click.Context, version: int | None, *, as_json: bool) -> None:
    """Print the settings in force, or a version of them, to the letter."""
    text = service.settings_text(opened_council(context), version)
    if as_json:
        print_json({"version": version, "text": text})
    else:
        click.echo(text, nl=False)


@settings.command()
@click.argument("before", type=int)
@click.argument("after", type=int)
@json_option
@click.pass_context
def diff(context: click.Context, before: int, after: int, *, as_json: bool) -> None:
    """Print what differs between the versions BEFORE and AFTER."""
    text = service.settings_diff(opened_council(context), before, after)
    if as_json:
        print_json({"before": before, "after": after, "diff": text})
    else:
        click.echo(text or "They say the same.\n", nl=False)


@settings.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-accounts", is_flag=True, help="And every account holder of your funds: personal data.")
@json_option
@click.pass_context
def export(context: click.Context, file: Path, *, with_accounts: bool, as_json: bool) -> None:
    """Write the settings in force to FILE, a new file, with the account holders if asked for."""
    count = export_settings(opened_council(context), file, with_accounts=with_accounts)
    if as_json:
        print_json({"file": str(file), "accounts": count})
    else:
        holders = f" and {counted(count, 'account holder')}" if with_accounts else ""
        click.echo(f"The settings in force{holders} are in {file}.")


@settings.command("import")
@_file
@json_option
@click.pass_context
def import_(context: click.Context, file: Path, *, as_json: bool) -> None:
    """Put the settings of FILE in force in place of the council's, and load its account holders: all or nothing.

    Exit status 8: the settings cannot be used; 3: an account holder cannot; nothing was changed.
    """
    installation = opened_council(context)
    with progress("Accounts", show=not as_json) as tell:
        rows = 0

        def count(more: int) -> None:
            nonlocal rows
            rows += more
            tell(f"{rows:,}")

        imported = import_settings(installation, context.obj, file, count)
    if as_json:
        print_json(_import_json(imported))
    else:
        _say_import(imported)
    context.exit(REFUSED if imported.refused else 0)


def _check_json(file: Path, found: FileChecked) -> dict[str, object]:
    issues = [issue_json(issue) for issue in found.issues]
    return {"file": str(file), "accounts": found.holders, "issues": issues, "issue_count": found.issue_count}


def _import_json(imported: Imported) -> dict[str, object]:
    holders = loaded_json(imported.holders) if imported.holders is not None else None
    return {
        "status": "refused" if imported.refused else "imported" if imported.changed else "unchanged",
        "version": imported.version, "changes": imported.changes.detail(), "account_holders": holders,
    }  # fmt: skip


def _say_import(imported: Imported) -> None:
    if imported.holders is not None:
        print_loaded(imported.holders)
    if imported.refused:
        click.echo("Nothing was changed.")
    elif not imported.changed:
        click.echo(f"The settings are as they were, version {imported.version}.")
    else:
        click.echo(f"Version {imported.version} of the settings is in force.")
        said = imported.changes
        for what, names in (("added", said.added), ("changed", said.changed), ("removed", said.removed)):
            if names:
                click.echo(f"  {what}: {', '.join(names)}")
