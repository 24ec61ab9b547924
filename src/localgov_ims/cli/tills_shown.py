"""Till sessions as people and programs read them."""

from __future__ import annotations

import click

from localgov_ims.cli.output import counted, print_table
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.deposits import ExpectedDeposit
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.tills import Takings, TillCount
from localgov_ims.service.cash_office.till_views import TillView


def show_till(view: TillView) -> None:
    """Print a session as a cashing-up sheet."""
    at = f"{view.opened_at.astimezone(LONDON):%d %b %Y %H:%M}"
    click.secho(f"Till {view.name}, {view.cashier}, opened {at}: {view.state.value}", bold=True)
    click.echo(
        f"  float {view.float_.shown()}; {counted(view.receipts, 'receipt')}, {counted(view.voids, 'void')}, "
        f"{counted(view.pay_outs, 'pay-out')}"
    )
    if view.expected is None or view.counted is None or view.over is None:
        click.echo("  What should be in it is told once it has been counted: `ims tills count`.")
        return
    cash = [(note.value, f"{number:,}", value.shown()) for note, number, value in view.counted.cash]
    print_table("Cash", ["note or coin", "number ", "value "], cash)
    rows = [_row("cash", view.counted.cash.total, view.expected.cash, view.over.cash)]
    if view.counted.card is not None:
        rows.append(_row("cards", view.counted.card.total, view.expected.card, view.over.card))
    print_table("Cashing up", ["", "counted ", "should be ", "over or short "], rows)
    if view.expected.cheques:
        click.echo(f"Cheques: {view.expected.cheques.shown()}")
    if view.closing is not None:
        click.echo(f"Left in the till: {view.closing.next_float.shown()}")
    for deposit in view.deposits:
        click.echo(f"To come: {deposit.kind.value} {deposit.total.shown()}{_by(deposit)}")


def _row(name: str, there: Money, should: Money, over: Money) -> tuple[str, str, str, str]:
    return name, there.shown(), should.shown(), over.shown()


def _by(deposit: ExpectedDeposit) -> str:
    parts = (
        ("in bag", deposit.bag_number), ("slip", deposit.slip), ("terminal", deposit.terminal),
        ("Z-report", deposit.z_report),
    )  # fmt: skip
    return "".join(f", {what} {visible(value)}" for what, value in parts if value is not None)


def till_json(view: TillView) -> dict[str, object]:
    """Return a session as JSON; what should be in the till is null until it has been counted."""
    return {
        "session": view.name, "office": view.office, "till": view.till, "number": view.number,
        "cashier": view.cashier, "state": view.state.value, "opened_at": view.opened_at.isoformat(),
        "float_pence": view.float_.pence, "receipts": view.receipts, "voids": view.voids, "pay_outs": view.pay_outs,
        "expected": _takings(view.expected), "counted": _count(view.counted), "over": _takings(view.over),
        "next_float_pence": view.closing.next_float.pence if view.closing is not None else None,
        "bag_number": view.closing.bag_number if view.closing is not None else None,
        "events": [
            {
                "number": event.number, "event": event.kind.value, "by": event.by, "at": event.at.isoformat(),
                "transaction": reference, **(_takings(event.takings) or {}),
            }
            for event, reference in view.events
        ],
        "deposits": [
            {
                "kind": each.kind.value, "pence": each.total.pence, "due_on": each.due_on.isoformat(),
                "bag_number": each.bag_number, "slip": each.slip, "merchant": each.merchant,
                "terminal": each.terminal, "z_report": each.z_report,
            }
            for each in view.deposits
        ],
    }  # fmt: skip


def _takings(found: Takings | None) -> dict[str, int] | None:
    if found is None:
        return None
    return {
        "cash_pence": found.cash.pence,
        "cheques_pence": found.cheques.pence,
        "card_pence": found.card.pence,
    }


def _count(count: TillCount | None) -> dict[str, object] | None:
    if count is None:
        return None
    z = count.card
    return {
        "cash_pence": count.cash.total.pence,
        "cash": {note.value: number for note, number, _ in count.cash},
        "z_report": {
            "merchant": z.merchant, "terminal": z.terminal, "number": z.number, "day": z.day.isoformat(),
            "pence": z.total.pence,
        } if z is not None else None,
    }  # fmt: skip
