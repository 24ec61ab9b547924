"""Reallocations: moving a line, or part of it, to other funds and accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from attrs import asdict, evolve

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.draws import Draw
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.people import Rights
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.transacting import moved as transfer_of
from localgov_ims.domain.transactions import Channel, Line, LineInput, Origin, Transaction
from localgov_ims.domain.two_person import Act
from localgov_ims.errors import InvalidValue, RuleViolation
from localgov_ims.service.finding import line_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import proposing
from localgov_ims.service.moves.drawing import take
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.payments.baskets import Asking, check_items
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit

NARRATIVE = "Reallocation"


def reallocate_line(
    installation: Installation, line_reference: str, items: Sequence[BasketItem]
) -> Transaction | Proposal:
    """Move (part of) a line to the accounts of *items*: one pair of lines each, drawing on the line.

    Above the limit for one person it is a Proposal, drawn already, which somebody else records by `authorise`.

    Raises:
        NotFound: There is no such line.
        InvalidValue, RuleViolation: An item cannot be as it is (see `check_basket`); the line is in suspense, or is
            not income (`not_reallocatable`); together they come to more than is left of it (`over_available`).
        NotPermitted: The user may not reallocate, the line's fund is not theirs, or an account is restricted.
    """

    def once() -> Transaction | Proposal:
        with installation.unit("reallocate_line") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, Permission.LINE_REALLOCATE)
            transaction, line = line_of(unit.connection, rights, line_reference)
            if proposing.needs_another(installation, unit, Act.REALLOCATION, _moved(line, items)):
                inputs = _checked(installation, unit, rights, transaction, line, items)
                proposal = proposing.propose(
                    installation, unit, Act.REALLOCATION, _plain(line, items), _moved(line, items),
                    amount=Money.total(item.amount for item in items), others=_others(line, items),
                )  # fmt: skip
                _draw(installation, unit, line, inputs, by_kind="proposal", by=proposal.id)
                unit.commit()
                return proposal
            made = _record(installation, unit, rights, transaction, line, items, by=installation.actor)
            proposing.count(
                installation,
                unit,
                Act.REALLOCATION,
                _moved(line, items),
                made.id,
                others=_others(line, items),
            )
            unit.detail |= {"line": line.reference, "reallocation": made.reference}
            unit.commit()
            return made

    return retried(once)


def record_proposed(installation: Installation, unit: Unit, rights: Rights, proposal: Proposal) -> UUID:
    """Record a reallocation that was proposed; what it drew has been given back, and is drawn anew."""
    asked: dict[str, Any] = dict(proposal.asked)
    items = [BasketItem(**{**each, "amount": Money(each["amount"])}) for each in asked["items"]]
    transaction, line = line_of(unit.connection, rights, asked["line"])
    return _record(installation, unit, rights, transaction, line, items, by=proposal.proposed_by).id


def _record(
    installation: Installation, unit: Unit, rights: Rights, transaction: Transaction, line: Line,
    items: Sequence[BasketItem], *, by: str,
) -> Transaction:  # fmt: skip
    inputs = _checked(installation, unit, rights, transaction, line, items)
    own = new_id()
    draws = _draw(installation, unit, line, inputs, by_kind="reallocation", by=own)
    lines: list[LineInput] = []
    for pair, (given, drawn) in enumerate(zip(inputs, draws, strict=True), start=1):
        lines += [evolve(given, pair=pair), evolve(_out(installation, line, given, drawn), pair=pair)]
    made = transfer_of(
        lines, origin=Origin("reallocation", str(own)), taken_on=transaction.taken_on, recorded_at=unit.at,
        recorded_by=by, channel=Channel.STAFF,
    )  # fmt: skip
    transactions.add(unit, [made], personal_narratives=installation.council.personal_narratives)
    return made


def _checked(
    installation: Installation, unit: Unit, rights: Rights, transaction: Transaction, line: Line,
    items: Sequence[BasketItem],
) -> list[LineInput]:  # fmt: skip
    """Return the lines that the money goes to, with their VAT of the day it was taken."""
    council = installation.council
    if line.fund == council.suspense_fund.code or line.reverses is not None or line.amount <= NOTHING:
        what = (
            "is cleared, not reallocated"
            if line.fund == council.suspense_fund.code
            else "is no income to move"
        )
        message = f"Line {line.reference} ({line.amount.shown()} in fund {line.fund}) {what}."
        raise RuleViolation("not_reallocatable", message, line=line.reference)
    if not items:
        raise InvalidValue("basket_empty", "Say where the money goes: at least one fund and amount.")
    permit_accounts(installation, unit.connection, rights, [(line.fund, line.account_reference)])
    asking = Asking(
        installation=installation, connection=unit.connection, rights=rights, channel=Channel.STAFF,
        today=transaction.taken_on, methods=False,
    )  # fmt: skip
    mop = council.special["reallocation_in"]
    return [
        line_for(
            council, fund=given.fund, account_reference=given.account_reference, amount=given.amount, mop=mop,
            taken_on=transaction.taken_on, vat_code=given.vat_code, narrative=given.narrative or NARRATIVE,
        )
        for given in check_items(asking, unit, items)
    ]  # fmt: skip


def _draw(
    installation: Installation, unit: Unit, line: Line, inputs: Sequence[LineInput], *, by_kind: str, by: UUID
) -> list[Draw]:
    asked = [(line, given.amount) for given in inputs]
    return take(installation.council, unit, asked, by_kind=by_kind, by=by)


def _out(installation: Installation, line: Line, given: LineInput, drawn: Draw) -> LineInput:
    """Return the leg that takes the money from the line: its fund, account and VAT code, and the VAT of the part."""
    return LineInput(
        fund=line.fund, account_reference=line.account_reference, amount=-given.amount,
        mop=installation.council.special["reallocation_out"], vat_code=line.vat_code, vat_treatment=line.vat_treatment,
        vat_rate=line.vat_rate, vat=-drawn.vat, narrative=given.narrative, draws_on=line.id,
    )  # fmt: skip


def _moved(line: Line, items: Sequence[BasketItem]) -> proposing.Moved:
    """Return what is moved, by account: out of the line's own and into each other one."""
    moved: proposing.Moved = {(line.fund, line.account_reference): Money.total(item.amount for item in items)}
    for item in items:
        account = (item.fund, item.account_reference)
        moved[account] = moved.get(account, NOTHING) + item.amount
    return moved


def _others(line: Line, items: Sequence[BasketItem]) -> set[proposing.Account]:
    return {(item.fund, item.account_reference) for item in items} - {(line.fund, line.account_reference)}


def _plain(line: Line, items: Sequence[BasketItem]) -> dict[str, object]:
    plain = [{**asdict(item, recurse=False), "amount": item.amount.pence} for item in items]
    return {"line": line.reference, "items": plain}
