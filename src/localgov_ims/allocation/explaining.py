"""Why a row went where it went: every rule with what became of it, in words for whoever has to answer for it."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from localgov_ims.allocation.compiled import Compiler, Ready, settled
from localgov_ims.allocation.conditions import Condition, Group, Join, conditions_in
from localgov_ims.allocation.outcomes import Allocation, Placed
from localgov_ims.allocation.rows import Holders, Source
from localgov_ims.allocation.rules import Rule
from localgov_ims.allocation.values import (
    ORIGINAL,
    SOURCE_FIELDS,
    Seen,
    keeps_original,
    original,
    source_text,
    text_getter,
)
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.suspense import SuspenseReason


class Outcome(enum.Enum):
    """What became of a rule for a row."""

    SKIPPED = "skipped"
    NOT_MATCHED = "not_matched"
    MATCHED = "matched"


@frozen(kw_only=True)
class Change:
    """A field that a rule set, before and after."""

    field: str
    before: str
    after: str


@frozen(kw_only=True)
class Share:
    """What one part of a split takes, and by which share."""

    share: str
    amount: Money


@frozen(kw_only=True)
class Step:
    """What became of one rule, and why.

    Attributes:
        part: Of a row that has been split, the number of the part that it was asked about.
        changes: What it set; split: the parts it made, which add up to the row.
    """

    rule: str
    outcome: Outcome
    why: str
    part: int | None = None
    changes: tuple[Change, ...] = ()
    split: tuple[Share, ...] = ()


@frozen(kw_only=True)
class Explanation:
    """An allocation with a sentence that says why, and what became of every rule."""

    allocation: Allocation
    why: str
    steps: tuple[Step, ...]


_HOLDS: Final = "its conditions hold"


class Tracer:
    """Hears what the rules do, and tells it as steps."""

    def __init__(
        self, rules: Sequence[Rule], compiler: Compiler, source: Source, holders: Holders
    ) -> None:  # fmt: skip
        """Take the rules in their order, and what is needed to ask their conditions one by one."""
        self._rules, self._compiler, self._source, self._holders = rules, compiler, source, holders
        self._by_name = {rule.name: rule for rule in rules}
        self._steps: list[Step] = []
        self._part: int | None = None
        self._ended = "an earlier rule had decided"
        self._seen: Seen = {}

    def began(self, seen: Seen, row: IncomeRow) -> None:
        """Remember what the rules see at first, and the original of every field that any of them asks for."""
        fields = {condition.field for rule in self._rules for condition in conditions_in(rule.when)}
        self._seen = {name: original(seen, row, name) for name in fields if keeps_original(name)} | seen

    def asked(self, rule: Ready, seen: Seen, row: IncomeRow, *, fired: bool) -> None:
        """Tell of a rule that was asked."""
        whole = self._by_name[rule.name]
        idle = whole.idle(row.taken_on, self._source.import_type)
        if idle is not None:
            self._steps.append(Step(rule=rule.name, outcome=Outcome.SKIPPED, why=idle, part=self._part))
            return
        why = _HOLDS if fired else (self._failure(whole.when, seen, row) or "")
        outcome = Outcome.MATCHED if fired else Outcome.NOT_MATCHED
        self._steps.append(Step(rule=rule.name, outcome=outcome, why=why, part=self._part))

    def changed(self, rule: Ready, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Tell what a rule set."""
        changes = tuple(Change(field=n, before=before[n], after=text) for n, text in after.items())
        self._tell(rule, changes=changes)

    def divided(self, rule: Ready, parts: Sequence[Money]) -> None:
        """Tell how a rule split the money."""
        given = tuple(Share(share=str(p), amount=a) for p, a in zip(rule.split, parts, strict=True))
        self._tell(rule, split=given)

    def part(self, number: int) -> None:
        """Tell what follows of one part."""
        self._part = number

    def stopped(self, rule: Ready) -> None:
        """Remember who stopped the others."""
        self._ended = f"rule {rule.name!r} stopped the rules"

    def steps(self, row: IncomeRow, allocation: Allocation) -> Iterator[Step]:
        """Yield every rule's steps in order, with those that were never asked in their places."""
        told: dict[str, list[Step]] = {}
        for step in self._steps:
            told.setdefault(step.rule, []).append(step)
        ended = self._ended
        if allocation.reason is SuspenseReason.RULE:
            ended = f"rule {allocation.rule!r} sent it to suspense"
        for rule in self._rules:
            if rule.name in told:
                yield from told[rule.name]
                continue
            idle = rule.idle(row.taken_on, self._source.import_type)
            failure = self._failure_of_source(rule, row) if idle is None else None
            outcome = Outcome.SKIPPED if failure is None else Outcome.NOT_MATCHED
            yield Step(rule=rule.name, outcome=outcome, why=idle or failure or ended)

    def _tell(self, rule: Ready, **more: object) -> None:
        for at in reversed(range(len(self._steps))):
            if self._steps[at].rule == rule.name:
                self._steps[at] = evolve(self._steps[at], **more)  # type: ignore[arg-type] # fields of a step
                return

    def _failure_of_source(self, rule: Rule, row: IncomeRow) -> str | None:
        """Return why a rule is for no row of this source, where it is for none."""
        return None if settled(rule, self._source) is not None else self._failure(rule.when, self._seen, row)

    def _failure(self, tree: Condition | Group, seen: Seen, row: IncomeRow) -> str | None:
        """Return the first thing that keeps a tree from holding; none where it holds."""
        holds = self._compiler.holds
        if holds(tree, self._source, seen, row, self._holders):
            return None
        if isinstance(tree, Condition):
            return f"'{tree}' does not hold: {tree.field} is {self._value(tree.field, seen, row)}"
        if tree.join is Join.NONE:
            held = next(m for m in tree.members if holds(m, self._source, seen, row, self._holders))
            return f"'{held}' holds, though it must not"
        failures = [self._failure(member, seen, row) for member in tree.members]
        first = next((failure for failure in failures if failure is not None), None)
        if tree.join is Join.ALL or len(failures) == 1:
            return first
        return f"none of its {len(failures)} alternatives holds; the first: {first}"

    def _value(self, field: str, seen: Seen, row: IncomeRow) -> str:
        name = field.removeprefix(ORIGINAL)
        if name == "amount":
            return str(row.amount)
        if name in {"taken_on", "received_on"}:
            return f"{row.taken_on if name == 'taken_on' else self._source.received_on:%d %B %Y}"
        if name in SOURCE_FIELDS:
            return f"'{quoted(source_text(self._source, name))}'"
        get = text_getter(field)
        text = get(seen, row) if get is not None else ""
        return f"'{quoted(text)}'" if text else "blank"


def explained(allocation: Allocation, row: IncomeRow, tracer: Tracer) -> Explanation:
    """Return the explanation of an allocation, from what was heard while it was made."""
    return Explanation(allocation=allocation, why=why(allocation), steps=tuple(tracer.steps(row, allocation)))


def why(allocation: Allocation) -> str:
    """Return one sentence that says where a row goes and why."""
    if allocation.reason is not None:
        detail = f" ({allocation.detail})" if allocation.detail else ""
        sentence = allocation.reason.sentence
        return f"{sentence[0].upper()}{sentence[1:]}{detail}."
    by = f"Rule {allocation.rule!r} places it" if allocation.rule is not None else "It goes"
    if len(allocation.parts) == 1:
        return f"{by} in fund {_where(allocation.parts[0])}."
    parts = "; ".join(f"{part.amount.shown()} in fund {_where(part)}" for part in allocation.parts)
    return f"{by} in {len(allocation.parts)} parts: {parts}."


def _where(placed: Placed) -> str:
    return f"{placed.fund}, account {placed.account_reference or 'none'}"
