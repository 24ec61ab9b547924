"""Reconciling: every bank line gets its one disposition, and every Match its reasons.

Order for a new line: recognisers, then match rules, then *awaiting* or *other* if recognised, else allocation,
else suspense. Each match rule is one unit of work; what is left is another. Killed anywhere and run again, the
result is the same, for everything done is out of what is open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.breaks import Break
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.engine import Matcher, Pair
from localgov_ims.reconciliation.matches import Match
from localgov_ims.reconciliation.rules import MatchRule
from localgov_ims.service.disposing import dispose
from localgov_ims.service.installation import Installation
from localgov_ims.service.open_items import OpenItems, load_open_items
from localgov_ims.service.permitting import permit_reading, permit_unit
from localgov_ims.service.waiting_files import record_waiting
from localgov_ims.storage import reconciliation as stored
from localgov_ims.storage import snapshots

_TRIES = 3


@frozen(kw_only=True)
class DispositionTotal:
    """How many lines have a disposition, and their sum."""

    count: int
    amount: Money


@frozen(kw_only=True)
class ReconcileResult:
    """What a run did: Matches by rule, where every statement line stands now, and the Breaks that stand."""

    run: UUID
    matches: Mapping[str, int]
    dispositions: Mapping[DispositionKind, DispositionTotal]
    breaks: Sequence[Break]


def reconcile(installation: Installation) -> ReconcileResult:
    """Match, allocate or hold every open bank line.

    Raises:
        NotPermitted: The permission match.run is missing.
        AlreadyDone: Others reconcile the same lines at the same time, again and again.
    """
    permit_reading(installation, Permission.MATCH_RUN)
    for _ in range(_TRIES - 1):
        # Another run may be faster with some of them; what it did is no longer open then.
        with suppress(AlreadyDone):
            return _run(installation)
    return _run(installation)


def disposition_totals(installation: Installation) -> dict[DispositionKind | None, DispositionTotal]:
    """Return where every statement line stands; none counts those that no run has seen."""
    with installation.store.reading() as connection:
        found = snapshots.totals(connection)
    return {
        kind: DispositionTotal(count=count, amount=Money(pence)) for kind, (count, pence) in found.items()
    }


def _run(installation: Installation) -> ReconcileResult:
    run, matched = new_id(), Counter[str]()
    with Matcher() as matcher:
        items = load_open_items(installation, matcher)
        for rule in installation.council.match_rules:
            if rule.enabled:
                pairs = matcher.run(rule)
                # A file may wait for its line and not be recordable any more; that must not hold up the others.
                blocks = (
                    [[pair] for pair in pairs] if rule.right == "income_file" else [pairs] if pairs else []
                )
                matched[rule.name] = sum(_recorded(installation, run, rule, block, items) for block in blocks)
        for rule in installation.council.match_rules:
            if rule.enabled and rule.left == "line":
                for miss in matcher.misses(rule):
                    items.misses.setdefault(miss.left, []).append(miss.sentence())
    dispose(installation, run, items)
    totals = disposition_totals(installation)
    with installation.store.reading() as connection:
        breaks = list(snapshots.standing_breaks(connection))
    return ReconcileResult(
        run=run, matches=matched, breaks=breaks,
        dispositions={kind: total for kind, total in totals.items() if kind is not None},
    )  # fmt: skip


def _recorded(
    installation: Installation, run: UUID, rule: MatchRule, pairs: Sequence[Pair], items: OpenItems
) -> int:
    """Record matches and return how many; of a file whose rows cannot be recorded none, and its line goes on waiting."""
    try:
        _record_matches(installation, run, rule, pairs, items)
    except AlreadyDone:
        raise
    except RuleViolation as violation:
        for pair in pairs:
            items.misses.setdefault(pair.left, []).append(violation.message)
        return 0
    return len(pairs)


def _record_matches(
    installation: Installation, run: UUID, rule: MatchRule, pairs: Sequence[Pair], items: OpenItems
) -> None:
    matches = [
        Match(
            id=new_id(), run=run, rule=rule.name, rule_version=rule.version, role=rule.role, left_kind=rule.left,
            left=pair.left, right_kind=rule.right, right=pair.right, amount=pair.amount, evidence=pair.evidence,
        )
        for pair in pairs
    ]  # fmt: skip
    with installation.unit("match") as unit:
        permit_unit(installation, unit, Permission.MATCH_RUN)
        stored.add_matches(unit, matches)
        if rule.left == "line":
            stored.add_dispositions(unit, [_matched(match, items) for match in matches])
        if rule.right == "income_file":
            record_waiting(installation, unit, [match.right for match in matches])
        unit.detail |= {"rule": rule.name, "version": rule.version, "matches": len(matches), "run": str(run)}
        unit.commit()
    for match in matches:
        items.lines.pop(match.left, None)


def _matched(match: Match, items: OpenItems) -> Disposition:
    return Disposition(
        id=new_id(), line=match.left, number=items.next_number(match.left), kind=DispositionKind.MATCHED,
        reason=match.sentence(), rule=match.rule, record=match.id,
    )  # fmt: skip
