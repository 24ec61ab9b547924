"""Recording what match rules found: the Matches of one rule, the ends they give to lines, and what follows in the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from uuid import UUID

from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.reconciliation.findings import Pair
from localgov_ims.reconciliation.kinds import KINDS
from localgov_ims.reconciliation.matches import explained
from localgov_ims.service.direct_debits.debiting import record_debited
from localgov_ims.service.files.waiting import record_waiting
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import take_all_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.open_items import OpenItems
from localgov_ims.storage import bulk_matches, transactions
from localgov_ims.storage.store import Unit

_BLOCK = 5_000


def record_found(
    installation: Installation, run: UUID, pairs: Iterable[Pair], items: OpenItems, read: str
) -> int:
    """Record the pairs of one rule as Matches, and return how many; *read* is the digest of what was open.

    What can be refused by itself (a file that cannot be recorded any more, income of which something is spent) leaves its
    line as it was, with the reason, and holds up nothing else.
    """
    alone: dict[str, list[Pair]] = {}
    together = _record(installation, run, _certain(pairs, items, alone), items, read)
    blocks = list(alone.values())
    # A file may be long: each is a unit of its own. The rest is tried in one, and divided only around what is refused.
    each = bool(blocks) and blocks[0][0].rule.right == "income_file"
    tries = [[block] for block in blocks] if each else [blocks]
    return together + sum(_record_what_can_be(installation, run, some, items, read) for some in tries)


def _certain(pairs: Iterable[Pair], items: OpenItems, alone: dict[str, list[Pair]]) -> Iterator[Pair]:
    """Yield the pairs that nothing can refuse; put the others aside by line."""
    for pair in pairs:
        if pair.rule.right in _FOLLOWED or pair.left in items.booked:
            alone.setdefault(pair.left, []).append(pair)
        else:
            yield pair


def _record_what_can_be(
    installation: Installation, run: UUID, blocks: Sequence[Sequence[Pair]], items: OpenItems, read: str
) -> int:
    """Record lines with their pairs in one unit; where one is refused, each half by itself. Return how many pairs were."""
    if not blocks:
        return 0
    try:
        return _record(installation, run, chain.from_iterable(blocks), items, read)
    except AlreadyDone:
        raise
    except RuleViolation as violation:
        if len(blocks) > 1:
            half = len(blocks) // 2
            halves = (blocks[:half], blocks[half:])
            return sum(_record_what_can_be(installation, run, some, items, read) for some in halves)
        for line in {pair.left for pair in blocks[0]}:
            items.misses.setdefault(line, []).append(violation.message)
            items.refused.add(line)
        return 0


def _record(installation: Installation, run: UUID, pairs: Iterable[Pair], items: OpenItems, read: str) -> int:
    """Record pairs of a rule in one unit of work, block by block, and return how many."""
    count, ended, pairs = 0, set[str](), iter(pairs)
    with installation.unit("match") as unit:
        permit_unit(installation, unit, Permission.MATCH_RUN)
        while block := list(islice(pairs, _BLOCK)):
            matches = bulk_matches.add_pairs(unit, run, block, items.generations)
            bulk_matches.add_matched(unit, _ended(block, matches, items, ended))
            _follow(installation, unit, block, items)
            count += len(block)
            rule = block[0].rule
            unit.detail |= {
                "rule": rule.name, "version": rule.version, "matches": count, "run": str(run), "input": read,
            }  # fmt: skip
        unit.commit()
    return count


def _ended(
    pairs: Sequence[Pair], matches: Sequence[str], items: OpenItems, seen: set[str]
) -> Iterator[tuple[str, int, str, str, str]]:
    """Yield the ends that Matches give to lines: one a line, however many records it matches."""
    rule = pairs[0].rule
    left, right = (KINDS[kind].record == "line" for kind in (rule.left, rule.right))
    for pair, match in zip(pairs, matches, strict=True):
        for line in ((pair.left,) if left else ()) + ((pair.right,) if right else ()):
            if line not in seen:
                if not pair.sole or right:
                    seen.add(line)
                reason = explained(rule.name, rule.version, pair.amount, pair.evidence)
                yield line, items.next_number(line), rule.name, reason, match


def _follow(installation: Installation, unit: Unit, pairs: Sequence[Pair], items: OpenItems) -> None:
    """Record what follows in the books."""
    _take_income_back(installation, unit, {pair.left for pair in pairs} & items.booked, items)
    if pairs[0].rule.right in _FOLLOWED:
        _FOLLOWED[pairs[0].rule.right](
            installation, unit, {UUID(pair.right): UUID(pair.left) for pair in pairs}
        )


def _take_income_back(installation: Installation, unit: Unit, lines: Iterable[str], items: OpenItems) -> None:
    """Reverse what lines became before they were known for a payout or an agency's total."""
    records = [record for line in lines if (record := items.dispositions[line].record) is not None]
    _take_back(installation, unit, records, "The bank line is a total whose file has come")


def _reverse_returned(installation: Installation, unit: Unit, matched: Mapping[UUID, UUID]) -> None:
    _take_back(installation, unit, list(matched), "The bank has taken it back")


def _take_back(installation: Installation, unit: Unit, wanted: Sequence[UUID], reason: str) -> None:
    receipts = transactions.by_id(unit.connection, wanted)
    take_all_back(installation, unit, [(receipts[each], reason) for each in wanted])


_FOLLOWED: Mapping[str, Callable[[Installation, Unit, Mapping[UUID, UUID]], None]] = {
    "income_file": record_waiting, "unpaid": record_debited, "original": _reverse_returned,
}  # fmt: skip
"""What follows, by the kind of the right records, from them with their bank lines; any of it may be refused."""
