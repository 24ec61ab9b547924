"""GOV.UK Pay's payouts hold what those of every source must hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import ClassVar

from attrs import define, evolve, field
from paying import KEYS

from localgov_ims.domain.money import Money
from localgov_ims.hooks import HttpResponse
from localgov_ims.testing.provider_servers import Watch
from localgov_ims.testing.settlement_sources import SettlementSourceContract
from localgov_ims_govuk_pay import GovukPaySettings, ims_settlement_sources, settlement_reader
from localgov_ims_govuk_pay.mock import MockClient, MockGovukPay
from localgov_ims_govuk_pay.mock.ledger import Payment, Refund, State


@define
class PayingOut:
    """The mock, with payouts that are there at once."""

    mock: MockGovukPay
    wrong: set[str] = field(factory=set)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        answer = MockClient(self.mock).request(method, url, headers=headers, content=content)
        told = json.loads(answer.content)
        for each in told.get("results", ()):
            if each["settlement_summary"].get("settled_date") in self.wrong and "net_amount" in each:
                each["net_amount"] += 1
        return evolve(answer, content=json.dumps(told).encode())

    def pay_out(self, on: date, payments: Sequence[Money], *, fee: Money, refund: Money) -> str:
        at, ledger = datetime.combine(on, time(9), UTC), self.mock.ledger
        for number, amount in enumerate(payments):
            asked = {
                "amount": amount.pence,
                "reference": f"R{number}",
                "description": "d",
                "return_url": "https://c.test",
            }
            made = Payment(
                id=ledger.new_id(), asked=asked, token="t", created_at=at, state=State.SUCCESS, finished_at=at,
                fee=0 if number else fee.pence, captured_on=on.isoformat(), settled_on=on.isoformat(),
            )  # fmt: skip
            if number == 0:
                made.refunds.append(Refund(
                    id=ledger.new_id(), payment=made.id, amount=refund.pence, created_at=at, status="success",
                    settled_on=on.isoformat(),
                ))  # fmt: skip
            ledger.payments[made.id] = made
        return on.isoformat()

    def miscount(self, payout: str) -> None:
        self.wrong.add(payout)


class TestGovukPaySettlements(SettlementSourceContract):
    """The plugin's own spec, at the mock."""

    (spec,) = ims_settlement_sources()
    reader = settlement_reader()
    settings: ClassVar[object] = GovukPaySettings(key_secret="pay_key", base_url="https://govukpay.test")
    secrets: ClassVar[Mapping[str, str]] = {"pay_key": KEYS["pay_key"]}

    def make_server(self, clock: Watch) -> PayingOut:
        return PayingOut(MockGovukPay(clock=clock, search_lag_s=0))
