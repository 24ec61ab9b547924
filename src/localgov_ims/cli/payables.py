"""`ims refunds payables`: the refunds by Bacs, in a file for the payables system."""

from __future__ import annotations

from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.keeping import keeper
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.payables import PayablesFile
from localgov_ims.service.refunds.paying import list_payables, send_payables, send_payables_again


@click.group()
def payables() -> None:
    """Have the payables system pay refunds by Bacs."""


@payables.command("send")
@click.option("--again", type=click.IntRange(1), metavar="SEQUENCE", help="Only make this file again.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the files; default: payables, beside the settings.",
)  # fmt: skip
@json_option
@click.pass_context
def send_(context: click.Context, again: int | None, out: Path | None, *, as_json: bool) -> None:
    """Make the next file, of every authorised refund by payables. Run again, it pays nothing twice.

    Each refund is in one file ever. The file has bank details: only its owner may read it.
    """
    installation = opened_council(context)
    folder = out if out is not None else context.obj.parent / "payables"
    keep = keeper(folder, private=True)
    sent = (
        send_payables_again(installation, again, keep)
        if again is not None
        else send_payables(installation, keep)
    )
    file = sent.file
    if as_json:
        made = {**_json(file), "file": str(folder / file.name)} if file is not None else None
        print_json({"file": made, "copy": sent.copy})
    elif file is None:
        click.echo("No refund waits for a payables file.")
    else:
        once_more = " again, as a copy" if sent.copy else ""
        click.echo(
            f"{counted(file.count, 'refund')}, {file.total.shown()}, in {folder / file.name}{once_more}. It has bank details: "
            "give it to the payables system, and delete it."
        )


@payables.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List the files that were made."""
    found = list_payables(opened_council(context))
    if as_json:
        print_json([_json(file) for file in found])
        return
    rows = [
        (file.number, f"{file.created_on:%d %b %Y}", f"{file.count:,}", file.total.shown(), file.name)
        for file in found
    ]
    print_table("Payables files", ["number", "made", "refunds ", "total ", "file"], rows)


def _json(file: PayablesFile) -> dict[str, object]:
    return {
        "number": file.number, "sequence": file.sequence, "created_on": file.created_on.isoformat(), "name": file.name,
        "count": file.count, "total_pence": file.total.pence, "sha256": file.sha256,
    }  # fmt: skip
