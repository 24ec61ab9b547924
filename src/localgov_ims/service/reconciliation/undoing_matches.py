"""Undoing a Match: a record of who and why, which frees both sides; the pair is a person's to decide from then on."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.write_offs import WRITE_OFF
from localgov_ims.errors import NotFound, RuleViolation
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.matches import Match, MatchUndo
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.matching_lines import take_income_back
from localgov_ims.service.reconciliation.restoring_income import restore_income
from localgov_ims.storage import reconciliation as stored
from localgov_ims.storage import reversals, transactions
from localgov_ims.storage.store import Unit

UNDONE = "undone"
"""What a line waits for whose Match was taken back: the next run, or a person."""

_LONGEST_REASON = 200
_LONGEST_NARRATIVE = 100


def undo_match(installation: Installation, match: UUID, *, reason: str) -> list[MatchUndo]:
    """Take a Match back, in one unit of work; its bank line is open again, and no rule pairs the two any more.

    Of a group every Match of the line is taken back with it, for they come to what the bank says only together; and so is
    what was written off to make them come to it, and of a batch what its other payments became. A payout, or an income file
    with its rows, stays recorded and waits for its credit anew. Income that the Match took back stands again, and an unpaid
    is where it was before its debit. Return what was undone, the Match that was named first.

    Raises:
        NotPermitted: The permission match.undo is missing, or a fund of what the other payments of a batch became.
        NotFound: There is no such Match.
        AlreadyDone: It was undone already.
        RuleViolation: Of what it charged to an account, or of what the other payments of a batch became, a part was moved on
            since (`over_available`), or no reason is given.
    """
    with installation.unit("undo_match") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.MATCH_UNDO)
        found = next(stored.some_matches(unit.connection, stored.matches.c.id == match), None)
        if found is None:
            raise NotFound("no_match", f"There is no match {match}.", match=str(match))
        why = (fitting("reason", reason, _LONGEST_REASON) or "").strip()
        if not why:
            raise RuleViolation("reason_missing", "Say why the match is wrong.", match=str(match))
        together = [found, *_others(unit, found)]
        undos = [
            MatchUndo(id=new_id(), match=each.id, reason=why, by=installation.actor, at=unit.at)
            for each in together
        ]
        stored.add_undos(unit, undos)
        _take_write_offs_back(installation, unit, together, why)
        restore_income(installation, unit, together, reason=why)
        sides = ((found.left_kind, found.left), (found.right_kind, found.right))
        lines = [id_ for kind, id_ in sides if kind == "line"]
        latest = {line: stored.latest_of(unit.connection, line) for line in lines}
        for before in latest.values():
            take_income_back(installation, unit, rights, before, reason="A match of its bank line was undone")
        stored.add_dispositions(
            unit,
            [_open_again(line, before.number if before else 0, undos[0]) for line, before in latest.items()],
        )
        unit.detail |= {"match": str(match), "rule": found.rule, "undone": len(undos)}
        unit.commit()
        return undos


def _others(unit: Unit, found: Match) -> list[Match]:
    """Return the Matches that come to one bank line together with this one, and stand."""
    if found.sole:
        return []
    m = stored.live.c
    query = sa.select(stored.live).where(
        m.left_kind == found.left_kind, m.left_id == found.left, m.role == found.role, m.id != found.id
    )
    return [stored.match(row) for row in unit.connection.execute(query.order_by(m.id))]


def _take_write_offs_back(
    installation: Installation, unit: Unit, together: Sequence[Match], reason: str
) -> None:
    """Reverse what was written off so that the Matches come to their line, unless somebody has."""
    receipts = transactions.by_id(unit.connection, [m.right for m in together if m.right_kind == "receipt"])
    written_off = {id_: each for id_, each in receipts.items() if each.origin.kind == WRITE_OFF}
    undone = reversals.reversed_among(unit.connection, list(written_off))
    for id_, each in written_off.items():
        if id_ not in undone:
            take_back(installation, unit, each, reason=reason[:_LONGEST_NARRATIVE])


def _open_again(line: UUID, before: int, undo: MatchUndo) -> Disposition:
    return Disposition(
        id=new_id(), line=line, number=before + 1, kind=DispositionKind.AWAITING, what=UNDONE,
        reason=f"Its match was taken back by {undo.by}: {undo.reason}",
    )  # fmt: skip
