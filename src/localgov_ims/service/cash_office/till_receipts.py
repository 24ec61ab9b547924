"""What is taken at a till: the session that a counter receipt names, voids, and what is paid out."""

from __future__ import annotations

from localgov_ims.domain.calendar import local_day, start_of
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.tills import Takings, TillEventKind, TillSession, TillState
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, Origin, Transaction
from localgov_ims.errors import ConfigurationError, InvalidValue, NotFound, RuleViolation
from localgov_ims.service.cash_office.till_views import WORKS_TILLS, permit_session, settings_of
from localgov_ims.service.cash_office.tills import add_event
from localgov_ims.service.council import Council
from localgov_ims.service.finding import transaction_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.lines import line_for
from localgov_ims.service.moves.reversing import take_back
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import tills as stored
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit


def till_of_receipt(
    installation: Installation, unit: Unit, office: str | None, usual: str | None, *, needed: bool = False
) -> TillSession | None:
    """Return the session that a counter receipt of the actor belongs to; none where the office has no tills.

    *office* is the one that was named, *usual* the user's own; *needed*: without a session it cannot be.

    Raises:
        RuleViolation: The office has tills, and the user has none of them open (`no_open_till`), or has one open in
            another office (`other_office`).
    """
    found = stored.latest_of_cashier(unit.connection, installation.actor)
    if found is not None and found.state is TillState.OPEN:
        if office is not None and office != found.office:
            message = (
                f"{installation.actor} has till {found.name} open, and cannot take money in office {office}."
            )
            raise RuleViolation("other_office", message, session=found.name, office=office)
        return found
    offices = installation.council.offices
    place = offices.get(office or usual or "")
    # Whoever says of no office that it is theirs could take money past every till.
    tills = any(each.tills for each in offices.values()) if place is None else bool(place.tills)
    if needed or tills:
        where = f" in office {place.code}" if place is not None else ""
        message = f"{installation.actor} has no till open{where}. Open one: `ims tills open TILL`."
        raise RuleViolation("no_open_till", message, user=installation.actor)
    return None


def record_taking(installation: Installation, unit: Unit, session: TillSession, made: Transaction) -> None:
    """Record in a unit that a Receipt was taken at a till."""
    takings = _takings(installation.council, made)
    event = session.next_event(
        TillEventKind.RECEIPT, by=installation.actor, at=unit.at, takings=takings, transaction=made.id
    )
    add_event(unit, session, event)


def void_receipt(installation: Installation, reference: str, *, reason: str) -> Transaction:
    """Take back what was taken or paid out at a till: a Reversal, before the count in the same session.

    Before the count the cashier does it; afterwards only somebody else with till.authorise. Once the session is closed
    the Reversal is no part of it, and what its bag held stays what it was.

    Raises:
        NotPermitted: The permission, a fund of the receipt, or a restricted account is not theirs.
        NotFound: There is no such transaction.
        RuleViolation: It was not taken at a till (`not_at_a_till`), no reason is given (`reason_missing`), it is the
            cashier's own and counted (`same_person`), or a part of it was refunded or moved on (`over_available`).
        AlreadyDone: It is taken back already.
    """
    why = fitting("reason", reason, 100)
    return retried(lambda: _void(installation, reference, why))


def _void(installation: Installation, reference: str, why: str | None) -> Transaction:
    with installation.unit("void_receipt") as unit:
        unit.lock()
        rights = permit_unit(installation, unit, *WORKS_TILLS)
        found = transaction_of(unit.connection, rights, reference)
        session, event = _taken_at(unit, found)
        permit_session(rights, session, again=session.state is not TillState.OPEN)
        accounts = [(line.fund, line.account_reference) for line in found.lines]
        permit_accounts(installation, unit.connection, rights, accounts)
        if why is None:
            raise RuleViolation("reason_missing", "Say why it is voided.", transaction=found.reference)
        made = take_back(installation, unit, found, reason=why)
        if session.state is TillState.CLOSED:
            unit.detail["till"] = session.name
        else:
            void = session.next_event(
                TillEventKind.VOID, by=installation.actor, at=unit.at, takings=-event, transaction=made.id
            )
            add_event(unit, session, void)
        unit.detail |= {"reverses": found.reference, "by": made.reference}
        unit.commit()
        return made


