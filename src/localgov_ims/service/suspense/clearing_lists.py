"""Clearing items by a remittance list: one credit that pays many accounts becomes one clearance, once for each list."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import field, frozen

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving, check_balance
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.texts import text
from localgov_ims.domain.transactions import Transaction
from localgov_ims.errors import RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.service.suspense.clearing import Clearance, cleared, seen_now
from localgov_ims.service.suspense.clearing_checks import Given, Receivers, check_given
from localgov_ims.service.suspense.items import held
from localgov_ims.storage import proposals, reversals, transactions
from localgov_ims.storage import suspense as stored
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class RemittanceList:
    """A list of whom a credit pays, read and allocated.

    Attributes:
        name: What makes it once on an item: the SHA-256 of its bytes.
        rows: Those that rules or the person have placed: fund, account, amount, and what else the row says.
        unplaced: What the others come to; it stays in the items, the last first.
    """

    name: str = field(validator=text(100))
    rows: tuple[BasketItem, ...]
    unplaced: Money = NOTHING


@frozen(kw_only=True)
class ListCleared:
    """What became of a list: its clearance, or the proposal of it; `seen`: it had been cleared before, and nothing was done."""

    made: Transaction | Proposal
    seen: bool


def clear_by_list(
    installation: Installation, items: Sequence[Giving], remittance: RemittanceList
) -> ListCleared:
    """Clear items to the accounts of a list by one clearance; the list comes to what the items give.

    Raises:
        NotFound: One of them is no item of suspense.
        AlreadyDone: Somebody else took from an item meanwhile (`changed_meanwhile`).
        RuleViolation: The list comes to another sum than the items give (`not_balanced`); no row of it is placed
            (`nothing_placed`); or as `clear_items`.
        InvalidValue: As `clear_items`.
        NotPermitted: As `clear_items`.
    """
    seen = seen_now(installation, items)

    def once() -> ListCleared:
        with installation.unit("clear_by_list") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, Permission.SUSPENSE_CLEAR)
            lines = sorted({each.line.id for each in held(unit.connection, [i.line for i in items]).values()})
            uses = stored.uses_of(unit.connection, remittance.name, lines)
            for _, _, record in reversed(uses):
                before = _standing(unit, record)
                if before is not None:
                    return ListCleared(made=before, seen=True)
            given = check_given(unit, items, seen)
            asked = Clearance(
                items=_less(given, remittance), receivers=Receivers(targets=remittance.rows), seen={}
            )
            made = cleared(installation, unit, rights, asked)
            times = dict.fromkeys(lines, 0) | {line: n for line, n, _ in uses}
            stored.add_list(unit, remittance.name, times, made.id)
            unit.detail |= {"list": remittance.name}
            unit.commit()
            return ListCleared(made=made, seen=False)

    return retried(once)


def _less(given: Sequence[Given], remittance: RemittanceList) -> tuple[Giving, ...]:
    """Return what each item gives to the rows that are placed: what the others come to stays in it, the last first."""
    amounts = [each.amount for each in given]
    check_balance(amounts, [*(row.amount for row in remittance.rows), remittance.unplaced], [])
    if not remittance.rows:
        message = "No row of the list is placed. Say for one at least to which fund and account it belongs."
        raise RuleViolation("nothing_placed", message, list=remittance.name)
    stays = remittance.unplaced
    for place in range(len(amounts) - 1, -1, -1):
        if stays.pence * amounts[place].pence <= 0:
            continue
        kept = min(stays, amounts[place], key=abs)
        amounts[place] -= kept
        stays -= kept
    return tuple(
        Giving(line=each.held.line.reference, amount=amount)
        for each, amount in zip(given, amounts, strict=True)
        if amount
    )


def _standing(unit: Unit, record: UUID) -> Transaction | Proposal | None:
    """Return what a list became before, unless that was undone or turned down."""
    for proposal in proposals.some(unit.connection, proposals.proposals.c.id == record):
        if proposal.accepted is None:
            return proposal
        if proposal.record is None:
            return None
        record = proposal.record
    if reversals.reversed_among(unit.connection, [record]):
        return None
    return next(transactions.some(unit.connection, transactions.transactions.c.id == record), None)
