"""`ims rules`: try allocation rules on a row, look them over, and put versions of them in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.findings import Finding, FindingKind, findings
from localgov_ims.bootstrap.rule_files import load_rules
from localgov_ims.cli.output import counted, json_option, print_json
from localgov_ims.cli.root import REFUSED
from localgov_ims.cli.rules_shown import explanation_json, show_explanation
from localgov_ims.cli.trial_rows import trial_of
from localgov_ims.domain.quoting import visible

_existing = click.Path(path_type=Path, exists=True, dir_okay=False)
_settings = click.option(
    "--settings",
    type=_existing,
    metavar="FILE",
    help="Settings whose funds, codes and formats the rules are for.",
)


@click.group()
def rules() -> None:
    """Try allocation rules, look them over, and put versions of them in force."""


@rules.command()
@click.option(
    "--rules",
    "rules_file",
    type=_existing,
    required=True,
    metavar="FILE",
    help="The rules, or whole settings.",
)
@click.option("--row", required=True, metavar="JSON", help="The row; - reads it from standard input.")
@_settings
@json_option
def explain(rules_file: Path, row: str, settings: Path | None, *, as_json: bool) -> None:
    """Say where a made-up row would go, and what becomes of every rule; no council is needed.

    The row is a JSON object: `amount` in pounds and `taken_on`, and any of account_reference, fund, mop, office,
    vat_code, narrative, source_reference and extra; also source, import_type, file_name and received_on of its file.
    Whether an account exists is not asked.

    \b
    Example:
      ims rules explain --rules rules.toml --row '{"amount": "12.34", "taken_on": "2026-05-01", "narrative": "RENT"}'
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    given = click.get_text_stream("stdin").read() if row == "-" else row
    file = load_rules(rules_file, settings)
    trial = trial_of(given, file.council)
    references = file.references(trial.row.fund, trial.source.defaults.get("fund", ""))
    explanation = Allocator(file.rules, references).of(trial.source).explain(trial.row)
    if as_json:
        print_json(explanation_json(explanation))
    else:
        show_explanation(explanation)


@rules.command()
@click.argument("file", type=_existing)
@_settings
@json_option
@click.pass_context
def check(context: click.Context, file: Path, settings: Path | None, *, as_json: bool) -> None:
    """Look over the rules of FILE: which cannot fire, which contradict each other, which compare with unknown codes.

    Exit status 8: the rules cannot be used; 3: a rule cannot fire, or two of equal order may set one field differently.
    """
    given = load_rules(file, settings)
    references = given.references()
    Allocator(given.rules, references)
    found = list(findings(given.rules, references))
    if as_json:
        print_json({"rules": len(given.rules), "findings": [_finding_json(each) for each in found]})
    else:
        for each in found:
            click.echo(
                f"{each.kind.value.replace('_', ' ')}: rule {visible(each.rule)!r}: {visible(each.message)}"
            )
        click.echo(f"{counted(len(given.rules), 'rule')}, {counted(len(found), 'finding')}.")
    context.exit(REFUSED if any(each.kind is not FindingKind.UNKNOWN_CODE for each in found) else 0)


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value, "rule": finding.rule, "other": finding.other, "message": finding.message,
    }  # fmt: skip
