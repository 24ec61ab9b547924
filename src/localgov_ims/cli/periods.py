"""`ims periods`: which periods of a ledger are open, and closing and reopening them."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option, print_json, print_table
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.service.ledger.periods import close_period, period_states, reopen_period

_reason = click.option("--reason", required=True, metavar="TEXT", help="Why.")


@click.group()
def periods() -> None:
    """Close and reopen the periods of a ledger."""


@periods.command(name="list")
@click.argument("ledger")
@json_option
@click.pass_context
def list_(context: click.Context, ledger: str, *, as_json: bool) -> None:
    """List the periods of which anything was said; the others are open."""
    states = sorted(period_states(opened_council(context), ledger).items())
    if as_json:
        print_json([{"period": str(period), "state": state.value} for period, state in states])
        return
    rows = [(str(p), f"{p.first_on:%d %B %Y}", f"{p.last_on:%d %B %Y}", s.value) for p, s in states]
    print_table(f"Periods of ledger {ledger}", ["period", "from", "to", "state"], rows)
    click.echo("Every other period is open.")


@periods.command()
@click.argument("ledger")
@click.argument("period")
@click.option(
    "--soft", is_flag=True, help="Only softly: whoever has the permission period.late may still post into it."
)
@_reason
@click.pass_context
def close(context: click.Context, ledger: str, period: str, reason: str, *, soft: bool) -> None:
    """Close a period: everything in it must be posted, and taken by the finance system."""
    number = PeriodNumber.parse(period)
    close_period(opened_council(context), ledger, number, soft=soft, reason=reason)
    click.echo(f"Period {number} of ledger {ledger} is {'closed softly' if soft else 'closed'}.")


@periods.command()
@click.argument("ledger")
@click.argument("period")
@_reason
@click.pass_context
def reopen(context: click.Context, ledger: str, period: str, reason: str) -> None:
    """Open a closed period again; never by whoever closed it."""
    number = PeriodNumber.parse(period)
    reopen_period(opened_council(context), ledger, number, reason=reason)
    click.echo(f"Period {number} of ledger {ledger} is open.")
