"""Recording what match rules found: the Matches of one rule, the ends they give to lines, and what follows in the books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.findings import Pair
from localgov_ims.reconciliation.kinds import KINDS
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.direct_debits.debiting import record_debited
from localgov_ims.service.files.waiting import record_waiting
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.open_items import OpenItems
from localgov_ims.storage import reconciliation as stored
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit


def record_found(
    installation: Installation, run: UUID, pairs: Sequence[Pair], items: OpenItems, read: str
) -> int:
    """Record the pairs of one rule as Matches, and return how many; *read* is the digest of what was open.

    What can be refused by itself (a file that cannot be recorded any more, income of which something is spent) leaves its
    line as it was, with the reason, and holds up nothing else.
    """
    alone = [pair for pair in pairs if _may_be_refused(pair, items)]
    together = [pair for pair in pairs if not _may_be_refused(pair, items)]
    if together:
        _record(installation, run, together, items, read)
    by_left: dict[UUID, list[Pair]] = {}
    for pair in alone:
        by_left.setdefault(pair.left, []).append(pair)
    blocks = list(by_left.values())
    # A file may be long: each is a unit of its own. The rest is tried in one, and divided only around what is refused.
    tries = [[block] for block in blocks] if alone and alone[0].rule.right == "income_file" else [blocks]
    return len(together) + sum(_record_what_can_be(installation, run, some, items, read) for some in tries)


def _record_what_can_be(
    installation: Installation, run: UUID, blocks: Sequence[Sequence[Pair]], items: OpenItems, read: str
) -> int:
    """Record lines with their pairs in one unit; where one is refused, each half by itself. Return how many pairs were."""
    if not blocks:
        return 0
    pairs = [pair for block in blocks for pair in block]
    try:
        _record(installation, run, pairs, items, read)
    except AlreadyDone:
        raise
    except RuleViolation as violation:
        if len(blocks) > 1:
            half = len(blocks) // 2
            halves = (blocks[:half], blocks[half:])
            return sum(_record_what_can_be(installation, run, some, items, read) for some in halves)
        for pair in pairs:
            items.misses.setdefault(pair.left, []).append(violation.message)
        return 0
    return len(pairs)


def match_of(pair: Pair, run: UUID, items: OpenItems) -> Match:
    """Return the Match that a pair is recorded as."""
    rule = pair.rule
    return Match(
        id=new_id(), run=run, rule=rule.name, rule_version=rule.version, role=rule.role, left_kind=KINDS[rule.left].record,
        left=pair.left, right_kind=KINDS[rule.right].record, right=pair.right, amount=pair.amount, evidence=pair.evidence, fee=pair.fee, sole=pair.sole, generation=items.generations.get((rule.role, "right", pair.right), 0),
        left_generation=items.generations.get((rule.role, "left", pair.left), 0),
    )  # fmt: skip


def _may_be_refused(pair: Pair, items: OpenItems) -> bool:
    return pair.rule.right in {"income_file", "original", "unpaid"} or pair.left in items.booked


def _record(
    installation: Installation, run: UUID, pairs: Sequence[Pair], items: OpenItems, read: str
) -> None:
    rule = pairs[0].rule
    matches = [match_of(pair, run, items) for pair in pairs]
    with installation.unit("match") as unit:
        permit_unit(installation, unit, Permission.MATCH_RUN)
        stored.add_matches(unit, matches)
        ended = [*_ended(matches, items)]
        stored.add_dispositions(unit, ended)
        for line in {match.left for match in matches} & items.booked.keys():
            _take_income_back(installation, unit, items.dispositions[line])
        if rule.right == "income_file":
            record_waiting(installation, unit, [match.right for match in matches])
        if rule.right == "unpaid":
            record_debited(installation, unit, {match.right: match.left for match in matches})
        if rule.right == "original":
            _reverse_returned(installation, unit, matches)
        unit.detail |= {
            "rule": rule.name, "version": rule.version, "matches": len(matches), "run": str(run), "input": read,
        }  # fmt: skip
        unit.commit()
    for disposition in ended:
        items.lines.pop(disposition.line, None)


def _ended(matches: Sequence[Match], items: OpenItems) -> Iterator[Disposition]:
    """Yield the ends that Matches give to lines: one a line, however many records it matches."""
    seen: set[UUID] = set()
    for match in matches:
        sides = [match.left] if match.left_kind == "line" else []
        sides += [match.right] if match.right_kind == "line" else []
        for line in sides:
            if line not in seen:
                seen.add(line)
                yield Disposition(
                    id=new_id(), line=line, number=items.next_number(line), kind=DispositionKind.MATCHED,
                    reason=match.sentence(), rule=match.rule, record=match.id,
                )  # fmt: skip


def _take_income_back(installation: Installation, unit: Unit, before: Disposition) -> None:
    """Reverse what a line became before it was known for a payout or an agency's total."""
    for became in list(transactions.some(unit.connection, transactions.transactions.c.id == before.record)):
        take_back(installation, unit, became, reason="The bank line is a total whose file has come")


def _reverse_returned(installation: Installation, unit: Unit, matches: Sequence[Match]) -> None:
    receipts = transactions.by_id(unit.connection, [match.right for match in matches])
    for match in matches:
        take_back(installation, unit, receipts[match.right], reason="The bank has taken it back")
