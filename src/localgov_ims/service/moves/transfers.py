"""Transfers: moving money between accounts without an existing line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from attrs import asdict, evolve

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.transacting import transfer
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.domain.two_person import Act
from localgov_ims.errors import RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import proposing
from localgov_ims.service.moves.lines import checked_day, line_for
from localgov_ims.service.payments.baskets import Asking, check_items
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit

NARRATIVE = "Transfer"


def transfer_income(
    installation: Installation,
    sources: Sequence[BasketItem],
    targets: Sequence[BasketItem],
    *,
    taken_on: date | None = None,
) -> Transaction | Proposal:
    """Move money from accounts to accounts: what goes out is what comes in.

    Above the limit for one person it is a Proposal, which somebody else records by `authorise`.

    Raises:
        InvalidValue, RuleViolation: A side cannot be as it is (see `check_basket`); a side is empty
            (`transfer_shape`); the sums differ (`not_balanced`).
        NotPermitted: The user may not record transfers, or not for one of the funds.
    """

    def once() -> Transaction | Proposal:
        with installation.unit("transfer_income") as unit:
            unit.lock()
            funds = [item.fund for item in (*sources, *targets)]
            rights = permit_unit(installation, unit, Permission.TRANSFER_RECORD, funds=funds)
            made = _checked(installation, unit, rights, sources, targets, taken_on)
            moved = _moved(made)
            if proposing.needs_another(installation, unit, Act.TRANSFER, moved):
                asked = {
                    "sources": list(map(_plain, sources)), "targets": list(map(_plain, targets)),
                    "taken_on": taken_on and taken_on.isoformat(),
                }  # fmt: skip
                proposal = proposing.propose(
                    installation, unit, Act.TRANSFER, asked, moved, amount=_total(sources)
                )
                unit.commit()
                return proposal
            transactions.add(unit, [made], personal_narratives=installation.council.personal_narratives)
            proposing.count(installation, unit, Act.TRANSFER, moved, made.id)
            unit.detail |= {"transfer": made.reference}
            unit.commit()
            return made

    return retried(once)


def record_proposed(installation: Installation, unit: Unit, rights: Rights, proposal: Proposal) -> UUID:
    """Record a transfer that was proposed, checked again as things are now."""
    asked: dict[str, Any] = dict(proposal.asked)
    day = date.fromisoformat(asked["taken_on"]) if asked["taken_on"] is not None else None
    sources, targets = ([_item(each) for each in asked[side]] for side in ("sources", "targets"))
    rights.require_funds([item.fund for item in (*sources, *targets)])
    made = _checked(installation, unit, rights, sources, targets, day)
    made = evolve(made, recorded_by=proposal.proposed_by)
    transactions.add(unit, [made], personal_narratives=installation.council.personal_narratives)
    return made.id


def _checked(
    installation: Installation, unit: Unit, rights: Rights, sources: Sequence[BasketItem],
    targets: Sequence[BasketItem], taken_on: date | None,
) -> Transaction:  # fmt: skip
    if not sources or not targets:
        raise RuleViolation("transfer_shape", "A transfer needs at least one source and one target.")
    council, today = installation.council, local_day(unit.at)
    day = checked_day(taken_on, today)
    asking = Asking(
        installation=installation, connection=unit.connection, rights=rights, channel=Channel.STAFF, today=day,
        methods=False,
    )  # fmt: skip
    out, into = (
        [_line(installation, given, council.special[mop], day) for given in check_items(asking, unit, side)]
        for side, mop in ((sources, "transfer_out"), (targets, "transfer_in"))
    )
    return transfer(
        out, into, origin=Origin("transfer", str(new_id())), taken_on=day, recorded_at=unit.at,
        recorded_by=installation.actor,
    )  # fmt: skip


def _line(installation: Installation, given: LineInput, mop: str, day: date) -> LineInput:
    return line_for(
        installation.council, fund=given.fund, account_reference=given.account_reference, amount=given.amount, mop=mop,
        taken_on=day, vat_code=given.vat_code, narrative=given.narrative or NARRATIVE,
    )  # fmt: skip


def _moved(made: Transaction) -> proposing.Moved:
    """Return what a transfer comes to on each account that it touches, whichever way."""
    moved: proposing.Moved = {}
    for line in made.lines:
        account = (line.fund, line.account_reference)
        moved[account] = moved.get(account, NOTHING) + abs(line.amount)
    return moved


def _total(side: Sequence[BasketItem]) -> Money:
    return Money.total(item.amount for item in side)


def _plain(item: BasketItem) -> dict[str, object]:
    return {**asdict(item, recurse=False), "amount": item.amount.pence}


def _item(plain: dict[str, Any]) -> BasketItem:
    return BasketItem(**{**plain, "amount": Money(plain["amount"])})
