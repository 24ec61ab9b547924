"""Showing results: JSON for programs, tables and progress for people."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import click

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.quoting import visible
from localgov_ims.files.limits import CHUNK

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs instead of text.")


def print_json(value: object) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def issue_json(issue: Issue) -> dict[str, str]:
    """Return an Issue as JSON."""
    return {
        "code": issue.code,
        "severity": issue.severity.value,
        "place": issue.place,
        "field": issue.field,
        "value": issue.value,
        "message": issue.message,
    }


def print_issues(issues: Sequence[Issue], count: int | None = None) -> None:
    """Print Issues, each with where, which value, and what is wrong."""
    for issue in issues:
        colour = "red" if issue.stops else "yellow"
        where = ", ".join(
            part for part in (issue.place, f"field {issue.field}" if issue.field else "") if part
        )
        value = f" [{issue.value}]" if issue.value else ""
        click.echo(f"  {click.style(issue.code, fg=colour)} at {where}{value}: {visible(issue.message)}")
    if count is not None and count > len(issues):
        click.echo(f"  ... and {count - len(issues)} more.")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 line`, `2 lines`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; columns whose heading ends in a space are numbers, aligned to the right."""
    from rich.console import Console  # noqa: PLC0415 - loaded only where a table is printed
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading.strip(), justify="right" if heading.endswith(" ") else "left")
    for row in rows:
        # Text, so that nothing in a bank's narrative is taken for markup.
        table.add_row(*(Text(cell) for cell in row))
    # Whoever reads a pipe or file has room for whole lines.
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)


@contextmanager
def progress(label: str, *, show: bool) -> Iterator[Any]:
    """Show on a terminal's stderr how work goes on; give a function to tell the words for the present step."""
    if not show or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.status import Status  # noqa: PLC0415

    with Status(label, console=Console(stderr=True)) as status:
        yield lambda words: status.update(f"{label} {words}")


def counting(tell: Callable[[str], None]) -> Callable[[int], None]:
    """Return what counts rows as they are read, and tells how many there are so far."""
    rows = 0

    def count(more: int) -> None:
        nonlocal rows
        rows += more
        tell(f"{rows:,} rows")

    return count


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a file to read, `-` for standard input, as a seekable stream of bytes; a pipe is read whole first."""
    with ExitStack() as stack:
        stream: BinaryIO = sys.stdin.buffer if path == "-" else stack.enter_context(Path(path).open("rb"))
        if path != "-" and stream.seekable():
            yield stream
            return
        spool = stack.enter_context(tempfile.TemporaryFile())
        while chunk := stream.read(CHUNK):
            spool.write(chunk)
        spool.seek(0)
        yield spool


@contextmanager
def written_whole(into: Path) -> Iterator[BinaryIO]:
    """Give a stream to write a file by, which is put in its place when it is whole: half of one looks like a whole one.

    Only whoever runs the command may read it, for it may name people.
    """
    with tempfile.NamedTemporaryFile(dir=into.parent, prefix=f".{into.name}.", delete=False) as stream:
        try:
            yield cast("BinaryIO", stream)
            stream.close()
            Path(stream.name).replace(into)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise


files_argument = click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
)
