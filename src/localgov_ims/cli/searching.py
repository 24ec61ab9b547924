"""`ims search`: find income, see what it comes to, and export all of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table, progress, written_whole
from localgov_ims.domain.ids import ALPHABET, shown
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import visible
from localgov_ims.domain.searching import Criteria
from localgov_ims.service.enquiries.searching import MOST, PAGE, Format, Page, fraction, taken
from localgov_ims.service.enquiries.searching import export as write_export
from localgov_ims.service.enquiries.searching import search as find
from localgov_ims.service.installation import Installation
from localgov_ims.storage.searching import FoundLine

_DAY = click.DateTime(["%Y-%m-%d"])
_OURS = 12


@click.command()
@click.option("--account", "account_reference", metavar="REF", help="The whole account reference.")
@click.option("--contains", "account_contains", metavar="TEXT", help="A part of the account reference.")
@click.option("--amount", metavar="12.34", help="What the line comes to, to the penny; -12.34 for money out.")
@click.option("--fund", "funds", metavar="CODE", multiple=True, help="A fund; may be repeated.")
@click.option(
    "--method", "methods", metavar="CODE", multiple=True, help="A method of payment; may be repeated."
)
@click.option("--from", "recorded_from", type=_DAY, help="The first day on which it was recorded.")
@click.option("--to", "recorded_to", type=_DAY, help="The last day on which it was recorded.")
@click.option("--receipt", metavar="REF", help="The receipt number, with or without dashes.")
@click.option("--payment", metavar="REF", help="The payment's reference, with or without dashes.")
@click.option("--provider-reference", metavar="REF", help="What the payment provider calls it.")
@click.option("--caller-reference", metavar="REF", help="What the system that asked for it calls it.")
@click.option("--user", metavar="NAME", help="Who recorded it.")
@click.option("--narrative", metavar="TEXT", help="A part of the narrative.")
@click.option("--file", metavar="ID", help="The file that it came from: its id or SHA-256.")
@click.option("--card-first", metavar="DIGITS", help="The card's first digits, up to six.")
@click.option("--card-last", metavar="DIGITS", help="The card's last four digits.")
@click.option("--limit", type=int, default=PAGE, show_default=True, help=f"Rows of a page, at most {MOST}.")
@click.option("--cursor", metavar="CURSOR", help="What the page before said.")
@click.option(
    "--export", "into", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write everything that is found to FILE: .csv, .xlsx or .json.",
)  # fmt: skip
@json_option
@click.pass_context
def search(
    context: click.Context, /, limit: int, cursor: str | None, into: Path | None, *, as_json: bool, **asked: Any,  # noqa: ANN401 - what click read
) -> None:  # fmt: skip
    """Find lines of income: everything asked for must fit, and the newest come first."""
    criteria = _criteria(asked)
    installation = opened_council(context)
    if into is not None:
        _export(installation, criteria, into, as_json=as_json)
        return
    page = find(installation, criteria, limit=limit, cursor=cursor)
    if as_json:
        print_json(_page_json(page))
    elif not page.total_count:
        click.echo("Nothing fits. Ask for less: each thing that you give must fit.")
    else:
        _show(page)


def _criteria(asked: dict[str, Any]) -> Criteria:
    amount = asked.pop("amount")
    first, last = _day(asked.pop("recorded_from")), _day(asked.pop("recorded_to"))
    return Criteria(
        amount=Money.parse(amount.strip()) if amount else None, recorded_from=first, recorded_to=last, **asked
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _show(page: Page) -> None:
    rows = [
        (
            _receipt(row), f"{row.taken_on:%d %b %Y}", row.fund, row.account_reference or "", row.amount.shown(),
            row.mop, row.user, visible(row.narrative or ""),
        )
        for row in page.rows
    ]  # fmt: skip
    headings = ["receipt", "taken on", "fund", "account", "amount ", "mop", "user", "narrative"]
    print_table("Income", headings, rows)
    click.echo(f"{counted(page.total_count, 'line')}, {page.total.shown()} in all; {len(rows)} shown.")
    if page.next_cursor is not None:
        click.echo(f"For the next page: --cursor {page.next_cursor}")


def _receipt(row: FoundLine) -> str:
    ours = len(row.receipt) == _OURS and set(row.receipt) <= set(ALPHABET)
    return shown(row.receipt) if ours else visible(row.receipt)


def _export(installation: Installation, criteria: Criteria, into: Path, *, as_json: bool) -> None:
    try:
        kind = Format(into.suffix.lower().removeprefix("."))
    except ValueError as error:
        message = f"{into.name} must end in .csv, .xlsx or .json: that says what is written."
        raise click.BadParameter(message, param_hint="--export") from error
    with written_whole(into) as stream, progress("Exporting", show=not as_json):
        number = write_export(installation, criteria, kind, stream)
    if as_json:
        print_json({"file": str(into), "lines": number})
    else:
        click.echo(f"{counted(number, 'line')} in {into}.")


def _page_json(page: Page) -> dict[str, object]:
    return {
        "total_count": page.total_count,
        "total_pence": page.total.pence,
        "next_cursor": page.next_cursor,
        "rows": [_row_json(row) for row in page.rows],
    }


def _row_json(row: FoundLine) -> dict[str, object]:
    return {
        "line": row.reference,
        "receipt": row.receipt,
        "payment": row.payment,
        "provider_reference": row.provider_reference,
        "kind": row.kind,
        "channel": row.channel,
        "office": row.office,
        "recorded_at": row.recorded_at.isoformat(),
        "taken_on": taken(row),
        "account_reference": row.account_reference,
        "user": row.user,
        "fund": row.fund,
        "mop": row.mop,
        "pence": row.amount.pence,
        "vat_code": row.vat_code,
        "vat_rate": fraction(row.vat_rate),
        "vat_pence": row.vat.pence,
        "narrative": row.narrative,
    }
