"""`ims files`: the files that came, what became of them, and what a person decides about them."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.files_shown import (
    event_json,
    file_json,
    print_report,
    result_json,
    show_event,
    show_result,
)
from localgov_ims.cli.output import counted, counting, json_option, print_json, print_table, progress
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.received_files import FileStatus
from localgov_ims.service.explaining.stories import when
from localgov_ims.service.files.deciding import decide_file
from localgov_ims.service.files.reversing import reverse_file
from localgov_ims.service.files.views import LARGEST_PAGE, list_files, show_file


@click.group()
def files() -> None:
    """See the files that came, and decide about them."""


@files.command("list")
@click.option(
    "--status", type=click.Choice([status.value for status in FileStatus]), help="Only those that stand so."
)
@click.option("--type", "import_type", help="Only those of an import type.")
@click.option(
    "--limit", type=click.IntRange(1, LARGEST_PAGE), default=20, show_default=True, help="How many on a page."
)
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help="Which page.")
@json_option
@click.pass_context
def list_(
    context: click.Context, status: str | None, import_type: str | None, limit: int, page: int, *, as_json: bool
) -> None:  # fmt: skip
    """List files with where they stand, the latest first."""
    found = list_files(
        opened_council(context), status=FileStatus(status) if status is not None else None, import_type=import_type,
        limit=limit, offset=(page - 1) * limit,
    )  # fmt: skip
    if as_json:
        print_json([file_json(file, event) for file, event in found])
        return
    if not found:
        click.echo("There are no such files.")
        return
    rows = [
        (
            visible(file.name),
            event.status.value,
            event.import_type or event.format or "",
            when(event.at),
            str(file.id),
        )
        for file, event in found
    ]
    print_table("", ("file", "status", "type", "since", "id"), rows)


@files.command("show")
@click.argument("file")
@json_option
@click.pass_context
def show(context: click.Context, file: str, *, as_json: bool) -> None:
    """Tell the life of FILE (its id or SHA-256), step by step."""
    life = show_file(opened_council(context), file)
    if as_json:
        print_json(
            {**file_json(life.file, life.latest), "events": [event_json(event) for event in life.events]}
        )
        return
    click.echo(f"{visible(life.file.name)}, {life.file.size:,} bytes, SHA-256 {life.file.sha256}")
    for event in life.events:
        show_event(event)


@files.command("decide")
@click.argument("file")
@click.option("--accept/--refuse", required=True, default=None, help="Record it after all, or refuse it.")
@click.option("--reason", required=True, help="Why; it is kept with the file.")
@json_option
@click.pass_context
def decide(context: click.Context, file: str, reason: str, *, accept: bool, as_json: bool) -> None:
    """Decide about FILE, which is held."""
    installation = opened_council(context)
    with progress("Importing", show=not as_json) as tell:
        result = decide_file(installation, file, accept=accept, reason=reason, progress=counting(tell))
    print_json(result_json(result)) if as_json else show_result(result)
    context.exit(REFUSED if accept and result.status == "refused" else 0)


@files.command("reverse")
@click.argument("file")
@click.option("--reason", required=True, help="Why; it stands on every line that takes one back.")
@click.option(
    "--undo-clearances", is_flag=True, help="Take back first what was cleared of its items in suspense."
)
@json_option
@click.pass_context
def reverse(context: click.Context, file: str, reason: str, *, undo_clearances: bool, as_json: bool) -> None:
    """Take back everything that the last run of FILE recorded, by new records."""
    installation = opened_council(context)
    with progress("Reversing", show=not as_json) as tell:
        event = reverse_file(
            installation, file, reason=reason, undo_clearances=undo_clearances, progress=counting(tell)
        )
    if as_json:
        print_json(event_json(event))
        return
    done = (event.report or {}).get("reversed")
    if done is None:
        print_report(event.report or {})
        return
    what = f"{counted(done['count'], 'receipt')} of {Money(done['pence']).shown()}"
    click.echo(f"{what} taken back. The same file may now be imported anew.")
