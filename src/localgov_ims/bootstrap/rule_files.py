"""Allocation rules from a file of their own or from whole settings, with the codes that they may name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from localgov_ims.allocation.conditions import REFERENCE_OPS, conditions_in
from localgov_ims.allocation.rows import References
from localgov_ims.allocation.rules import Extract, Rule
from localgov_ims.allocation.values import LONGEST
from localgov_ims.bootstrap.settings import load
from localgov_ims.bootstrap.structuring import structured
from localgov_ims.domain.funds import Fund, Nature
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.errors import ConfigurationError
from localgov_ims.service.council import Council


@frozen(kw_only=True)
class RuleFile:
    """Rules, and the council they are for; without one, whatever code they name is known and has no format."""

    rules: tuple[Rule, ...]
    council: Council | None = None

    def references(self, *funds: str) -> References:
        """Return the codes that rules may name; without a council also *funds*.

        Whether an account exists is not asked, because there is no database to ask.
        """
        if self.council is None:
            codes = {*funds, *(code for rule in self.rules for code in _funds_of(rule))}
            return References(
                {code: _fund(code) for code in sorted(codes) if 1 <= len(code) <= LONGEST["fund"]}, {}
            )
        asking = {code: evolve(fund, account_must_exist=False) for code, fund in self.council.funds.items()}
        return evolve(self.council.references, funds=asking)


def load_rules(path: Path, settings: Path | None = None) -> RuleFile:
    """Read the rules of a file that holds nothing else, or of whole settings.

    *settings* are those whose funds, codes and formats the rules are for; rules that stand there are left out.

    Raises:
        ConfigurationError: There is no such file, or something in it cannot be used.
    """
    raw, where = _raw(path), str(path)
    whole = "council" in raw
    if not whole and set(raw) - {"rule"}:
        others = ", ".join(sorted(set(raw) - {"rule"}))
        message = f"{where} holds {others} beside [[rule]]. A file of rules holds nothing else; whole settings have [council]."
        raise ConfigurationError("not_rules", message, where=where)
    council = None
    if settings is not None:
        council = _council(settings)
    elif whole:
        council = _council(path)
    return RuleFile(rules=rules_of(raw, where), council=council)


def rules_of(raw: Mapping[str, Any], where: str) -> tuple[Rule, ...]:
    """Return the rules under `rule` of what a file of TOML holds.

    Raises:
        ConfigurationError: One of them cannot be used; the message names it.
    """
    return structured({"rule": raw.get("rule", [])}, _Rules, where).rule


def load_draft(path: Path) -> tuple[Rule, ...]:
    """Read the rules of a file that holds nothing else, or those of whole settings.

    Raises:
        ConfigurationError: There is no such file, or a rule cannot be used.
    """
    return rules_of(_raw(path), str(path))


@frozen(kw_only=True)
class _Rules:
    rule: tuple[Rule, ...] = ()


def _raw(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError as error:
        message = f"There is no file {path}."
        raise ConfigurationError("no_rules", message, path=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("settings_not_utf8", f"{path} is not UTF-8 text: {error}.") from error


def _parsed(given: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(given)
    except tomllib.TOMLDecodeError as error:
        message = f"{where} is not valid TOML: {error}."
        raise ConfigurationError("settings_not_toml", message, where=where) from error


def _council(path: Path) -> Council:
    _, settings = load(path)
    return evolve(settings, rule=()).council_record()


def _fund(code: str) -> Fund:
    return Fund(code=code, name=code, nature=Nature.INCOME, ledger=LedgerAccount("0"))


def _funds_of(rule: Rule) -> Iterator[str]:
    for given in rule.settings():
        for name, value in given.items():
            if isinstance(value, Extract):
                yield value.reference_of
            elif name == "fund":
                yield value
    for condition in conditions_in(rule.when):
        if condition.op in REFERENCE_OPS or condition.field in {"fund", "original.fund"}:
            yield from condition.operands
