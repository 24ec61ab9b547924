"""Returning an item of suspense to whoever paid it: a refund by the payables system that draws on the item."""

from __future__ import annotations

from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.money import NOTHING
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import RefundRequest, Route
from localgov_ims.domain.texts import fitting
from localgov_ims.errors import InvalidValue
from localgov_ims.service.installation import Installation
from localgov_ims.service.people.permitting import note_use, permit_unit
from localgov_ims.service.refunds.asking import request_refund
from localgov_ims.service.refunds.checks import Asked
from localgov_ims.service.retrying import retried
from localgov_ims.service.suspense.clearing import seen_now
from localgov_ims.service.suspense.clearing_checks import check_given


def return_to_payer(
    installation: Installation, item: Giving, *, payee: Payee, reason: str, evidence: str | None = None
) -> RefundRequest:
    """Ask for an item, or a part of it, to be paid back; it is drawn at once, so nobody can clear it meanwhile.

    By the payables route it is *proposed* above that limit, and waits for another person: `authorise_refund`.

    Raises:
        NotFound: There is no such item.
        AlreadyDone: Somebody else took from it meanwhile (`changed_meanwhile`).
        RuleViolation: More is asked than is left (`more_than_left`), another return of it is open (`refund_open`), or
            there is no reason (`reason_missing`).
        InvalidValue: The item is money that left, so there is nothing to return (`amount_not_positive`).
        NotPermitted: The user may not clear suspense, or not ask for refunds (of a part: `refund.request_part`).
    """
    seen = seen_now(installation, [item])
    why, proof = fitting("reason", reason, 100) or "", fitting("evidence", evidence, 500)
    asked = Asked(reason=why, route=Route.PAYABLES, payee=payee, evidence=proof)

    def once() -> RefundRequest:
        with installation.unit("return_to_payer") as unit:
            unit.lock()
            rights = permit_unit(installation, unit, Permission.SUSPENSE_CLEAR)
            (given,) = check_given(unit, [item], seen)
            rights.require(Permission.REFUND_REQUEST)
            note_use(unit, Permission.REFUND_REQUEST)
            line = given.held.line
            if given.amount < NOTHING:
                message = f"Item {line.reference} is {line.amount.shown()}: money that left, so nobody has it to be returned."
                raise InvalidValue("amount_not_positive", message, line=line.reference)
            found = [(given.held.transaction, line, given.amount)]
            request = request_refund(installation, unit, rights, found, asked)
            unit.commit()
            return request

    return retried(once)
