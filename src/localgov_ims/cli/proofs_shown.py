"""Showing proofs: on the terminal, as JSON, and as files for people and spreadsheets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from localgov_ims.cli.output import counted, print_table, written_whole
from localgov_ims.documents import tables
from localgov_ims.documents.proof_json import as_plain
from localgov_ims.documents.proof_pages import as_html, period, verdict
from localgov_ims.documents.proof_tables import COLUMNS, rows
from localgov_ims.domain.proofs import Figure, Proof
from localgov_ims.domain.quoting import visible

_MOST_ITEMS = 20

DAY: Final = click.DateTime(["%Y-%m-%d"])

export_option = click.option(
    "--export", "into", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to FILE: .html, .csv, .xlsx or .json.",
)  # fmt: skip


def show_proof(proof: Proof, *, items: bool) -> None:
    """Print a proof: its verdict, its figures, and with *items* what they are made of."""
    click.secho(f"{proof.title}, {period(proof)}", bold=True)
    for section in proof.sections:
        click.echo()
        heads = [
            "",
            "count ",
            "amount ",
            *([f"{section.given_by} ", "difference "] if section.given_by else []),
        ]
        print_table(section.title, heads, [_cells(f, given=bool(section.given_by)) for f in section.figures])
        if section.note:
            click.echo(section.note)
        if items:
            for figure in section.figures:
                _show_items(figure)
    click.echo()
    show_verdict(proof)


def show_verdict(proof: Proof) -> None:
    """Say whether everything agrees, and if not what is unexplained or was not given."""
    words, faults = verdict(proof)
    click.secho(words, fg="red" if faults else "green")
    for fault in faults:
        click.secho(f"  {visible(fault)}", fg="red")


def write_proof(proof: Proof, into: Path) -> None:
    """Write a proof to a file of the kind that its name ends in."""
    writes: dict[str, Callable[[BinaryIO], Any]] = {
        ".html": lambda stream: stream.write(as_html(proof).encode()),
        ".json": lambda stream: stream.write(json_of(proof).encode()),
        ".csv": lambda stream: tables.write_csv(COLUMNS, rows(proof), stream),
        ".xlsx": lambda stream: tables.write_xlsx(
            COLUMNS, rows(proof), stream, title=f"{proof.council}: {proof.title}, {period(proof)}"
        ),
    }
    write = writes.get(into.suffix.lower())
    if write is None:
        message = f"{into.name} must end in .html, .csv, .xlsx or .json: that says what is written."
        raise click.BadParameter(message, param_hint="--export")
    with written_whole(into) as stream:
        write(stream)
    click.echo(f"{proof.title}: {into}.")


def give_proof(proof: Proof, *, into: Path | None, as_json: bool, items: bool) -> None:
    """Give a proof as it was asked for."""
    if into is not None:
        write_proof(proof, into)
    elif as_json:
        click.echo(json_of(proof), nl=False)
    else:
        show_proof(proof, items=items)


def json_of(proof: Proof) -> str:
    """Return a proof as JSON, with whether it agrees."""
    return json.dumps({**as_plain(proof), "agrees": proof.agrees}, indent=2, ensure_ascii=False) + "\n"


def _cells(figure: Figure, *, given: bool) -> list[str]:
    amount = "" if figure.moneyless else figure.amount.shown()
    cells = [figure.label, f"{figure.count:,}" if figure.count is not None else "", amount]
    if given:
        cells.append(figure.given.shown() if figure.given is not None else "")
        cells.append(figure.difference.shown() if figure.difference is not None else "")
    return cells


def _show_items(figure: Figure) -> None:
    if not figure.items:
        return
    found = [
        (visible(i.text), i.kind, f"{i.day:%d %b %Y}", str(i.age), i.amount.shown(), visible(i.note))
        for i in figure.items[:_MOST_ITEMS]
    ]
    print_table(f"  {figure.label}", ["known by", "what", "day", "days old ", "amount ", "why"], found)
    left = len(figure.items) - len(found)
    if left:
        click.echo(f"  {counted(left, 'more item')}: --export FILE writes them all.")
