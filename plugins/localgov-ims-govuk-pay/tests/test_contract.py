"""GOV.UK Pay holds what every payment provider must hold, at its own mock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar

from attrs import define, evolve, field
from paying import KEYS

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.hooks import Callback, HttpResponse, NextStep, Redirect
from localgov_ims.testing.provider_servers import Outcome, Watch
from localgov_ims.testing.providers import PaymentProviderContract
from localgov_ims_govuk_pay import GovukPaySettings, ims_payment_providers
from localgov_ims_govuk_pay.mock import MockClient, MockGovukPay
from localgov_ims_govuk_pay.mock.ledger import Payment
from localgov_ims_govuk_pay.mock.webhooks import Delivery

BECOMES = {
    Outcome.PAID: ("success", None), Outcome.DECLINED: ("failed", "P0010"), Outcome.CANCELLED: ("failed", "P0030"),
    Outcome.EXPIRED: ("failed", "P0020"),
}  # fmt: skip


@define
class PayServer:
    """The mock, moved by our references."""

    clock: Watch
    mock: MockGovukPay = field(init=False)
    sent: dict[str, list[Callback]] = field(factory=dict)
    strange: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self.mock = MockGovukPay(control="let me", clock=self.clock, search_lag_s=0)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        answer = MockClient(self.mock).request(method, url, headers=headers, content=content)
        for theirs in self.strange:
            if f"/{theirs}" in url and answer.status == 200:
                told = json.loads(answer.content) | {
                    "state": {"status": "pondering", "finished": False},
                    "new": {"a": 1},
                }
                return evolve(answer, content=json.dumps(told).encode())
        return answer

    def arrive(self, step: NextStep) -> None:
        assert isinstance(step, Redirect)
        token = step.url.rpartition("/")[2]
        MockClient(self.mock).control(f"pay/{token}/close")

    def decide(self, payment: str, outcome: Outcome, amount: Money | None = None) -> None:
        found = self._found(payment)
        if outcome is Outcome.STRANGE:
            self.strange.add(found.id)
            self.mock.ledger.events.append(("card_payment_pondered", found.id))
            return
        if amount is not None:
            found.asked = {**found.asked, "amount": amount.pence}
        to, code = BECOMES[outcome]
        MockClient(self.mock).control(f"payments/{found.id}/advance", to=to, code=code, force=True)

    def callbacks(self, payment: str) -> Sequence[Callback]:
        hooks = self.mock.webhooks
        hooks.gather(self.mock.ledger, self.mock.base)
        for headers, body in hooks.taken(Delivery.DELIVER, len(hooks.waiting)):
            told = json.loads(body)["resource"]["reference"]
            made = Callback(method="POST", headers=headers, body=body, received_at=self.clock())
            self.sent.setdefault(told, []).append(made)
        return self.sent.get(payment, [])

    def strange_callback(self) -> Callback:
        body = json.dumps(
            {"webhook_message_id": "m-strange", "event_type": "card_payment_pondered", "new": [1]}
        ).encode()
        headers, body = self.mock.webhooks._posted(body, Delivery.DELIVER)
        return Callback(method="POST", headers=headers, body=body, received_at=self.clock())

    def sign_with(self, secret: str) -> None:
        self.mock.webhooks.secret = secret.encode()

    def charged(self, payment: str) -> int:
        return sum(each.asked["reference"] == payment for each in self.mock.ledger.payments.values())

    def refunded(self, payment: str) -> Money:
        return Money(sum(each.amount for each in self._found(payment).refunds if each.status != "error"))

    def decide_refunds(self, payment: str, said: RefundSaid) -> None:
        words = {
            RefundSaid.SUBMITTED: "submitted",
            RefundSaid.SUCCEEDED: "success",
            RefundSaid.FAILED: "error",
        }
        for each in self._found(payment).refunds:
            MockClient(self.mock).control(f"refunds/{each.id}/advance", to=words[said])

    def _found(self, reference: str) -> Payment:
        return next(
            each for each in self.mock.ledger.payments.values() if each.asked["reference"] == reference
        )


class TestGovukPay(PaymentProviderContract):
    """The plugin's own spec, at the mock."""

    (spec,) = ims_payment_providers()
    settings: ClassVar[object] = GovukPaySettings(
        key_secret="pay_key", base_url="https://govukpay.test", webhook_secrets=("hook", "old_hook")
    )
    secrets: ClassVar[Mapping[str, str]] = KEYS
    signing: ClassVar[tuple[str, str]] = ("hook", "old_hook")
    outcomes: ClassVar[frozenset[Outcome]] = frozenset({*BECOMES, Outcome.STRANGE})

    def make_server(self, clock: Watch) -> PayServer:
        return PayServer(clock)

    def resigned(self, callback: Callback, signature: str | None) -> Callback:
        return evolve(callback, headers={} if signature is None else {"Pay-Signature": signature})

    def signature_of(self, callback: Callback) -> str:
        return callback.headers["pay-signature"]
