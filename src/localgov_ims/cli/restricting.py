"""`ims users restrict`, `lift`, `restrictions`: accounts that some may not touch."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option, print_json, print_table
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.restrictions import Restriction, RestrictionKind
from localgov_ims.service.people.restricting import lift_restriction, restrict_account, restricted_accounts

_reason = click.option("--reason", required=True, metavar="TEXT", help="Why, without names.")


@click.command()
@click.argument("fund")
@click.argument("reference")
@click.option(
    "--own", "names", multiple=True, metavar="NAME", help="Keep it from this user, whose own it is."
)
@click.option("--safeguarding", is_flag=True, help="Keep it from everybody without account.restricted.")
@_reason
@json_option
@click.pass_context
def restrict(
    context: click.Context, fund: str, reference: str, names: tuple[str, ...], reason: str, *, safeguarding: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Restrict the account REFERENCE of FUND: nobody whom it keeps out takes, refunds, moves or clears its money."""
    if safeguarding == bool(names):
        message = "Give either --safeguarding, or --own NAME for each user whose own account it is."
        raise click.UsageError(message)
    kind = RestrictionKind.SAFEGUARDING if safeguarding else RestrictionKind.OWN
    made = restrict_account(
        opened_council(context), fund=fund, account_reference=reference, kind=kind, users=names, reason=reason
    )
    if as_json:
        print_json(_json(made))
    else:
        click.echo(f"Account {made.account_reference} of fund {made.fund} is restricted ({kind.value}).")


@click.command()
@click.argument("fund")
@click.argument("reference")
@_reason
@json_option
@click.pass_context
def lift(context: click.Context, fund: str, reference: str, reason: str, *, as_json: bool) -> None:
    """End the restriction of the account REFERENCE of FUND."""
    made = lift_restriction(opened_council(context), fund=fund, account_reference=reference, reason=reason)
    if as_json:
        print_json(_json(made))
    else:
        click.echo(f"Account {made.account_reference} of fund {made.fund} is restricted no more.")


@click.command()
@json_option
@click.pass_context
def restrictions(context: click.Context, *, as_json: bool) -> None:
    """List the restricted accounts of your funds."""
    found = restricted_accounts(opened_council(context))
    if as_json:
        print_json([_json(each) for each in found])
        return
    rows = [
        (
            each.fund,
            each.account_reference,
            each.kind.value,
            ", ".join(each.users) or "-",
            f"{each.by}, {each.at.astimezone(LONDON):%d %b %Y}",
            visible(each.reason),
        )
        for each in found
    ]
    print_table("Restricted accounts", ["fund", "account", "kind", "users", "by", "why"], rows)


def _json(made: Restriction) -> dict[str, object]:
    return {
        "fund": made.fund,
        "account_reference": made.account_reference,
        "kind": made.kind.value,
        "users": list(made.users),
        "reason": made.reason,
        "lifted": made.lifted,
        "by": made.by,
        "at": made.at.isoformat(),
    }
