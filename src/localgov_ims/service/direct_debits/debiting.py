"""Debiting: the bank has taken Direct Debits back, so the income goes back too.

Each unpaid becomes a Reversal of its Receipt where that is here and whole. Where the receipts live in the back office, are
older than this system, or have been refunded or moved since, it becomes a Receipt below zero on the account: the debt
is alive again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from localgov_ims.allocation.outcomes import Allocation
from localgov_ims.allocation.rows import Source
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.service_users import ServiceUser
from localgov_ims.domain.statements import StatementLine
from localgov_ims.domain.suspense import SuspenseItem
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.domain.unpaids import RecordedUnpaid, UnpaidEvent, UnpaidState, check_step
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.originals import Originals, originals_of
from localgov_ims.service.income.known_holders import KnownHolders
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.moves.reversing import take_all_back
from localgov_ims.storage import draws, statements, transactions, unpaids
from localgov_ims.storage.store import Unit


def record_debited(installation: Installation, unit: Unit, debited: Mapping[UUID, UUID]) -> None:
    """Take back the income of unpaids that the bank has debited, each by the id of its statement line.

    Raises:
        RuleViolation: One was withdrawn, or debited before (`wrong_state`); nothing is recorded then.
    """
    connection = unit.connection
    found = list(unpaids.some(connection, unpaids.unpaids.c.id.in_(list(debited))))
    before = unpaids.histories(connection, [each.id for each in found])
    lines = {line.id: line for line in statements.with_ids(connection, list(set(debited.values())))}
    originals = originals_of(connection, installation.council, found)
    for each in found:
        stands = before[each.id][-1].state if before[each.id] else UnpaidState.ADVISED
        check_step(stands, UnpaidState.DEBITED)
    made = _taken_back(installation, unit, found, originals)
    owed = [each for each in found if each.id not in made]
    times = {each.id: 1 + sum(e.state is UnpaidState.DEBITED for e in before[each.id]) for each in owed}
    made |= _below_zero(installation, unit, owed, {each.id: lines[debited[each.id]] for each in owed}, times)
    unpaids.add_events(unit, [
        UnpaidEvent(
            id=new_id(), unpaid=each.id, number=len(before[each.id]) + 1, state=UnpaidState.DEBITED, at=unit.at,
            by=installation.actor, line=debited[each.id], transaction=made[each.id].id,
        )
        for each in found
    ])  # fmt: skip


def _taken_back(
    installation: Installation, unit: Unit, found: Iterable[RecordedUnpaid], originals: Originals
) -> dict[UUID, Transaction]:
    """Reverse the receipts of unpaids that are here and whole, and return the reversals by unpaid."""
    of = [(each, original) for each in found if (original := originals.take(each)) is not None]
    taken = draws.taken(unit.connection, [line.id for _, original in of for line in original.lines])
    # Of which a part was refunded or moved since, it stays: what the bank takes now is owed besides.
    whole = [
        (each, original) for each, original in of if not any(taken[line.id].amount for line in original.lines)
    ]
    backs = take_all_back(installation, unit, [(original, reason_of(each)) for each, original in whole])
    return {each.id: back for (each, _), back in zip(whole, backs, strict=True)}


def reason_of(each: RecordedUnpaid) -> str:
    """Return why, as the lines say it: the report's code and words, and the reference it names."""
    unpaid = each.unpaid
    return f"Direct Debit {unpaid.kind.value}: {unpaid.code} {unpaid.reason}".strip()[:100]


def _below_zero(
    installation: Installation,
    unit: Unit,
    owed: Iterable[RecordedUnpaid],
    lines: Mapping[UUID, StatementLine],
    times: Mapping[UUID, int],
) -> dict[UUID, Transaction]:
    """Record receipts below zero for unpaids, each on the day of its bank line, and return them by unpaid.

    *times* is the how-many-th debit of each it is: one that was undone may come again.
    """
    council, made, items = installation.council, dict[UUID, Transaction](), []
    holders: dict[date, KnownHolders] = {}
    for each in owed:
        user, booked_on = council.service_users[each.service_user], lines[each.id].line.booked_on
        row = IncomeRow(
            position=each.unpaid.position, amount=each.unpaid.amount, taken_on=booked_on, mop=user.mop or council.bank_transfer,
            account_reference=each.unpaid.reference, source_reference=each.unpaid.reference,
        )  # fmt: skip
        known = holders.setdefault(booked_on, KnownHolders(unit.connection, booked_on))
        allocation = _allocated(council, user, row, known)
        made[each.id] = receipt(
            _lines(council, row, allocation, reason_of(each)), channel=Channel.BANK,
            origin=Origin(unpaids.ORIGIN, str(each.id), times[each.id]), taken_on=booked_on, recorded_at=unit.at, recorded_by=installation.actor,
        )  # fmt: skip
        if allocation.reason is not None:
            items.append(SuspenseItem(
                id=new_id(), line=made[each.id].lines[0].id, reason=allocation.reason, received_at=unit.at,
                received_reference=each.unpaid.reference, detail=allocation.detail, rule=allocation.rule,
            ))  # fmt: skip
    transactions.add(unit, made.values(), personal_narratives=council.personal_narratives)
    transactions.add_suspense(unit, items)
    return made


def _allocated(council: Council, user: ServiceUser, row: IncomeRow, holders: KnownHolders) -> Allocation:
    """Ask the rules of the collections' own import type; where they place it nowhere, the number's fund takes it."""
    types = [
        t.code for t in council.import_types.values() if t.source is not None and t.source == user.source
    ]
    source = Source(
        name=user.number, import_type=types[0] if len(types) == 1 else "", received_on=row.taken_on,
        allow_negative=True,
    )  # fmt: skip
    allocation = council.allocator.of(source, holders).allocate(row)
    if allocation.reason is None or user.fund is None:
        return allocation
    defaults = {"fund": user.fund}
    named = Source(name=user.number, received_on=row.taken_on, defaults=defaults, allow_negative=True)
    return council.allocator.of(named, holders).allocate(row)


def _lines(council: Council, row: IncomeRow, allocation: Allocation, why: str) -> list[LineInput]:
    if allocation.reason is not None:
        return [
            line_for(
                council, fund=council.suspense_fund.code, account_reference=None, amount=row.amount, mop=row.mop,
                taken_on=row.taken_on, rule=allocation.rule, narrative=why,
            )
        ]  # fmt: skip
    return [
        line_for(
            council, fund=part.fund, account_reference=part.account_reference or None, amount=part.amount, mop=row.mop,
            taken_on=row.taken_on, vat_code=part.vat_code or None, rule=part.rule, narrative=why,
        )
        for part in allocation.parts
    ]  # fmt: skip
