"""Reversing: taking a receipt, fee or transfer back by new records, dated now, by whoever does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.over_short import OF_TILL
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.tills import TillEventKind
from localgov_ims.domain.transacting import restoration, reversal
from localgov_ims.domain.transactions import Line, Transaction, TransactionKind
from localgov_ims.domain.write_offs import WRITE_OFF
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.service.finding import transaction_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.drawing import give_back, give_back_for, take_for
from localgov_ims.service.moves.proposing import refuse_same_person
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import reversals, tills, transactions
from localgov_ims.storage.store import Unit


def reverse_transaction(
    installation: Installation, reference: str, *, pair: int | None = None, reason: str
) -> Transaction:
    """Take a transaction back: new lines now, each negating one line's amount and VAT; of a transfer, a pair alone.

    What it drew is given back to the lines it drew on.

    Raises:
        NotFound: There is no such transaction.
        AlreadyDone: It is taken back already (`already_reversed`).
        RuleViolation: It is a reversal, or a refund (whose request says what became of it); a part of one of its lines
            has been refunded or moved on (`over_available`), which is undone first; it was taken at a till, where it is
            voided (`taken_at_a_till`), or is what a till was over or short (`in_deposit`); or no reason is given.
        NotPermitted: The user may not reverse it, or one of its funds is not theirs.
    """
    why = fitting("reason", reason, 100) or ""
    return retried(lambda: _reverse(installation, reference, pair, why))


def _reverse(installation: Installation, reference: str, pair: int | None, reason: str) -> Transaction:
    with installation.unit("reverse_transaction") as unit:
        unit.lock()
        rights = permit(
            installation, unit.connection, Permission.TRANSACTION_REVERSE, Permission.TRANSFER_RECORD,
            Permission.LINE_REALLOCATE, Permission.WRITE_OFF_RECORD,
        )  # fmt: skip
        found = transaction_of(unit.connection, rights, reference)
        permit_unit(installation, unit, *_permissions(found))
        permit_accounts(
            installation,
            unit.connection,
            rights,
            [(line.fund, line.account_reference) for line in found.lines],
        )
        if not reason.strip():
            raise RuleViolation("reason_missing", "Say why it is taken back.", transaction=found.reference)
        if found.kind is TransactionKind.REFUND:
            message = (
                f"{found.reference} is a refund; say of its request that it failed, and it is taken back."
            )
            raise RuleViolation("refund_not_reversed", message, transaction=found.reference)
        _refuse_of_till(unit, found)
        if found.provider in installation.reported_accounts:
            refuse_same_person(installation, found.recorded_by, what=f"reported receipt {found.reference}")
        made = take_back(installation, unit, found, pair=pair, reason=reason.strip())
        unit.detail |= {"reverses": found.reference, "by": made.reference}
        unit.commit()
        return made


def take_back(
    installation: Installation,
    unit: Unit,
    found: Transaction,
    *,
    pair: int | None = None,
    reason: str | None = None,
) -> Transaction:
    """Record the reversal of a transaction in a unit, with its draws; its lines say the reason, where there is one.

    Raises:
        AlreadyDone: It is taken back already.
        RuleViolation: See `reverse_transaction`.
    """
    (made,) = take_all_back(installation, unit, [(found, reason)], pair=pair)
    return made


def take_all_back(
    installation: Installation,
    unit: Unit,
    wanted: Iterable[tuple[Transaction, str | None]],
    *,
    pair: int | None = None,
) -> list[Transaction]:
    """Record the reversals of transactions, each with its reason, as `take_back` does one: all of them, or none."""
    wanted, backs = list(wanted), []
    turns = reversals.turns_of(unit.connection, [line.id for found, _ in wanted for line in found.lines])
    for found, reason in wanted:
        # Every even turn restored it; what is taken back, by an odd one, is refused below.
        last = max(turns.get(line.id, 0) for line in found.lines)
        made = reversal(
            found, recorded_at=unit.at, recorded_by=installation.actor, taken_on=local_day(unit.at), pair=pair,
            narrative=reason, turn=last // 2 * 2 + 1,
        )  # fmt: skip
        taken = {line.reverses for line in made.lines}
        backs.append(_Back(made, found, [line for line in found.lines if line.id in taken]))
    _refuse_twice(unit, backs)
    whole = [(back.made.id, [(line, line.amount) for line in back.own if line.amount]) for back in backs]
    try:
        take_for(installation.council, unit, whole, by_kind="reversal")
    except AlreadyDone:
        raise  # the database has refused it, so nothing more can be asked in this unit
    except RuleViolation:
        _refuse_twice(unit, backs)  # somebody else took one back since
        raise
    for back in backs:
        _return(unit, back.own, back.made.id)
    recorded = [back.made for back in backs]
    transactions.add(unit, recorded, personal_narratives=installation.council.personal_narratives)
    return recorded


def restore_all(
    installation: Installation, unit: Unit, taking_back: Sequence[Transaction], *, reason: str
) -> list[Transaction]:
    """Record that what reversals took back stands again, with its draws; the new lines say the reason.

    Raises:
        AlreadyDone: One was restored already.
        RuleViolation: Of what a restored line takes from, not so much is left (`over_available`).
    """
    made = [
        restoration(
            each, recorded_at=unit.at, recorded_by=installation.actor, taken_on=local_day(unit.at), narrative=reason
        )
        for each in taking_back
    ]  # fmt: skip
    transactions.add(unit, made, personal_narratives=installation.council.personal_narratives)
    by_line = {line.reverses: each.id for each in made for line in each.lines if line.reverses}
    own = list(transactions.lines_by_id(unit.connection, by_line).values())
    given = [(by_line[line.id], line, line.amount, line.vat) for line in own if line.amount]
    give_back_for(unit, given, by_kind="reversal")
    drew = [(by_line[line.id], line) for line in own if line.draws_on is not None and line.amount]
    sources = transactions.lines_by_id(unit.connection, {line.draws_on for _, line in drew if line.draws_on})
    again = [(by, [(sources[line.draws_on], -line.amount)]) for by, line in drew if line.draws_on]
    take_for(installation.council, unit, again, by_kind="reversal")
    return made


class _Back(NamedTuple):
    """A reversal, what it takes back, and which lines of that."""

    made: Transaction
    found: Transaction
    own: Sequence[Line]


def _refuse_of_till(unit: Unit, found: Transaction) -> None:
    """Refuse what was taken or paid out at a till: its session must know of it, so it is voided."""
    taken = tills.of_transaction(unit.connection, found.id)
    if taken is not None and taken[1] in {TillEventKind.RECEIPT, TillEventKind.PAY_OUT}:
        message = f"{found.reference} was taken at till {taken[0].name}. Void it: `ims tills void {found.reference}`."
        raise RuleViolation("taken_at_a_till", message, transaction=found.reference, session=taken[0].name)
    if found.origin.kind == OF_TILL:
        message = (
            f"{found.reference} is what a till was over or short, or its float changed by: what its bag holds is reckoned "
            "with it. If the account is wrong, move the amount to the right one."
        )
        raise RuleViolation("in_deposit", message, transaction=found.reference)


def _return(unit: Unit, own: Sequence[Line], by: UUID) -> None:
    """Give back what the lines taken back had drawn from others."""
    drew = {line.draws_on for line in own if line.draws_on is not None}
    if not drew:
        return
    sources = transactions.lines_by_id(unit.connection, drew)
    given = [
        (sources[line.draws_on], -line.amount, -line.vat)
        for line in own
        if line.draws_on is not None and line.amount != NOTHING
    ]
    give_back(unit, given, by_kind="reversal", by=by)


def _refuse_twice(unit: Unit, backs: Iterable[_Back]) -> None:
    standing = reversals.reversals_of(unit.connection, [line.id for back in backs for line in back.own])
    for _, found, own in backs:
        before = {standing[line.id] for line in own if line.id in standing}
        if not before:
            continue
        message = f"{found.reference} is taken back already, by {', '.join(sorted(before))}."
        raise AlreadyDone("already_reversed", message, transaction=found.reference, reversals=sorted(before))


def _permissions(found: Transaction) -> tuple[Permission, ...]:
    by_origin = {
        "transfer": Permission.TRANSFER_RECORD, "reallocation": Permission.LINE_REALLOCATE,
        "clearance": Permission.SUSPENSE_UNDO, WRITE_OFF: Permission.WRITE_OFF_RECORD,
    }  # fmt: skip
    return (by_origin.get(found.origin.kind, Permission.TRANSACTION_REVERSE),)
