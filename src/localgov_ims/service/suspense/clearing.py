"""Clearing suspense: placing items in the accounts that they belong to, whole or in part, and undoing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from attrs import asdict, frozen

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.clearing import CLEARANCE, Giving
from localgov_ims.domain.draws import Draw, Taken
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transacting import moved as transfer_of
from localgov_ims.domain.transactions import LineInput, Origin, Transaction
from localgov_ims.domain.two_person import Act
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import proposing
from localgov_ims.service.moves.drawing import take
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.service.suspense.clearing_checks import Given, Receivers, check_given, check_receivers
from localgov_ims.service.suspense.items import held
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit

Seen = dict[UUID, Taken]
"""What stood against each item when somebody asked, by its line."""


@frozen(kw_only=True)
class Clearance:
    """A clearance as it was asked for, and what the person saw of its items.

    `written_back` ones are income of the day they are recorded, others of the oldest day on which a payer paid.
    """

    items: tuple[Giving, ...]
    receivers: Receivers
    seen: Seen
    written_back: bool = False


def clear_items(
    installation: Installation,
    items: Sequence[Giving],
    targets: Sequence[BasketItem] = (),
    *,
    credit_notes: Sequence[BasketItem] = (),
    narrative: str | None = None,
) -> Transaction | Proposal:
    """Clear items of suspense: one Transfer, with a line for each item, target and credit note, that sums to zero.

    Items may offset each other without a target. A target's method is `reallocation_in` unless it names one, its
    narrative *narrative*, else that of the item that pays it; its VAT is that of the day its payer paid. Above the
    limit for one person it is a Proposal, drawn already, which somebody else records by `authorise`.

    Raises:
        NotFound: One of them is no item of suspense.
        AlreadyDone: Somebody else took from an item meanwhile (`changed_meanwhile`).
        RuleViolation, InvalidValue: See `check_given` and `check_receivers`.
        NotPermitted: The user may not clear suspense, a fund is not theirs, or an account is restricted.
    """
    receivers = Receivers(
        targets=tuple(targets),
        credit_notes=tuple(credit_notes),
        narrative=fitting("narrative", narrative, 100),
    )
    asked = Clearance(items=tuple(items), receivers=receivers, seen=seen_now(installation, items))

    def once() -> Transaction | Proposal:
        with installation.unit("clear_items") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, Permission.SUSPENSE_CLEAR)
            made = cleared(installation, unit, rights, asked)
            unit.commit()
            return made

    return retried(once)


def seen_now(installation: Installation, items: Sequence[Giving]) -> Seen:
    """Return what stands against items before anybody waits for another: who is later is told, not served the rest.

    Raises:
        NotFound: One of them is no item of suspense.
        NotPermitted: The user may not clear suspense.
    """
    with installation.store.reading() as connection:
        permit(installation, connection, Permission.SUSPENSE_CLEAR)
        found = held(connection, [each.line for each in items]) if items else {}
    return {each.line.id: each.taken for each in found.values()}


def cleared(
    installation: Installation, unit: Unit, rights: Rights, asked: Clearance
) -> Transaction | Proposal:
    """Record a clearance in a locked unit, or its proposal where it needs another person.

    Raises:
        NotFound, AlreadyDone, RuleViolation, InvalidValue, NotPermitted: See `clear_items`.
    """
    given = check_given(unit, asked.items, asked.seen)
    inputs = check_receivers(installation, unit, rights, given, asked.receivers)
    moved = _moved(installation, given, inputs)
    items = {account for account in moved if account[0] == installation.council.suspense_fund.code}
    if proposing.needs_another(installation, unit, Act.CLEARANCE, moved):
        proposal = proposing.propose(
            installation, unit, Act.CLEARANCE, _plain(given, asked), moved,
            amount=Money.total(abs(each.amount) for each in given), others=items,
        )  # fmt: skip
        _draw(installation, unit, given, by_kind="proposal", by=proposal.id)
        return proposal
    made = _record(installation, unit, given, inputs, by=installation.actor, written_back=asked.written_back)
    proposing.count(installation, unit, Act.CLEARANCE, moved, made.id, others=items)
    unit.detail |= {
        "clearance": made.reference,
        "items": sorted({each.held.line.reference for each in given}),
    }
    return made


def record_proposed(installation: Installation, unit: Unit, rights: Rights, proposal: Proposal) -> UUID:
    """Record a clearance that was proposed; what it drew has been given back, and is drawn anew."""
    asked: dict[str, Any] = dict(proposal.asked)
    items = [Giving(line=each["line"], amount=Money(each["amount"])) for each in asked["given"]]
    receivers = Receivers(
        targets=tuple(map(_item, asked["targets"])), credit_notes=tuple(map(_item, asked["credit_notes"])),
        narrative=asked["narrative"],
    )  # fmt: skip
    given = check_given(unit, items, {})
    inputs = check_receivers(installation, unit, rights, given, receivers)
    written_back = bool(asked.get("written_back"))
    return _record(installation, unit, given, inputs, by=proposal.proposed_by, written_back=written_back).id


def _record(
    installation: Installation,
    unit: Unit,
    given: Sequence[Given],
    inputs: Sequence[LineInput],
    *,
    by: str,
    written_back: bool,
) -> Transaction:
    own = new_id()
    drawn = _draw(installation, unit, given, by_kind=CLEARANCE, by=own)
    out = [_out(installation, each, draw) for each, draw in zip(given, drawn, strict=True)]
    made = transfer_of(
        [*out, *inputs], origin=Origin(CLEARANCE, str(own)), recorded_at=unit.at, recorded_by=by,
        # No payer is chased for our delay: of items of several days, the oldest.
        taken_on=local_day(unit.at) if written_back else min(each.held.transaction.taken_on for each in given),
    )  # fmt: skip
    transactions.add(unit, [made], personal_narratives=installation.council.personal_narratives)
    return made


def _draw(
    installation: Installation, unit: Unit, given: Sequence[Given], *, by_kind: str, by: UUID
) -> list[Draw]:
    asked = [(each.held.line, each.amount) for each in given]
    return take(installation.council, unit, asked, by_kind=by_kind, by=by)


def _out(installation: Installation, given: Given, drawn: Draw) -> LineInput:
    """Return the line that takes an item's money out of suspense."""
    line = given.held.line
    return LineInput(
        fund=line.fund, account_reference=line.account_reference, amount=-given.amount,
        mop=installation.council.special["reallocation_out"], vat_code=line.vat_code, vat_treatment=line.vat_treatment,
        vat_rate=line.vat_rate, vat=-drawn.vat, narrative=line.narrative, draws_on=line.id,
    )  # fmt: skip


