"""`ims rules`: try allocation rules on a row, look them over, and put versions of them in force."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.findings import Finding, FindingKind, findings
from localgov_ims.bootstrap.rule_files import load_draft, load_rules
from localgov_ims.cli.council import opened_council
from localgov_ims.cli.items import DAY
from localgov_ims.cli.output import counted, json_option, print_json, print_table, progress
from localgov_ims.cli.root import REFUSED
from localgov_ims.cli.rule_versions_shown import (
    rules_toml,
    show_trial,
    show_versions,
    trial_json,
    version_json,
)
from localgov_ims.cli.rules_shown import explanation_json, show_explanation
from localgov_ims.cli.trial_rows import trial_of
from localgov_ims.domain.quoting import visible
from localgov_ims.service.rules.trying import try_rules, write_trial
from localgov_ims.service.rules.usage import rule_usage
from localgov_ims.service.rules.versions import activate_rules, draft_rules, rule_version, rule_versions

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
    given = sys.stdin.read() if row == "-" else row
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


@rules.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List every version of the rules: when and by whom it was written, why, and which one is in force."""
    versions = rule_versions(opened_council(context))
    if as_json:
        print_json([version_json(version) for version in versions])
    else:
        show_versions(versions)


@rules.command()
@click.option("--idle", is_flag=True, help="Only those that have never placed anything.")
@json_option
@click.pass_context
def usage(context: click.Context, *, idle: bool, as_json: bool) -> None:
    """Show how many lines each rule in force has placed so far, and what they come to."""
    found = [each for each in rule_usage(opened_council(context)) if not (idle and each.count)]
    if as_json:
        print_json(
            [
                {"rule": e.rule.name, "order": e.rule.order, "count": e.count, "pence": e.amount.pence}
                for e in found
            ]
        )
        return
    rows = [(str(e.rule.order), visible(e.rule.name), f"{e.count:,}", e.amount.shown()) for e in found]
    print_table("", ("order ", "rule", "lines ", "amount "), rows)


@rules.command()
@click.argument("number", type=int, required=False)
@json_option
@click.pass_context
def show(context: click.Context, number: int | None, *, as_json: bool) -> None:
    """Show version NUMBER of the rules; without one, the version in force."""
    version = rule_version(opened_council(context), number)
    if as_json:
        print_json(version_json(version) | {"rule": json.loads(version.text)})
    else:
        click.echo(rules_toml(json.loads(version.text)), nl=False)


@rules.command()
@click.argument("file", type=_existing)
@click.option("--note", default="", help="Why: who reads the history will ask.")
@json_option
@click.pass_context
def draft(context: click.Context, file: Path, note: str, *, as_json: bool) -> None:
    """Keep the rules of FILE as a new version, which is not in force until somebody activates it."""
    version = draft_rules(opened_council(context), load_draft(file), note)
    if as_json:
        print_json(version_json(version))
    else:
        click.echo(
            f"Version {version.number} of the rules is a draft. `ims rules activate {version.number}` puts it in force, in "
            "place of all the rules that are in force now."
        )


@rules.command()
@click.argument("number", type=int)
@json_option
@click.pass_context
def activate(context: click.Context, number: int, *, as_json: bool) -> None:
    """Put version NUMBER of the rules in force."""
    version = activate_rules(opened_council(context), number)
    if as_json:
        print_json(version_json(version))
    else:
        click.echo(f"Version {version.number} of the rules is in force.")


@rules.command("try")
@click.argument("file", metavar="DRAFT", type=_existing)
@click.option(
    "--from", "since", type=DAY, required=True, metavar="DAY", help="First day on which money was taken."
)
@click.option("--to", "until", type=DAY, required=True, metavar="DAY", help="Last day.")
@click.option(
    "--csv", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write it all to this file as CSV."
)
@json_option
@click.pass_context
def try_(
    context: click.Context, file: Path, since: datetime, until: datetime, out: Path | None, *, as_json: bool
) -> None:  # fmt: skip
    """Place the money of a period again by the rules of DRAFT, and say what would change; nothing is recorded."""
    council = opened_council(context)
    with progress("Trying", show=not as_json):
        trial = try_rules(council, load_draft(file), since.date(), until.date())
    if out is not None:
        with out.open("w", encoding="utf-8", newline="") as stream:
            write_trial(trial, stream)
    if as_json:
        print_json(trial_json(trial))
    else:
        show_trial(trial)


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value, "rule": finding.rule, "other": finding.other, "message": finding.message,
    }  # fmt: skip
