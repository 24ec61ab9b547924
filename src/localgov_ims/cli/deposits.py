"""`ims deposits`: what offices paid in and the bank, or a card acquirer, still has to bring."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.ereturns_shown import deposit_json
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.service.cash_office.depositing import DepositView, list_deposits


@click.command()
@click.option("--all", "every", is_flag=True, help="Those that have come as well.")
@json_option
@click.pass_context
def deposits(context: click.Context, *, every: bool, as_json: bool) -> None:
    """List the deposits that are still to come, the longest expected first."""
    found = list_deposits(opened_council(context), every=every)
    if as_json:
        print_json([
            {**deposit_json(view.deposit), "age_days": view.age, "came": view.coming.came, "reversed": view.coming.nothing}
            for view in found
        ])  # fmt: skip
        return
    if not found:
        click.echo("Everything that was paid in has come." if not every else "Nothing was paid in yet.")
        return
    rows = [
        (
            f"{view.deposit.due_on:%d %b %Y}", str(view.age), view.deposit.kind.value, view.deposit.office or "",
            _known_by(view), view.deposit.total.shown(), _stands(view),
        )
        for view in found
    ]  # fmt: skip
    headings = ["expected from", "days ", "kind", "office", "known by", "amount ", "came"]
    print_table("Expected deposits", headings, rows)
    total = Money.total(view.deposit.total for view in found)
    click.echo(f"{counted(len(found), 'deposit')}, {total.shown()} in all.")


def _known_by(view: DepositView) -> str:
    d = view.deposit
    parts = (("slip", d.slip), ("bag", d.bag_number), ("terminal", d.terminal), ("Z-report", d.z_report))
    return ", ".join(f"{name} {visible(value)}" for name, value in parts if value is not None)


def _stands(view: DepositView) -> str:
    if view.coming.nothing:
        return "reversed"
    if view.coming.came:
        return "yes"
    return f"{view.coming.found} of {view.coming.receipts}" if view.coming.found else "no"
