"""`ims breaks`: what a person has to settle, who does, and how it was settled."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json
from localgov_ims.cli.proofs_shown import DAY
from localgov_ims.domain.quoting import visible
from localgov_ims.service.reconciliation.breaks import BreakView, assign_breaks, close_breaks, list_breaks

_ids = click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.UUID)


@click.group()
def breaks() -> None:
    """Records without their counterpart: list them, take them up, close them."""


@breaks.command("list")
@click.option(
    "--owner",
    metavar="USER",
    help="Only those that this user takes up, or this team of a service user number.",
)
@click.option("--closed", is_flag=True, help="Those that were closed, instead.")
@json_option
@click.pass_context
def list_(context: click.Context, owner: str | None, *, closed: bool, as_json: bool) -> None:
    """List the Breaks that stand, the oldest first."""
    found = list_breaks(opened_council(context), owner=owner, closed=closed)
    if as_json:
        print_json([_json(view) for view in found])
        return
    if not found:
        click.echo("Nothing has to be settled." if not closed else "Nothing was closed yet.")
        return
    for view in found:
        whose = (
            f"{view.owner}, until {view.due_on:%d %b %Y}"
            if view.due_on is not None
            else view.owner or "nobody yet"
        )
        late = click.style(" (late)", fg="red") if view.overdue and not view.closed else ""
        click.echo(f"{view.found.id}  {view.found.kind.value}  {counted(view.age, 'day')}  {whose}{late}")
        click.echo(f"  {visible(view.found.message)}")
        for event in view.events:
            click.echo(f"  {event.act.value} by {event.by} on {event.at:%d %b %Y}: {visible(event.reason)}")
    click.echo(f"{counted(len(found), 'Break')}.")


@breaks.command()
@_ids
@click.option("--to", "owner", metavar="USER", required=True, help="Who takes them up.")
@click.option("--due", "due_on", type=DAY, required=True, help="Until when, YYYY-MM-DD.")
@click.option("--because", "reason", required=True, help="Why, or what is to be done.")
@click.pass_context
def assign(context: click.Context, ids: tuple[UUID, ...], owner: str, due_on: datetime, reason: str) -> None:
    """Give Breaks to somebody until a day."""
    made = assign_breaks(opened_council(context), ids, owner=owner, due_on=due_on.date(), reason=reason)
    click.echo(f"{counted(len(made), 'Break')} for {owner}.")


@breaks.command()
@_ids
@click.option("--because", "reason", required=True, help="How they were settled.")
@click.pass_context
def close(context: click.Context, ids: tuple[UUID, ...], reason: str) -> None:
    """Close Breaks that are settled."""
    made = close_breaks(opened_council(context), ids, reason=reason)
    click.echo(f"{counted(len(made), 'Break')} closed.")


def _json(view: BreakView) -> dict[str, object]:
    b = view.found
    return {
        "id": str(b.id), "kind": b.kind.value, "subject_kind": b.subject_kind, "subject": str(b.subject),
        "since_on": b.since_on.isoformat(), "age": view.age, "message": b.message, "owner": view.owner,
        "due_on": view.due_on.isoformat() if view.due_on is not None else None, "overdue": view.overdue,
        "events": [
            {
                "act": e.act.value, "owner": e.owner, "due_on": e.due_on.isoformat() if e.due_on is not None else None,
                "reason": e.reason, "by": e.by, "at": e.at.isoformat(),
            }
            for e in view.events
        ],
    }  # fmt: skip
