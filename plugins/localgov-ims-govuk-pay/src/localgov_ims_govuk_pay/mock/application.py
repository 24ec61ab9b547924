"""The mock as a whole: what a request meets, from the firewall to the contract, whatever carries it."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field

from localgov_ims_govuk_pay.mock.carrying import Receive, Scope, Transmit, carried
from localgov_ims_govuk_pay.mock.checking import passes_firewall
from localgov_ims_govuk_pay.mock.contract import held_to_contract
from localgov_ims_govuk_pay.mock.control import Control
from localgov_ims_govuk_pay.mock.faults import Faults
from localgov_ims_govuk_pay.mock.ledger import Ledger
from localgov_ims_govuk_pay.mock.messages import Answer, Asked, Refusal, answer
from localgov_ims_govuk_pay.mock.operations import Operations
from localgov_ims_govuk_pay.mock.webhooks import Send, Webhooks

KEY: Final = "api_test_mock"
"""The API key that the mock takes; no service has it."""


@define(kw_only=True)
class MockGovukPay:
    """An ASGI application, and the same in process by `handle`.

    Attributes:
        base: The address that links begin with.
        seed: What ids and tokens come of: the same seed and requests give the same ones.
        processor: What stands behind: `stripe` (itemised, fees), `worldpay` (by merchant code), `adyen`, `sandbox`.
        control: The token of the control plane, which is off without one.
        clock: What the mock's moment is; none: it stands still until a test moves it.
        fee: What `stripe` keeps of a payment, in pence.
        send: Posts webhooks to whoever listens; none: the control plane returns them.
        hang_s: Seconds for which a call that hangs is left open on a port.
    """

    base: str = "https://govukpay.test"
    seed: int = 1
    processor: str = "stripe"
    control: str | None = field(default=None, repr=False)
    clock: Callable[[], datetime] | None = None
    fee: int = 20
    search_lag_s: int = 5
    send: Send | None = None
    hang_s: int = 60
    ledger: Ledger = field(init=False, repr=False)
    webhooks: Webhooks = field(init=False, repr=False)
    faults: Faults = field(init=False)
    journal: list[str] = field(init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Begin with nothing."""
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.ledger = Ledger(seed=self.seed, processor=self.processor, clock=self.clock)
        self.webhooks, self.faults, self.journal = Webhooks(), Faults(), []

    def handle(self, asked: Asked) -> Answer:
        """Answer a request; one after another, as a database would have it."""
        with self._lock:
            self.ledger.expire()
            given = self._controlled(asked) if asked.path.startswith("/_mock/") else self._answered(asked)
            self.webhooks.gather(self.ledger, self.base)
            return given

    async def __call__(self, scope: Scope, receive: Receive, transmit: Transmit) -> None:
        """Carry a request over ASGI."""
        await carried(self.handle, self.hang_s, scope, receive, transmit)

    def _controlled(self, asked: Asked) -> Answer:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        of_payer = asked.path.startswith("/_mock/pay/")
        if not of_payer and (
            self.control is None or not hmac.compare_digest(token.encode(), self.control.encode())
        ):
            return answer(
                404, {"code": "MOCK", "description": "There is no control plane here, or not for you"}
            )
        return Control(self).act(asked)

    def _answered(self, asked: Asked) -> Answer:
        self.journal.append(f"{asked.method} {asked.path}")
        operations = Operations(self.ledger, self.base, timedelta(seconds=self.search_lag_s))
        found = operations.find(asked)
        if found is None:
            return answer(404, {"code": "P0200", "description": "Not found"})
        path, act = found
        fault = self.faults.next(f"{asked.method} {path}")
        if fault is not None and not fault.works:
            return fault.spoilt(None)
        given = held_to_contract(path, asked.method, self._done(asked, act))
        return fault.spoilt(given) if fault is not None else given

    def _done(self, asked: Asked, act: Callable[[], Answer]) -> Answer:
        if not hmac.compare_digest(asked.headers.get("authorization", "").encode(), f"Bearer {KEY}".encode()):
            return answer(
                401, {"code": "P0000", "description": "Credentials are required to access this resource"}
            )
        if not passes_firewall(asked):
            return answer(403, {"code": "P0920", "description": "Request blocked by security rules"})
        try:
            return act()
        except Refusal as refusal:
            return refusal.answer
