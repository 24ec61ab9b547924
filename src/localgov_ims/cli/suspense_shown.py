"""How items of suspense, their ages and suggestions are shown."""

from __future__ import annotations

from collections.abc import Sequence

import click

from localgov_ims.cli.money_shown import line_view_json
from localgov_ims.cli.output import counted, print_table
from localgov_ims.domain.ageing import Aged
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.service.explaining.moves import draw_told
from localgov_ims.service.explaining.stories import when
from localgov_ims.service.suspense.ageing import Ageing
from localgov_ims.service.suspense.listing import OpenItem, SuspensePage
from localgov_ims.service.suspense.suggesting import Suggestions
from localgov_ims.service.suspense.working import ItemView


def item_json(item: OpenItem) -> dict[str, object]:
    """Return an item as JSON; `pence` is what is left of it."""
    return {
        "line": item.reference, "pence": item.amount.pence, "amount_pence": item.whole.pence, "state": item.state.value,
        "taken_on": item.taken_on.isoformat(), "received_at": item.item.received_at.isoformat(), "age_days": item.age,
        "reason": item.item.reason.value, "detail": item.item.detail, "rule": item.item.rule, "mop": item.mop,
        "received_reference": item.item.received_reference, "source_reference": item.item.source_reference,
        "vat_code": item.item.vat_code, "account": item.account, "text": item.text, "bank_line": item.bank_line,
    }  # fmt: skip


def page_json(page: SuspensePage) -> dict[str, object]:
    """Return a page of items as JSON."""
    return {
        "total_count": page.total_count, "total_pence": page.total.pence, "page": page.page, "pages": page.pages,
        "items": [item_json(item) for item in page.items],
    }  # fmt: skip


def view_json(view: ItemView) -> dict[str, object]:
    """Return an item whole as JSON."""
    working = view.working
    return {
        **item_json(view.shown), "draws": line_view_json(view.line)["draws"],
        "working": {"by": working.by, "until": working.until.isoformat()} if working is not None else None,
    }  # fmt: skip


def show_items(items: Sequence[OpenItem]) -> None:
    """Print items as a table."""
    rows = [
        (
            item.reference, f"{item.taken_on:%d %b %Y}", f"{item.age}", item.amount.shown(), why(item), _cut(item.text),
        )
        for item in items
    ]  # fmt: skip
    print_table("Suspense", ["line", "taken on", "days ", "amount ", "why", "what the bank said"], rows)


def show_view(view: ItemView) -> None:
    """Print an item whole."""
    item = view.shown
    click.secho(
        f"Item {item.reference} of {item.whole.shown()}, taken on {item.taken_on:%d %B %Y}", bold=True
    )
    click.echo(f"  It is in suspense: {why(item)}.")
    if item.item.received_reference:
        click.echo(f"  It came with the reference {visible(item.item.received_reference)}.")
    if item.text:
        click.echo(f"  What was said of it: {_cut(item.text, 200)}")
    for drawn in view.line.draws:
        click.echo(f"  {draw_told(drawn)}")
    if view.working is not None:
        click.echo(f"  {view.working.by} works on it, since {when(view.working.since)}.")
    click.echo(f"  {item.amount.shown()} of {item.whole.shown()} is left.")


def suggestions_json(found: Suggestions) -> dict[str, object]:
    """Return suggestions as JSON."""
    return {
        "line": found.item, "hidden": found.hidden,
        "suggestions": [
            {
                "fund": each.account[0], "account_reference": each.account[1], "strength": each.strength.value,
                "rank": each.rank, "tied": each.tied,
                "reasons": [
                    {"reason": ground.ground.value, "strength": ground.strength.value, "message": ground.said}
                    for ground in each.grounds
                ],
            }
            for each in found.found
        ],
    }  # fmt: skip


def show_suggestions(found: Suggestions) -> None:
    """Print suggestions, each with its reasons."""
    if not found.found:
        click.echo(f"Nothing says whose item {found.item} is.")
    for each in found.found:
        fund, account = each.account
        tied = ", tied" if each.tied else ""
        click.secho(
            f"{each.rank}. Fund {fund}, account {visible(account)} ({each.strength.value}{tied})", bold=True
        )
        for ground in each.grounds:
            click.echo(f"   {visible(ground.said)}")
    if found.hidden:
        click.echo(f"{counted(found.hidden, 'other account')} as likely as the last of these.")


def ageing_json(ageing: Ageing) -> dict[str, object]:
    """Return the ages of suspense as JSON."""
    return {
        "on": ageing.on.isoformat(), "balance_pence": ageing.balance.pence, "total_pence": ageing.total.pence,
        "proved": ageing.proved, "bands": _aged_json(ageing.by_band), "reasons": _aged_json(ageing.by_reason),
        "types": _aged_json(ageing.by_kind),
        "items": [
            {
                "line": item.reference, "pence": item.amount.pence, "taken_on": item.taken_on.isoformat(),
                "age_days": item.age, "band": item.band.name, "reason": item.reason.value, "type": item.kind,
            }
            for item in ageing.items
        ],
    }  # fmt: skip


def show_ageing(ageing: Ageing) -> None:
    """Print the ages of suspense: by band, reason and type, then each item."""
    for title, groups in (
        (f"Suspense on {ageing.on:%d %B %Y}, by days", ageing.by_band), ("By reason", ageing.by_reason),
        ("By type", ageing.by_kind),
    ):  # fmt: skip
        rows = [
            (group.name, f"{group.count:,}", group.plus.shown(), group.minus.shown(), group.net.shown())
            for group in groups
        ]
        print_table(title, ["", "items ", "in ", "out ", "net "], rows)
    each = [
        (
            item.reference,
            f"{item.taken_on:%d %b %Y}",
            f"{item.age}",
            item.amount.shown(),
            item.reason.value,
            item.kind,
        )
        for item in ageing.items
    ]
    print_table("Items", ["line", "taken on", "days ", "amount ", "reason", "type"], each)


def total_said(count: int, total: Money) -> str:
    """Return how many items there are and what is left of them, in words."""
    return f"{counted(count, 'item')}, {total.shown()} in all."


def why(item: OpenItem) -> str:
    """Return why an item is in suspense, in words."""
    return item.item.reason.sentence + (f" ({item.item.detail})" if item.item.detail else "")


def _aged_json(groups: Sequence[Aged]) -> list[dict[str, object]]:
    return [
        {
            "name": group.name, "count": group.count, "plus_pence": group.plus.pence, "minus_pence": group.minus.pence,
            "net_pence": group.net.pence,
        }
        for group in groups
    ]  # fmt: skip


def _cut(text: str, width: int = 48) -> str:
    flat = " / ".join(map(visible, text.splitlines()))
    return flat if len(flat) <= width else flat[: width - 1] + "…"
