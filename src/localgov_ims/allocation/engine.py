"""Whose money is this? Rules compiled once, applied in order, and an answer that names its rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from attrs import evolve, frozen

from localgov_ims.allocation.conditions import TEXT_FIELDS, Test, compile_tree, funds_named
from localgov_ims.allocation.rows import AllocationRow, References
from localgov_ims.allocation.rules import Extract, Rule
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.errors import ConfigurationError


@frozen
class Step:
    """What one rule did to a row: nothing, or the fields it set with their new values."""

    rule: str
    matched: bool
    set: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True)
class Allocation:
    """The answer for one row: a fund and account, or suspense with its reason; always with its rule.

    Attributes:
        row: The row after the rules.
        rule: The rule that decided: the last that set the fund, or that sent it to suspense.
        reason: Why it is in suspense; none where it is placed.
        detail: The finer reason: an error's code or the rule's words.
        steps: Every rule that was asked, in order.
    """

    row: AllocationRow
    rule: str | None
    reason: SuspenseReason | None = None
    detail: str | None = None
    steps: tuple[Step, ...] = ()


class _Ambiguous(Exception):
    pass


class Allocator:
    """A council's rules, compiled.

    Raises:
        ConfigurationError: A rule is wrong, two have one name, or one names a fund that is not there.
    """

    def __init__(self, rules: Iterable[Rule], references: References) -> None:
        """Compile *rules* against the council's funds and formats."""
        ordered = sorted(rules, key=lambda rule: rule.order)
        names = [rule.name for rule in ordered]
        for name in names:
            if names.count(name) > 1:
                raise ConfigurationError(
                    "duplicate_rule", f"Two rules are named {name!r}. Rename one.", rule=name
                )
        self._references = references
        compiled = [(rule, compile_tree(rule.when, rule.name)) for rule in ordered]
        for rule in ordered:
            _check_names(rule, references)
        self._groups: list[Sequence[tuple[Rule, Test]]] = [
            list(group) for _, group in groupby(compiled, key=lambda pair: pair[0].order)
        ]

    def allocate(self, row: AllocationRow) -> Allocation:
        """Decide where *row* goes. Unsure is suspense: when two answers fit, a person decides."""
        decided_by: str | None = None
        steps: list[Step] = []
        for group in self._groups:
            fired = [
                rule for rule, test in group if rule.in_force(row.taken_on) and test(row, self._references)
            ]
            fired_names = {rule.name for rule in fired}
            for suspending in (rule for rule in fired if rule.suspend is not None):
                steps += [Step(r.name, r.name in fired_names) for r, _ in group]
                return Allocation(
                    row=row, rule=suspending.name, reason=SuspenseReason.RULE, detail=suspending.suspend,
                    steps=tuple(steps),
                )  # fmt: skip
            try:
                changes = self._changes(row, fired)
            except _Ambiguous as ambiguous:
                reason = SuspenseReason.AMBIGUOUS_RULES
                steps += [Step(r.name, r.name in fired_names) for r, _ in group]
                return Allocation(
                    row=row, rule=None, reason=reason, detail=str(ambiguous), steps=tuple(steps)
                )
            steps += [
                Step(r.name, r.name in fired_names, tuple((f, changes[f]) for f in r.set if f in changes))
                if r.name in fired_names
                else Step(r.name, matched=False)
                for r, _ in group
            ]
            decided_by = next((rule.name for rule in fired if "fund" in rule.set), decided_by)
            row = evolve(row, **changes)  # type: ignore[arg-type] # SETTABLE names fields of text only
            if any(rule.stop for rule in fired):
                break
        doubt, detail = self._doubt(row)
        return Allocation(row=row, rule=decided_by, reason=doubt, detail=detail, steps=tuple(steps))

    def _changes(self, row: AllocationRow, fired: Sequence[Rule]) -> dict[str, str]:
        changes: dict[str, str] = {}
        for rule in fired:
            for name, value in rule.set.items():
                text = self._extracted(row, value) if isinstance(value, Extract) else value
                if changes.setdefault(name, text) != text:
                    message = f"{' and '.join(r.name for r in fired)} set {name} differently"
                    raise _Ambiguous(message)
        return changes

    def _extracted(self, row: AllocationRow, value: Extract) -> str:
        found = self._references.only(value.reference_of, getattr(row, value.from_))
        return found.text if found is not None else ""

    def _doubt(self, row: AllocationRow) -> tuple[SuspenseReason | None, str | None]:
        """Return why the row cannot be placed as the rules leave it, in the order of the reasons."""
        return next(self._doubts(row), (None, None))

    def _doubts(self, row: AllocationRow) -> Iterator[tuple[SuspenseReason, str | None]]:
        fund = self._references.funds.get(row.fund)
        if not row.fund or (fund is not None and fund.suspense):
            yield SuspenseReason.NO_FUND, None
        if fund is None:
            yield SuspenseReason.UNKNOWN_FUND, row.fund
            return
        if fund.disabled:
            yield SuspenseReason.DISABLED_FUND, row.fund
        format_ = self._references.format_of(row.fund)
        fault = format_.fault(format_.compact(row.account_reference)) if format_ is not None else None
        if fault is not None:
            yield SuspenseReason.INVALID_REFERENCE, fault[0]
        if fund.maximum is not None and row.amount > fund.maximum:
            yield SuspenseReason.OVER_MAXIMUM, "amount_over_fund_max"
        if row.amount < NOTHING:
            yield SuspenseReason.NEGATIVE_AMOUNT, None


def _check_names(rule: Rule, references: References) -> None:
    fund = rule.set.get("fund", "")
    named = [fund] if isinstance(fund, str) and fund else []
    named += funds_named(rule.when)
    for value in rule.set.values():
        if isinstance(value, Extract):
            named.append(value.reference_of)
            if value.from_ not in TEXT_FIELDS:
                message = f"Rule {rule.name!r}: there is no field {value.from_!r} to take a reference from."
                raise ConfigurationError("bad_rule", message, rule=rule.name)
    for code in named:
        if code not in references.funds:
            message = f"Rule {rule.name!r} names fund {code!r}, which is none of the council's."
            raise ConfigurationError("bad_rule", message, rule=rule.name, fund=code)
