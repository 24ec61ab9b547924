"""`ims report`: the reconciliation report of a bank account, and the proof of clearing and suspense."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import json_option
from localgov_ims.cli.proofs_shown import DAY, export_option, give_proof
from localgov_ims.service.bank_reports import report_account
from localgov_ims.service.clearing_proofs import prove_clearing

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
