"""`ims journals tell`: plugins that listen hear of what was exported."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json
from localgov_ims.domain.hearings import Hearing
from localgov_ims.domain.quoting import visible
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.telling import list_unheard, tell_listeners


@click.command()
@json_option
@click.pass_context
def tell(context: click.Context, *, as_json: bool) -> None:
    """Tell plugins now of every export that they have not heard of, those that failed too."""
    installation = opened_council(context)
    unheard = tell_listeners(installation, at_once=True)
    if as_json:
        print_json([_json(each) for each in unheard])
        return
    warn(installation, unheard)
    if not unheard:
        click.echo("Every plugin that listens has heard of every export.")


def warn_of_unheard(installation: Installation) -> None:
    """Warn of what plugins have not heard."""
    warn(installation, list_unheard(installation))


def warn(installation: Installation, unheard: list[Hearing]) -> None:
    """Say of each plugin what it has not heard, and why."""
    for listener in sorted({each.listener for each in unheard}):
        own = [each for each in unheard if each.listener == listener]
        why = next((each.detail for each in own if each.detail), None)
        if listener not in installation.journal_listeners:
            why = "It is not enabled; it hears of them when it is."
        message = f"Plugin {listener} has not heard of {counted(len(own), 'export')}, first {own[0].journal}. {visible(why or '')}"
        click.secho(
            message.rstrip() + " The next export tells it again, and so does `ims journals tell`.",
            err=True,
            fg="yellow",
        )


def _json(hearing: Hearing) -> dict[str, object]:
    return {
        "id": str(hearing.id), "listener": hearing.listener, "journal": hearing.journal, "state": hearing.state.value,
        "attempts": hearing.attempts, "again_at": hearing.again_at.isoformat() if hearing.again_at is not None else None,
        "detail": hearing.detail,
    }  # fmt: skip
