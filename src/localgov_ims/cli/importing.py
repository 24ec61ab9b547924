"""`ims import`: record files in the council's books, each all or nothing, once."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import (
    counted,
    files_argument,
    issue_json,
    json_option,
    opened,
    print_issues,
    print_json,
    progress,
)
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.quoting import visible
from localgov_ims.service.importing import ImportResult, Incoming, import_files


@click.command("import")
@files_argument
@json_option
@click.pass_context
def import_(context: click.Context, files: tuple[str, ...], *, as_json: bool) -> None:
    """Record FILEs: bank statements and settlements.

    A file that does not add up is refused whole; the same file again changes nothing. Exit status 0: nothing was
    refused; 3: a file was.

    \b
    Example:
      ims --config council.toml import statements/*.xml
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    installation = opened_council(context)
    with ExitStack() as stack, progress("Importing", show=not as_json) as tell:
        incoming = [Incoming(name=_label(path), stream=stack.enter_context(opened(path))) for path in files]
        rows = 0

        def count(more: int) -> None:
            nonlocal rows
            rows += more
            tell(f"{rows:,} rows")

        results = import_files(installation, incoming, count)
    if as_json:
        print_json([_json(result) for result in results])
    else:
        for result in results:
            _show(result)
    context.exit(REFUSED if any(result.status == "refused" for result in results) else 0)


def _label(path: str) -> str:
    """Return a file's name as text that can be kept, whatever bytes the file system allows."""
    return os.fsencode(Path(path).name).decode("utf-8", "replace") if path != "-" else "standard input"


def _json(result: ImportResult) -> dict[str, object]:
    return {
        "file": result.name,
        "sha256": result.sha256,
        "status": result.status,
        "format": result.format,
        "statements": result.counts.get("statements", 0),
        "settlements": result.counts.get("settlements", 0),
        "lines": result.counts.get("lines", 0),
        "seen_lines": result.counts.get("seen_lines", 0),
        "issues": [issue_json(issue) for issue in result.issues],
        "issue_count": result.issue_count,
    }


def _show(result: ImportResult) -> None:
    colour = {"recorded": "green", "seen": "yellow", "refused": "red"}[result.status]
    said = ", ".join(
        counted(count, name.replace("_", " ").removesuffix("s")) for name, count in result.counts.items()
    )
    if result.status == "seen":
        said = "it was here already; nothing was changed"
    elif result.status == "refused":
        said = "nothing of it was recorded; its bytes are kept"
    click.echo(f"{visible(result.name)}: {click.style(result.status, fg=colour)} ({said})")
    print_issues(result.issues, result.issue_count)
