"""`ims stated`: totals and lists that the bank, the ledger and back offices give, with their source."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, opened, print_issues, print_json, print_table
from localgov_ims.cli.proofs_shown import DAY
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.stated import LISTS, OUTCOMES, About
from localgov_ims.service.proofs.loading_lists import load_items
from localgov_ims.service.proofs.stating import Loaded, end_item, list_items, load_totals, state_total
from localgov_ims.storage.stated import StandingItem

_source = click.option(
    "--source", required=True, help="Where it was read, so that an auditor finds it again."
)
_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))


@click.group()
def stated() -> None:
    """What others state and this system cannot know: balances, totals, and items of their lists."""


@stated.command()
@click.argument("account")
@click.argument("amount")
@click.option("--on", "as_at", type=DAY, required=True, help="At the end of this day, YYYY-MM-DD.")
@_source
@click.pass_context
def balance(context: click.Context, account: str, amount: str, as_at: datetime, source: str) -> None:
    """State AMOUNT as what the ledger stands at for bank ACCOUNT; of an overdrawn one `-- ACCOUNT -12.34`."""
    day = as_at.date()
    made = state_total(
        opened_council(context), about=About.BANK, subject=account, what="ledger", first_on=day, as_at=day,
        amount=Money.parse(amount), source=source,
    )  # fmt: skip
    click.echo(
        f"The ledger stands at {made.amount.shown()} for {account} on {day:%d %B %Y}, by {visible(source)}."
    )


@stated.command()
@_file
@_source
@click.pass_context
def totals(context: click.Context, file: str, source: str) -> None:
    """Load totals of funds from a CSV: fund, what, from, to, amount."""
    with opened(file) as stream:
        _show(context, load_totals(opened_council(context), stream, source=source), "total")


@stated.command()
@_file
@click.option("--account", help="The bank account that they are about.")
@click.option("--fund", help="The fund that they are about.")
@click.option("--system", help="The system, such as payables, that paid or received them.")
@click.option("--list", "what", type=click.Choice(list(OUTCOMES)), required=True, help="Which list it is.")
@click.option("--format", "named", metavar="NAME", help="Read by this profile instead of recognising it.")
@_source
@click.pass_context
def items(
    context: click.Context, file: str, account: str | None, fund: str | None, system: str | None, what: str,
    named: str | None, source: str,
) -> None:  # fmt: skip
    """Load the items of a list from a FILE that a profile of lists describes. Items that are here add nothing.

    The shipped profile, listed-items, is a CSV of day, reference, amount and note.

    \b
    Examples:
      ims stated items payables.csv --system payables --list payments --source "BACS list of 11 May"
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    given = [
        (about, name) for about, name in zip(About, (account, fund, system), strict=True) if name is not None
    ]
    if len(given) != 1:
        raise click.UsageError("Give one of --account, --fund and --system.")
    ((about, subject),) = given
    with opened(file) as stream:
        loaded = load_items(
            opened_council(context),
            stream,
            about=about,
            subject=subject,
            what=what,
            source=source,
            named=named,
        )
    _show(context, loaded, "item")


@stated.command("list")
@click.option("--all", "every", is_flag=True, help="Those that have ended as well.")
@json_option
@click.pass_context
def list_(context: click.Context, *, every: bool, as_json: bool) -> None:
    """List the items that stand open, the oldest first."""
    found = list_items(opened_council(context), every=every)
    if as_json:
        print_json([_json(each) for each in found])
        return
    rows = [
        (
            str(each.item.id), each.item.subject, LISTS[each.item.about][each.item.what], f"{each.item.day:%d %b %Y}",
            visible(each.item.reference), each.item.amount.shown(), _stands(each),
        )
        for each in found
    ]  # fmt: skip
    print_table(
        "Items that others list", ["id", "of", "which are", "day", "reference", "amount ", "stands"], rows
    )


@stated.command()
@click.argument("item", type=click.UUID)
@click.option(
    "--as",
    "outcome",
    required=True,
    type=click.Choice(sorted({each for some in OUTCOMES.values() for each in some})),
    help="How it ended.",
)
@click.option("--on", "ended_on", type=DAY, help="From which day it stands open no longer; default: today.")
@click.option("--because", "reason", required=True, help="Why, or by which record.")
@click.pass_context
def end(context: click.Context, item: UUID, outcome: str, ended_on: datetime | None, reason: str) -> None:
    """Say what became of an ITEM, so that it stands open no longer."""
    installation = opened_council(context)
    day = ended_on.date() if ended_on is not None else local_day(installation.clock())
    made = end_item(installation, item, outcome=outcome, reason=reason, ended_on=day)
    click.echo(f"It stands open no longer from {made.ended_on:%d %B %Y}: {made.outcome}.")


def _stands(item: StandingItem) -> str:
    if item.end is not None:
        return item.end.outcome
    return "matched" if item.line is not None else "open"


def _show(context: click.Context, loaded: Loaded, noun: str) -> None:
    if loaded.issues:
        click.echo("Refused; nothing of it was loaded.")
        print_issues(loaded.issues)
        context.exit(REFUSED)
    click.echo(f"{counted(loaded.added, noun)} added, {loaded.seen:,} here before.")


def _json(each: StandingItem) -> dict[str, object]:
    i, end = each.item, each.end
    line = str(each.line) if each.line is not None else None
    return {
        "id": str(i.id), "about": i.about.value, "subject": i.subject, "list": i.what, "day": i.day.isoformat(),
        "reference": i.reference, "amount_pence": i.amount.pence, "note": i.note, "source": i.source, "line": line,
        "outcome": end.outcome if end is not None else None,
        "ended_on": end.ended_on.isoformat() if end is not None else None,
        "reason": end.reason if end is not None else None, "by": end.by if end is not None else None,
    }  # fmt: skip
