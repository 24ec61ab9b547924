"""`ims suspense clear-by-list` and `reapply`: clearing by a list of whom a credit pays, and by rules that have changed."""

from __future__ import annotations

from contextlib import ExitStack

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.files_shown import label, result_json, show_result
from localgov_ims.cli.items import read_items, read_part
from localgov_ims.cli.money_shown import moved_json, show_moved
from localgov_ims.cli.output import counted, json_option, opened, print_json, print_table
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.money import Money
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.received_files import Declared
from localgov_ims.domain.transactions import Transaction
from localgov_ims.service.explaining.stories import called
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.income.remittances import RemittanceRead, clear_by_remittance, read_remittance
from localgov_ims.service.suspense.reapplying import Placeable, placeable
from localgov_ims.service.suspense.reapplying import reapply as reapplied


@click.command("clear-by-list")
@click.argument("items", metavar="LINE[:AMOUNT]...", nargs=-1, required=True)
@click.option(
    "--file",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False),
    help="The list of whom the items pay.",
)
@click.option("--type", "import_type", help="Its import type, of kind remittance.")
@click.option(
    "--to", "targets", metavar="FUND:ACCOUNT:AMOUNT", multiple=True,
    help="Where a row belongs that no rule could place; repeatable.",
)  # fmt: skip
@click.option("--dry-run", "dry", is_flag=True, help="Only show which rows are placed and which are not.")
@json_option
@click.pass_context
def clear_by_list(
    context: click.Context, items: tuple[str, ...], path: str, import_type: str | None, targets: tuple[str, ...], *,
    dry: bool, as_json: bool,
) -> None:  # fmt: skip
    """Clear items to the accounts of a list, by one clearance. The list comes to what the items give."""
    installation = opened_council(context)
    with ExitStack() as stack:
        stream = stack.enter_context(opened(path))
        declared = Declared(import_type=import_type)
        read = read_remittance(installation, Incoming(name=label(path), stream=stream, declared=declared))
    if read.result.status == "refused":
        print_json(result_json(read.result)) if as_json else show_result(read.result)
        context.exit(REFUSED)
    if dry:
        _show_list(read, as_json=as_json)
        return
    givings = [Giving(line=line, amount=part) for line, part in map(read_part, items)]
    done = clear_by_remittance(installation, givings, read, read_items(targets))
    if as_json:
        print_json({"seen": done.seen, "unplaced": _unplaced(read), **moved_json(done.made)})
        return
    if done.seen:
        click.echo("This list was cleared from these items before; nothing was changed.")
    show_moved(done.made, as_json=False)
    _show_unplaced(read)


@click.command()
@click.option("--file", metavar="FILE", help="Only items of this file, by its id or SHA-256.")
@click.option("--confirm", is_flag=True, help="Clear them; without it, they are only shown.")
@click.option("--only", multiple=True, metavar="LINE", help="Of these, only this item; repeatable.")
@json_option
@click.pass_context
def reapply(
    context: click.Context, file: str | None, only: tuple[str, ...], *, confirm: bool, as_json: bool
) -> None:
    """Show what today's rules would place of untouched items and, with --confirm, clear them so."""
    installation = opened_council(context)
    if not confirm:
        found = placeable(installation, file=file)
        if as_json:
            print_json([_placeable_json(each) for each in found])
        else:
            _show(found)
        return
    done = reapplied(installation, file=file, only=only or None)
    if as_json:
        print_json([
            {**_placeable_json(each.item), "fault": each.fault, **(moved_json(each.made) if each.made is not None else {})}
            for each in done
        ])  # fmt: skip
        return
    cleared = [each for each in done if isinstance(each.made, Transaction)]
    total = Money.total(each.item.item.left for each in cleared)
    click.echo(f"{counted(len(cleared), 'item')} of {total.shown()} cleared by today's rules.")
    waiting = [each for each in done if isinstance(each.made, Proposal)]
    if waiting:
        click.echo(f"{counted(len(waiting), 'clearance')} above the limit for one person wait for another.")
    for each in done:
        if each.fault is not None:
            click.echo(f"{called(each.item.item.line.reference)} was not cleared: {visible(each.fault)}")


def _show_list(read: RemittanceRead, *, as_json: bool) -> None:
    placed = Money.total(item.amount for item in read.placed)
    if as_json:
        print_json({"placed": len(read.placed), "placed_pence": placed.pence, "unplaced": _unplaced(read)})
        return
    click.echo(
        f"{counted(len(read.placed), 'row')} of {placed.shown()} would be placed. Nothing was cleared."
    )
    _show_unplaced(read)


def _show_unplaced(read: RemittanceRead) -> None:
    if not read.unplaced:
        return
    left = read.unplaced_total
    click.echo(f"{counted(len(read.unplaced), 'row')} of {left.shown()} could not be placed:")
    for row, allocation in read.unplaced:
        why = allocation.reason.sentence if allocation.reason is not None else ""
        click.echo(f"  {row.place}: {row.amount.shown()} {visible(row.account_reference)}: {why}")


def _show(found: list[Placeable]) -> None:
    if not found:
        click.echo("Today's rules place none of the untouched items.")
        return
    rows = [
        (
            called(each.item.line.reference),
            part.amount.shown(),
            part.fund,
            visible(part.account_reference),
            each.rules,
        )
        for each in found
        for part in each.parts
    ]
    print_table("", ("item", "amount ", "fund", "account", "rule"), rows)
    click.echo(f"{counted(len(found), 'item')} would be cleared. Run it again with --confirm to clear them.")


def _placeable_json(each: Placeable) -> dict[str, object]:
    return {
        "item": each.item.line.reference, "pence": each.item.left.pence, "rules": each.rules,
        "lines": [
            {"fund": part.fund, "account_reference": part.account_reference or None, "pence": part.amount.pence}
            for part in each.parts
        ],
    }  # fmt: skip


def _unplaced(read: RemittanceRead) -> list[dict[str, object]]:
    return [
        {
            "place": row.place, "pence": row.amount.pence, "account_reference": row.account_reference,
            "reason": allocation.reason.value if allocation.reason is not None else None,
        }
        for row, allocation in read.unplaced
    ]  # fmt: skip
