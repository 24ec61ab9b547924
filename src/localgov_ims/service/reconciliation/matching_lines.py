"""Matching a bank line with the receipts it brings, as a person says: they come to it exactly, and it is nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from attrs import frozen

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, RuleViolation
from localgov_ims.reconciliation.dispositions import Disposition, DispositionKind
from localgov_ims.reconciliation.matches import Evidence, Match
from localgov_ims.reconciliation.recognisers import BY_A_PERSON
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.storage import reconciliation as stored
from localgov_ims.storage import snapshots, statements, transactions
from localgov_ims.storage.store import Unit

BANKED = "banked"
"""The role of a Match that says: the money is on the bank line."""
RETURNED = "returned"
"""The role of a Match that says: the bank line takes back what was received."""


@frozen(kw_only=True)
class Side:
    """A receipt that a bank line brings, what the provider kept of it, and why somebody thinks so."""

    receipt: Transaction
    fee: Money = NOTHING
    evidence: Evidence


@frozen(kw_only=True)
class Paired:
    """A record that a bank line brings, as a Match names it: its kind, its amount, what was kept of it, and why."""

    kind: str
    id: UUID
    amount: Money
    fee: Money = NOTHING
    evidence: Evidence


def reason_given(reason: str, longest: int = 200) -> str:
    """Return why somebody says so.

    Raises:
        InvalidValue: There is no reason, or it is too long.
    """
    why = fitting("reason", reason, longest)
    if why is None:
        raise InvalidValue("reason_missing", "Say why.", field="reason")
    return why


def line_with_id(unit: Unit, line: UUID) -> StatementLine:
    """Return a bank line.

    Raises:
        NotFound: There is no such line.
    """
    for found in statements.with_ids(unit.connection, [line]):
        return found
    raise NotFound("no_such_line", f"There is no bank line {line}.", id=line)


def expected_of(sides: Sequence[Side]) -> Money:
    """Return what receipts should bring: their totals, less what providers kept of them."""
    return Money.total(side.receipt.total - side.fee for side in sides)


def match_receipts(
    installation: Installation, unit: Unit, rights: Rights, line: StatementLine, sides: Sequence[Side]
) -> list[Match]:
    """Record that a line brings receipts: they come to it exactly, and it is nothing else.

    What the line became before, in a fund or in suspense, is taken back.

    Raises:
        RuleViolation: They do not come to it (`does_not_add_up`), or the line's income was refunded or moved on
            (`over_available`); or see `check_matchable`.
        AlreadyDone: The line is matched already.
        NotPermitted: A fund of a receipt, or of the line's income, is missing.
    """
    check_matchable(unit, rights, line, sides)
    _check_sum(line, sides)
    return record_brought(installation, unit, rights, line, sides, by=installation.actor)


def check_matchable(unit: Unit, rights: Rights, line: StatementLine, sides: Sequence[Side]) -> None:
    """Refuse to match a line, or receipts, that are matched already.

    Raises:
        RuleViolation: One is no open receipt (`not_open`).
        AlreadyDone: The line is matched already.
        NotPermitted: The fund of a receipt is missing.
    """
    check_unmatched(unit, line.id)
    rights.require_funds({part.fund for side in sides for part in side.receipt.lines})
    _check_open(unit, [side.receipt for side in sides])


def check_unmatched(unit: Unit, line: UUID) -> Disposition | None:
    """Return the current end of a line that is not matched, nor any payment of it; none where no run has seen it.

    Raises:
        AlreadyDone: The line, or a payment of it, is matched already.
    """
    before, m = stored.latest_of(unit.connection, line), stored.live.c
    query = sa.select(m.id).where(m.left_kind == "line", m.left_id == line).limit(1)
    in_part = unit.connection.execute(query).scalar()
    if before is not None and (before.kind is DispositionKind.MATCHED or in_part is not None):
        message = f"Bank line {line} is matched already: {before.reason} Undo that Match first."
        raise AlreadyDone("matched_already", message, id=line)
    return before


def take_income_back(
    installation: Installation, unit: Unit, rights: Rights, before: Disposition | None, *, reason: str
) -> None:
    """Reverse what a line became before, in a fund or in suspense, if it became anything.

    Raises:
        RuleViolation: It was refunded or moved on (`over_available`).
        NotPermitted: A fund of it is missing.
    """
    if before is None or before.kind not in (DispositionKind.ALLOCATED, DispositionKind.SUSPENSE):
        return
    (became,) = transactions.some(unit.connection, transactions.transactions.c.id == before.record)
    rights.require_funds({part.fund for part in became.lines} - {installation.council.suspense_fund.code})
    take_back(installation, unit, became, reason=reason)


def record_brought(
    installation: Installation, unit: Unit, rights: Rights, line: StatementLine, sides: Sequence[Side], *, by: str
) -> list[Match]:  # fmt: skip
    """Record the Matches of a line with what was checked to come to it, in their order; *by* is who says so."""
    before = stored.latest_of(unit.connection, line.id)
    take_income_back(
        installation, unit, rights, before, reason="Its bank line brings a receipt that was recorded before"
    )
    pairs = [
        Paired(kind="receipt", id=side.receipt.id, amount=side.receipt.total, evidence=side.evidence, fee=side.fee)
        for side in sides
    ]  # fmt: skip
    reason = f"{by} says that it brings {', '.join(s.receipt.reference for s in sides)}."
    return record_pairs(unit, line.id, before, pairs, reason=reason)


def record_pairs(
    unit: Unit, line: UUID, before: Disposition | None, pairs: Sequence[Paired], *, reason: str, role: str = BANKED
) -> list[Match]:  # fmt: skip
    """Record the Matches of a line with what a person says that it brings, or takes back, and that this is its end now.

    *before* is its end so far; *reason* is the sentence that says who says so.
    """
    times, run = stored.generations(unit.connection), new_id()
    matches = [
        Match(
            id=new_id(), run=run, rule=BY_A_PERSON, rule_version=1, role=role, left_kind="line", left=line,
            right_kind=each.kind, right=each.id, amount=each.amount, evidence=each.evidence, fee=each.fee,
            sole=len(pairs) == 1, generation=times.get((role, "right", each.id), 0),
            left_generation=times.get((role, "left", line), 0),
        )
        for each in pairs
    ]  # fmt: skip
    stored.add_matches(unit, matches)
    stored.add_dispositions(unit, [Disposition(
        id=new_id(), line=line, number=before.number + 1 if before is not None else 1, kind=DispositionKind.MATCHED,
        record=matches[0].id, rule=BY_A_PERSON, reason=reason,
    )])  # fmt: skip
    return matches


def _check_sum(line: StatementLine, sides: Sequence[Side]) -> None:
    expected = expected_of(sides)
    if expected != line.line.amount:
        message = (
            f"The bank brought {line.line.amount.shown()}, but the receipts come to {expected.shown()}. Name the receipts "
            "that come to it exactly, or write a small difference off: `ims suggestions match LINE RECEIPT --write-off`."
        )
        raise RuleViolation("does_not_add_up", message, line=line.id, expected=expected)


def _check_open(unit: Unit, receipts: Sequence[Transaction]) -> None:
    named = transactions.transactions.c.id.in_([each.id for each in receipts])
    open_ = set(unit.connection.execute(snapshots.open_receipts(named)).scalars())
    for each in receipts:
        if each.id not in open_:
            message = f"{each.reference} is no receipt whose money is still to come to the bank."
            raise RuleViolation("not_open", message, receipt=each.reference)
