"""`ims explain`: the story of one thing."""

from __future__ import annotations

import click
from attrs import asdict

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option, print_json
from localgov_ims.domain.quoting import visible
from localgov_ims.service.explaining.asking import explain as tell


@click.command()
@click.argument("identifier", metavar="ID")
@json_option
@click.pass_context
def explain(context: click.Context, identifier: str, *, as_json: bool) -> None:
    """Tell the story of ID: why it was matched, allocated or held, and what became of it.

    ID is a transaction's or line's reference, a record's id, the bank's reference of a line, a payout's number or a
    journal's number.
    """
    stories = tell(opened_council(context), identifier)
    if as_json:
        print_json([asdict(story) for story in stories])
        return
    for story in stories:
        click.secho(visible(story.title), bold=True)
        click.echo(f"  {story.kind} {story.id}")
        for sentence in story.sentences:
            click.echo(f"  {visible(sentence)}")
        if story.leads_to:
            click.echo(f"  See also: {', '.join(story.leads_to)}")
