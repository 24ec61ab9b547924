"""Payments: asking a payer for money, and recording what the provider says came of it, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from attrs import asdict, frozen
from sqlalchemy import Connection

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.breaks import Break
from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.clients import NOWHERE, ReturnTo, check_return
from localgov_ims.domain.ids import new_id, new_reference, parse_reference
from localgov_ims.domain.payers import NOBODY, Payer
from localgov_ims.domain.payments import CallRecording, Payment
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.texts import fitting
from localgov_ims.domain.transacting import numbered
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.baskets import Asking, check_basket
from localgov_ims.service.people.permitting import permit, permit_unit
from localgov_ims.service.people.restricting import permit_accounts
from localgov_ims.service.retrying import retried
from localgov_ims.storage import payments as stored
from localgov_ims.storage import reconciliation, transactions

EXPIRES_AFTER: Final = timedelta(minutes=90)
"""How long a payer has, unless the provider's own session says otherwise."""

_NOT_RECORDED: Final = CallRecording()


def take_payment(  # noqa: PLR0913 - what a payer can be asked, each by its name
    installation: Installation,
    items: Sequence[BasketItem],
    *,
    channel: Channel,
    payer: Payer = NOBODY,
    caller_reference: str | None = None,
    return_to: ReturnTo = NOWHERE,
    office: str | None = None,
    merchant_account: str | None = None,
    call_recording: CallRecording = _NOT_RECORDED,
    expires_after: timedelta = EXPIRES_AFTER,
    key: str | None = None,
) -> Payment:
    """Ask a payer for money: record a Payment, pending, before the provider is asked.

    Nothing is income yet. *key* is the caller's own for this request: the same key with the same request gives the
    same Payment, however often it is sent.

    Raises:
        InvalidValue, RuleViolation: Something in the basket cannot be paid (see `check_basket`), a return address is
            not registered, or the office is not one of the council's.
        AlreadyDone: The key was used for another request (`key_used`).
        NotPermitted: The user may not take payments, or not for one of the funds.
    """
    key = fitting("key", key, 255)
    request = _Request(
        items=tuple(items), channel=channel, payer=payer, caller_reference=fitting("caller reference", caller_reference, 100),
        return_to=return_to, office=office, merchant_account=merchant_account, call_recording=call_recording,
    )  # fmt: skip
    return retried(lambda: _take(installation, request, expires_after, key))


@frozen(kw_only=True)
class _Request:
    """What a payer is to be asked, as the caller said it: what a key stands for."""

    items: tuple[BasketItem, ...]
    channel: Channel
    payer: Payer
    caller_reference: str | None
    return_to: ReturnTo
    office: str | None
    merchant_account: str | None
    call_recording: CallRecording

    def plain(self) -> dict[str, object]:
        """Return it as JSON has it; only its hash is kept, to tell a repeat from another request."""
        plain = asdict(self)
        amounts = [{"amount": item.amount.pence} for item in self.items]
        items = [{**given, **amount} for given, amount in zip(plain["items"], amounts, strict=True)]
        return {**plain, "items": items, "channel": self.channel.value}


def _take(
    installation: Installation, request: _Request, expires_after: timedelta, key: str | None
) -> Payment:
    with installation.unit("take_payment") as unit:
        rights = permit_unit(installation, unit, Permission.PAYMENT_TAKE)
        if key is not None and (earlier := stored.by_key(unit.connection, installation.actor, key)):
            return _repeated(unit.connection, earlier, request, key)
        check_return(
            installation.council.clients.get(installation.actor), installation.actor, request.return_to
        )
        asking = Asking(
            installation=installation, connection=unit.connection, rights=rights, channel=request.channel,
            today=local_day(unit.at),
        )  # fmt: skip
        lines = check_basket(asking, unit, request.items, request.payer)
        reference = new_reference()
        payment = Payment(
            id=new_id(), reference=reference, channel=request.channel, created_at=unit.at,
            expires_at=unit.at + expires_after, taken_by=installation.actor, lines=numbered(reference, lines),
            office=checked_office(installation, request.office or rights.user.office), payer=request.payer,
            caller_reference=request.caller_reference, return_to=request.return_to,
            merchant_account=request.merchant_account, call_recording=request.call_recording,
            provider=installation.council.methods[lines[0].mop].provider,
        )  # fmt: skip
        stored.add(unit, payment, key=key, asked=request.plain())
        unit.detail |= {"payment": payment.reference, "pence": payment.amount.pence}
        unit.commit()
        return payment


def view_payment(installation: Installation, reference: str) -> Payment:
    """Return a payment as it stands; *reference* as a person typed or dictated it.

    Raises:
        InvalidValue: It is not one of our references.
        NotFound: There is no such payment.
        NotPermitted: The user may neither take nor see payments, or one of its funds is not theirs, or an account is restricted.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.PAYMENT_TAKE, Permission.TRANSACTION_VIEW)
        payment = stored.by_reference(connection, parse_reference(reference))
        if payment is None:
            raise no_payment(reference)
        rights.require_funds([line.fund for line in payment.lines])
        permit_accounts(
            installation, connection, rights, [(line.fund, line.account_reference) for line in payment.lines]
        )
        return payment


def payment_breaks(installation: Installation, payment: Payment) -> list[Break]:
    """Return what is wrong with a payment and waits for a person, the oldest first.

    Raises:
        NotPermitted: The user may not settle payments, and not see them either.
    """
    with installation.store.reading() as connection:
        rights = permit(installation, connection, Permission.PAYMENT_SETTLE, Permission.TRANSACTION_VIEW)
        rights.require_funds([line.fund for line in payment.lines])
        of_payment = transactions.transactions.c.payment == payment.reference
        subjects = [payment.id, *(each.id for each in transactions.some(connection, of_payment))]
        return list(reconciliation.some_breaks(connection, reconciliation.breaks.c.subject.in_(subjects)))


def no_payment(reference: str) -> NotFound:
    """Make the error for a payment that is not there."""
    message = f"There is no payment {reference!r}. Compare it with the receipt or the provider's page."
    return NotFound("no_such_payment", message, reference=reference)


def checked_office(installation: Installation, office: str | None) -> str | None:
    """Return an office's code.

    Raises:
        InvalidValue: It is not one of the council's.
    """
    if office is not None and office not in installation.council.offices:
        known = ", ".join(installation.council.offices) or "none"
        message = f"{office!r} is no office of the council; there are: {known}."
        raise InvalidValue("office_not_known", message, value=office)
    return office


def _repeated(
    connection: Connection, earlier: tuple[str, str | None], request: _Request, key: str
) -> Payment:
    reference, hashed = earlier
    if hashed != stored.request_hash(request.plain()):
        message = f"The key {key!r} was used before, for payment {reference}, with another request. Use a new key for a new one."
        raise AlreadyDone("key_used", message, payment=reference, key=key)
    payment = stored.by_reference(connection, reference)
    assert payment is not None, "its key was found in the same table"  # noqa: S101
    return payment
