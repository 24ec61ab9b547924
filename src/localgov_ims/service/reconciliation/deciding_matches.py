"""Deciding what may be the same money: a person accepts a suggestion, rejects it, or matches a line with several receipts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.errors import InvalidValue, NotFound, RuleViolation
from localgov_ims.reconciliation.matches import Match, Suggestion
from localgov_ims.service.finding import transaction_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation.matching_lines import (
    BANKED,
    Side,
    line_with_id,
    match_receipts,
    reason_given,
)
from localgov_ims.storage import match_suggestions as suggested
from localgov_ims.storage import statements, transactions
from localgov_ims.storage.store import Unit


def accept(installation: Installation, suggestions: Sequence[UUID]) -> list[Match]:
    """Record suggestions as Matches like any other, all or none; of a group the whole group.

    What the line became before, in a fund or in suspense, is taken back in the same unit of work.

    Raises:
        NotPermitted: The permission match.decide, or the fund of a receipt or of the line's income, is missing.
        NotFound: There is no such suggestion, or one side has found its counterpart since.
        RuleViolation: The receipts do not come to what the bank brought (`does_not_add_up`), the line's income was
            refunded or moved on (`over_available`), or two suggestions are of one line (`one_at_a_time`).
        AlreadyDone: Somebody else decided at the same time.
    """
    with installation.unit("accept_suggestions") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.MATCH_DECIDE)
        made: list[Match] = []
        for group in groups_of(unit, suggestions):
            (line,) = statements.with_ids(unit.connection, [group[0].left])
            sides = [side_of(unit, each) for each in group]
            made += match_receipts(installation, unit, rights, line, sides)
        unit.detail |= {"matches": len(made)}
        unit.commit()
    return made


def match_line(
    installation: Installation, line: UUID, receipts: Sequence[str], *, reason: str
) -> list[Match]:
    """Match a bank line with one receipt or several, which it brings together; receipts are named by their references.

    Raises:
        NotPermitted: The permission match.decide, or the fund of a receipt or of the line's income, is missing.
        NotFound: There is no such line or receipt.
        RuleViolation: The receipts do not come to what the bank brought (`does_not_add_up`), a receipt is no open one
            (`not_open`), or the line's income was refunded or moved on (`over_available`).
        InvalidValue: No reason or no receipt is given, or the reason is too long.
        AlreadyDone: The line, or a receipt, is matched already.
    """
    why = reason_given(reason)
    if not receipts:
        raise InvalidValue("receipt_missing", "Name the receipts that the line brings.", field="receipts")
    with installation.unit("match_line") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.MATCH_DECIDE)
        found = line_with_id(unit, line)
        named = [transaction_of(unit.connection, rights, each) for each in dict.fromkeys(receipts)]
        sides = [Side(receipt=each, evidence={"reason": why}) for each in named]
        made = match_receipts(installation, unit, rights, found, sides)
        unit.detail |= {"line": str(line), "matches": len(made)}
        unit.commit()
    return made


def reject(installation: Installation, suggestions: Sequence[UUID], *, reason: str) -> int:
    """Reject suggestions, all or none: the pair is never suggested again, nor matched by a rule. Return how many.

    Raises:
        NotPermitted: The permission match.decide is missing.
        NotFound: There is no such suggestion, or it waits no longer.
        InvalidValue: No reason is given, or it is too long.
        AlreadyDone: Somebody else rejected one at the same time.
    """
    why = reason_given(reason)
    with installation.unit("reject_suggestions") as unit:
        permit_unit(installation, unit, Permission.MATCH_DECIDE)
        found = [each.id for group in groups_of(unit, suggestions) for each in group]
        suggested.add_rejections(unit, found, reason=why, by=installation.actor)
        unit.detail |= {"suggestions": len(found)}
        unit.commit()
    return len(found)


def groups_of(unit: Unit, wanted: Sequence[UUID]) -> list[list[Suggestion]]:
    """Return the suggestions named, each with all of its group: what was suggested for a line together.

    Raises:
        NotFound: There is no such suggestion, or one side has found its counterpart since.
    """
    table = suggested.suggestions.c
    named = {s.id: s for s in suggested.open_suggestions(unit.connection, table.id.in_(wanted))}
    if lost := [each for each in wanted if each not in named]:
        message = f"There is no suggestion {lost[0]} that waits: `ims suggestions list` shows those that do."
        raise NotFound("no_such_suggestion", message, id=lost[0])
    lefts = {s.left for s in named.values()}
    groups: dict[tuple[UUID, str, int], list[Suggestion]] = {}
    for s in suggested.open_suggestions(unit.connection, table.left_id.in_(lefts)):
        groups.setdefault((s.left, s.rule, s.rank), []).append(s)
    return [group for group in groups.values() if any(s.id in named for s in group)]


def side_of(unit: Unit, found: Suggestion) -> Side:
    """Return the receipt that is suggested for a line, with what its provider kept and what spoke for it.

    Raises:
        RuleViolation: Other records than a line and a receipt are suggested (`not_by_hand`).
    """
    if (found.left_kind, found.right_kind, found.role) != ("line", "receipt", BANKED):
        message = f"A {found.left_kind} and a {found.right_kind} are not matched by hand; their files decide."
        raise RuleViolation("not_by_hand", message, id=found.id)
    (receipt,) = transactions.some(unit.connection, transactions.transactions.c.id == found.right)
    evidence = {**found.evidence, "suggested_by": found.rule, "suggested_by_version": found.rule_version}
    return Side(receipt=receipt, fee=Money(int(found.evidence.get("fee_pence", 0))), evidence=evidence)
