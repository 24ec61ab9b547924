"""Rules made ready for the rows of one source: what is settled beforehand is settled once, not for every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from localgov_ims.allocation.asking import Test, about_source, compile_condition, compile_for_source
from localgov_ims.allocation.conditions import ALWAYS, NEVER, Condition, Group, Join, conditions_in
from localgov_ims.allocation.index import Index
from localgov_ims.allocation.keys import NOTHING_SIMPLE, Clause, wanted_by
from localgov_ims.allocation.rows import Holders, References, Source
from localgov_ims.allocation.rules import Extract, Rule, Value
from localgov_ims.allocation.values import Seen, keeps_original, steady, text_getter
from localgov_ims.domain.income_files import IncomeRow

Settings = Callable[[Seen, IncomeRow], Mapping[str, str]]
"""Returns what a rule, or a part of its split, sets of a row."""


class Ready:
    """A rule, ready to be asked; what is asked for every row is kept at hand.

    Attributes:
        test: What is asked; none where the rule is always for the row, or being found by its key says that it is.
        last: The number of the last rule of its order.
        literal: Whether what it does hangs on nothing of the row.
        steady: Whether it is asked about every row, and about nothing that rules change.
    """

    __slots__ = (
        "decides", "last", "literal", "name", "parts", "rule", "sets", "split", "steady", "stop", "suspend", "test",
    )  # fmt: skip

    def __init__(
        self, rule: Rule, test: Test | None, sets: Settings, parts: tuple[Settings, ...]
    ) -> None:  # fmt: skip
        """Take a rule with its compiled test and settings."""
        self.rule, self.test, self.sets, self.parts = rule, test, sets, parts
        self.name, self.stop, self.suspend = rule.name, rule.stop, rule.suspend
        self.split, self.decides = rule.split, rule.decides
        self.last, self.steady = -1, False
        self.literal = not rule.split and not any(isinstance(value, Extract) for value in rule.set.values())


@frozen
class RuleSet:
    """Rules in their order, with how to find those that may be for a row, and which original values they ask for."""

    rules: tuple[Ready, ...]
    index: Index
    originals: tuple[str, ...]


class Compiler:
    """Makes rules ready, each condition compiled once for all sources."""

    def __init__(self, references: References) -> None:
        """Remember nothing yet."""
        self._references = references
        self._tests: dict[Condition, Test] = {}

    def check(self, rule: Rule) -> None:
        """Compile every condition of a rule.

        Raises:
            ConfigurationError: One of them cannot be asked.
        """
        for condition in conditions_in(rule.when):
            if about_source(condition):
                compile_for_source(condition, rule.name)
            elif condition not in self._tests:
                self._tests[condition] = compile_condition(condition, rule.name, self._references)

    def rule_set(self, rules: Sequence[Rule], *, indexed: bool) -> RuleSet:
        """Return rules, already in order and settled for a source, ready to be asked.

        Where they are not *indexed*, each is asked about every row.
        """
        ready: list[Ready] = []
        clauses: dict[int, Sequence[Clause]] = {}
        always: list[int] = []
        for number, rule in enumerate(rules):
            wanted = wanted_by(rule.when) if indexed else NOTHING_SIMPLE
            ready.append(Ready(rule, self._test(rule, found=wanted.exact), *self._settings(rule)))
            if wanted.clauses:
                clauses[number] = wanted.clauses
            else:
                always.append(number)
                ready[-1].steady = all(steady(c.field) for c in conditions_in(rule.when))
        by_order = {rule.order: number for number, rule in enumerate(rules)}
        for each in ready:
            each.last = by_order[each.rule.order]
        asked = {name for rule in rules for name in _fields(rule)}
        originals = tuple(sorted(name for name in asked if keeps_original(name)))
        return RuleSet(tuple(ready), Index(clauses, always), originals)

    def holds(
        self, tree: Condition | Group, source: Source, seen: Seen, row: IncomeRow, holders: Holders
    ) -> bool:
        """Tell whether a tree holds of a row, asking plainly."""
        if isinstance(tree, Group):
            answers = [self.holds(member, source, seen, row, holders) for member in tree.members]
            if tree.join is Join.ALL:
                return all(answers)
            return any(answers) is (tree.join is Join.ANY)
        if about_source(tree):
            return compile_for_source(tree, "")(source)
        return self._tests[tree](seen, row, holders)

    def _test(self, rule: Rule, *, found: bool) -> Test | None:
        tests = []
        if rule.when != ALWAYS and not found:
            tests.append(self._tree(rule.when))
        if rule.starts_on is not None or rule.ends_on is not None:
            tests.append(lambda _, row, __: rule.in_force(row.taken_on))
        if len(tests) > 1:
            return lambda seen, row, holders: all(test(seen, row, holders) for test in tests)
        return tests[0] if tests else None

    def _tree(self, tree: Condition | Group) -> Test:
        if isinstance(tree, Condition):
            return self._tests[tree]
        tests = tuple(self._tree(member) for member in tree.members)
        if tree.join is Join.ALL:
            return lambda seen, row, holders: all(test(seen, row, holders) for test in tests)
        if tree.join is Join.ANY:
            return lambda seen, row, holders: any(test(seen, row, holders) for test in tests)
        return lambda seen, row, holders: not any(test(seen, row, holders) for test in tests)

    def _settings(self, rule: Rule) -> tuple[Settings, tuple[Settings, ...]]:
        return self._setting(rule.set), tuple(self._setting(part.set) for part in rule.split)

    def _setting(self, given: Mapping[str, Value]) -> Settings:
        texts = {name: value for name, value in given.items() if isinstance(value, str)}
        taken = [
            (n, v.reference_of, text_getter(v.from_)) for n, v in given.items() if isinstance(v, Extract)
        ]
        if not taken:
            return lambda _, __: texts
        only = self._references.only

        def extracted(seen: Seen, row: IncomeRow) -> Mapping[str, str]:
            found = {n: only(fund, get(seen, row)) for n, fund, get in taken if get is not None}
            return texts | {name: each.text if each is not None else "" for name, each in found.items()}

        return extracted


def settled(rule: Rule, source: Source) -> Rule | None:
    """Return a rule as it stands for the rows of a source; none where it is for none of them."""
    if not rule.enabled or (rule.import_types and source.import_type not in rule.import_types):
        return None
    tree = _settled(rule.when, source, rule.name)
    if tree == NEVER:
        return None
    return rule if tree == rule.when else evolve(rule, when=tree)


def _settled(tree: Condition | Group, source: Source, rule: str) -> Condition | Group:
    if isinstance(tree, Condition):
        if not about_source(tree):
            return tree
        return ALWAYS if compile_for_source(tree, rule)(source) else NEVER
    members = [_settled(member, source, rule) for member in tree.members]
    if tree.join is Join.ALL:
        return NEVER if NEVER in members else _group(tree, [m for m in members if m != ALWAYS], ALWAYS)
    decided = ALWAYS in members
    left = [member for member in members if member != NEVER]
    if tree.join is Join.ANY:
        return ALWAYS if decided else _group(tree, left, NEVER)
    if decided:
        return NEVER
    return Group(join=Join.NONE, members=tuple(left)) if left else ALWAYS


def _group(tree: Group, members: list[Condition | Group], empty: Group) -> Condition | Group:
    if not members:
        return empty
    return members[0] if len(members) == 1 else Group(join=tree.join, members=tuple(members))


def _fields(rule: Rule) -> Iterator[str]:
    for condition in conditions_in(rule.when):
        yield condition.field
    for given in rule.settings():
        yield from (value.from_ for value in given.values() if isinstance(value, Extract))
