"""Explanations of allocations for programs and for people."""

from __future__ import annotations

from typing import Any

import click

from localgov_ims.allocation.explaining import Explanation, Step
from localgov_ims.allocation.outcomes import Placed
from localgov_ims.cli.output import print_table
from localgov_ims.domain.quoting import visible


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON; `fund` and `account_reference` are null where there is none or more than one."""
    answer = explanation.allocation
    funds = {part.fund for part in answer.parts}
    accounts = {part.account_reference for part in answer.parts}
    return {
        "fund": funds.pop() if len(funds) == 1 else None,
        "account_reference": accounts.pop() or None if len(accounts) == 1 else None,
        "suspense": answer.reason is not None,
        "reason": answer.reason.value if answer.reason is not None else None,
        "detail": answer.detail,
        "lines": [line_json(part) for part in answer.parts],
        "rule": answer.rule,
        "rules": list(answer.rules),
        "why": explanation.why,
        "steps": [step_json(step) for step in explanation.steps],
    }


def line_json(line: Placed) -> dict[str, Any]:
    """Return a line to be made as JSON; what is blank is null."""
    return {
        "fund": line.fund, "account_reference": line.account_reference or None, "amount": str(line.amount),
        "mop": line.mop or None, "office": line.office or None, "vat_code": line.vat_code or None,
        "narrative": line.narrative or None, "rules": list(line.rules),
    }  # fmt: skip


def step_json(step: Step) -> dict[str, Any]:
    """Return what became of one rule as JSON."""
    return {
        "rule": step.rule,
        "outcome": step.outcome.value,
        "why": step.why,
        "part": step.part,
        "before": {change.field: change.before for change in step.changes},
        "after": {change.field: change.after for change in step.changes},
        "split": [{"share": share.share, "amount": str(share.amount)} for share in step.split],
    }


def show_explanation(explanation: Explanation) -> None:
    """Print an explanation."""
    click.echo(visible(explanation.why))
    rows = [
        (line.fund, line.account_reference, line.amount.shown(), line.mop, line.narrative)
        for line in explanation.allocation.parts
    ]
    if len(rows) > 1:
        print_table("Lines", ["fund", "account", "amount ", "method", "narrative"], rows)
    steps = [
        (
            step.rule,
            f"part {step.part}" if step.part else "",
            step.outcome.value.replace("_", " "),
            _told(step),
        )
        for step in explanation.steps
    ]
    print_table("Rules", ["rule", "", "outcome", "why"], [tuple(map(visible, step)) for step in steps])


def _told(step: Step) -> str:
    changes = [f"{c.field} {c.before or 'blank'} -> {c.after or 'blank'}" for c in step.changes]
    shares = [f"{share.share} = {share.amount.shown()}" for share in step.split]
    return ": ".join([step.why, *([", ".join([*changes, *shares])] if changes or shares else [])])
