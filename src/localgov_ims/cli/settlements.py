"""`ims settlements`: what providers paid out, fetched from their APIs."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.files_shown import result_json, show_result
from localgov_ims.cli.items import DAY
from localgov_ims.cli.output import json_option, print_json
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.calendar import local_day
from localgov_ims.service.files.fetching_settlements import fetch_settlements


@click.group()
def settlements() -> None:
    """Record what providers paid out."""


@settlements.command()
@click.option("--source", required=True, metavar="NAME", help="The account, as [providers.NAME] has it.")
@click.option("--since", type=DAY, help="The first day of payout.  [default: a week before the last]")
@click.option("--until", type=DAY, help="The last day of payout.  [default: yesterday]")
@json_option
@click.pass_context
def fetch(
    context: click.Context, source: str, since: datetime | None, until: datetime | None, *, as_json: bool
) -> None:
    """Fetch the payouts of some days and record each, all or nothing, once.

    Exit status 0: every payout was recorded, or was here before; 3: one was refused.
    """
    installation = opened_council(context)
    last = until.date() if until is not None else local_day(installation.clock()) - timedelta(days=1)
    first = since.date() if since is not None else last - timedelta(days=7)
    results = []
    for result in fetch_settlements(installation, source, first, last):
        results.append(result)
        if not as_json:
            show_result(result)
    if as_json:
        print_json([result_json(result) for result in results])
    elif not results:
        click.echo(f"{source} paid nothing out from {first:%d %B %Y} to {last:%d %B %Y}.")
    context.exit(REFUSED if any(result.status in {"refused", "held"} for result in results) else 0)
