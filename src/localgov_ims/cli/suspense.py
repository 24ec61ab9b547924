"""`ims suspense`: what nobody could place yet."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.service.suspense import OpenItem, list_suspense


@click.group()
def suspense() -> None:
    """See what nobody could place yet."""


@suspense.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List every item in suspense, the oldest first."""
    items = list_suspense(opened_council(context))
    if as_json:
        print_json([_json(item) for item in items])
        return
    if not items:
        click.echo("Nothing is in suspense.")
        return
    rows = [
        (
            item.reference,
            f"{item.taken_on:%d %b %Y}",
            f"{item.age}",
            item.amount.shown(),
            _why(item),
            _cut(item.text),
        )
        for item in items
    ]
    print_table("Suspense", ["line", "taken on", "days ", "amount ", "why", "what the bank said"], rows)
    total = Money.total(item.amount for item in items)
    click.echo(
        f"{counted(len(items), 'item')}, {total.shown()} in all. `ims explain LINE` tells the story of one."
    )


def _why(item: OpenItem) -> str:
    return item.item.reason.sentence + (f" ({item.item.detail})" if item.item.detail else "")


def _cut(text: str, width: int = 48) -> str:
    flat = " / ".join(map(visible, text.splitlines()))
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def _json(item: OpenItem) -> dict[str, object]:
    return {
        "line": item.reference,
        "pence": item.amount.pence,
        "taken_on": item.taken_on.isoformat(),
        "age_days": item.age,
        "reason": item.item.reason.value,
        "detail": item.item.detail,
        "rule": item.item.rule,
        "received_reference": item.item.received_reference,
        "account": item.account,
        "text": item.text,
        "bank_line": item.bank_line,
    }
