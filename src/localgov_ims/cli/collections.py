"""`ims collections`: what Bacs did not take of a submission of Direct Debits."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json
from localgov_ims.domain.money import Money
from localgov_ims.service.direct_debits.rejecting import reject_rows


@click.group()
def collections() -> None:
    """Work with submissions of Direct Debits that wait for their bank line."""


@collections.command("reject")
@click.argument("file")
@click.argument("rows", nargs=-1, required=True)
@click.option("--reason", required=True, help="What rejects them, such as the input report's number.")
@json_option
@click.pass_context
def reject(context: click.Context, file: str, rows: tuple[str, ...], reason: str, *, as_json: bool) -> None:
    """Say which ROWS of FILE (its id or SHA-256) the input report rejects: account references, or row:7.

    They become no income, and the bank is expected to bring the others alone.
    """
    now, made = reject_rows(opened_council(context), file, rows, reason=reason)
    lost = Money.total(each.amount for each in made)
    if as_json:
        rejected = [
            {"row": each.position, "reference": each.reference, "pence": each.amount.pence} for each in made
        ]
        print_json({"rejected": rejected, "expected_pence": now.expected.pence})
        return
    what = f"{counted(len(made), 'row')} of {lost.shown()} rejected"
    click.echo(f"{what}. The bank is expected to bring {now.expected.shown()}.")
