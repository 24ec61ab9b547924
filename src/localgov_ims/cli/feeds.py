"""`ims feeds`: tell the back offices who paid, each line once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.keeping import keeper
from localgov_ims.cli.output import (
    counted,
    issue_json,
    json_option,
    opened,
    print_issues,
    print_json,
    print_table,
    progress,
)
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.feeds import FeedFile
from localgov_ims.domain.quoting import visible
from localgov_ims.service.ledger.feed_answers import Answered, answer_feed, list_answered
from localgov_ims.service.ledger.feeding import Fed, feed_figures, list_feed_files, send_again, send_feed
from localgov_ims.storage.feed_answers import Said

_day = click.DateTime(["%Y-%m-%d"])


@click.group()
def feeds() -> None:
    """Tell back-office systems who paid."""


@feeds.command()
@click.option(
    "--feed", "name", metavar="NAME", help="Only this feed; without it, every feed of the settings."
)
@click.option(
    "--again", type=click.IntRange(1), metavar="SEQUENCE", help="Only make this file of --feed again."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the files; default: feeds, beside the settings.",
)  # fmt: skip
@json_option
@click.pass_context
def send(
    context: click.Context, name: str | None, again: int | None, out: Path | None, *, as_json: bool
) -> None:
    """Make the next file of each feed. Run again, it tells nothing twice; a line goes out in one file of each feed."""
    installation = opened_council(context)
    if again is not None and name is None:
        message = "--again needs --feed: sequences are each feed's own."
        raise click.UsageError(message)
    folder = out if out is not None else context.obj.parent / "feeds"
    keep, names = keeper(folder), [name] if name is not None else list(installation.council.feeds)
    with progress("Feeds", show=not as_json):
        if again is not None and name is not None:
            sent = [send_again(installation, name, again, keep)]
        else:
            sent = [send_feed(installation, each, keep) for each in names]
    if as_json:
        print_json([_json(each, folder) for each in sent])
        return
    for each in sent:
        click.echo(_said(each, folder))
    if not sent:
        click.echo("The settings have no feeds: add [feeds.NAME].")


@feeds.command()
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--sequence", type=click.IntRange(1), help="Which file it answers, where it does not say.")
@json_option
@click.pass_context
def answer(context: click.Context, name: str, file: str, sequence: int | None, *, as_json: bool) -> None:
    """Read what the back office of the feed NAME answered, in FILE. Each line it did not take is for somebody to settle.

    Exit status 0: recorded, or here before; 3: refused, nothing being recorded.
    """
    with opened(file) as stream:
        data = stream.read()
    source = Path(file).name[-80:]
    found = answer_feed(opened_council(context), name, data, source=source, sequence=sequence)
    if as_json:
        print_json(_answered_json(found))
    elif found.issues:
        click.echo("Refused; nothing of it was recorded.")
        print_issues(found.issues)
    else:
        _say_answered(found)
    context.exit(REFUSED if found.issues else 0)


@feeds.command("list")
@click.argument("name")
@json_option
@click.pass_context
def list_(context: click.Context, name: str, *, as_json: bool) -> None:
    """List the files of the feed NAME."""
    installation = opened_council(context)
    answers = list_answered(installation, name)
    found = [(file, answers.get(file.number, Said())) for file in list_feed_files(installation, name)]
    if as_json:
        print_json(
            [{**_file_json(file), "accepted": s.accepted, "rejected": s.rejected} for file, s in found]
        )
        return
    rows = [
        (file.number, f"{file.created_on:%d %b %Y}", f"{file.count:,}", file.total.shown(), f"{said.accepted:,}",
         f"{said.rejected:,}", file.name)
        for file, said in found
    ]  # fmt: skip
    print_table(f"Feed {name}", ["number", "made", "lines ", "total ", "taken ", "not taken ", "file"], rows)


@feeds.command()
@click.argument("name")
@click.option("--from", "first", type=_day, required=True, help="First day on which payers paid.")
@click.option("--to", "last", type=_day, required=True, help="Last one.")
@json_option
@click.pass_context
def figures(context: click.Context, name: str, first: datetime, last: datetime, *, as_json: bool) -> None:
    """Show what became of the income of the feed NAME: fed, not fed by reason, and what waits for the next file.

    Exit status 0: it adds up to the funds' income; 5: it does not.
    """
    found = feed_figures(opened_council(context), name, first.date(), last.date())
    if as_json:
        print_json({
            "income_pence": found.income.pence, "fed_pence": found.fed.pence, "waiting_pence": found.waiting.pence,
            "not_fed_pence": {reason: amount.pence for reason, amount in found.not_fed.items()}, "proved": found.proved,
        })  # fmt: skip
    else:
        rows = [("fed", found.fed.shown())]
        rows += [(f"not fed: {reason}", amount.shown()) for reason, amount in found.not_fed.items()]
        rows += [
            ("waits for the next file", found.waiting.shown()),
            ("income of its funds", found.income.shown()),
        ]
        print_table(f"Feed {name}", ["", "amount "], rows)
        click.echo("It adds up." if found.proved else "It does not add up: run `ims verify`.")
    context.exit(0 if found.proved else 5)


def _said(fed: Fed, folder: Path) -> str:
    untold = f"; {counted(fed.not_fed, 'line')} not fed" if fed.not_fed else ""
    if fed.file is None:
        return f"{fed.feed}: nothing is new{untold}."
    again = " again, as a copy" if fed.copy else ""
    untold = (
        f", {counted(fed.again, 'line')} of it sent before and not taken then{untold}"
        if fed.again
        else untold
    )
    return f"{fed.feed}: {counted(fed.file.count, 'line')}, {fed.file.total.shown()}, in {folder / fed.file.name}{again}{untold}."


def _json(fed: Fed, folder: Path) -> dict[str, object]:
    file = {**_file_json(fed.file), "file": str(folder / fed.file.name)} if fed.file is not None else None
    return {"feed": fed.feed, "file": file, "not_fed": fed.not_fed, "again": fed.again, "copy": fed.copy}


def _say_answered(found: Answered) -> None:
    number = found.file.number if found.file is not None else ""
    left = f"; {counted(found.open, 'line')} not answered" if found.open else ""
    if found.seen:
        click.echo(f"{number}: this answer was here before, and adds nothing{left}.")
        return
    click.echo(f"{number}: {counted(found.accepted, 'line')} taken, {len(found.rejected):,} not{left}.")
    for item in found.rejected:
        click.echo(f"  {item.reference} {item.amount.shown()}: {visible(item.note)}")
    if found.rejected:
        click.echo("`ims stated list` has them; `ims stated end` says what became of each.")


def _answered_json(found: Answered) -> dict[str, object]:
    return {
        "file": found.file.number if found.file is not None else None, "accepted": found.accepted, "open": found.open,
        "seen": found.seen, "issues": [issue_json(issue) for issue in found.issues],
        "rejected": [
            {"item": str(i.id), "reference": i.reference, "amount_pence": i.amount.pence, "reason": i.note}
            for i in found.rejected
        ],
    }  # fmt: skip


def _file_json(file: FeedFile) -> dict[str, object]:
    return {
        "number": file.number, "sequence": file.sequence, "created_on": file.created_on.isoformat(), "name": file.name,
        "count": file.count, "total_pence": file.total.pence, "sha256": file.sha256,
        "first_on": file.first_on.isoformat() if file.first_on is not None else None,
        "last_on": file.last_on.isoformat() if file.last_on is not None else None,
    }  # fmt: skip