def _taken_at(unit: Unit, found: Transaction) -> tuple[TillSession, Takings]:
    taken = stored.of_transaction(unit.connection, found.id)
    if taken is None or taken[1] not in {TillEventKind.RECEIPT, TillEventKind.PAY_OUT}:
        message = f"{found.reference} was not taken or paid out at a till. `ims reverse` takes back what else there is."
        raise RuleViolation("not_at_a_till", message, transaction=found.reference)
    session = taken[0]
    return session, next(e.takings for e in session.events if e.transaction == found.id)


def pay_out(installation: Installation, *, amount: Money, reason: str) -> Transaction:
    """Pay cash out of one's own till: a line below nothing on the account that the settings name for it.

    Raises:
        NotPermitted: The permission till.record is missing.
        NotFound: The cashier has no till (`no_open_till`).
        ConfigurationError: The settings name no account for it (`no_pay_out_account`).
        InvalidValue: The amount is not above zero.
        RuleViolation: The till is counted (`wrong_state`), no reason is given (`reason_missing`), or it is more than may
            be paid out of one till, or by one cashier, in a day (`over_limit`).
    """
    why = fitting("reason", reason, 100)
    return retried(lambda: _pay_out(installation, amount, why))


def _pay_out(installation: Installation, amount: Money, why: str | None) -> Transaction:
    with installation.unit("pay_out") as unit:
        unit.lock()  # as a receipt does, so that neither waits for the other
        permit_unit(installation, unit, Permission.TILL_RECORD)
        session = stored.latest_of_cashier(unit.connection, installation.actor)
        if session is None:
            message = f"{installation.actor} has no till open. Open one: `ims tills open TILL`."
            raise NotFound("no_open_till", message, user=installation.actor)
        account = settings_of(installation.council).pay_outs
        if account is None:
            message = "Nothing is paid out of tills here: [tills] names no account in pay_outs."
            raise ConfigurationError("no_pay_out_account", message)
        _check_pay_out(installation.council, unit, session, amount, why)
        today = local_day(unit.at)
        line = line_for(
            installation.council, fund=account.fund, account_reference=account.account_reference, amount=-amount,
            mop=settings_of(installation.council).cash, taken_on=today, narrative=why,
        )  # fmt: skip
        made = receipt(
            [line], channel=Channel.COUNTER, origin=Origin("pay_out", str(new_id())), taken_on=today,
            recorded_at=unit.at, recorded_by=installation.actor, office=session.office,
        )  # fmt: skip
        transactions.add(unit, [made], personal_narratives=installation.council.personal_narratives)
        event = session.next_event(
            TillEventKind.PAY_OUT, by=installation.actor, at=unit.at, takings=Takings(cash=-amount),
            transaction=made.id,
        )  # fmt: skip
        add_event(unit, session, event)
        unit.detail |= {"receipt": made.reference, "pence": made.total.pence}
        unit.commit()
        return made


def _check_pay_out(
    council: Council, unit: Unit, session: TillSession, amount: Money, why: str | None
) -> None:
    if amount <= NOTHING:
        message = f"What is paid out must be above zero, not {amount.shown()}."
        raise InvalidValue("amount_not_positive", message, value=str(amount))
    if why is None:
        raise RuleViolation("reason_missing", "Say what it is paid out for.", session=session.name)
    limit, midnight = settings_of(council).pay_out_limit, start_of(local_day(unit.at))
    of_till, by_cashier = stored.paid_out_since(unit.connection, session, midnight)
    for before, whose in ((of_till, "out of one till"), (by_cashier, "by one cashier")):
        if before + amount > limit:
            message = (
                f"At most {limit.shown()} is paid {whose} in a day; {before.shown()} was already today. Ask for a payment "
                "by creditors."
            )
            raise RuleViolation("over_limit", message, limit=str(limit), value=str(amount))


def _takings(council: Council, made: Transaction) -> Takings:
    """Return what a counter receipt brings, by kind: cash by its methods' flag, cards by the terminal's method."""
    tills, found = council.tills, Takings()
    for line in made.lines:
        if council.methods[line.mop].cash:
            found += Takings(cash=line.amount)
        elif tills is not None and line.mop == tills.card:
            found += Takings(card=line.amount)
        else:
            found += Takings(cheques=line.amount)
    return found
