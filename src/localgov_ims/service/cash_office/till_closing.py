"""Closing a till: over and short as lines of their own, and everything but the next float in a sealed bag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from uuid import UUID

from attrs import frozen

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.deposits import DepositKind, DepositSource, ExpectedDeposit
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.over_short import OF_TILL
from localgov_ims.domain.people import Rights
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.tills import Closing, Takings, TillCount, TillEventKind, TillSession
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.errors import InvalidValue, RuleViolation
from localgov_ims.service.cash_office.depositing import expect_deposits
from localgov_ims.service.cash_office.ereturn_checks import over_short_account
from localgov_ims.service.cash_office.till_views import (
    WORKS_TILLS,
    TillView,
    permit_session,
    session_of,
    settings_of,
    view_till,
)
from localgov_ims.service.cash_office.tills import add_event
from localgov_ims.service.council import Council
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit


@frozen(kw_only=True)
class _Asked:
    next_float: Money | None
    bag_number: str | None
    slip: str | None
    reason: str | None


def close_till(
    installation: Installation, *, session: str | None = None, next_float: Money | None = None,
    bag_number: str | None = None, slip: str | None = None, reason: str | None = None,
) -> TillView:  # fmt: skip
    """Close a counted till: record what it is over or short, and expect what is in its bag and what its cards brought.

    *next_float* is what stays in the till, where it is not what it was opened with. None named, the session is the
    cashier's own newest. Beyond [over_short] limit somebody else closes it, with till.authorise.

    Raises:
        NotPermitted: It is somebody else's and the permission till.authorise is missing.
        NotFound: There is no such session.
        RuleViolation: It is not counted or is closed (`wrong_state`); it is over or short and no reason is given
            (`missing_value`), or the cashier would pass more than the limit (`same_person`); the float would change and
            no account says where to (`float_changed`); or there is nothing for a bag (`nothing_to_bag`).
        InvalidValue: There is something for a bag and no number of it (`no_bag_number`), or less was counted than is to
            stay (`bad_float`).
        ConfigurationError: It is over or short, and the settings have no [over_short] (`no_over_short`).
        AlreadyDone: The bag or the Z-report was paid in before (`bag_number_used`, `z_report_used`).
    """
    asked = _Asked(
        next_float=next_float, bag_number=bag_number, slip=slip, reason=fitting("reason", reason, 100)
    )
    name = retried(lambda: _close(installation, session, asked))
    return view_till(installation, name)


def _close(installation: Installation, named: str | None, asked: _Asked) -> str:
    council = installation.council
    with installation.unit("close_till") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, *WORKS_TILLS)
        session = session_of(installation, unit.connection, named)
        permit_session(rights, session)
        stays = session.float_ if asked.next_float is None else asked.next_float
        closing = Closing(next_float=stays, bag_number=asked.bag_number)
        event = session.next_event(TillEventKind.CLOSED, by=installation.actor, at=unit.at, closing=closing)
        count = session.count
        assert count is not None, "what follows the count has one"  # noqa: S101
        _check_difference(council, rights, session, asked.reason)
        bag = _bag(council, session, count, closing)
        made = dict(_differences(installation, unit, session, closing, asked.reason))
        transactions.add(unit, made.values(), personal_narratives=council.personal_narratives)
        expect_deposits(unit, list(_expected(unit, session, bag, made, asked)))
        add_event(unit, session, event)
        unit.detail |= {"over_pence": session.over.cash.pence, "bag_pence": (bag.cash + bag.cheques).pence}
        unit.commit()
        return session.name


def _check_difference(council: Council, rights: Rights, session: TillSession, reason: str | None) -> None:
    over = session.over
    if not (over.cash or over.card):
        return
    if reason is None:
        said = ", ".join(f"{amount.shown()}" for amount in (over.cash, over.card) if amount)
        message = f"Till {session.name} is over or short by {said}. Say why."
        raise RuleViolation("missing_value", message, session=session.name, field="reason")
    account = over_short_account(council)
    if any(account.needs_another(amount) for amount in (over.cash, over.card)):
        permit_session(rights, session, again=True)


def _bag(council: Council, session: TillSession, count: TillCount, closing: Closing) -> Takings:
    """Return what is in the sealed bag: all cash but the next float, and the cheques."""
    cash = count.cash.total - closing.next_float
    if cash.pence < 0:
        message = f"{count.cash.total.shown()} was counted, so that {closing.next_float.shown()} cannot stay in the till."
        raise InvalidValue("bad_float", message, value=str(closing.next_float))
    if closing.next_float != session.float_ and settings_of(council).floats is None:
        message = (
            f"The till was opened with {session.float_.shown()}, and {closing.next_float.shown()} is to stay. [tills] "
            "names no account in floats for what a float grows or shrinks by."
        )
        raise RuleViolation("float_changed", message, session=session.name, value=str(closing.next_float))
    bag = Takings(cash=cash, cheques=session.expected.cheques)
    filled = bool(bag.cash or bag.cheques)
    if filled and closing.bag_number is None:
        message = f"{(bag.cash + bag.cheques).shown()} goes into a sealed bag. Give the number of its seal."
        raise InvalidValue("no_bag_number", message, session=session.name)
    if not filled and closing.bag_number is not None:
        message = f"Nothing is left of till {session.name} for a bag. Leave the bag's number out."
        raise RuleViolation("nothing_to_bag", message, value=closing.bag_number)
    return bag


def _differences(
    installation: Installation, unit: Unit, session: TillSession, closing: Closing, reason: str | None
) -> Iterator[tuple[DepositKind, Transaction]]:
    """Make the Receipts of what is over or short, and of what the float changed by: one of cash, one of cards."""
    council, over = installation.council, session.over
    tills, day = settings_of(council), local_day(unit.at)
    cash, card = list[LineInput](), list[LineInput]()
    for lines, amount, mop in ((cash, over.cash, tills.cash), (card, over.card, tills.card)):
        if amount:
            account = over_short_account(council)
            lines.append(line_for(
                council, fund=account.fund, account_reference=account.account_reference, amount=amount,
                mop=mop or tills.cash, taken_on=day, narrative=reason,
            ))  # fmt: skip
    grown, floats = closing.next_float - session.float_, tills.floats
    if grown and floats is not None:
        cash.append(line_for(
            council, fund=floats.fund, account_reference=floats.account_reference, amount=-grown, mop=tills.cash,
            taken_on=day, narrative=f"Float of till {session.office}/{session.till}: {grown.shown()}",
        ))  # fmt: skip
    for kind, lines in ((DepositKind.CASH, cash), (DepositKind.CARD, card)):
        if lines:
            origin = Origin(OF_TILL, f"{session.id}/{kind.value}")
            yield kind, receipt(
                lines, channel=Channel.COUNTER, origin=origin, taken_on=day, recorded_at=unit.at,
                recorded_by=installation.actor, office=session.office,
            )  # fmt: skip


def _expected(
    unit: Unit, session: TillSession, bag: Takings, made: Mapping[DepositKind, Transaction], asked: _Asked
) -> Iterator[ExpectedDeposit]:
    """Make what must come: the bag's cash, its cheques, and the takings by card; the income of each adds up to it."""
    count = session.count
    z = count.card if count is not None else None
    for kind, total in ((DepositKind.CASH, bag.cash), (DepositKind.CHEQUE, bag.cheques)):
        if total:
            yield ExpectedDeposit(
                id=new_id(), kind=kind, total=total, due_on=local_day(unit.at), office=session.office,
                bag_number=asked.bag_number, slip=asked.slip, source_kind=DepositSource.TILL, source=session.id,
                transactions=_income(session, kind, made),
            )  # fmt: skip
    if z is not None:
        yield ExpectedDeposit(
            id=new_id(), kind=DepositKind.CARD, total=z.total, due_on=z.day, office=session.office,
            merchant=z.merchant, terminal=z.terminal, z_report=z.number, source_kind=DepositSource.TILL,
            source=session.id, transactions=_income(session, DepositKind.CARD, made),
        )  # fmt: skip


def _income(
    session: TillSession, kind: DepositKind, made: Mapping[DepositKind, Transaction]
) -> tuple[UUID, ...]:
    own = [e.transaction for e in session.events if e.transaction is not None and _PART[kind](e.takings)]
    return (*own, made[kind].id) if kind in made else tuple(own)


_PART: Final[Mapping[DepositKind, Callable[[Takings], Money]]] = {
    DepositKind.CASH: lambda takings: takings.cash,
    DepositKind.CHEQUE: lambda takings: takings.cheques,
    DepositKind.CARD: lambda takings: takings.card,
}
