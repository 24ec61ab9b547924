"""What the rules come to for rows that are alike to them: worked out once, and remembered for the next such row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from localgov_ims.allocation.compiled import Ready, RuleSet
from localgov_ims.allocation.rows import Holders
from localgov_ims.allocation.values import SETTABLE, row_getter
from localgov_ims.domain.income_files import IncomeRow

Alike = tuple[object, ...]
"""All of a row that rules can tell: which of them its texts find, and what those say that are asked about every row."""

_REMEMBERED: Final = 10_000


class Plan:
    """What rules that fired set altogether, with their names and the one that decided."""

    __slots__ = ("account_reference", "fund", "mop", "names", "narrative", "office", "rule", "vat_code")

    def __init__(self, fired: Sequence[Ready]) -> None:
        """Add up what literal rules set, the later over the earlier; none is a field that they leave alone."""
        texts: dict[str, str | None] = dict.fromkeys(SETTABLE)
        for rule in fired:
            texts |= {name: value for name, value in rule.rule.set.items() if isinstance(value, str)}
        self.fund, self.account_reference, self.mop = texts["fund"], texts["account_reference"], texts["mop"]
        self.office, self.vat_code, self.narrative = texts["office"], texts["vat_code"], texts["narrative"]
        self.names, self.rule = names(fired), decider(fired)


class Plans:
    """The plans of a source's rows so far."""

    def __init__(self, rules: RuleSet, defaults: dict[str, str], holders: Holders) -> None:
        """Look rows up as *rules* do, with the import type's *defaults* in blank fields."""
        looks = rules.index.looks
        self._looks = [(row_getter(look.field, defaults), look.find) for look in looks]
        always = [rules.rules[number] for number in rules.index.always]
        self._asked = [rule.test for rule in always if rule.steady and rule.test is not None]
        self._holders = holders
        self._known: dict[Alike, Plan] = {}

    def find(self, row: IncomeRow) -> tuple[Alike, Plan | None]:
        """Return what rules can tell of a row, and the plan of rows alike, if there has been one."""
        alike: Alike = tuple([find(get(row)) for get, find in self._looks])
        if self._asked:
            alike += tuple([test({}, row, self._holders) for test in self._asked])
        return alike, self._known.get(alike)

    def learn(self, alike: Alike, fired: Sequence[Ready]) -> None:
        """Remember which rules fired for rows that are alike."""
        if len(self._known) < _REMEMBERED:
            self._known[alike] = Plan(fired)


def names(fired: Sequence[Ready]) -> tuple[str, ...]:
    """Return the names of rules."""
    return tuple([rule.name for rule in fired])


def decider(fired: Sequence[Ready]) -> str | None:
    """Return the rule that decided: the last that said which fund."""
    for rule in reversed(fired):
        if rule.decides:
            return rule.name
    return None
