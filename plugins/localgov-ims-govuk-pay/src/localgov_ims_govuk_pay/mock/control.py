"""The control plane `/_mock/`: what a test does at the provider's side of the counter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from attrs import define

from localgov_ims_govuk_pay.mock.faults import Fault
from localgov_ims_govuk_pay.mock.ledger import LEGAL, Dispute, Ledger, Payment, State
from localgov_ims_govuk_pay.mock.messages import Answer, Asked, Refusal, answer
from localgov_ims_govuk_pay.mock.webhooks import Delivery, sent

if TYPE_CHECKING:
    from localgov_ims_govuk_pay.mock.application import MockGovukPay

VISA: Final[Mapping[str, str]] = {
    "card_brand": "Visa", "card_type": "debit", "first_digits_card_number": "444433",
    "last_digits_card_number": "1111", "cardholder_name": "A Payer", "expiry_date": "10/30",
}  # fmt: skip
_PAGE: Final = {
    "paid": (State.SUCCESS, None), "declined": (State.FAILED, "P0010"), "cancel": (State.FAILED, "P0030"),
    "close": (State.STARTED, None),
}  # fmt: skip


@define
class Control:
    """Acts on a mock. A request that cannot be carried out is answered 400, and changes nothing."""

    mock: MockGovukPay

    @property
    def ledger(self) -> Ledger:
        """Return what the mock remembers."""
        return self.mock.ledger

    def act(self, asked: Asked) -> Answer:
        """Carry out a request of a test."""
        _, _, what, *rest = asked.path.split("/")
        try:
            given = asked.json() or {}
            return _ACTS[what, len(rest)](self, given, *rest)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            return answer(400, {"code": "MOCK", "description": f"{type(error).__name__}: {error}"})
        except Refusal as refusal:
            return refusal.answer

    def advance(self, given: Mapping[str, Any], payment: str, verb: str) -> Answer:
        """Let a payment become something; a move that GOV.UK Pay does not make needs `force`."""
        _expect(verb, "advance")
        found, to = self.ledger.payments[payment], State(given["to"])
        if to not in LEGAL[found.state] and not given.get("force"):
            raise Refusal(
                409, "MOCK", f"{found.state.value} does not become {to.value}; force it if you must"
            )
        self._pay(found, to, given)
        return answer(200, {"state": found.state.value})

    def page(self, _: Mapping[str, Any], token: str, action: str) -> Answer:
        """Do what a payer does on the card page: paid, declined, cancel or close."""
        found = next(each for each in self.ledger.payments.values() if each.token == token)
        to, code = _PAGE[action]
        if found.asked.get("delayed_capture") and to is State.SUCCESS:
            to = State.CAPTURABLE
        if to in LEGAL[found.state]:
            if found.state is State.CREATED and to is not State.STARTED:
                self.ledger.move(found, State.STARTED)
            self._pay(found, to, {"code": code})
        return answer(200, {"state": found.state.value, "return_url": found.asked.get("return_url")})

    def clock(self, given: Mapping[str, Any]) -> Answer:
        """Move time on; what nobody finished is let go."""
        self.ledger.ahead += timedelta(seconds=int(given["advance_s"]))
        return answer(200, {"now": self.ledger.now().isoformat()})

    def webhooks(self, given: Mapping[str, Any]) -> Answer:
        """Send the first `n` messages that wait (all), by a mode."""
        waiting = self.mock.webhooks
        posted = waiting.taken(
            Delivery(given.get("mode", "deliver")), int(given.get("n", len(waiting.waiting)))
        )
        return answer(200, {"sent": sent(posted, self.mock.send), "waiting": len(waiting.waiting)})

    def faults(self, given: Mapping[str, Any]) -> Answer:
        """Let something go wrong with the next calls of an operation."""
        self.mock.faults.add(given["operation"], Fault(str(given["mode"])), int(given.get("times", 1)))
        return answer(200, {})

    def settle(self, given: Mapping[str, Any]) -> Answer:
        """Pay out, on a day, everything captured, given back or lost and not paid out yet; return what it comes to."""
        on, net = str(given["on"]), 0
        for payment in self.ledger.payments.values():
            if payment.settled_on is None and payment.captured_on is not None:
                net += payment.total - (payment.fee or 0)
                payment.settled_on = on if self.ledger.processor == "stripe" else None
            for refund in payment.refunds:
                if refund.status == "success" and refund.settled_on is None:
                    refund.settled_on, net = on, net - refund.amount
        for dispute in self.ledger.disputes.values():
            if dispute.status == "lost" and dispute.settled_on is None:
                dispute.settled_on, net = on, net - dispute.amount - dispute.fee
        return answer(200, {"on": on, "net": net})

    def refund(self, given: Mapping[str, Any], refund: str, verb: str) -> Answer:
        """Let a refund become success or error."""
        _expect(verb, "advance")
        found = next(each for p in self.ledger.payments.values() for each in p.refunds if each.id == refund)
        found.status = {"success": "success", "error": "error", "submitted": "submitted"}[given["to"]]
        self.ledger.events.append(("card_payment_refunded", found.payment))
        return answer(200, {"status": found.status})

    def disputes(self, given: Mapping[str, Any]) -> Answer:
        """Let a payer's bank dispute a payment."""
        payment = self.ledger.payments[given["payment_id"]]
        made = Dispute(
            id=self.ledger.new_id(), payment=payment.id, amount=int(given.get("amount", payment.total)),
            fee=int(given.get("fee", 1500)), status=str(given.get("status", "lost")), created_at=self.ledger.now(),
        )  # fmt: skip
        self.ledger.disputes[made.id] = made
        return answer(200, {"dispute_id": made.id})

    def journal(self, _: Mapping[str, Any]) -> Answer:
        """Show the requests that came, without keys or bodies."""
        return answer(200, {"requests": self.mock.journal})

    def reset(self, _: Mapping[str, Any]) -> Answer:
        """Forget everything."""
        self.mock.reset()
        return answer(200, {})

    def _pay(self, payment: Payment, to: State, given: Mapping[str, Any]) -> None:
        if to in {State.SUCCESS, State.CAPTURABLE} and payment.card is None:
            payment.card = {**VISA, **given.get("card", {})}
            payment.surcharge = int(given.get("surcharge", 0))
        if "fee" in given:
            payment.fee = int(given["fee"])
        elif to is State.SUCCESS and self.ledger.processor == "stripe":
            payment.fee = self.mock.fee
        self.ledger.move(payment, to, given.get("code"))


def _expect(verb: str, wanted: str) -> None:
    if verb != wanted:
        raise KeyError(verb)


_ACTS: Final[Mapping[tuple[str, int], Callable[..., Answer]]] = {
    ("payments", 2): Control.advance, ("pay", 2): Control.page, ("clock", 0): Control.clock,
    ("webhooks", 0): Control.webhooks, ("faults", 0): Control.faults, ("settle", 0): Control.settle,
    ("refunds", 2): Control.refund, ("disputes", 0): Control.disputes, ("journal", 0): Control.journal,
    ("reset", 0): Control.reset,
}  # fmt: skip
