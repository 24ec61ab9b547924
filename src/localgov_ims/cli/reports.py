"""`ims report`: bank accounts, clearing and suspense, the ledger, control accounts, and year ends, each proved."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option
from localgov_ims.cli.proofs_shown import DAY, export_option, give_proof
from localgov_ims.service.proofs.bank_proofs import prove_bank
from localgov_ims.service.proofs.bank_reports import report_account
from localgov_ims.service.proofs.clearing_proofs import prove_clearing
from localgov_ims.service.proofs.control_proofs import prove_fund
from localgov_ims.service.proofs.cut_offs import prove_cut_off

_items = click.option("--items", is_flag=True, help="Print what each figure is made of.")


@click.group()
def report() -> None:
    """Reports that can be proved: every figure opens to the records it is made of."""


@report.command()
@click.argument("account")
@click.option("--from", "first_on", type=DAY, required=True, help="The first day, YYYY-MM-DD.")
@click.option("--to", "last_on", type=DAY, help="The last day; default: the first.")
@export_option
@_items
@json_option
@click.pass_context
def bank(
    context: click.Context, account: str, first_on: datetime, last_on: datetime | None, into: Path | None, *,
    items: bool, as_json: bool,
) -> None:  # fmt: skip
    """Report on bank ACCOUNT: balances, where every line stands, what is late and what is missing."""
    proof = report_account(
        opened_council(context), account=account, first_on=first_on.date(),
        last_on=last_on.date() if last_on is not None else None,
    )  # fmt: skip
    give_proof(proof, into=into, as_json=as_json, items=items)


@report.command()
@click.option("--on", "as_at", type=DAY, required=True, help="As at the end of this day, YYYY-MM-DD.")
@export_option
@_items
@json_option
@click.pass_context
def clearing(
    context: click.Context, as_at: datetime, into: Path | None, *, items: bool, as_json: bool
) -> None:
    """List every penny of clearing and suspense, by method of payment, with its age."""
    give_proof(
        prove_clearing(opened_council(context), as_at=as_at.date()), into=into, as_json=as_json, items=items
    )


@report.command()
@click.argument("account")
@click.option("--on", "as_at", type=DAY, required=True, help="As at the end of this day, YYYY-MM-DD.")
@click.option("--in", "in_ledger", metavar="LEDGER", help="Which ledger has it, where there are several.")
@export_option
@_items
@json_option
@click.pass_context
def ledger(
    context: click.Context, account: str, as_at: datetime, in_ledger: str | None, into: Path | None, *, items: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Prove bank ACCOUNT against the ledger: the bank, this system, the ledger, and what is between them."""
    proof = prove_bank(opened_council(context), account=account, as_at=as_at.date(), ledger=in_ledger)
    give_proof(proof, into=into, as_json=as_json, items=items)


@report.command()
@click.argument("code", metavar="FUND")
@click.option("--from", "first_on", type=DAY, required=True, help="The first day, YYYY-MM-DD.")
@click.option("--to", "last_on", type=DAY, required=True, help="The last day.")
@click.option("--in", "in_ledger", metavar="LEDGER", help="Which ledger has it, where there are several.")
@export_option
@_items
@json_option
@click.pass_context
def fund(
    context: click.Context, code: str, first_on: datetime, last_on: datetime, in_ledger: str | None, into: Path | None, *,
    items: bool, as_json: bool,
) -> None:  # fmt: skip
    """Prove FUND for a period: this system, the back office and the ledger show the same."""
    proof = prove_fund(
        opened_council(context), fund=code, first_on=first_on.date(), as_at=last_on.date(), ledger=in_ledger
    )
    give_proof(proof, into=into, as_json=as_json, items=items)


@report.command("cut-off")
@click.argument("year", type=click.IntRange(1990, 2999))
@click.option("--in", "in_ledger", metavar="LEDGER", help="Whose journals, where there are several.")
@export_option
@_items
@json_option
@click.pass_context
def cut_off(
    context: click.Context, year: int, in_ledger: str | None, into: Path | None, *, items: bool, as_json: bool
) -> None:
    """List what crosses the end of the financial year that began in YEAR.

    \b
    Example:
      ims report cut-off 2025 --export cut-off-2025.xlsx
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    proof = prove_cut_off(opened_council(context), year=year, ledger=in_ledger)
    give_proof(proof, into=into, as_json=as_json, items=items)
