"""Matches by the hundred thousand: pairs as rows of the tables, without a record object for each.

What is written is what `reconciliation.add_matches` and `add_dispositions` write of the same; identifiers are 32 digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from localgov_ims.domain.ids import new_hexes
from localgov_ims.reconciliation.dispositions import DispositionKind
from localgov_ims.reconciliation.findings import Pair
from localgov_ims.reconciliation.kinds import KINDS
from localgov_ims.storage import reconciliation
from localgov_ims.storage.schema import flat_json
from localgov_ims.storage.store import Unit


def add_pairs(
    unit: Unit, run: UUID, pairs: Sequence[Pair], generations: Mapping[tuple[str, str, str], int]
) -> list[str]:
    """Record pairs of one rule as Matches, and return their ids as 32 digits.

    *generations* says how often Matches of a record were taken back: by role, side and the record's 32 digits.
    """
    rule, run_, ids = pairs[0].rule, run.hex, new_hexes(len(pairs))
    name, version, role, left, right = (
        rule.name, rule.version, rule.role, KINDS[rule.left].record, KINDS[rule.right].record,
    )  # fmt: skip
    unit.record_canonical(reconciliation.matches, [
        [
            id_, run_, name, version, role, left, pair.left, right, pair.right, pair.amount.pence, pair.fee.pence,
            flat_json(pair.evidence), generations.get((role, "right", pair.right), 0),
            generations.get((role, "left", pair.left), 0), pair.left if pair.sole else None,
        ]
        for id_, pair in zip(ids, pairs, strict=True)
    ])  # fmt: skip
    return ids


def add_matched(unit: Unit, ended: Iterable[tuple[str, int, str, str, str]]) -> None:
    """Record that lines are matched: line, number of the disposition, rule, reason and Match; identifiers as 32 digits."""
    made, matched = list(ended), DispositionKind.MATCHED.value
    unit.record_canonical(reconciliation.dispositions, [
        [id_, line, number, matched, reason, rule, None, match, None, "{}"]
        for id_, (line, number, rule, reason, match) in zip(new_hexes(len(made)), made, strict=True)
    ])  # fmt: skip
