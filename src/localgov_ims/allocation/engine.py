"""Whose money is this? Rules compiled once, applied in order, and an answer that names its rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from localgov_ims.allocation.checking import check_rule
from localgov_ims.allocation.checks import Checks
from localgov_ims.allocation.compiled import Compiler, Ready, RuleSet, settled
from localgov_ims.allocation.conditions import Condition, Group
from localgov_ims.allocation.explaining import Explanation, Tracer, explained
from localgov_ims.allocation.outcomes import Allocation, Placed
from localgov_ims.allocation.plans import Alike, Plans, decider, names
from localgov_ims.allocation.rows import DEFAULTED, Holders, NoHolders, References, Source
from localgov_ims.allocation.rules import Rule
from localgov_ims.allocation.values import Seen
from localgov_ims.allocation.walking import Held, Walked, walk
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.errors import ConfigurationError

_REMEMBERED: Final = 16
_NOBODY: Final = NoHolders()


class Allocator:
    """A council's rules, compiled.

    Raises:
        ConfigurationError: A rule is wrong, two have one name, or one names a code that is not there.
    """

    def __init__(self, rules: Iterable[Rule], references: References) -> None:
        """Compile *rules* against the council's codes and formats."""
        # By name within an order: the answer must not hang on which of two was written first.
        self.rules = tuple(sorted(rules, key=lambda rule: (rule.order, rule.name)))
        names = [rule.name for rule in self.rules]
        for name in names:
            if names.count(name) > 1:
                message = f"Two rules are named {name!r}. Rename one."
                raise ConfigurationError("duplicate_rule", message, rule=name)
        self.references = references
        self.checks = Checks(references)
        self.compiler = Compiler(references)
        for rule in self.rules:
            check_rule(rule, references)
            self.compiler.check(rule)
        self._rule_sets: dict[tuple[tuple[str, Condition | Group], ...], RuleSet] = {}

    def of(self, source: Source, holders: Holders = _NOBODY) -> SourceAllocator:
        """Return the allocator of one source's rows: what is alike for them all is decided here, once."""
        rules = [each for rule in self.rules if (each := settled(rule, source)) is not None]
        return SourceAllocator(self, self._rule_set(rules), source, holders)

    def _rule_set(self, rules: Sequence[Rule]) -> RuleSet:
        key = tuple((rule.name, rule.when) for rule in rules)
        known = self._rule_sets.get(key)
        if known is None:
            if len(self._rule_sets) >= _REMEMBERED:
                self._rule_sets.clear()
            known = self._rule_sets[key] = self.compiler.rule_set(rules, indexed=True)
        return known


