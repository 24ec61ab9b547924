"""What looks wrong about rules that can be used: they cannot fire, contradict each other, or name what is not there."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from attrs import frozen

from localgov_ims.allocation.checking import unknown_codes
from localgov_ims.allocation.conditions import ALWAYS
from localgov_ims.allocation.contradictions import possible
from localgov_ims.allocation.rows import References
from localgov_ims.allocation.rules import Rule


class FindingKind(enum.Enum):
    """What is found about a rule. Unknown codes may be the sender's own; the others are mistakes."""

    CANNOT_FIRE = "cannot_fire"
    CONFLICT = "conflict"
    UNKNOWN_CODE = "unknown_code"


@frozen(kw_only=True)
class Finding:
    """One thing found about a rule; `other` is the rule that it has to do with, where there is one."""

    kind: FindingKind
    rule: str
    message: str
    other: str | None = None


def findings(rules: Iterable[Rule], references: References) -> Iterator[Finding]:
    """Yield what is found about rules that have been compiled, in their order."""
    ordered = sorted(rules, key=lambda rule: (rule.order, rule.name))
    enabled = [rule for rule in ordered if rule.enabled]
    yield from _idle(enabled)
    yield from _conflicts(enabled)
    for rule in ordered:
        for field, code in unknown_codes(rule, references):
            message = f"It compares {field} with {code!r}, which is none of the council's codes."
            yield Finding(kind=FindingKind.UNKNOWN_CODE, rule=rule.name, message=message)


def _idle(rules: Sequence[Rule]) -> Iterator[Finding]:
    for number, rule in enumerate(rules):
        ending = next((each for each in rules[:number] if _ends_all(each, rule)), None)
        if not possible(rule.when):
            message = "Its conditions contradict each other, so that no row can meet them."
            yield Finding(kind=FindingKind.CANNOT_FIRE, rule=rule.name, message=message)
        elif ending is not None:
            message = f"Rule {ending.name!r} comes before it and lets no row through."
            yield Finding(kind=FindingKind.CANNOT_FIRE, rule=rule.name, message=message, other=ending.name)


def _ends_all(earlier: Rule, later: Rule) -> bool:
    """Tell whether no row that is for *later* comes past *earlier*."""
    ends = earlier.order < later.order and (earlier.stop or earlier.suspend is not None)
    types = not earlier.import_types or (
        bool(later.import_types) and set(later.import_types) <= set(earlier.import_types)
    )
    begins = earlier.starts_on is None or (
        later.starts_on is not None and earlier.starts_on <= later.starts_on
    )
    lasts = earlier.ends_on is None or (later.ends_on is not None and later.ends_on <= earlier.ends_on)
    return ends and types and begins and lasts and earlier.when in (ALWAYS, later.when)


def _conflicts(rules: Sequence[Rule]) -> Iterator[Finding]:
    for one, other in combinations(rules, 2):
        if one.order != other.order or not _together(one, other):
            continue
        message = f"Rule {other.name!r} of the same order {_disagreement(one, other)}; where both fit, a person decides."
        if _disagreement(one, other):
            yield Finding(kind=FindingKind.CONFLICT, rule=one.name, message=message, other=other.name)


def _disagreement(one: Rule, other: Rule) -> str:
    if one.suspend is not None or other.suspend is not None:
        return ""
    if one.split and other.split:
        return "splits the money too"
    mine = [(name, value) for given in one.settings() for name, value in given.items()]
    differing = {
        name
        for given in other.settings()
        for name, value in given.items()
        if any(name == each and value != text for each, text in mine)
    }
    return f"may set {' and '.join(sorted(differing))} differently" if differing else ""


def _together(one: Rule, other: Rule) -> bool:
    """Tell whether two rules can both fit one row."""
    days = not (
        (one.ends_on is not None and other.starts_on is not None and one.ends_on < other.starts_on)
        or (other.ends_on is not None and one.starts_on is not None and other.ends_on < one.starts_on)
    )
    types = not (one.import_types and other.import_types) or bool(
        set(one.import_types) & set(other.import_types)
    )
    return days and types and possible(one.when, other.when)
