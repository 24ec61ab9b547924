"""Deciding what may be the same money: a person accepts a suggestion, rejects it, or matches a line with several receipts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.matches import Evidence, Match, Suggestion
from localgov_ims.service.finding import transaction_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.storage import match_suggestions as suggested
from localgov_ims.storage import reconciliation as stored
from localgov_ims.storage import snapshots, statements, transactions
from localgov_ims.storage.signed_evidence import BY_A_PERSON
from localgov_ims.storage.store import Unit

BANKED = "banked"
"""The role of a Match that says: the money is on the bank line."""


@frozen(kw_only=True)
class _Side:
    """A receipt that a bank line brings, what the provider kept of it, and why somebody thinks so."""

    receipt: Transaction
    fee: Money = NOTHING
    evidence: Evidence


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
        for group in _groups(unit, suggestions):
            (line,) = statements.with_ids(unit.connection, [group[0].left])
            sides = [_side(unit, each) for each in group]
            made += _match(installation, unit, rights, line, sides)
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
    why = _reason(reason)
    if not receipts:
        raise InvalidValue("receipt_missing", "Name the receipts that the line brings.", field="receipts")
    with installation.unit("match_line") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.MATCH_DECIDE)
        found = list(statements.with_ids(unit.connection, [line]))
        if not found:
            raise NotFound("no_such_line", f"There is no bank line {line}.", id=line)
        named = [transaction_of(unit.connection, rights, each) for each in dict.fromkeys(receipts)]
        sides = [_Side(receipt=each, evidence={"reason": why}) for each in named]
        made = _match(installation, unit, rights, found[0], sides)
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
    why = _reason(reason)
    with installation.unit("reject_suggestions") as unit:
        permit_unit(installation, unit, Permission.MATCH_DECIDE)
        found = [each.id for group in _groups(unit, suggestions) for each in group]
        suggested.add_rejections(unit, found, reason=why, by=installation.actor)
        unit.detail |= {"suggestions": len(found)}
        unit.commit()
    return len(found)


def _reason(reason: str) -> str:
    why = fitting("reason", reason, 200)
    if why is None:
        raise InvalidValue("reason_missing", "Say why.", field="reason")
    return why


def _groups(unit: Unit, wanted: Sequence[UUID]) -> list[list[Suggestion]]:
    """Return the suggestions named, each with all of its group: what was suggested for a line together."""
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


def _side(unit: Unit, found: Suggestion) -> _Side:
    if (found.left_kind, found.right_kind, found.role) != ("line", "receipt", BANKED):
        message = f"A {found.left_kind} and a {found.right_kind} are not matched by hand; their files decide."
        raise RuleViolation("not_by_hand", message, id=found.id)
    (receipt,) = transactions.some(unit.connection, transactions.transactions.c.id == found.right)
    evidence = {**found.evidence, "suggested_by": found.rule, "suggested_by_version": found.rule_version}
    return _Side(receipt=receipt, fee=Money(int(found.evidence.get("fee_pence", 0))), evidence=evidence)


def _match(
    installation: Installation, unit: Unit, rights: Rights, line: StatementLine, sides: Sequence[_Side]
) -> list[Match]:
    """Record that a line brings receipts: they come to it exactly, and it is nothing else."""
    history = stored.history(unit.connection, line.id)
    before = history[-1] if history else None
    if before is not None and before.kind is DispositionKind.MATCHED:
        message = f"Bank line {line.id} is matched already: {before.reason} Undo that Match first."
        raise AlreadyDone("matched_already", message, id=line.id)
    _check_sum(line, sides)
    rights.require_funds({part.fund for side in sides for part in side.receipt.lines})
    _check_open(unit, [side.receipt for side in sides])
    if before is not None and before.kind in (DispositionKind.ALLOCATED, DispositionKind.SUSPENSE):
        (became,) = transactions.some(unit.connection, transactions.transactions.c.id == before.record)
        own = {part.fund for part in became.lines} - {installation.council.suspense_fund.code}
        rights.require_funds(own)
        take_back(
            installation, unit, became, reason="Its bank line brings a receipt that was recorded before"
        )
    times, run = stored.generations(unit.connection), new_id()
    matches = [
        Match(
            id=new_id(), run=run, rule=BY_A_PERSON, rule_version=1, role=BANKED, left_kind="line", left=line.id,
            right_kind="receipt", right=side.receipt.id, amount=side.receipt.total, evidence=side.evidence, fee=side.fee,
            sole=len(sides) == 1, generation=times.get((BANKED, "right", side.receipt.id), 0),
            left_generation=times.get((BANKED, "left", line.id), 0),
        )
        for side in sides
    ]  # fmt: skip
    stored.add_matches(unit, matches)
    stored.add_dispositions(unit, [Disposition(
        id=new_id(), line=line.id, number=len(history) + 1, kind=DispositionKind.MATCHED, record=matches[0].id,
        rule=BY_A_PERSON, reason=f"{installation.actor} says that it brings {', '.join(s.receipt.reference for s in sides)}.",
    )])  # fmt: skip
    return matches


def _check_sum(line: StatementLine, sides: Sequence[_Side]) -> None:
    expected = Money.total(side.receipt.total - side.fee for side in sides)
    if expected != line.line.amount:
        message = (
            f"The bank brought {line.line.amount.shown()}, but the receipts come to {expected.shown()}. Name the receipts "
            "that come to it exactly; a difference is never absorbed."
        )
        raise RuleViolation("does_not_add_up", message, line=line.id, expected=expected)


def _check_open(unit: Unit, receipts: Sequence[Transaction]) -> None:
    named = transactions.transactions.c.id.in_([each.id for each in receipts])
    open_ = {each.id for each in snapshots.open_receipts(unit.connection, named)}
    for each in receipts:
        if each.id not in open_:
            message = f"{each.reference} is no receipt whose money is still to come to the bank."
            raise RuleViolation("not_open", message, receipt=each.reference)
