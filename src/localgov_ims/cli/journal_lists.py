"""Looking at journals: `ims journals list`, `drill`, `sheet`."""

from __future__ import annotations

from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table, written_whole
from localgov_ims.documents.journal_sheets import write_journal
from localgov_ims.domain.journals import JournalLine, Side
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.service.ledger.journal_views import drill as drilled
from localgov_ims.service.ledger.journal_views import list_journals


@click.command(name="list")
@click.option("--ledger", metavar="NAME", help="Only of this ledger.")
@click.option("--period", metavar="YYYY/NN", help="Only of this period, such as 2026/02 for May 2026.")
@json_option
@click.pass_context
def list_(context: click.Context, ledger: str | None, period: str | None, *, as_json: bool) -> None:
    """List journals, with where each stands with the finance system."""
    asked = PeriodNumber.parse(period) if period is not None else None
    found = list_journals(opened_council(context), ledger, asked)
    if as_json:
        print_json(
            [
                {
                    "number": each.number, "ledger": each.ledger, "accounting_on": each.accounting_on.isoformat(),
                    "period": each.period, "lines": each.lines, "debits_pence": each.debits.pence,
                    "state": each.standing.state.value, "replaces": each.replaces,
                }
                for each in found
            ]
        )  # fmt: skip
        return
    rows = [
        (
            each.number, f"{each.accounting_on:%d %B %Y}", each.period, f"{each.lines:,}", each.debits.shown(),
            each.standing.state.value, each.standing.by,
        )
        for each in found
    ]  # fmt: skip
    print_table("Journals", ["number", "day", "period", "lines ", "debits ", "state", "by"], rows)
    click.echo(f"{counted(len(found), 'journal')}.")


@click.command()
@click.argument("number")
@click.argument("line", type=int)
@json_option
@click.pass_context
def drill(context: click.Context, number: str, line: int, *, as_json: bool) -> None:
    """Show the single lines that a line of a journal adds up."""
    posted, details = drilled(opened_council(context), number).of(line)
    total = Money.total(each.signed for each in details)
    if as_json:
        print_json(
            {"line": _json(posted), "details": [_json(each) for each in details], "sum_pence": total.pence}
        )
        return
    rows = [
        (
            f"{each.taken_on:%d %B %Y}", each.narrative, each.fund or "", each.mop or "", each.vat_code or "",
            each.amount.shown() if each.side is Side.DEBIT else "", each.amount.shown() if each.side is Side.CREDIT else "",
        )
        for each in details
    ]  # fmt: skip
    title = f"Journal {number}, line {line}: {posted.side.value} {posted.account} {posted.amount.shown()}"
    print_table(title, ["taken on", "what", "fund", "method", "VAT", "debit ", "credit "], rows)
    side = "debit" if total > Money(0) else "credit"
    click.echo(f"{counted(len(details), 'line')}, together {side} {abs(total).shown()}.")


@click.command()
@click.argument("number")
@click.option(
    "--out", "-o", type=click.Path(path_type=Path, dir_okay=False), help="The file; default: NUMBER.xlsx."
)
@click.pass_context
def sheet(context: click.Context, number: str, out: Path | None) -> None:
    """Write a journal as a spreadsheet for people: its lines, what each adds up, and its control totals."""
    installation = opened_council(context)
    found = drilled(installation, number)
    path = out if out is not None else Path(f"{number}.xlsx")
    with written_whole(path) as stream:
        write_journal(
            found.journal,
            found.details,
            stream,
            council=installation.council.name,
            state=found.standing.state.value,
        )
    click.echo(f"{path}: {counted(len(found.journal.lines), 'line')}, {found.journal.debits.shown()}.")


def _json(line: JournalLine) -> dict[str, object]:
    return {
        "number": line.number, "account": str(line.account), "side": line.side.value, "pence": line.amount.pence,
        "role": line.role.value, "kind": line.kind, "reference": line.reference, "taken_on": line.taken_on.isoformat(),
        "fund": line.fund, "mop": line.mop, "vat_code": line.vat_code, "source": str(line.source),
    }  # fmt: skip
