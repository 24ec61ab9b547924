"""What the finance system said of a journal: `ims journals confirm`, `reject`, `replace`, `acknowledge`."""

from __future__ import annotations

from typing import BinaryIO

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.domain.journal_states import Standing
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.ledger_files import RejectedLine
from localgov_ims.service.ledger.journal_answers import (
    acknowledge_journal,
    confirm_journal,
    reject_journal,
    replace_journal,
)

_evidence = click.option("--evidence", required=True, metavar="TEXT", help="How it is known.")


@click.command()
@click.argument("number")
@_evidence
@click.pass_context
def confirm(context: click.Context, number: str, evidence: str) -> None:
    """Say that the finance system took a journal whole."""
    _tell(confirm_journal(opened_council(context), number, evidence=evidence))


@click.command()
@click.argument("number")
@_evidence
@click.option(
    "--line",
    "lines",
    type=int,
    multiple=True,
    help="A line it did not take, if it took the others; repeat for more.",
)
@click.pass_context
def reject(context: click.Context, number: str, evidence: str, lines: tuple[int, ...]) -> None:
    """Say that the finance system took nothing of a journal, or not some of its lines."""
    rejected = [RejectedLine(number=line, reason=evidence) for line in lines]
    _tell(reject_journal(opened_council(context), number, evidence=evidence, lines=rejected))


@click.command()
@click.argument("number")
@click.option(
    "--statement", required=True, metavar="TEXT", help="That nothing of it was taken, and how that is known."
)
@click.option(
    "--code",
    "codes",
    metavar="OLD=NEW",
    multiple=True,
    help="A ledger code to be corrected, dimensions after slashes.",
)
@click.pass_context
def replace(context: click.Context, number: str, statement: str, codes: tuple[str, ...]) -> None:
    """Make another journal of what was rejected; the next export writes its file."""
    corrected = dict(map(_code, codes))
    made = replace_journal(opened_council(context), number, statement=statement, codes=corrected)
    click.echo(
        f"Journal {made.number} replaces {number}: {len(made.lines)} lines, {made.debits.shown()}. "
        "`ims journals export` writes its file."
    )


@click.command()
@click.argument("ledger")
@click.argument("answer", type=click.File("rb"))
@click.pass_context
def acknowledge(context: click.Context, ledger: str, answer: BinaryIO) -> None:
    """Read back what the finance system answered for a ledger's journal."""
    _tell(acknowledge_journal(opened_council(context), ledger, answer.read()))


def _tell(standing: Standing) -> None:
    click.echo(f"Journal {standing.number} is {standing.state.value}.")
    for line in standing.rejected:
        click.echo(f"  line {line.number}: {line.reason}")


def _code(text: str) -> tuple[LedgerAccount, LedgerAccount]:
    old, equals, new = text.partition("=")
    if not equals:
        message = f"{text!r} must be OLD=NEW, such as 5400/ENV1=5410/ENV1"
        raise click.BadParameter(message)
    return _account(old), _account(new)


def _account(text: str) -> LedgerAccount:
    code, *dimensions = text.split("/")
    return LedgerAccount(code, tuple(dimensions))
