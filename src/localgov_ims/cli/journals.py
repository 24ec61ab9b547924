"""`ims journals`: post what is new, as balanced files for the finance ledger."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table, progress
from localgov_ims.cli.rendering import render
from localgov_ims.domain.money import Money
from localgov_ims.service.exporting import Exported, export_again, export_to_folder


@click.group()
def journals() -> None:
    """Post to the finance ledger."""


journals.add_command(render)


@journals.command()
@click.option("--ledger", metavar="NAME", help="Only this ledger; without it, every ledger of the settings.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Leave out what is dated later.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the files; default: journals, beside the settings.",
)
@click.option(
    "--again",
    metavar="NUMBER",
    multiple=True,
    help="Only write the file of this journal again, for one that was lost.",
)
@json_option
@click.pass_context
def export(
    context: click.Context, ledger: str | None, until: datetime | None, out: Path | None, again: tuple[str, ...], *,
    as_json: bool,
) -> None:  # fmt: skip
    """Build the journals of everything not posted yet, and write their files. Run again, it makes nothing twice."""
    installation = opened_council(context)
    folder = out if out is not None else context.obj.parent / "journals"
    names = [ledger] if ledger is not None else list(installation.council.ledgers)
    with progress("Journals", show=not as_json):
        last = until.date() if until is not None else None
        exported = [export_again(installation, number, folder) for number in again] or [
            made for name in names for made in export_to_folder(installation, name, folder, last)
        ]
    if as_json:
        print_json([_json(made, folder) for made in exported])
        return
    if not exported:
        click.echo("Nothing is new: every journal has its file. `--again NUMBER` writes one again.")
        return
    rows = [
        (
            m.journal.number,
            f"{len(m.journal.lines):,}",
            m.journal.debits.shown(),
            m.journal.credits.shown(),
            m.artefact.name,
        )
        for m in exported
    ]
    print_table("Journals", ["number", "lines ", "debits ", "credits ", "file"], rows)
    debits, credits_ = (
        Money.total(getattr(m.journal, side) for m in exported) for side in ("debits", "credits")
    )
    click.echo(
        f"{counted(len(exported), 'journal')} in {folder}: debits {debits.shown()}, credits {credits_.shown()}."
    )


def _json(made: Exported, folder: Path) -> dict[str, object]:
    return {
        "number": made.journal.number,
        "ledger": made.journal.ledger,
        "accounting_on": made.journal.accounting_on.isoformat(),
        "lines": len(made.journal.lines),
        "debits_pence": made.journal.debits.pence,
        "credits_pence": made.journal.credits.pence,
        "file": str(folder / made.artefact.name),
        "digest": made.artefact.totals.digest,
    }
