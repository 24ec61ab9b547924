"""A provider over the mock in process, with a clock that tests move and secrets of tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import define, field

from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks import CreatePayment, Redirect, Secret
from localgov_ims_govuk_pay import (
    GovukPay,
    GovukPaySettings,
    GovukPaySettlements,
    govuk_pay,
    govuk_pay_settlements,
)
from localgov_ims_govuk_pay.mock import MockClient, MockGovukPay
from localgov_ims_govuk_pay.mock.application import KEY

REFERENCE = "K7MP2QXW9TRN"
KEYS = {"pay_key": KEY, "hook": "mock webhook secret", "old_hook": "older"}


class Known:
    """Secrets of tests."""

    def get(self, name: str) -> Secret:
        if name not in KEYS:
            raise ConfigurationError("no_secret", f"The secret {name!r} is not set.")
        return Secret(KEYS[name])


@define
class Rig:
    """A mock, the client to it, and what is made over it."""

    mock: MockGovukPay = field(factory=lambda: MockGovukPay(control="let me"))
    settings: GovukPaySettings = field(
        factory=lambda: GovukPaySettings(
            key_secret="pay_key", base_url="https://govukpay.test", webhook_secrets=("hook",)
        )
    )

    @property
    def client(self) -> MockClient:
        return MockClient(self.mock)

    def now(self) -> datetime:
        return self.mock.ledger.now()

    @property
    def provider(self) -> GovukPay:
        return govuk_pay(self.settings, self.client, self.now, Known())

    @property
    def source(self) -> GovukPaySettlements:
        return govuk_pay_settlements(self.settings, self.client, self.now, Known())

    def created(self, key: str = "key-1", **given: Any) -> str:
        """Create a payment; return GOV.UK Pay's id."""
        step = self.provider.create(request(**given), key=key)
        assert isinstance(step, Redirect)
        assert step.provider_reference is not None
        return step.provider_reference

    def paid(self, key: str = "key-1", amount: int = 12_550, **given: Any) -> str:
        """Create a payment and pay it; `given` goes to the mock."""
        theirs = self.created(key, amount=Money(amount), payment_reference=f"REF{key.upper()}")
        self.to(theirs, "success", **given)
        return theirs

    def to(self, theirs: str, state: str, **given: Any) -> None:
        """Let a payment become something."""
        self.client.control(f"payments/{theirs}/advance", to=state, **given)

    def fault(self, operation: str, mode: str, times: int = 1) -> None:
        """Let the next calls of an operation go wrong."""
        self.client.control("faults", operation=operation, mode=mode, times=times)


def request(**given: Any) -> CreatePayment:
    """Build a request that is valid by default."""
    usual: dict[str, Any] = {
        "payment_reference": REFERENCE, "amount": Money(12_550), "description": "Council tax",
        "return_url": "https://council.example/payments/return/t0k3n",
    }  # fmt: skip
    return CreatePayment(**usual | given)
