"""Matching a bank line with receipts that come to a little more or less: the difference is written off with it.

The write-off is a Receipt like any, of the difference, which the line brings together with the others; so what the line
brings comes to it exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from attrs import evolve

from localgov_ims.domain.money import Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.two_person import Act
from localgov_ims.domain.write_offs import WriteOffAccount
from localgov_ims.errors import AlreadyDone, InvalidValue, RuleViolation
from localgov_ims.reconciliation.matches import Match
from localgov_ims.service.finding import transaction_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import proposing
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.reconciliation import writing_off
from localgov_ims.service.reconciliation.deciding_matches import groups_of, side_of
from localgov_ims.service.reconciliation.matching_lines import (
    Side,
    check_matchable,
    expected_of,
    line_with_id,
    reason_given,
    record_brought,
)
from localgov_ims.service.retrying import retried
from localgov_ims.storage import proposals
from localgov_ims.storage.store import Unit

_LONGEST = 100


def match_with_difference(
    installation: Installation, line: UUID, receipts: Sequence[str], *, reason: str
) -> list[Match] | Proposal:
    """Match a bank line with receipts, and write off what it brings more or less than they come to.

    Above the limit for one person it is a Proposal, which somebody else records by `authorise`. `undo_match` takes the
    Matches and the write-off back.

    Raises:
        NotPermitted: The permission match.decide or write_off.record, or one of the funds, is missing.
        NotFound: There is no such line or receipt.
        RuleViolation: The difference is more than the tolerance (`beyond_tolerance`), or see `match_receipts`.
        ConfigurationError: The settings have no [write_off] (`no_write_off`).
        InvalidValue: No reason or no receipt is given, or the reason is too long.
        AlreadyDone: The line, or a receipt, is matched already, or this waits for another person (`already_proposed`).
    """
    why = reason_given(reason, _LONGEST)
    if not receipts:
        raise InvalidValue("receipt_missing", "Name the receipts that the line brings.", field="receipts")

    def once() -> list[Match] | Proposal:
        with _unit(installation, "match_with_difference") as (unit, rights, account):
            named = [
                transaction_of(unit.connection, rights, each).reference for each in dict.fromkeys(receipts)
            ]
            asked = {"bank_line": str(line), "receipts": " ".join(named), "reason": why}
            made = _match(installation, unit, rights, account, line_with_id(unit, line), asked)
            unit.commit()
            return made

    return retried(once)


def accept_with_difference(
    installation: Installation, suggestions: Sequence[UUID], *, reason: str
) -> list[list[Match] | Proposal]:
    """Accept suggestions, all or none, and write off what each line brings more or less; of a group the whole group.

    A line whose difference is above the limit for one person is a Proposal, which somebody else records by `authorise`.

    Raises:
        NotFound: There is no such suggestion, or one side has found its counterpart since.
        NotPermitted, RuleViolation, ConfigurationError, InvalidValue, AlreadyDone: See `match_with_difference`.
    """
    why = reason_given(reason, _LONGEST)

    def once() -> list[list[Match] | Proposal]:
        with _unit(installation, "accept_with_difference") as (unit, rights, account):
            made: list[list[Match] | Proposal] = []
            for group in groups_of(unit, suggestions):
                line, named = line_with_id(unit, group[0].left), [str(each.id) for each in group]
                asked = {"bank_line": str(line.id), "suggestions": " ".join(named), "reason": why}
                made.append(_match(installation, unit, rights, account, line, asked))
            unit.commit()
            return made

    return retried(once)


def record_proposed(installation: Installation, unit: Unit, rights: Rights, proposal: Proposal) -> UUID:
    """Record a write-off that was proposed: of an item of clearing, or of the difference of a line with its Matches."""
    asked = proposal.asked
    if "bank_line" not in asked:
        return writing_off.record_proposed(installation, unit, rights, proposal)
    account = writing_off.account_of(installation.council)
    line = line_with_id(unit, UUID(str(asked["bank_line"])))
    sides = _sides(unit, rights, asked)
    difference = _difference(unit, rights, account, line, sides)
    if abs(difference) != proposal.amount:
        message = f"The difference is {difference.shown()} by now. Turn the proposal down."
        raise RuleViolation("changed_meanwhile", message, proposal=proposal.reference)
    made = _record(installation, unit, rights, account, line, sides, difference, by=proposal.proposed_by)
    return made[-1].right


@contextmanager
def _unit(installation: Installation, action: str) -> Iterator[tuple[Unit, Rights, WriteOffAccount]]:
    with installation.unit(action) as unit:
        unit.lock()
        rights = permit_unit(installation, unit, Permission.MATCH_DECIDE)
        permit_unit(installation, unit, Permission.WRITE_OFF_RECORD)
        account = writing_off.account_of(installation.council)
        rights.require_funds([account.fund])
        yield unit, rights, account


def _match(
    installation: Installation, unit: Unit, rights: Rights, account: WriteOffAccount, line: StatementLine,
    asked: Mapping[str, str],
) -> list[Match] | Proposal:  # fmt: skip
    sides = _sides(unit, rights, asked)
    difference = _difference(unit, rights, account, line, sides)
    amount = abs(difference)
    moved = {(account.fund, account.account_reference): amount}
    if any(each.asked.get("bank_line") == str(line.id) for each in proposals.waiting(unit.connection)):
        message = f"Matching line {line.id} waits for another person: `ims proposals list`."
        raise AlreadyDone("already_proposed", message, line=line.id)
    if difference and proposing.needs_another(installation, unit, Act.WRITE_OFF, moved):
        return proposing.propose(installation, unit, Act.WRITE_OFF, asked, moved, amount=amount)
    made = _record(installation, unit, rights, account, line, sides, difference, by=installation.actor)
    if difference:
        proposing.count(installation, unit, Act.WRITE_OFF, moved, made[-1].right)
    return made


def _sides(unit: Unit, rights: Rights, asked: Mapping[str, object]) -> list[Side]:
    """Return the receipts that were named, or those of the suggestions that were."""
    if "suggestions" in asked:
        (group,) = groups_of(unit, [UUID(each) for each in str(asked["suggestions"]).split()])
        found = [side_of(unit, each) for each in group]
        return [evolve(side, evidence={**side.evidence, "reason": str(asked["reason"])}) for side in found]
    named = [transaction_of(unit.connection, rights, each) for each in str(asked["receipts"]).split()]
    return [Side(receipt=each, evidence={"reason": str(asked["reason"])}) for each in named]


def _difference(
    unit: Unit, rights: Rights, account: WriteOffAccount, line: StatementLine, sides: Sequence[Side]
) -> Money:
    """Return what a line brings more, or less, than receipts that it may be matched with come to."""
    check_matchable(unit, rights, line, sides)
    difference = line.line.amount - expected_of(sides)
    writing_off.check_tolerance(
        account, difference, f"The difference between line {line.id} and its receipts"
    )
    return difference


def _record(
    installation: Installation, unit: Unit, rights: Rights, account: WriteOffAccount, line: StatementLine,
    sides: Sequence[Side], difference: Money, *, by: str,
) -> list[Match]:  # fmt: skip
    """Write the difference off by the first receipt's method, and match all of it; the write-off comes last."""
    every = list(sides)
    if difference:
        first = sides[0]
        reason = str(first.evidence["reason"])
        written_off = writing_off.record_write_off(
            installation, unit, account, line.id, {first.receipt.lines[0].mop: difference}, reason, by=by,
            merchant_account=first.receipt.merchant_account,
        )  # fmt: skip
        every.append(Side(receipt=written_off, evidence={"reason": reason}))
    return record_brought(installation, unit, rights, line, every, by=by)
