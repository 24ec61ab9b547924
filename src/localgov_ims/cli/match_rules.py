"""`ims match-rules`: what is the same money by which rule, and what other rules would change."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import click
from attrs import frozen

from localgov_ims.bootstrap.structuring import structured
from localgov_ims.cli.council import opened_council
from localgov_ims.cli.output import counted, json_option, print_json, print_table, progress
from localgov_ims.domain.quoting import visible
from localgov_ims.errors import ConfigurationError, NotFound
from localgov_ims.reconciliation.findings import Pair
from localgov_ims.reconciliation.rules import MatchRule
from localgov_ims.reconciliation.sql import Compiler
from localgov_ims.service.reconciliation.open_items import tariffs_of
from localgov_ims.service.reconciliation.trying_match_rules import try_match_rules

_MOST = 20
_file = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group("match-rules")
def match_rules() -> None:
    """Say what is the same money by which rule, and what other rules would change."""


@match_rules.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """List the rules in the order in which they run."""
    rules = opened_council(context).council.match_rules
    if as_json:
        print_json([_rule_json(rule) for rule in rules])
        return
    rows = [
        (
            f"{rule.order}", visible(rule.name), f"{rule.version}", rule.mode.value, f"{rule.left} = {rule.right}",
            rule.uniqueness.value, "" if rule.enabled else "switched off",
        )
        for rule in rules
    ]  # fmt: skip
    print_table("Match rules", ["order ", "rule", "version ", "mode", "what", "unique", ""], rows)


@match_rules.command()
@click.argument("name")
@json_option
@click.pass_context
def show(context: click.Context, name: str, *, as_json: bool) -> None:
    """Show one rule, and the SELECT that it is run as."""
    council = opened_council(context).council
    rules = {rule.name: rule for rule in council.match_rules}
    if name not in rules:
        message = f"There is no match rule {visible(name)!r}; there are: {', '.join(rules)}."
        raise NotFound("no_match_rule", message, rule=name)
    rule, select = rules[name], Compiler(tariffs=tariffs_of(council)).candidates(rules[name]).strip()
    if as_json:
        print_json(_rule_json(rule) | {"sql": select})
        return
    for key, value in _rule_json(rule).items():
        click.echo(f"{key}: {value}")
    click.echo(f"\n{select}")


@match_rules.command()
@_file
@json_option
def check(file: Path, *, as_json: bool) -> None:
    """Say whether the rules of FILE can be used; no council is needed."""
    rules = _own(file)
    if as_json:
        print_json({"rules": [_rule_json(rule) for rule in rules]})
    else:
        click.echo(f"{counted(len(rules), 'rule')} can be used.")


@match_rules.command("try")
@_file
@json_option
@click.pass_context
def try_(context: click.Context, file: Path, *, as_json: bool) -> None:
    """Run the rules as they are and with those of FILE over what is open, and show what would change; nothing is stored."""
    installation, own = opened_council(context), _own(file)
    with progress("Trying", show=not as_json):
        trial = try_match_rules(installation, own)
    if as_json:
        print_json(
            {
                "matched_before": len(trial.before.certain), "matched_after": len(trial.after.certain),
                "suggested_before": len(trial.before.suggested), "suggested_after": len(trial.after.suggested),
                "new": [_pair_json(pair) for pair in trial.new], "gone": [_pair_json(pair) for pair in trial.gone],
            }
        )  # fmt: skip
        return
    before, after = _by_rule(trial.before.certain), _by_rule(trial.after.certain)
    rows = [(name, f"{before[name]:,}", f"{after[name]:,}") for name in sorted({*before, *after})]
    print_table("Matches by rule", ["rule", "as it is ", "as it would be "], rows)
    for word, pairs in (("Matched besides", trial.new), ("Matched no more", trial.gone)):
        for pair in pairs[:_MOST]:
            click.echo(
                f"{word}: {pair.amount.shown()}, {UUID(pair.left)} with {UUID(pair.right)}, by {visible(pair.rule.name)}."
            )
        if len(pairs) > _MOST:
            click.echo(f"{word}: {len(pairs) - _MOST:,} more.")
    click.echo(
        f"Suggested: {len(trial.before.suggested):,} as it is, {len(trial.after.suggested):,} as it would be."
    )


@frozen(kw_only=True)
class _File:
    match_rule: tuple[MatchRule, ...]


def _own(path: Path) -> tuple[MatchRule, ...]:
    """Return the rules of a file that holds nothing else.

    Raises:
        ConfigurationError: It is not TOML, holds something else, or a rule in it cannot be used.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "rules_not_toml", f"{path} is not valid TOML: {error}.", where=str(path)
        ) from error
    return structured(raw, _File, str(path)).match_rule


def _by_rule(pairs: Iterable[Pair]) -> Counter[str]:
    return Counter(pair.rule.name for pair in pairs)


def _rule_json(rule: MatchRule) -> dict[str, object]:
    return {
        "name": rule.name, "version": rule.version, "order": rule.order, "enabled": rule.enabled, "mode": rule.mode.value,
        "left": rule.left, "right": rule.right, "alternatives": [dict(keys) for keys in rule.alternatives],
        "where": dict(rule.where), "window": list(rule.window), "amount": rule.amount.value, "tolerance": rule.tolerance,
        "less_tariff": rule.less_tariff, "near": rule.near, "uniqueness": rule.uniqueness.value, "group": list(rule.group),
        "alike": list(rule.alike),
    }  # fmt: skip


def _pair_json(pair: Pair) -> dict[str, object]:
    return {
        "left": str(UUID(pair.left)), "right": str(UUID(pair.right)), "pence": pair.amount.pence, "rule": pair.rule.name,
        "evidence": dict(pair.evidence),
    }  # fmt: skip