class SourceAllocator:
    """Decides where the rows of one source go. Unsure is suspense: when two answers fit, a person decides."""

    def __init__(self, allocator: Allocator, rules: RuleSet, source: Source, holders: Holders) -> None:
        """Take what `Allocator.of` has settled."""
        self._allocator, self._rules, self._source, self._holders = allocator, rules, source, holders
        self._checks, self._negative = allocator.checks, source.allow_negative
        self._defaults = {n: text for n, text in source.defaults.items() if text and n in DEFAULTED}
        given = [self._defaults.get(name, "") for name in DEFAULTED]
        self._fund, self._mop, self._office, self._vat_code, self._narrative = given
        self._plans = Plans(rules, self._defaults, holders)

    def allocate(self, row: IncomeRow) -> Allocation:
        """Decide where *row* goes."""
        alike, plan = self._plans.find(row)
        if plan is None:
            return self._allocated(row, self._rules, None, alike)
        # What the rules come to is known; the same as below for every other row, without working it out again.
        fund = plan.fund if plan.fund is not None else row.fund or self._fund
        given = plan.account_reference if plan.account_reference is not None else row.account_reference
        mop = plan.mop if plan.mop is not None else row.mop or self._mop
        office = plan.office if plan.office is not None else row.office or self._office
        vat_code = plan.vat_code if plan.vat_code is not None else row.vat_code or self._vat_code
        narrative = plan.narrative if plan.narrative is not None else row.narrative or self._narrative
        judged = self._checks.judged(fund, given, mop, row.amount.pence, self._holders, self._negative)
        if isinstance(judged, str):
            placed = Placed(row.amount, fund, judged, mop, office, vat_code, narrative, plan.names, plan.rule)
            return Allocation((placed,), None, None, plan.names, plan.rule)
        reference = self._checks.canonical(fund, given)
        held = Placed(row.amount, fund, reference, mop, office, vat_code, narrative, plan.names, plan.rule)
        return Allocation((), *judged, plan.names, plan.rule, held)

    def explain(self, row: IncomeRow) -> Explanation:
        """Decide where *row* goes, and say why: the same decision, each rule asked plainly and told of."""
        plain = [each for rule in self._allocator.rules if (each := settled(rule, self._source)) is not None]
        tracer = Tracer(self._allocator.rules, self._allocator.compiler, self._source, self._holders)
        rules = self._allocator.compiler.rule_set(plain, indexed=False)
        return explained(self._allocated(row, rules, tracer), row, tracer)

    def _allocated(
        self, row: IncomeRow, rules: RuleSet, tracer: Tracer | None, alike: Alike | None = None
    ) -> Allocation:
        seen: Seen = {
            "fund": row.fund, "account_reference": row.account_reference, "mop": row.mop, "office": row.office,
            "vat_code": row.vat_code, "narrative": row.narrative,
        }  # fmt: skip
        for name, text in self._defaults.items():
            seen[name] = seen[name] or text
        try:
            walked = walk(rules, seen, row, self._holders, tracer)
        except Held as held:
            fired = held.fired
            return self._suspended(row, held.seen, fired, held.reason, held.detail, held.rule)
        if alike is not None and walked[0].pure:
            self._plans.learn(alike, walked[0].fired)
        if len(walked) == 1:
            return self._one(walked[0])
        return self._several(row, walked)

    def _one(self, walked: Walked) -> Allocation:
        placed = self._placed(walked)
        if isinstance(placed, Allocation):
            return placed
        return Allocation((placed,), None, None, placed.rules, placed.rule)

    def _several(self, row: IncomeRow, walked: Sequence[Walked]) -> Allocation:
        fired = tuple(dict.fromkeys(rule for part in walked for rule in part.fired))
        placed: list[Placed] = []
        for part in walked:
            each = self._placed(part)
            if isinstance(each, Allocation):
                assert each.reason is not None  # noqa: S101 - it is held
                return self._suspended(row, part.seen, fired, each.reason, each.detail, each.rule)
            placed.append(each)
        return Allocation(tuple(placed), None, None, names(fired), decider(fired))

    def _placed(self, walked: Walked) -> Placed | Allocation:
        seen, row, fired = walked.seen, walked.row, walked.fired
        judged = self._checks.judged(
            seen["fund"],
            seen["account_reference"],
            seen["mop"],
            row.amount.pence,
            self._holders,
            self._negative,
        )
        if not isinstance(judged, str):
            return self._suspended(row, seen, fired, *judged, decider(fired))
        return Placed(
            row.amount, seen["fund"], judged, seen["mop"], seen["office"], seen["vat_code"], seen["narrative"],
            names(fired), decider(fired),
        )  # fmt: skip

    def _suspended(
        self, row: IncomeRow, seen: Seen, fired: Sequence[Ready], reason: SuspenseReason, detail: str | None,
        rule: str | None,
    ) -> Allocation:  # fmt: skip
        fired_names = names(fired)
        held = Placed(
            row.amount, seen["fund"], self._checks.canonical(seen["fund"], seen["account_reference"]), seen["mop"], seen["office"], seen["vat_code"],
            seen["narrative"], fired_names, rule,
        )  # fmt: skip
        return Allocation((), reason, detail, fired_names, rule, held)
