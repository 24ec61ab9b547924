"""`ims reconcile`: match, allocate or hold every open bank line."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option, print_json, print_table, progress
from localgov_ims.domain.quoting import visible
from localgov_ims.service.reconciliation.reconciling import reconcile as run


@click.command()
@json_option
@click.pass_context
def reconcile(context: click.Context, *, as_json: bool) -> None:
    """Match bank lines with income and settlements; allocate the rest, or hold it in suspense."""
    installation = opened_council(context)
    with progress("Reconciling", show=not as_json):
        result = run(installation)
    if as_json:
        print_json(
            {
                "run": str(result.run),
                "matches": dict(result.matches),
                "suggested": result.suggested,
                "dispositions": {
                    kind.value: {"count": total.count, "pence": total.amount.pence}
                    for kind, total in result.dispositions.items()
                },
                "breaks": [{"kind": found.kind.value, "message": found.message} for found in result.breaks],
            }
        )
        return
    for rule, count in result.matches.items():
        if count:
            click.echo(f"Matched by rule {rule}: {count:,} more.")
    if result.suggested:
        click.echo(f"Suggested for a person: {result.suggested:,} more.")
    rows = [
        (kind.value, f"{total.count:,}", total.amount.shown()) for kind, total in result.dispositions.items()
    ]
    print_table("Where every bank line stands", ["disposition", "lines ", "amount "], rows)
    for found in result.breaks:
        click.echo(f"For a person: {visible(found.message)}")
