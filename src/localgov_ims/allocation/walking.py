"""Rules run over one row, group of equal order by group: what each sees, sets, splits and stops.

The one place where that is decided: allocating and explaining both come here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import evolve, frozen

from localgov_ims.allocation.compiled import Ready, RuleSet
from localgov_ims.allocation.rows import Holders
from localgov_ims.allocation.splits import shares
from localgov_ims.allocation.values import Seen, original
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason


@frozen(slots=False)
class Walked:
    """A row, or a part of a split one, when the rules are done with it.

    `pure` tells that it would end the same for every row of which the same rules are found by their keys, and of
    which those that are always asked say the same.
    """

    seen: Seen
    row: IncomeRow
    fired: tuple[Ready, ...]
    pure: bool = False


class Held(Exception):
    """The row goes to suspense, before any check: a rule said so, or rules contradict each other."""

    def __init__(
        self,
        reason: SuspenseReason,
        detail: str | None,
        seen: Seen,
        fired: Sequence[Ready],
        rule: str | None = None,
    ) -> None:
        """Say why, and how far the rules had come."""
        super().__init__(reason.value)
        self.reason, self.detail, self.seen = reason, detail, seen
        self.fired, self.rule = tuple(fired), rule


class Trace(Protocol):
    """Hears what the rules do, for an explanation."""

    def began(self, seen: Seen, row: IncomeRow) -> None:
        """The rules begin on a row."""

    def asked(self, rule: Ready, seen: Seen, row: IncomeRow, *, fired: bool) -> None:
        """One rule was asked about what *seen* holds."""

    def changed(self, rule: Ready, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """A rule that fired set fields."""

    def divided(self, rule: Ready, parts: Sequence[Money]) -> None:
        """A rule that fired split the money."""

    def part(self, number: int) -> None:
        """What follows is about one part of the split, numbered from 1."""

    def stopped(self, rule: Ready) -> None:
        """A rule stopped the others."""


def walk(
    rules: RuleSet, seen: Seen, row: IncomeRow, holders: Holders, trace: Trace | None = None
) -> list[Walked]:
    """Run the rules over a row whose settable fields are in *seen*, and return it, or the parts of its split.

    Raises:
        Held: It goes to suspense.
    """
    for name in rules.originals:
        seen[name] = original(seen, row, name)
    if trace is not None:
        trace.began(seen, row)
    return _Course(rules, holders, trace).run(seen, row)


class _Course:
    """The rules on their way over one row."""

    __slots__ = ("_holders", "_index", "_pure", "_ready", "_trace")

    def __init__(self, rules: RuleSet, holders: Holders, trace: Trace | None) -> None:
        self._pure = True
        self._ready, self._index, self._holders, self._trace = rules.rules, rules.index, holders, trace

    def run(
        self, seen: Seen, row: IncomeRow, after: int = -1, fired: tuple[Ready, ...] = (), splitter: Ready | None = None
    ) -> list[Walked]:  # fmt: skip
        """Run the rules from the number *after* on; *fired* and *splitter* are what came before on this way."""
        found = self._index.found(seen, row)
        pending = self._index.numbers(found)
        at = bisect_right(pending, after)
        while at < len(pending):
            last = self._ready[pending[at]].last
            end = bisect_right(pending, last, at)
            now = self._fired(pending[at:end], seen, row)
            at = end
            if not now:
                continue
            fired += now
            changes, splitting = self._changes(now, seen, row, fired, splitter)
            stop = self._stops(now)
            if splitting is not None:
                return self._divided(splitting, {**seen, **changes}, row, last, fired, stop=stop)
            changed = [name for name, text in changes.items() if seen[name] != text]
            seen.update(changes)
            if stop:
                break
            if changed and self._index.again(found, changed, seen):
                pending = self._index.numbers(found)
                at = bisect_right(pending, last)
        return [Walked(seen, row, fired, self._pure)]

    def _fired(self, numbers: Sequence[int], seen: Seen, row: IncomeRow) -> tuple[Ready, ...]:
        rules = [self._ready[number] for number in numbers]
        now = tuple([rule for rule in rules if rule.test is None or rule.test(seen, row, self._holders)])
        if self._pure:
            self._pure = all(rule.literal and (rule.test is None or rule.steady) for rule in rules)
        if self._trace is not None:
            for rule in rules:
                self._trace.asked(rule, seen, row, fired=rule in now)
        return now

    def _stops(self, now: tuple[Ready, ...]) -> bool:
        for rule in now:
            if rule.stop:
                if self._trace is not None:
                    self._trace.stopped(rule)
                return True
        return False

    def _changes(
        self, now: tuple[Ready, ...], seen: Seen, row: IncomeRow, fired: tuple[Ready, ...], splitter: Ready | None
    ) -> tuple[Mapping[str, str], Ready | None]:  # fmt: skip
        """Return what rules that fired together set, and the one that splits."""
        for rule in now:
            if rule.suspend is not None:
                raise Held(SuspenseReason.RULE, rule.suspend, seen, fired, rule.name)
        splitting = [rule for rule in now if rule.split]
        if len(splitting) + (splitting != [] and splitter is not None) > 1:
            names = [rule.name for rule in (*splitting, *([splitter] if splitter is not None else []))]
            raise Held(SuspenseReason.AMBIGUOUS_RULES, f"{' and '.join(names)} both split it", seen, fired)
        each = [(rule, rule.sets(seen, row)) for rule in now]
        if self._trace is not None:
            for rule, texts in each:
                self._trace.changed(rule, seen, texts)
        if len(each) == 1:
            return each[0][1], splitting[0] if splitting else None
        for rule in splitting:
            each += [(rule, part(seen, row)) for part in rule.parts]
        return self._agreed(each, seen, fired), splitting[0] if splitting else None

    @staticmethod
    def _agreed(
        each: Sequence[tuple[Ready, Mapping[str, str]]], seen: Seen, fired: tuple[Ready, ...]
    ) -> Mapping[str, str]:
        """Return what rules of equal order set together; the parts of one split may differ among themselves."""
        changes: dict[str, tuple[Ready, str]] = {}
        for rule, texts in each:
            for name, text in texts.items():
                other, before = changes.setdefault(name, (rule, text))
                if before != text and other is not rule:
                    detail = f"{other.name} and {rule.name} set {name} differently"
                    raise Held(SuspenseReason.AMBIGUOUS_RULES, detail, seen, fired)
        return {name: text for name, (rule, text) in changes.items() if not rule.split}

    def _divided(
        self, rule: Ready, seen: Seen, row: IncomeRow, last: int, fired: tuple[Ready, ...], *, stop: bool
    ) -> list[Walked]:  # fmt: skip
        amounts = shares(row.amount, rule.split)
        if amounts is None:
            raise Held(SuspenseReason.SPLIT_TOO_LARGE, None, seen, fired, rule.name)
        if self._trace is not None:
            self._trace.divided(rule, amounts)
        walked: list[Walked] = []
        for number, (amount, sets) in enumerate(zip(amounts, rule.parts, strict=True), start=1):
            if not amount and row.amount:
                continue  # nothing makes no line
            if self._trace is not None:
                self._trace.part(number)
            part, own = evolve(row, amount=amount), {**seen, **sets(seen, row)}
            walked += [Walked(own, part, fired)] if stop else self.run(own, part, last, fired, rule)
            if not row.amount:
                break
        return walked
