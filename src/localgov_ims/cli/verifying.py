"""`ims verify`: prove the five laws on the council's database."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, progress
from localgov_ims.cli.root import BROKEN_LAW
from localgov_ims.service.laws.law import LawReport
from localgov_ims.service.verifying import verify as prove


@click.command()
@json_option
@click.pass_context
def verify(context: click.Context, *, as_json: bool) -> None:
    """Prove the five laws on the database, naming every record that breaks one.

    Exit status 0: every law holds; 5: one does not.
    """
    installation = opened_council(context)
    with progress("Proving", show=not as_json):
        reports = prove(installation)
    if as_json:
        print_json({"laws": [law_json(report) for report in reports]})
    else:
        show_laws(reports)
    context.exit(0 if all(report.holds for report in reports) else BROKEN_LAW)


def show_laws(reports: list[LawReport]) -> None:
    """Print each law, whether it holds, and what breaks it."""
    for report in reports:
        verdict = click.style("holds", fg="green") if report.holds else click.style("BROKEN", fg="red")
        click.echo(f"Law {report.law}: {report.name}: {verdict} ({report.checked:,} checked)")
        if report.retired:
            click.echo(f"  The personal data of {counted(report.retired, 'record')} was lawfully removed.")
        for sentence in (*report.told, *report.broken):
            click.echo(f"  {sentence}")
        if report.count > len(report.broken):
            click.echo(f"  ... and {report.count - len(report.broken):,} more.")


def law_json(report: LawReport) -> dict[str, object]:
    """Return a law's report as JSON."""
    return {
        "law": report.law,
        "name": report.name,
        "holds": report.holds,
        "checked": report.checked,
        "broken": list(report.broken),
        "broken_count": report.count,
        "retired": report.retired,
        "told": list(report.told),
    }
