"""`ims journals`: post what is new, as balanced files for the finance ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.journal_answers import acknowledge, confirm, reject, replace
from localgov_ims.cli.journal_lists import drill, list_, sheet
from localgov_ims.cli.output import counted, json_option, print_json, print_table, progress
from localgov_ims.cli.rendering import render
from localgov_ims.cli.telling import tell, warn_of_unheard
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.service.ledger.exporting import Exported, export_again, export_to_folder
from localgov_ims.service.ledger.journalling import Asked


@click.group()
def journals() -> None:
    """Post to the finance ledger."""


for _command in (list_, drill, sheet, render, confirm, reject, replace, acknowledge, tell):
    journals.add_command(_command)


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
@click.option("--soft", is_flag=True, help="Post into periods that are closed softly, too.")
@click.option(
    "--held-into",
    metavar="YYYY/NN",
    help="The period that takes what is held back, such as 2025/13 or 2026/01.",
)
@json_option
@click.pass_context
def export(
    context: click.Context, ledger: str | None, until: datetime | None, out: Path | None, again: tuple[str, ...],
    held_into: str | None, *, soft: bool, as_json: bool,
) -> None:  # fmt: skip
    """Build the journals of everything not posted yet, and write their files. Run again, it makes nothing twice."""
    installation = opened_council(context)
    folder = out if out is not None else context.obj.parent / "journals"
    names = [ledger] if ledger is not None else list(installation.council.ledgers)
    asked = Asked(
        until=until.date() if until is not None else None, soft=soft,
        held_into=PeriodNumber.parse(held_into) if held_into is not None else None,
    )  # fmt: skip
    with progress("Journals", show=not as_json):
        runs = [] if again else [export_to_folder(installation, name, folder, asked) for name in names]
        exported = [export_again(installation, number, folder) for number in again]
        exported += [made for run in runs for made in run.exported]
    for name, run in zip(names, runs, strict=False):
        if run.held:
            click.secho(_held(name, run.held), err=True, fg="yellow")
        if run.waiting is not None:
            click.secho(f"Ledger {name}: {run.waiting.sentence}", err=True, fg="yellow")
    warn_of_unheard(installation)
    if as_json:
        print_json([_json(made, folder) for made in exported])
        return
    if not exported:
        click.echo("Nothing is new: every journal has its file. `--again NUMBER` writes one again.")
        return
    rows = [
        (
            m.number,
            f"{m.lines:,}",
            m.debits.shown(),
            m.credits.shown(),
            m.artefact.name,
        )
        for m in exported
    ]
    print_table("Journals", ["number", "lines ", "debits ", "credits ", "file"], rows)
    debits, credits_ = (Money.total(getattr(m, side) for m in exported) for side in ("debits", "credits"))
    click.echo(
        f"{counted(len(exported), 'journal')} in {folder}: debits {debits.shown()}, credits {credits_.shown()}."
    )


def _held(ledger: str, days: Sequence[date]) -> str:
    return (
        f"Ledger {ledger}: what is dated {', '.join(f'{day:%d %B %Y}' for day in days)} is held back, for every period of "
        "its year is closed. Say with --held-into which period takes it: the old year's 13 or 14, or one of the new year."
    )


def _json(made: Exported, folder: Path) -> dict[str, object]:
    return {
        "number": made.number,
        "ledger": made.ledger,
        "accounting_on": made.accounting_on.isoformat(),
        "lines": made.lines,
        "debits_pence": made.debits.pence,
        "credits_pence": made.credits.pence,
        "file": str(folder / made.artefact.name),
        "digest": made.artefact.totals.digest,
    }