def _moved(
    installation: Installation, given: Sequence[Given], inputs: Sequence[LineInput]
) -> proposing.Moved:
    """Return what is moved: by account, and out of each item, which stands for its account as nobody knows whose it is."""
    suspense = installation.council.suspense_fund.code
    moved: proposing.Moved = {}
    parts: list[tuple[proposing.Account, Money]] = [
        ((suspense, each.held.line.reference), each.amount) for each in given
    ]
    parts += [((each.fund, each.account_reference), each.amount) for each in inputs]
    for account, amount in parts:
        moved[account] = moved.get(account, NOTHING) + abs(amount)
    return moved


def _plain(given: Sequence[Given], asked: Clearance) -> dict[str, object]:
    receivers = asked.receivers
    return {
        "given": [{"line": each.held.line.reference, "amount": each.amount.pence} for each in given],
        **{
            side: [_plain_item(each) for each in getattr(receivers, side)]
            for side in ("targets", "credit_notes")
        },
        "narrative": receivers.narrative,
        **({"written_back": True} if asked.written_back else {}),
    }


def _plain_item(item: BasketItem) -> dict[str, object]:
    return {**asdict(item, recurse=False), "amount": item.amount.pence}


def _item(plain: dict[str, Any]) -> BasketItem:
    return BasketItem(**{**plain, "amount": Money(plain["amount"])})
