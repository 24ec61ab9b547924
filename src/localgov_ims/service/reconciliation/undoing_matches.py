"""Undoing a Match: a record of who and why, which frees both sides; the pair is a person's to decide from then on."""

from __future__ import annotations

from uuid import UUID

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import NotFound, RuleViolation
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.matches import Match, MatchUndo
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage import reconciliation as stored

UNDONE = "undone"
"""What a line waits for whose Match was taken back: the next run, or a person."""

_LONGEST_REASON = 200
_TOTALS = {
    "settlement": "take its file back instead: a payout is proved by its sum and its number",
    "income_file": "take its file back instead, with the receipts that were recorded from it",
}


def undo_match(installation: Installation, match: UUID, *, reason: str) -> MatchUndo:
    """Take a Match back, in one unit of work; its bank line is open again, and no rule pairs the two any more.

    Of a group every Match of the line is undone by itself, or none of the others would come to what the bank says.

    Raises:
        NotPermitted: The permission match.undo is missing.
        NotFound: There is no such Match.
        AlreadyDone: It was undone already.
        RuleViolation: It is one of a group (`match_of_group`), a total (`match_of_total`), took a receipt back
            (`match_returned`), or no reason is given.
    """
    with installation.unit("undo_match") as unit:
        permit_unit(installation, unit, Permission.MATCH_UNDO)
        found = next(stored.some_matches(unit.connection, stored.matches.c.id == match), None)
        if found is None:
            raise NotFound("no_match", f"There is no match {match}.", match=str(match))
        _refuse(found)
        why = (fitting("reason", reason, _LONGEST_REASON) or "").strip()
        if not why:
            raise RuleViolation("reason_missing", "Say why the match is wrong.", match=str(match))
        undo = MatchUndo(id=new_id(), match=match, reason=why, by=installation.actor, at=unit.at)
        stored.add_undo(unit, undo)
        sides = ((found.left_kind, found.left), (found.right_kind, found.right))
        lines = [id_ for kind, id_ in sides if kind == "line"]
        stored.add_dispositions(
            unit, [_open_again(line, len(stored.history(unit.connection, line)), undo) for line in lines]
        )
        unit.detail |= {"match": str(match), "rule": found.rule}
        unit.commit()
        return undo


def _refuse(found: Match) -> None:
    about = {"match": str(found.id)}
    if found.right_kind in _TOTALS:
        message = f"Match {found.id} is of a whole {found.right_kind.replace('_', ' ')}; {_TOTALS[found.right_kind]}."
        raise RuleViolation("match_of_total", message, **about)
    if not found.sole:
        message = f"Match {found.id} is one of several that come to one bank line together; they stand or fall together."
        raise RuleViolation("match_of_group", message, **about)
    if found.role == "returned":
        message = f"Match {found.id} says that the bank took a receipt back, which was reversed with it."
        raise RuleViolation("match_returned", message, **about)


def _open_again(line: UUID, before: int, undo: MatchUndo) -> Disposition:
    return Disposition(
        id=new_id(), line=line, number=before + 1, kind=DispositionKind.AWAITING, what=UNDONE,
        reason=f"Its match was taken back by {undo.by}: {undo.reason}",
    )  # fmt: skip
