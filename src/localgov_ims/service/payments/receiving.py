"""Receiving money that is certain at once: cheques, cash, cards at the counter's terminal, and what comes by post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from attrs import evolve

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.ids import new_id, new_reference
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.payers import NOBODY, Cheque, Payer
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transacting import receipt
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.domain.two_person import Act
from localgov_ims.errors import ConfigurationError, InvalidValue, RuleViolation
from localgov_ims.service.cash_office.till_receipts import record_taking, till_of_receipt
from localgov_ims.service.finding import line_of
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves import proposing
from localgov_ims.service.moves.drawing import take
from localgov_ims.service.moves.lines import checked_day
from localgov_ims.service.payments.asking import checked_office
from localgov_ims.service.payments.baskets import Asking, check_basket
from localgov_ims.service.people.permitting import permit_unit
from localgov_ims.service.retrying import retried
from localgov_ims.storage import transactions
from localgov_ims.storage.store import Unit


def receive_cheque(
    installation: Installation,
    items: Sequence[BasketItem],
    *,
    cheque: Cheque,
    payer: Payer = NOBODY,
    channel: Channel = Channel.COUNTER,
    taken_on: date | None = None,
    office: str | None = None,
    caller_reference: str | None = None,
) -> Transaction:
    """Record a payment by cheque: a Receipt at once, every line by the cheque method.

    Raises:
        InvalidValue, RuleViolation: Something in it cannot be (see `check_basket`), or at a counter with tills none of
            them is the user's (`no_open_till`).
        NotPermitted: The user may not take cheques, or not for one of the funds.
    """
    mop = installation.council.special["cheque"]
    return _received(
        installation, [evolve(item, mop=mop) for item in items], Permission.PAYMENT_TAKE_CHEQUE, channel=channel,
        payer=payer, cheque=cheque, taken_on=taken_on, office=office, caller_reference=caller_reference,
    )  # fmt: skip


def receive_post(
    installation: Installation,
    items: Sequence[BasketItem],
    *,
    payer: Payer = NOBODY,
    taken_on: date | None = None,
    office: str | None = None,
    caller_reference: str | None = None,
) -> Transaction:
    """Record what came by post: a Receipt at once, every line by its own method.

    Raises:
        InvalidValue, RuleViolation: Something in it cannot be (see `check_basket`).
        NotPermitted: The user may not take post, or not for one of the funds.
    """
    return _received(
        installation, items, Permission.PAYMENT_TAKE_POST, channel=Channel.POST, payer=payer, cheque=None,
        taken_on=taken_on, office=office, caller_reference=caller_reference,
    )  # fmt: skip


def receive_cash(
    installation: Installation,
    items: Sequence[BasketItem],
    *,
    payer: Payer = NOBODY,
    office: str | None = None,
    caller_reference: str | None = None,
) -> Transaction:
    """Record cash taken at the counter today: a Receipt at once, every line by a method that is cash.

    Raises:
        InvalidValue, RuleViolation: Something in it cannot be (see `check_basket`), a method is not cash, or at a counter with
            tills none of them is the user's (`no_open_till`).
        NotPermitted: The user may not take payments, or not for one of the funds.
    """
    return _received(
        installation, items, Permission.PAYMENT_TAKE, channel=Channel.COUNTER, payer=payer, cheque=None, taken_on=None,
        office=office, caller_reference=caller_reference, cash=True,
    )  # fmt: skip


def receive_card(
    installation: Installation,
    items: Sequence[BasketItem],
    *,
    payer: Payer = NOBODY,
    authorisation_code: str | None = None,
    office: str | None = None,
    caller_reference: str | None = None,
) -> Transaction:
    """Record a card payment that the terminal of one's till has approved: a Receipt at once; its Z-report proves it.

    *authorisation_code* is what the terminal printed.

    Raises:
        InvalidValue, RuleViolation: Something in it cannot be (see `check_basket`), or no till is open (`no_open_till`).
        NotPermitted: The user may not take payments, or not for one of the funds.
        ConfigurationError: The council's tills have no card terminals (`no_card_terminal`).
    """
    mop = installation.council.tills.card if installation.council.tills is not None else None
    if mop is None:
        message = "No till has a card terminal here: [tills] names no method in card."
        raise ConfigurationError("no_card_terminal", message)
    return _received(
        installation, [evolve(item, mop=mop) for item in items], Permission.PAYMENT_TAKE, channel=Channel.COUNTER,
        payer=payer, cheque=None, taken_on=None, office=office, caller_reference=caller_reference, terminal=True,
        authorisation_code=fitting("authorisation code", authorisation_code, 20),
    )  # fmt: skip


def _received(  # noqa: PLR0913 - what each way of receiving says of it
    installation: Installation, items: Sequence[BasketItem], permission: Permission, *, channel: Channel, payer: Payer,
    cheque: Cheque | None, taken_on: date | None, office: str | None, caller_reference: str | None, cash: bool = False,
    terminal: bool = False, authorisation_code: str | None = None,
) -> Transaction:  # fmt: skip
    def once() -> Transaction:
        with installation.unit("receive_payment") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, permission)
            if cash:
                _check_cash(installation, items)
            day = checked_day(taken_on, local_day(unit.at))
            asking = Asking(
                installation=installation, connection=unit.connection, rights=rights, channel=channel, today=day,
                certain=True,
            )  # fmt: skip
            lines = check_basket(asking, unit, items, payer)
            _check_limit(installation, unit, lines)
            till = None
            if channel is Channel.COUNTER:
                till = till_of_receipt(installation, unit, office, rights.user.office, needed=terminal)
            own, reference = new_id(), new_reference()
            lines = [_linked(unit, asking, item, line, own) for item, line in zip(items, lines, strict=True)]
            made = receipt(
                lines, channel=channel, origin=Origin(channel.value, str(own)), taken_on=day, recorded_at=unit.at,
                recorded_by=installation.actor, reference=reference, payer=payer, cheque=cheque,
                office=till.office if till is not None else checked_office(installation, office or rights.user.office),
                authorisation_code=authorisation_code,
                caller_reference=fitting("caller reference", caller_reference, 100),
            )  # fmt: skip
            transactions.add(unit, [made], personal_narratives=installation.council.personal_narratives)
            if till is not None:
                record_taking(installation, unit, till, made)
            unit.detail |= {"receipt": made.reference, "pence": made.total.pence}
            unit.commit()
            return made

    return retried(once)


def _check_limit(installation: Installation, unit: Unit, lines: Sequence[LineInput]) -> None:
    """Refuse to take back more than one person may alone: what takes money from an account is an act like a refund."""
    taken: proposing.Moved = {}
    for line in lines:
        if line.amount < NOTHING:
            account = (line.fund, line.account_reference)
            taken[account] = taken.get(account, NOTHING) - line.amount
    if not taken:
        return
    if proposing.needs_another(installation, unit, Act.REFUND, taken):
        limit = installation.council.two_person.of(Act.REFUND).shown()
        message = f"Together with today's this takes more than {limit} from an account. Ask for a refund, which another authorises."
        raise RuleViolation("over_limit", message)
    proposing.count(installation, unit, Act.REFUND, taken, new_id())


def _check_cash(installation: Installation, items: Sequence[BasketItem]) -> None:
    for item in items:
        method = installation.council.methods.get(item.mop or "")
        if method is None or not method.cash:
            message = f"{item.mop or 'No method'!r} is not cash; name a method of payment with cash = true."
            raise InvalidValue("mop_not_allowed", message, value=item.mop)


def _linked(unit: Unit, asking: Asking, item: BasketItem, line: LineInput, own: UUID) -> LineInput:
    """Return a negative line linked to what it takes back, where that is known; it draws on it."""
    if item.original is None or item.amount.pence >= 0:
        return line
    _, original = line_of(unit.connection, asking.rights, item.original)
    if original.reverses is not None:
        message = f"Line {original.reference} takes another back; name the line that brought the money."
        raise RuleViolation("not_income", message, line=original.reference)
    if (original.fund, original.account_reference) != (line.fund, line.account_reference):
        message = (
            f"Line {original.reference} is of account {original.account_reference} of fund {original.fund}, not of "
            f"{line.account_reference} of {line.fund}. Take back from the account that had the money."
        )
        raise RuleViolation("original_of_other_account", message, line=original.reference)
    (drawn,) = take(asking.council, unit, [(original, -line.amount)], by_kind="payment_reversal", by=own)
    return evolve(
        line, draws_on=original.id, vat_code=original.vat_code, vat_treatment=original.vat_treatment,
        vat_rate=original.vat_rate, vat=-drawn.vat,
    )  # fmt: skip
