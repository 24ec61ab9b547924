"""`ims import`: record files in the council's books, each all or nothing, once."""

from __future__ import annotations

from contextlib import ExitStack

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.files_shown import label, result_json, show_result
from localgov_ims.cli.items import read_amount
from localgov_ims.cli.output import counting, files_argument, json_option, opened, print_json, progress
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.received_files import Declared
from localgov_ims.service.files.dry_runs import dry_run
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming


@click.command("import")
@files_argument
@click.option("--type", "import_type", help="The import type, where the file's format does not say it.")
@click.option("--declared-rows", type=click.IntRange(min=0), help="How many rows the sender says it has.")
@click.option("--declared-total", metavar="POUNDS", help="What the sender says its rows come to.")
@click.option(
    "--fault", "faults", multiple=True, help="A fault that the sender reports; the file is refused."
)
@click.option("--note", help="Anything to be kept with the file.")
@click.option(
    "--again",
    metavar="REASON",
    help="The same bytes are another file and not a repeat; say why you are sure.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Report what would come of it; keep and record nothing.")
@json_option
@click.pass_context
def import_(  # noqa: PLR0913 - one parameter an option
    context: click.Context, files: tuple[str, ...], import_type: str | None, declared_rows: int | None,
    declared_total: str | None, faults: tuple[str, ...], note: str | None, again: str | None, *, dry: bool, as_json: bool,
) -> None:  # fmt: skip
    """Record FILEs: bank statements, settlements, income files, Bacs reports and files of account holders.

    A file that does not add up is refused whole; the same file again changes nothing. Exit status 0: every file was
    recorded, was here before, or only informs; 3: one was refused, or waits for a person.

    \b
    Examples:
      ims --config council.toml import statements/*.xml
      ims import --type agency --declared-rows 3 --declared-total 165.25 allpay.txt
      ims import --type agency --dry-run allpay.txt
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    declared = Declared(
        import_type=import_type, rows=declared_rows, faults=faults, note=note, again=again,
        amount=read_amount(declared_total) if declared_total is not None else None,
    )  # fmt: skip
    installation = opened_council(context)
    with ExitStack() as stack, progress("Importing", show=not as_json) as tell:
        incoming = [
            Incoming(name=label(path), stream=stack.enter_context(opened(path)), declared=declared)
            for path in files
        ]
        count = counting(tell)
        results = (
            [dry_run(installation, each, count) for each in incoming]
            if dry
            else import_files(installation, incoming, count)
        )
    if as_json:
        print_json([result_json(result) for result in results])
    else:
        for result in results:
            show_result(result, dry=dry)
    context.exit(REFUSED if any(result.status in {"refused", "held"} for result in results) else 0)
