"""`ims messages`: what staff and the public are told on every page for a while."""

from __future__ import annotations

from datetime import datetime

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option, print_json, print_table
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.system_messages import Audience, MessageSeverity, SystemMessage
from localgov_ims.service.documents.announcing import add_message, end_message, list_messages

_MOMENT = click.DateTime(formats=["%Y-%m-%d %H:%M", "%Y-%m-%d"])


@click.group()
def messages() -> None:
    """Tell staff, the public or both something for a while."""


@messages.command("add")
@click.argument("text")
@click.option(
    "--until", "ends", type=_MOMENT, required=True, help="When it ends, London time: 2026-05-14 09:00."
)
@click.option("--from", "starts", type=_MOMENT, help="When it starts, London time.  [default: now]")
@click.option(
    "--severity",
    type=click.Choice([each.value for each in MessageSeverity]),
    default="info",
    show_default=True,
)
@click.option(
    "--audience", type=click.Choice([each.value for each in Audience]), default="both", show_default=True
)
@json_option
@click.pass_context
def add(
    context: click.Context, text: str, ends: datetime, starts: datetime | None, severity: str, audience: str, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Put TEXT up, at most 160 characters, until a moment."""
    made = add_message(
        opened_council(context), text=text, ends_at=ends.replace(tzinfo=LONDON),
        starts_at=starts.replace(tzinfo=LONDON) if starts is not None else None,
        severity=MessageSeverity(severity), audience=Audience(audience),
    )  # fmt: skip
    if as_json:
        print_json(_json(made))
    else:
        click.echo(
            f"Message {made.number} is shown from {_when(made.starts_at)} until {_when(made.ends_at)}."
        )


@messages.command("end")
@click.argument("number", type=int)
@json_option
@click.pass_context
def end(context: click.Context, number: int, *, as_json: bool) -> None:
    """Take the message of this NUMBER down before its time."""
    made = end_message(opened_council(context), number)
    if as_json:
        print_json(_json(made))
    else:
        click.echo(f"Message {made.number} is not shown any more.")


@messages.command("list")
@click.option("--all", "every", is_flag=True, help="List those whose time is over, too.")
@json_option
@click.pass_context
def list_(context: click.Context, *, every: bool, as_json: bool) -> None:
    """List the messages that are shown or will be, the newest first."""
    found = list_messages(opened_council(context), every=every)
    if as_json:
        print_json([_json(message) for message in found])
        return
    if not found:
        click.echo("There are no messages.")
        return
    rows = [
        (
            str(each.number), each.severity.value, each.audience.value, _when(each.starts_at),
            _when(each.ended_at or each.ends_at), each.by, visible(each.text),
        )
        for each in found
    ]  # fmt: skip
    print_table("System messages", ["number ", "severity", "to", "from", "until", "by", "says"], rows)


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%d %b %Y %H:%M}"


def _json(made: SystemMessage) -> dict[str, object]:
    return {
        "message": made.number, "severity": made.severity.value, "audience": made.audience.value, "text": made.text,
        "starts_at": made.starts_at.isoformat(), "ends_at": made.ends_at.isoformat(), "by": made.by,
        "at": made.at.isoformat(), "ended_at": made.ended_at.isoformat() if made.ended_at is not None else None,
        "ended_by": made.ended_by,
    }  # fmt: skip
