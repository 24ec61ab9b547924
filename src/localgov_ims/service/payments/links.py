"""Links for payers: to pay what they were asked for, and to look at their receipt, without being known here.

A link takes the place of the payer's sign-in, not of the portal's: whoever answers it is a user with rights of their own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from localgov_ims.documents.receipts import ReceiptDocument
from localgov_ims.domain import ids
from localgov_ims.domain.links import Purpose, check_link, sign_link
from localgov_ims.domain.payments import Payment, PaymentState
from localgov_ims.errors import RuleViolation
from localgov_ims.service.documents.receipting import receipt_document
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.asking import view_payment

OUTLIVES: Final = timedelta(days=30)
"""How long a pay link goes on telling what became of its payment, which it can pay no more."""

RECEIPT_LINK_LASTS: Final = timedelta(days=30)

_DEAD: Final = {
    PaymentState.SUCCEEDED: ("payment_succeeded", "This payment, {0}, has been made. Nothing more is to pay."),
    PaymentState.CANCELLED: (
        "payment_cancelled", "This payment, {0}, was cancelled. To pay, begin again.",
    ),
    PaymentState.EXPIRED: (
        "payment_expired", "The time for this payment, {0}, is over. If you have not paid, begin again.",
    ),
    PaymentState.FAILED: (
        "payment_failed", "This payment, {0}, did not succeed. To pay, begin again.",
    ),
}  # fmt: skip


def pay_link(installation: Installation, reference: str) -> str:
    """Return the token of a link by which a payer pays a payment that is pending.

    Raises:
        RuleViolation: It can be paid no more.
        NotFound, NotPermitted, InvalidValue: See `view_payment`.
        ConfigurationError: There are no link keys.
    """
    payment = _alive(installation, view_payment(installation, reference))
    secret = installation.link_keys()[0]
    return sign_link(secret, Purpose.PAY, payment.reference, payment.expires_at + OUTLIVES)


def payable(installation: Installation, token: str) -> Payment:
    """Return the pending payment that a pay link opens.

    Raises:
        InvalidSignature: The link opens nothing.
        RuleViolation: The payment has been made, cancelled or refused, or its time is over; the sentence is for the payer.
        NotPermitted: Whoever answers the link may neither take nor see payments.
    """
    reference = check_link(installation.link_keys(), token, Purpose.PAY, installation.clock())
    return _alive(installation, view_payment(installation, reference))


def receipt_link(installation: Installation, reference: str) -> str:
    """Return the token of a link by which a payer looks at their receipt for 30 days.

    Raises:
        NotFound, RuleViolation, NotPermitted: See `receipt_document`.
        ConfigurationError: There are no link keys.
    """
    number = ids.parse_reference(receipt_document(installation, reference).receipt_number)
    expires_at = installation.clock() + RECEIPT_LINK_LASTS
    return sign_link(installation.link_keys()[0], Purpose.VIEW_RECEIPT, number, expires_at)


def linked_receipt(installation: Installation, token: str) -> ReceiptDocument:
    """Return the receipt that a link opens.

    Raises:
        InvalidSignature: The link opens nothing.
        NotPermitted: Whoever answers the link may not see receipts.
    """
    reference = check_link(installation.link_keys(), token, Purpose.VIEW_RECEIPT, installation.clock())
    return receipt_document(installation, reference)


def _alive(installation: Installation, payment: Payment) -> Payment:
    state = payment.state
    if state is PaymentState.PENDING:
        if installation.clock() < payment.expires_at:
            return payment
        state = PaymentState.EXPIRED  # whatever the provider will say of it, nobody begins to pay it now
    code, sentence = _DEAD[state]
    raise RuleViolation(code, sentence.format(ids.shown(payment.reference)), payment=payment.reference)
