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
from localgov_ims.errors import AlreadyDone
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.kinds import KINDS
from localgov_ims.reconciliation.rules import Mode
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_reading, permit_unit
from localgov_ims.service.reconciliation.disposing import dispose
from localgov_ims.service.reconciliation.open_items import OpenItems, load_open_items, new_matcher
from localgov_ims.service.reconciliation.recording_matches import record_found
from localgov_ims.storage import match_suggestions as suggestions
from localgov_ims.storage import snapshots
from localgov_ims.storage.standing import standing_breaks

_TRIES = 3


@frozen(kw_only=True)
class DispositionTotal:
    """How many lines have a disposition, and their sum."""

    count: int
    amount: Money


@frozen(kw_only=True)
class ReconcileResult:
    """What a run did: Matches by rule, where every statement line stands now, the Breaks that stand, and how many suggestions are new."""

    run: UUID
    matches: Mapping[str, int]
    dispositions: Mapping[DispositionKind, DispositionTotal]
    breaks: Sequence[Break]
    suggested: int = 0


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


@frozen(kw_only=True)
class Matched:
    """What the match rules did: Matches by rule, new suggestions, the lines left over, and the rules run to their end."""

    matches: Mapping[str, int]
    suggested: int
    items: OpenItems
    left_over: frozenset[str]
    done: Sequence[tuple[str, int, str, int]]


def match_open(installation: Installation, run: UUID) -> Matched:
    """Run the match rules over what is open, each in one unit of work, and put before people what they cannot decide.

    Raises:
        NotPermitted: The permission match.run is missing.
        AlreadyDone: Somebody else matches the same records at the same time.
    """
    permit_reading(installation, Permission.MATCH_RUN)
    matched = Counter[str]()
    rules = [rule for rule in installation.council.match_rules if rule.enabled]
    done: list[tuple[str, int, str, int]] = []
    with new_matcher(installation.council) as matcher:
        items = load_open_items(installation, matcher)
        for rule in rules:
            read = matcher.digest(rule)
            found = matcher.run(rule)
            matched[rule.name] = record_found(installation, run, matcher.pairs(), items, read) if found else 0
            done.append((rule.name, rule.version, read, matched[rule.name]))
        for rule in rules:
            if rule.mode is Mode.AUTO and KINDS[rule.left].record == "line":
                for miss in matcher.misses(rule):
                    items.misses.setdefault(miss.left, []).append(miss.sentence())
        suggested = _suggest(installation, run, matcher)
        left_over = frozenset(matcher.lines("open")) | items.refused
    return Matched(matches=matched, suggested=suggested, items=items, left_over=left_over, done=done)


def _run(installation: Installation) -> ReconcileResult:
    run = new_id()
    matched = match_open(installation, run)
    in_batches = dispose(installation, run, matched.items, matched.left_over, matched.done)
    totals = disposition_totals(installation)
    with installation.store.reading() as connection:
        breaks = list(standing_breaks(connection))
    return ReconcileResult(
        run=run, matches={rule: count + in_batches[rule] for rule, count in matched.matches.items()}, breaks=breaks, suggested=matched.suggested,
        dispositions={kind: total for kind, total in totals.items() if kind is not None},
    )  # fmt: skip


def _suggest(installation: Installation, run: UUID, matcher: Matcher) -> int:
    """Put before people what may be the same money, in one unit of work; return how many suggestions are new."""
    made = matcher.suggestions()
    if not made:
        return 0
    with installation.unit("suggest") as unit:
        permit_unit(installation, unit, Permission.MATCH_RUN)
        new = suggestions.add(unit, run, made)
        unit.detail |= {"run": str(run), "suggestions": new}
        unit.commit()
    return new
