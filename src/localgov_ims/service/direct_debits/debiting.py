"""Debiting: the bank has taken Direct Debits back, so the income goes back too.

Each unpaid becomes a Reversal of its Receipt where that is here and whole. Where the receipts live in the back office, are
older than this system, or have been refunded or moved since, it becomes a Receipt below zero on the account: the debt
is alive again.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from localgov_ims.errors import AlreadyDone, RuleViolation
from localgov_ims.service.council import Council
from localgov_ims.service.direct_debits.originals import Originals, originals_of
from localgov_ims.service.income.known_holders import KnownHolders
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.storage import statements, transactions, unpaids
from localgov_ims.storage.store import Unit


def record_debited(installation: Installation, unit: Unit, debited: Mapping[UUID, UUID]) -> None:
    """Take back the income of unpaids that the bank has debited, each by the id of its statement line.

    Raises:
        RuleViolation: One was withdrawn, or debited before (`wrong_state`); nothing is recorded then.
    """
    connection = unit.connection
    found = list(unpaids.some(connection, unpaids.unpaids.c.id.in_(list(debited))))
    latest = unpaids.latest(connection, [each.id for each in found])
    lines = {line.id: line for line in statements.with_ids(connection, list(set(debited.values())))}
    originals = originals_of(connection, installation.council, found)
    for each in found:
        before = latest.get(each.id)
        check_step(before.state if before is not None else UnpaidState.ADVISED, UnpaidState.DEBITED)
        line = lines[debited[each.id]]
        made = _taken_back(installation, unit, each, originals) or _below_zero(installation, unit, each, line)
        event = UnpaidEvent(
            id=new_id(), unpaid=each.id, number=before.number + 1 if before is not None else 1,
            state=UnpaidState.DEBITED, at=unit.at, by=installation.actor, line=line.id, transaction=made.id,
        )  # fmt: skip
        unpaids.add_event(unit, event)


def _taken_back(
    installation: Installation, unit: Unit, each: RecordedUnpaid, originals: Originals
) -> Transaction | None:
    original = originals.take(each)
    if original is None:
        return None
    try:
        return take_back(installation, unit, original, reason=reason_of(each))
    except AlreadyDone:
        raise
    except RuleViolation:
        return None  # a part was refunded or moved since: what the bank takes now is owed besides


def reason_of(each: RecordedUnpaid) -> str:
    """Return why, as the lines say it: the report's code and words, and the reference it names."""
    unpaid = each.unpaid
    return f"Direct Debit {unpaid.kind.value}: {unpaid.code} {unpaid.reason}".strip()[:100]


def _below_zero(
    installation: Installation, unit: Unit, each: RecordedUnpaid, line: StatementLine
) -> Transaction:
    council, user = installation.council, installation.council.service_users[each.service_user]
    mop = user.mop or council.bank_transfer
    row = IncomeRow(
        position=each.unpaid.position, amount=each.unpaid.amount, taken_on=line.line.booked_on, mop=mop,
        account_reference=each.unpaid.reference, source_reference=each.unpaid.reference,
    )  # fmt: skip
    allocation = _allocated(council, unit, user, row)
    made = receipt(
        _lines(council, row, allocation, reason_of(each)), channel=Channel.BANK, origin=Origin(unpaids.ORIGIN, str(each.id)),
        taken_on=row.taken_on, recorded_at=unit.at, recorded_by=installation.actor,
    )  # fmt: skip
    transactions.add(unit, [made], personal_narratives=council.personal_narratives)
    if allocation.reason is not None:
        item = SuspenseItem(
            id=new_id(), line=made.lines[0].id, reason=allocation.reason, received_at=unit.at,
            received_reference=each.unpaid.reference, detail=allocation.detail, rule=allocation.rule,
        )  # fmt: skip
        transactions.add_suspense(unit, [item])
    return made


def _allocated(council: Council, unit: Unit, user: ServiceUser, row: IncomeRow) -> Allocation:
    """Ask the rules of the collections' own import type; where they place it nowhere, the number's fund takes it."""
    holders = KnownHolders(unit.connection, row.taken_on)
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
