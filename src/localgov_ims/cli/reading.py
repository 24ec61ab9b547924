"""`ims read`: read and prove any file, without a council, changing nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import click

from localgov_ims.cli.output import (
    counted,
    files_argument,
    issue_json,
    json_option,
    opened,
    print_issues,
    print_json,
)
from localgov_ims.cli.profile_files import profiles_of
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.files.archives import files_in
from localgov_ims.files.limits import DEFAULT_LIMITS, Refused
from localgov_ims.files.readers import Reader
from localgov_ims.files.reading import Entry, FileRead
from localgov_ims.files.reading import read as read_file
from localgov_ims.hooks import registry


@click.command()
@files_argument
@click.option("--format", "named", metavar="NAME", help="Read as this format instead of recognising it.")
@click.option(
    "--profile", "profiles", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file with [profiles.NAME], each a format of your own; may be repeated.",
)  # fmt: skip
@json_option
@click.pass_context
def read(
    context: click.Context, files: tuple[str, ...], named: str | None, profiles: tuple[Path, ...], *, as_json: bool
) -> None:  # fmt: skip
    """Read and prove FILEs of any kind that an installed plugin knows, changing nothing.

    No council is needed. Exit status 0: every file is accepted; 3: one is refused.

    \b
    Examples:
      ims read statement.xml
      ims read --json *.csv
      ims read --profile council.toml agency.txt
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    # a profile of one's own takes the place of a shipped one of its name
    known: dict[str, Reader] = {reader.name: reader for reader in registry.load(None).readers}
    own = {reader.name: reader for path in profiles for reader in profiles_of(path)}
    known |= own
    readers = tuple(known.values())
    found: list[dict[str, object]] = []
    refused = False
    for path in files:
        with ExitStack() as stack:
            for name, result in _read(stack.enter_context(opened(path)), path, readers, named, own, stack):
                refused |= not result.accepted
                if as_json:
                    found += [_json(name, entry, accepted=result.accepted) for entry in result.entries]
                else:
                    _show(name, result)
    if as_json:
        print_json(found)
    context.exit(REFUSED if refused else 0)


def _read(
    stream: BinaryIO, path: str, readers: Sequence[Reader], named: str | None, own: Collection[str], stack: ExitStack
) -> Iterator[tuple[str, FileRead]]:  # fmt: skip
    """Yield what was read of a file, or of each file of an archive, under its name."""
    try:
        members = files_in(path, stream, DEFAULT_LIMITS, stack)
    except Refused as refused:
        yield path, FileRead((Entry(format=None, kind=None, issues=(refused.issue,)),))
        return
    for member in members:
        yield member.name, read_file(readers, member.stream, named, preferred=own)


def _json(path: str, entry: Entry, *, accepted: bool) -> dict[str, object]:
    opened_, closed = entry.opened, entry.closed
    return {
        "file": path,
        "format": entry.format,
        "kind": entry.kind,
        "account": (opened_.account or None) if opened_ is not None else None,
        "currency": opened_.currency if opened_ is not None else None,
        "number": opened_.number if opened_ is not None else None,
        "opening_pence": _pence(entry.opening),
        "closing_pence": _pence(closed.closing) if closed is not None else None,
        "lines": closed.computed.count if closed is not None else None,
        "not_booked": closed.not_booked if closed is not None else None,
        "credits_pence": closed.computed.credits if closed is not None else None,
        "debits_pence": closed.computed.debits if closed is not None else None,
        "first_on": closed.first_on.isoformat()
        if closed is not None and closed.first_on is not None
        else None,
        "last_on": closed.last_on.isoformat() if closed is not None and closed.last_on is not None else None,
        "evidence": closed.evidence.value if closed is not None else None,
        "issues": [issue_json(issue) for issue in entry.issues],
        "accepted": accepted,
    }


def _pence(amount: Money | None) -> int | None:
    return amount.pence if amount is not None else None


def _show(path: str, result: FileRead) -> None:
    verdict = click.style("accepted", fg="green") if result.accepted else click.style("refused", fg="red")
    click.echo(f"{visible(path)}: {verdict}")
    for entry in result.entries:
        if entry.opened is not None and entry.closed is not None:
            click.echo(f"  {_sentence(entry)}")
        print_issues(entry.issues)


def _sentence(entry: Entry) -> str:
    opened_, closed = entry.opened, entry.closed
    assert opened_ is not None  # noqa: S101 - _show asks only then
    assert closed is not None  # noqa: S101
    totals = closed.computed
    currency = opened_.currency
    moved = (
        f"{Money(totals.credits or 0).shown(currency)} in, {Money(totals.debits or 0).shown(currency)} out"
    )
    balances = ""
    if entry.opening is not None and closed.closing is not None:
        balances = f"; opens at {entry.opening.shown(currency)}, closes at {closed.closing.shown(currency)}"
    number = f" {visible(opened_.number)}" if opened_.number else ""
    pending = f"; {closed.not_booked} not booked, left out" if closed.not_booked else ""
    whose = f" of {visible(opened_.account)}" if opened_.account else ""
    return (
        f"{entry.format} {entry.kind}{number}{whose} ({opened_.currency}): "
        f"{counted(totals.count or 0, 'line')}, {moved}{balances}{pending}; {closed.evidence.value}."
    )
