"""`ims profiles`: the formats that are described in TOML - which there are, whether one is right, what it makes of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import islice
from pathlib import Path

import click
from attrs import fields, has

from localgov_ims.cli.output import (
    counted,
    issue_json,
    json_option,
    opened,
    print_issues,
    print_json,
    print_table,
)
from localgov_ims.cli.profile_files import profiles_of
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.errors import NotFound
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.profiles import ProfileReader
from localgov_ims.files.reading import events, read
from localgov_ims.hooks import registry

_profile_option = click.option(
    "--profile", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file with [profiles.NAME], such as council.toml; may be repeated.",
)  # fmt: skip


@click.group()
def profiles() -> None:
    """See, check and try the formats that are described in TOML."""


@profiles.command("list")
@_profile_option
@json_option
@click.pass_context
def list_(context: click.Context, files: tuple[Path, ...], *, as_json: bool) -> None:
    """List profiles: the shipped ones, those of the settings, and those of further files."""
    found = _known(context.obj, files)
    if as_json:
        print_json([{**_told(reader), "from": source} for reader, source in found.values()])
        return
    rows = [(*_told(reader).values(), source) for _, (reader, source) in sorted(found.items())]
    print_table("Profiles", ("name", "layout", "yields", "columns ", "from"), rows)
    click.echo("`ims profiles try NAME FILE` shows what one makes of a file.")


@profiles.command("check")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@json_option
def check(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Check the profiles in FILEs of TOML: a fault is named with its key, and nothing is changed.

    Exit status 0: all can be used; 8: one cannot.

    \b
    Examples:
      ims profiles check my-bank.toml
      ims profiles check council.toml
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    found = [reader for path in files for reader in profiles_of(path)]
    if as_json:
        print_json([_told(reader) for reader in found])
        return
    for reader in found:
        told = _told(reader)
        click.echo(
            f"{reader.name}: can be used. A {told['layout']} {told['yields']} of {told['columns']} columns."
        )


@profiles.command("try")
@click.argument("name")
@click.argument("file")
@_profile_option
@click.option(
    "--rows", default=5, show_default=True, type=click.IntRange(0, 1000), help="How many rows to show."
)
@json_option
@click.pass_context
def try_(
    context: click.Context, name: str, file: str, files: tuple[Path, ...], rows: int, *, as_json: bool
) -> None:  # fmt: skip
    """Show what the profile NAME makes of FILE: its first rows field by field, its totals, and every fault.

    Nothing is recorded. Exit status 0: the file is accepted; 3: it is refused.

    \b
    Examples:
      ims profiles try lloyds-cbo october.csv
      ims profiles try my-bank october.csv --profile my-bank.toml
    """  # noqa: D301 - as above
    reader = _known(context.obj, files).get(name, (None, ""))[0]
    if reader is None:
        message = f"There is no profile {name!r}. `ims profiles list` names those there are; --profile adds a file of yours."
        raise NotFound("unknown_profile", message, profile=name)
    with opened(file) as stream:
        result = read([reader], stream, name)
        stream.seek(0)
        found = (event for event in events(reader, stream) if not isinstance(event, Opened | Closed | Issue))
        shown = list(islice(found, rows))
    if as_json:
        print_json({
            "accepted": result.accepted, "rows": [dict(_fields(row)) for row in shown],
            "issues": [issue_json(issue) for entry in result.entries for issue in entry.issues],
        })  # fmt: skip
    else:
        for row in shown:
            click.echo(f"{row.place}:")
            for field, value in _fields(row):
                click.echo(f"  {field}: {visible(value)}")
        for entry in result.entries:
            if entry.closed is not None:
                click.echo(_total(entry.closed))
            print_issues(entry.issues)
        click.echo(f"{visible(file)}: {'accepted' if result.accepted else 'refused'} as {name}")
    context.exit(0 if result.accepted else REFUSED)


def _known(settings: Path, files: tuple[Path, ...]) -> dict[str, tuple[ProfileReader, str]]:
    """Return the profiles by name, each with where it is from; one's own takes the place of a shipped one."""
    found = {
        reader.name: (reader, "shipped")
        for reader in registry.load(None).readers
        if isinstance(reader, ProfileReader)
    }
    for path in (*_with_profiles(settings), *files):
        found |= {reader.name: (reader, str(path)) for reader in profiles_of(path)}
    return found


def _with_profiles(settings: Path) -> Iterator[Path]:
    """Yield the settings' file if it describes a format: it need not."""
    if settings.exists() and "[profiles." in settings.read_text("utf-8", errors="replace"):
        yield settings


def _told(reader: ProfileReader) -> dict[str, str]:
    profile = reader.profile
    return {
        "name": reader.name, "layout": profile.layout.kind, "yields": reader.yields.value,
        "columns": str(len(profile.layout.names)),
    }  # fmt: skip


def _fields(value: object, within: str = "") -> Iterator[tuple[str, str]]:
    """Yield what a row says, field by field; what it does not say is left out."""
    if not value:
        return
    if isinstance(value, Money):
        yield within, value.shown()
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _fields(part, f"{within}.{name}".lstrip("."))
    elif has(type(value)):
        for field in fields(type(value)):  # type: ignore[arg-type]  # has() is no guard
            yield from _fields(getattr(value, field.name), f"{within}.{field.name}".lstrip("."))
    elif isinstance(value, tuple):
        for part in value:
            yield from _fields(part, within)
    elif isinstance(value, Enum):
        yield within, str(value.value)
    else:
        yield within, str(value)


def _total(closed: Closed) -> str:
    totals = closed.computed
    sums = f"{Money(totals.credits or 0).shown()} in, {Money(totals.debits or 0).shown()} out"
    return f"{counted(totals.count or 0, 'row')}, {sums}; {closed.evidence.value}."
