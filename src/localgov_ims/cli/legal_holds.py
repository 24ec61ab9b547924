"""`ims personal hold`: keep what a claim, an inquiry or a complaint needs."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option, print_json, print_table
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.retention import LegalHold
from localgov_ims.service.personal_data import legal_holds

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def hold() -> None:
    """Keep what a claim, an inquiry or a complaint needs."""


@hold.command("add")
@click.option("--account", type=(str, str), metavar="FUND REF", help="Keep what is known of an account.")
@click.option("--payer", metavar="NAME", help="Keep whatever names this person.")
@click.option("--file", metavar="ID", help="Keep a file, by its id or SHA-256.")
@click.option("--reason", metavar="TEXT", required=True, help="Why, without names.")
@click.option("--until", type=_DAY, help="The last day; without it, until it is lifted.")
@json_option
@click.pass_context
def add(
    context: click.Context, account: tuple[str, str] | None, payer: str | None, file: str | None, reason: str,
    until: datetime | None, *, as_json: bool,
) -> None:  # fmt: skip
    """Keep an account's, a payer's or a file's data, however old."""
    if sum(given is not None for given in (account, payer, file)) != 1:
        message = "Give one of --account, --payer and --file: a hold covers one thing."
        raise click.UsageError(message)
    installation, last = opened_council(context), _day(until)
    if account is not None:
        made = legal_holds.hold_account(installation, *account, reason=reason, until=last)
    elif payer is not None:
        made = legal_holds.hold_payer(installation, payer, reason=reason, until=last)
    else:
        made = legal_holds.hold_file(installation, file or "", reason=reason, until=last)
    if as_json:
        print_json(_hold_json(made))
    else:
        click.echo(f"Legal hold {made.id}: {_covered(made)} is kept.")


@hold.command("list")
@click.option("--all", "every", is_flag=True, help="Those that are over, too.")
@json_option
@click.pass_context
def list_(context: click.Context, *, every: bool, as_json: bool) -> None:
    """List the legal holds in force."""
    found = legal_holds.legal_holds(opened_council(context), every=every)
    if as_json:
        print_json([_hold_json(each) for each in found])
    elif not found:
        click.echo("There is no legal hold.")
    else:
        rows = [
            (str(each.id), _covered(each), visible(each.reason), _until(each), each.by, f"{each.at:%d %b %Y}")
            for each in found
        ]
        print_table("Legal holds", ["hold", "keeps", "reason", "until", "by", "since"], rows)


@hold.command("lift")
@click.argument("hold_id", metavar="HOLD", type=click.UUID)
@click.option("--reason", metavar="TEXT", required=True, help="Why it ends.")
@click.pass_context
def lift(context: click.Context, hold_id: UUID, reason: str) -> None:
    """End a legal hold."""
    legal_holds.lift_hold(opened_council(context), hold_id, reason=reason)
    click.echo(f"Legal hold {hold_id} is lifted. What it kept goes with the next retention run that is due.")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _hold_json(each: LegalHold) -> dict[str, object]:
    return {
        "hold": str(each.id),
        "kind": each.kind.value,
        "fund": each.fund,
        "account_reference": each.account_reference,
        "payer": each.payer,
        "file": str(each.file) if each.file is not None else None,
        "reason": each.reason,
        "until": each.until.isoformat() if each.until is not None else None,
        "by": each.by,
        "lifted": each.lifted,
    }


def _covered(each: LegalHold) -> str:
    if each.account_reference is not None:
        return f"account {visible(each.account_reference)} of fund {each.fund}"
    return f"file {each.file}" if each.file is not None else f"payer {visible(each.payer or '')}"


def _until(each: LegalHold) -> str:
    if each.lifted:
        return "lifted"
    return f"{each.until:%d %b %Y}" if each.until is not None else "it is lifted"
