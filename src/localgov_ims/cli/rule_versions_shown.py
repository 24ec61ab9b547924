"""Versions of the allocation rules, and what other rules would change, for programs and for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from localgov_ims.allocation.comparing import Comparison, Tally, moves
from localgov_ims.cli.output import counted, print_table
from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.quoting import visible
from localgov_ims.files.toml_text import scalar_text
from localgov_ims.service.rules.trying import RuleTrial
from localgov_ims.storage.rule_sets import RuleSetVersion


def version_json(version: RuleSetVersion) -> dict[str, Any]:
    """Return a version of the rules as JSON, without the rules."""
    return {
        "number": version.number, "sha256": version.sha256, "at": version.at.isoformat(), "by": version.by,
        "note": version.note, "state": _state(version), "rules": len(json.loads(version.text)),
    }  # fmt: skip


def show_versions(versions: Sequence[RuleSetVersion]) -> None:
    """Print versions of the rules."""
    rows = [
        (
            f"{v.number}", _state(v), f"{v.at.astimezone(LONDON):%d %b %Y %H:%M}", v.by, f"{len(json.loads(v.text))}",
            visible(v.note),
        )
        for v in versions
    ]  # fmt: skip
    print_table("Rules", ["version ", "state", "written", "by", "rules ", "note"], rows)


def rules_toml(rules: Sequence[dict[str, Any]]) -> str:
    """Return rules, as they are kept, in TOML: `ims rules draft` reads them back."""
    return "\n".join(
        "\n".join(["[[rule]]", *(f"{name} = {_toml(name, value)}" for name, value in rule.items())]) + "\n"
        for rule in rules
    )


def trial_json(trial: RuleTrial) -> dict[str, Any]:
    """Return what would change as JSON."""
    return {
        "files": trial.files, "bank_lines": trial.bank_lines,
        "against_active": _comparison_json(trial.against_active), "against_used": _comparison_json(trial.against_used),
    }  # fmt: skip


def show_trial(trial: RuleTrial) -> None:
    """Print what would change."""
    read = f"{counted(trial.files, 'file')} and {counted(trial.bank_lines, 'bank line')} read again; nothing was recorded."
    click.echo(read)
    for title, comparison in (
        ("Against the rules in force", trial.against_active), ("Against the rules of the time", trial.against_used),
    ):  # fmt: skip
        same, into, out_of = comparison.same, comparison.into_suspense, comparison.out_of_suspense
        rows = [("the same", "", *_tally(same))]
        rows += [(before, after, *_tally(tally)) for before, after, tally in moves(comparison)]
        print_table(title, ["fund before", "after", "rows ", "amount "], rows)
        click.echo(
            f"  into suspense {counted(into.count, 'row')}, out of suspense {counted(out_of.count, 'row')}"
        )
        for words, rules in (("newly fires", comparison.newly), ("no longer fires", comparison.no_longer)):
            for rule, count in sorted(rules.items()):
                click.echo(f"  {visible(rule)} {words} for {counted(count, 'row')}")


def _tally(tally: Tally) -> tuple[str, str]:
    return f"{tally.count:,}", tally.amount.shown()


def _tally_json(tally: Tally) -> dict[str, Any]:
    return {"count": tally.count, "pence": tally.amount.pence}


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "rows": comparison.rows,
        "same": _tally_json(comparison.same),
        "moved": [
            {"before": before, "after": after, **_tally_json(tally)} for before, after, tally in moves(comparison)
        ],
        "into_suspense": _tally_json(comparison.into_suspense),
        "out_of_suspense": _tally_json(comparison.out_of_suspense),
        "newly_fires": dict(sorted(comparison.newly.items())),
        "no_longer_fires": dict(sorted(comparison.no_longer.items())),
        "samples": [
            {
                "before": before, "after": after, "source": s.source, "file": s.file_name, "row": s.position,
                "pence": s.amount.pence, "rule_before": s.before.rule, "rule_after": s.after.rule,
            }
            for (before, after), samples in sorted(comparison.samples.items()) for s in samples
        ],
    }  # fmt: skip


def _state(version: RuleSetVersion) -> str:
    if version.active:
        return "in force"
    return "was in force" if version.used else "draft"


def _toml(name: str, value: Any) -> str:  # noqa: ANN401 - whatever rules are kept as
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(key, each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml("", each) for each in value) + "]"
    # Days are kept as text, and written as TOML has them.
    return value if name in {"starts_on", "ends_on"} else scalar_text(value)
