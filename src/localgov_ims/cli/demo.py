"""`ims demo`: two weeks of an imaginary council through everything, and the proof."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from localgov_ims.cli.output import counted, json_option, print_json, print_table, progress
from localgov_ims.cli.root import BROKEN_LAW
from localgov_ims.cli.verifying import law_json, show_laws
from localgov_ims.simulator.running import DemoResult, run


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Empty folder to leave it in; default: a new temporary one.",
)
@click.option(
    "--seed",
    default=7,
    show_default=True,
    help="What the days are drawn from; the same seed gives the same files.",
)
@click.option(
    "--days", type=click.IntRange(1, 366), default=14, show_default=True, help="How many calendar days."
)
@json_option
@click.pass_context
def demo(context: click.Context, folder: Path | None, seed: int, days: int, *, as_json: bool) -> None:
    """Run Small Council: its bank statements and settlements, made up, through the whole house.

    Every file is read and proved, income is matched, allocated or held in suspense, journals are made, and the five
    laws are proved. The folder that is left is a council on which every other command works.

    Exit status 0: every law holds and nothing differs from what the simulator knows to be true.
    """
    where = folder if folder is not None else Path(tempfile.mkdtemp(prefix="small-council-"))
    with progress("Small Council:", show=not as_json) as tell:
        result = run(where, seed=seed, days=days, tell=tell)
    if as_json:
        print_json(_json(result))
    else:
        _show(result)
    context.exit(0 if result.good else BROKEN_LAW)


def _json(result: DemoResult) -> dict[str, object]:
    return {
        "dir": str(result.folder),
        "config": str(result.folder / "council.toml"),
        "statements": result.statements,
        "lines": result.lines,
        "receipts": result.takings,
        "dispositions": {kind.value: total.count for kind, total in result.dispositions.items()},
        "dispositions_pence": {kind.value: total.amount.pence for kind, total in result.dispositions.items()},
        "matches": dict(result.matches),
        "income_pence": result.income.pence,
        "suspense_pence": result.suspense.pence,
        "direct_debits": {
            "collected": result.debits.collected,
            "came_back": dict(result.debits.states),
            "advices": result.debits.advices,
            "advices_taken": result.debits.taken,
        },
        "journal": {
            "lines": result.journal.lines,
            "debits_pence": result.journal.debits.pence,
            "credits_pence": result.journal.credits.pence,
            "files": len(result.journal.paths),
            "paths": [str(path) for path in result.journal.paths],
        },
        "breaks": [{"kind": found.kind.value, "message": found.message} for found in result.breaks],
        "refused": list(result.refused),
        "laws": [law_json(report) for report in result.laws],
        "truth": {
            "right": result.truth.right,
            "wrong": len(result.truth.wrong),
            "wrong_lines": list(result.truth.wrong),
        },
        "seconds": result.seconds,
    }


_MEANS = {
    "matched": "the same money as income or a payout recorded before",
    "allocated": "income: a rule placed it in a fund, for an account",
    "suspense": "held until a person can place it",
    "awaiting": "named by a provider, agency or collection whose file has not come; not income yet",
    "other": "not income: charges, payroll, payables",
}


def _show(result: DemoResult) -> None:
    click.secho("Small Council, the model office", bold=True)
    click.echo(
        f"  {result.statements} bank statements with {result.lines:,} lines were read and proved, and {result.takings:,} "
        "payments taken by card or by bank were recorded.\n"
    )
    rows = [
        (kind.value, f"{total.count:,}", total.amount.shown(), _MEANS[kind.value])
        for kind, total in result.dispositions.items()
    ]
    print_table("Where every bank line stands", ["disposition", "lines ", "amount ", "which means"], rows)
    click.echo(
        f"\nMatches by rule: {', '.join(f'{rule} {count:,}' for rule, count in result.matches.items() if count)}."
    )
    click.echo(f"Income in the funds: {result.income.shown()}. In suspense: {result.suspense.shown()}.")
    debits = result.debits
    back = ", ".join(f"{count} {state}" for state, count in sorted(debits.states.items())) or "none"
    click.echo(
        f"Direct Debits: {debits.collected:,} collected; of those that came back {back}; {counted(debits.advices, 'advice')}, "
        f"{debits.taken} acted on."
    )
    journal = result.journal
    click.echo(
        f"Posted to the ledger: {len(journal.paths)} journals, {journal.lines:,} lines, debits {journal.debits.shown()}, "
        f"credits {journal.credits.shown()}."
    )
    for found in result.breaks:
        click.echo(f"For a person: {found.message}")
    click.echo()
    show_laws(list(result.laws))
    colour = "green" if not result.truth.wrong else "red"
    verdict = click.style(f"{result.truth.right:,} lines right, {len(result.truth.wrong)} wrong", fg=colour)
    click.echo(f"Against what the simulator knows to be true: {verdict}.")
    for sentence in (*result.truth.wrong[:20], *(f"{name} was refused." for name in result.refused)):
        click.echo(f"  {sentence}")
    config = result.folder / "council.toml"
    click.echo(f"\nDone in {result.seconds} seconds. Look around:")
    for command in ("suspense list", "verify", "journals export"):
        click.echo(f"  ims --config {config} {command}")
