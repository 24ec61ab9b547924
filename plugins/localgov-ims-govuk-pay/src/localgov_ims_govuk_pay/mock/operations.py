"""The operations of the API, all but `/v1/auth`, which takes card numbers and is never called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from attrs import define

from localgov_ims_govuk_pay.mock import searching, views
from localgov_ims_govuk_pay.mock.checking import check_agreement, check_payment, check_refund
from localgov_ims_govuk_pay.mock.ledger import Agreement, Ledger, Payment, Refund, State
from localgov_ims_govuk_pay.mock.messages import Answer, Asked, Refusal, answer

KEYS_LAST: Final = timedelta(hours=24)
_KEY: Final = re.compile(r"[a-zA-Z0-9-]{1,255}")
_OPEN: Final = frozenset({State.CREATED, State.STARTED, State.SUBMITTED, State.CAPTURABLE})


@define
class Operations:
    """What each operation does to the ledger and answers."""

    ledger: Ledger
    base: str
    search_lag: timedelta = timedelta(seconds=5)

    def find(self, asked: Asked) -> tuple[str, Callable[[], Answer]] | None:
        """Return the operation that a request is for, by its path in the contract, and what does it."""
        for (method, pattern), act in _ROUTES.items():
            found = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", pattern), asked.path)
            if found is not None and method == asked.method:
                return pattern, lambda act=act, found=found: act(self, asked, *found.groups())
        return None

    def create(self, asked: Asked) -> Answer:
        """Ask for a payment."""
        key = asked.headers.get("idempotency-key", "")
        if "idempotency-key" in asked.headers and key and _KEY.fullmatch(key) is None:
            raise Refusal(
                422,
                "P0102",
                "Header [Idempotency-Key] can have between 1 and 255 characters.",
                header="Idempotency-Key",
            )
        body = check_payment(asked)
        repeated = self._repeated(key, asked.body)
        if repeated is not None:
            return answer(200, views.payment_view(self.ledger, repeated, self.base))
        payment = Payment(
            id=self.ledger.new_id(), asked=body, token=self.ledger.new_id(36), created_at=self.ledger.now()
        )
        by_agreement = body.get("authorisation_mode") == "agreement"
        if by_agreement or "set_up_agreement" in body:
            self._check_agreement(
                str(body.get("agreement_id" if by_agreement else "set_up_agreement")), active=by_agreement
            )
        self.ledger.payments[payment.id] = payment
        if key:
            self.ledger.keys[key] = (asked.body.decode(), payment.id, self.ledger.now())
        payment.history.append((State.CREATED, self.ledger.now()))
        if by_agreement:
            self.ledger.move(payment, State.SUCCESS)
        return answer(201, views.payment_view(self.ledger, payment, self.base))

    def get(self, _: Asked, payment: str) -> Answer:
        """Show a payment."""
        return answer(200, views.payment_view(self.ledger, self._payment(payment, "P0200"), self.base))

    def events(self, _: Asked, payment: str) -> Answer:
        """Show what happened to a payment."""
        return answer(200, views.events_view(self._payment(payment, "P0300"), self.base))

    def cancel(self, _: Asked, payment: str) -> Answer:
        """Cancel a payment."""
        found = self._payment(payment, "P0500")
        if found.state not in _OPEN:
            raise Refusal(400, "P0501", "Cancellation of payment failed")
        self.ledger.move(found, State.CANCELLED, "P0040")
        return answer(204)

    def capture(self, _: Asked, payment: str) -> Answer:
        """Capture a payment."""
        found = self._payment(payment, "P1000")
        if found.state is not State.CAPTURABLE:
            raise Refusal(400, "P1003", "Payment cannot be captured")
        self.ledger.move(found, State.SUCCESS)
        return answer(204)

    def refunds(self, _: Asked, payment: str) -> Answer:
        """Show a payment's refunds."""
        found = self._payment(payment, "P0800")
        own = f"{self.base}/v1/payments/{payment}"
        shown = [views.refund_view(each, self.base) for each in found.refunds]
        links = {
            "self": {"href": f"{own}/refunds", "method": "GET"},
            "payment": {"href": own, "method": "GET"},
        }
        return answer(200, {"payment_id": payment, "_links": links, "_embedded": {"refunds": shown}})

    def refund(self, asked: Asked, payment: str) -> Answer:
        """Give back part of a payment, if what the asker believes to be left is left."""
        found = self._payment(payment, "P0600")
        amount, believed = check_refund(asked)
        if found.state is not State.SUCCESS or not found.available:
            raise Refusal(400, "P0603", "The payment is not available for refund")
        if believed is not None and believed != found.available:
            raise Refusal(412, "P0604", "Refund amount available mismatch")
        if amount > found.available:
            raise Refusal(400, "P0603", "The payment is not available for refund of this amount")
        made = Refund(id=self.ledger.new_id(), payment=payment, amount=amount, created_at=self.ledger.now())
        if self.ledger.processor == "sandbox":
            made.status = "success"
        found.refunds.append(made)
        return answer(202, views.refund_view(made, self.base))

    def one_refund(self, _: Asked, payment: str, refund: str) -> Answer:
        """Show a refund."""
        for each in self._payment(payment, "P0700").refunds:
            if each.id == refund:
                return answer(200, views.refund_view(each, self.base))
        raise Refusal(404, "P0700", "Not found")

    def create_agreement(self, asked: Asked) -> Answer:
        """Ask for an agreement."""
        made = Agreement(id=self.ledger.new_id(), asked=check_agreement(asked), created_at=self.ledger.now())
        self.ledger.agreements[made.id] = made
        return answer(201, views.agreement_view(made))

    def get_agreement(self, _: Asked, agreement: str) -> Answer:
        """Show an agreement."""
        return answer(200, views.agreement_view(self._agreement(agreement, "P2200")))

    def cancel_agreement(self, _: Asked, agreement: str) -> Answer:
        """End an agreement."""
        found = self._agreement(agreement, "P2500")
        if found.status != "active":
            raise Refusal(400, "P2501", "Cancellation of agreement failed")
        found.status = "cancelled"
        return answer(204)

    def search(self, asked: Asked) -> Answer:
        """Search whatever the path names."""
        return searching.search(self.ledger, self.base, self.search_lag, asked)

    def _repeated(self, key: str, body: bytes) -> Payment | None:
        known = self.ledger.keys.get(key)
        if known is None or self.ledger.now() - known[2] >= KEYS_LAST:
            return None
        if known[0] != body.decode():
            raise Refusal(
                409,
                "P0191",
                "The Idempotency-Key has already been used to create a payment",
                header="Idempotency-Key",
            )
        return self.ledger.payments[known[1]]

    def _payment(self, payment: str, code: str) -> Payment:
        found = self.ledger.payments.get(payment)
        if found is None:
            raise Refusal(404, code, "Not found")
        return found

    def _agreement(self, agreement: str, code: str) -> Agreement:
        found = self.ledger.agreements.get(agreement)
        if found is None:
            raise Refusal(404, code, "Not found")
        return found

    def _check_agreement(self, agreement: str, *, active: bool) -> None:
        found = self.ledger.agreements.get(agreement)
        if found is None or (active and found.status != "active"):
            what = "agreement_id" if active else "set_up_agreement"
            raise Refusal(
                400,
                "P0103",
                f"Invalid attribute value: {what}. Agreement does not exist or is not active",
                field=what,
            )


_ROUTES: Final[Mapping[tuple[str, str], Callable[..., Answer]]] = {
    ("POST", "/v1/payments"): Operations.create, ("GET", "/v1/payments"): Operations.search,
    ("GET", "/v1/payments/{paymentId}"): Operations.get, ("GET", "/v1/payments/{paymentId}/events"): Operations.events,
    ("POST", "/v1/payments/{paymentId}/cancel"): Operations.cancel,
    ("POST", "/v1/payments/{paymentId}/capture"): Operations.capture,
    ("GET", "/v1/payments/{paymentId}/refunds"): Operations.refunds,
    ("POST", "/v1/payments/{paymentId}/refunds"): Operations.refund,
    ("GET", "/v1/payments/{paymentId}/refunds/{refundId}"): Operations.one_refund,
    ("GET", "/v1/refunds"): Operations.search, ("GET", "/v1/disputes"): Operations.search,
    ("POST", "/v1/agreements"): Operations.create_agreement, ("GET", "/v1/agreements"): Operations.search,
    ("GET", "/v1/agreements/{agreementId}"): Operations.get_agreement,
    ("POST", "/v1/agreements/{agreementId}/cancel"): Operations.cancel_agreement,
}  # fmt: skip
