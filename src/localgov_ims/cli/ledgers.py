"""`ims ledgers`: which ledger code everything goes to, and the chart of accounts."""

from __future__ import annotations

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, opened, print_json, print_table
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.service.ledger.charts import import_chart
from localgov_ims.service.ledger.ledger_map import Mapped, ledger_map
from localgov_ims.service.ledger.vat_report import VatReport, vat_report


@click.group()
def ledgers() -> None:
    """See where income is posted."""


@ledgers.command(name="map")
@json_option
@click.pass_context
def map_(context: click.Context, *, as_json: bool) -> None:
    """Print every combination in use, and the ledger code that it goes to."""
    found = ledger_map(opened_council(context))
    if as_json:
        print_json([_json(each) for each in found])
        return
    rows = [
        (
            each.posting.role.value, each.posting.fund or "", each.posting.vat_code or "", each.posting.mop or "",
            each.posting.merchant_account, each.posting.bank_account or "", f"{each.lines:,}",
            str(each.account) if each.account is not None else "NOWHERE",
        )
        for each in found
    ]  # fmt: skip
    headings = ["role", "fund", "VAT", "method", "merchant account", "bank account", "lines ", "ledger code"]
    print_table("Where income is posted", headings, rows)
    lost = sum(each.account is None for each in found)
    if lost:
        click.echo(
            f"{counted(lost, 'combination')} without a ledger code: no journal can be made until the settings name them."
        )


@ledgers.command()
@click.argument("ledger")
@click.argument("file", type=click.Path(allow_dash=True))
@click.pass_context
def chart(context: click.Context, ledger: str, file: str) -> None:
    """Import the chart of accounts of a ledger: a CSV of code, dim1, dim2 ..., open_on, closed_on, nature."""
    with opened(file) as stream:
        count = import_chart(opened_council(context), ledger, stream.read())
    click.echo(f"Chart of accounts of ledger {ledger}: {counted(count, 'code')}.")


@ledgers.command()
@click.argument("ledger")
@click.argument("period")
@json_option
@click.pass_context
def vat(context: click.Context, ledger: str, period: str, *, as_json: bool) -> None:
    """Print the VAT that was posted in a period, such as 2026/02; exit status 1 if it does not tie to the VAT accounts."""
    report = vat_report(opened_council(context), ledger, PeriodNumber.parse(period))
    if as_json:
        print_json(_report_json(report))
    else:
        _print_report(report)
    if not report.ties:
        context.exit(1)


def _print_report(report: VatReport) -> None:
    rows = [
        (r.code, r.treatment, str(r.rate), r.net.shown(), r.vat.shown(), r.gross.shown()) for r in report.rows
    ]
    headings = ["code", "treatment", "rate ", "net ", "VAT ", "gross "]
    print_table(f"VAT of ledger {report.ledger}, period {report.period}", headings, rows)
    total = Money.total(row.vat for row in report.rows)
    click.echo(f"VAT {total.shown()}.")
    for each in report.late:
        click.echo(
            f"  Late: {each.vat.shown()} of {each.taken_on:%d %B %Y}, code {each.code}, line {each.reference}."
        )
    for code, amount in report.differences.items():
        click.secho(f"  Code {code}: the VAT account holds {amount.shown()} besides.", fg="red")
    if report.ties:
        click.echo("It ties to the VAT accounts.")


def _report_json(report: VatReport) -> dict[str, object]:
    return {
        "ledger": report.ledger, "period": str(report.period), "ties": report.ties,
        "rows": [
            {
                "code": row.code, "treatment": row.treatment, "rate": str(row.rate), "net_pence": row.net.pence,
                "vat_pence": row.vat.pence, "gross_pence": row.gross.pence,
            }
            for row in report.rows
        ],
        "late": [
            {
                "reference": each.reference, "taken_on": each.taken_on.isoformat(), "code": each.code,
                "vat_pence": each.vat.pence,
            }
            for each in report.late
        ],
        "differences": {code: amount.pence for code, amount in report.differences.items()},
    }  # fmt: skip


def _json(each: Mapped) -> dict[str, object]:
    of = each.posting
    return {
        "role": of.role.value, "fund": of.fund, "vat_code": of.vat_code, "mop": of.mop,
        "merchant_account": of.merchant_account, "bank_account": of.bank_account, "lines": each.lines,
        "code": each.account.code if each.account is not None else None,
        "dimensions": list(each.account.dimensions) if each.account is not None else None,
    }  # fmt: skip
