"""A council that takes cards by GOV.UK Pay, whose mock listens on a port; everything is done by commands."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from attrs import frozen
from tests.cli.desk import TAX, Desk, a_desk

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.testing.callback_server import callback_server
from localgov_ims_govuk_pay.mock import MockGovukPay
from localgov_ims_govuk_pay.mock.application import KEY
from localgov_ims_govuk_pay.mock.command import sender

CONTROL = "let me"
BACK = "https://pay.council.example/payments/return"
SECRETS = {
    "IMS_SECRET_PAY_KEY": KEY,
    "IMS_SECRET_PAY_WEBHOOK": "mock webhook secret",
    "IMS_SECRET_LINK_KEYS": "k" * 32,
}


@frozen
class PayDesk:
    """The council's keyboard, and GOV.UK Pay's side of the counter."""

    desk: Desk
    mock: MockGovukPay

    def control(self, path: str, **given: Any) -> dict[str, Any]:
        """Act on the mock over HTTP."""
        headers = {"Authorization": f"Bearer {CONTROL}", "Content-Type": "application/json"}
        return post(f"{self.mock.base}/_mock/{path}", given, headers)

    def asked(self, *items: str) -> str:
        """Ask for a payment; return its reference."""
        given = [part for item in items or (f"{TAX}:120.00",) for part in ("--item", item)]
        return str(self.desk.ask("payments", "take", *given, "--channel", "staff")["payment"])

    def started(self, reference: str) -> str:
        """Start a payment; return the address of the card page."""
        return str(self.desk.ask("payments", "start", reference, "--return-to", BACK)["url"])

    def pays(self, url: str, action: str = "paid") -> None:
        """Do at the card page what a payer does."""
        post(f"{url}/{action}", {}, {})

    def paid(self, *items: str) -> str:
        """Take a payment that is paid and found by the sweep."""
        reference = self.asked(*items)
        self.pays(self.started(reference))
        self.sweep_later()
        return reference

    def state(self, reference: str) -> str:
        """Return where a payment stands."""
        return str(self.desk.ask("payments", "show", reference)["state"])

    def receipts(self, reference: str) -> int:
        """Return how many times a payment was booked."""
        return len(self.desk.ask("payments", "show", reference)["receipts"])

    def sweep_later(self, minutes: int = 31) -> Any:
        """Sweep, as it will be some minutes from now."""
        with moved_on(minutes):
            return self.desk.ask("payments", "sweep", by="bridge")

    def laws_hold(self) -> bool:
        """Prove every law on the database."""
        return self.desk.run("verify").exit_code == 0

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Let the council's own receiver listen for webhooks on a port of its own."""
        installation = open_installation(self.desk.config, by="ann")
        try:
            with callback_server(installation) as address:
                self.mock.send = sender(f"{address}pay")
                yield address
        finally:
            installation.store.close()


@contextmanager
def moved_on(minutes: int) -> Iterator[None]:
    """Let the council's commands believe that it is later."""
    from localgov_ims.bootstrap import installing
    from localgov_ims.cli import council

    def later() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    def opened(path: Path, **given: Any) -> Any:
        return open_installation(path, **{**given, "clock": later})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(installing, "now", later)
        patch.setattr(council, "open_installation", opened)
        yield


def post(url: str, given: object, headers: dict[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(url, data=json.dumps(given).encode(), headers=headers, method="POST")  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        return dict(json.loads(response.read()))


@contextmanager
def served(mock: MockGovukPay) -> Iterator[None]:
    """Serve a mock on a free port of this machine."""
    server = uvicorn.Server(
        uvicorn.Config(mock, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    (socket,) = server.servers[0].sockets
    mock.base = f"http://127.0.0.1:{socket.getsockname()[1]}"
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def pay_desk(
    folder: Path, patch: pytest.MonkeyPatch, processor: str = "stripe", shape: str = "itemised"
) -> Iterator[PayDesk]:
    """Open a council whose cards are taken by GOV.UK Pay, with a processor behind it."""
    mock = MockGovukPay(
        control=CONTROL, processor=processor, clock=lambda: datetime.now(UTC), search_lag_s=0, hang_s=0
    )
    for name, value in SECRETS.items():
        patch.setenv(name, value)
    with served(mock):
        desk = a_desk(folder, patch)
        desk.employ("bridge", "adapter")
        desk.config.write_text(settings(desk.config.read_text("utf-8"), mock.base, shape), "utf-8")
        yield PayDesk(desk, mock)


def settings(text: str, base: str, shape: str) -> str:
    """Let Small Council's card methods be taken by GOV.UK Pay in the place of its own provider."""
    text = text.replace('provider = "stripe"', 'provider = "pay"').replace(
        'source = "stripe"', 'source = "pay"'
    )
    text = text.replace("[sources.stripe]", "[sources.pay]").replace(
        '"stripe-payout"\nwait_days', '"govukpay-settlement"\nwait_days'
    )
    text = text.replace(r"STRIPE PAYMENTS (?P<payout>po_[0-9A-Za-z]+)", "CARD PAYOUT")
    code = 'merchant_code = "COUNCIL1"\n' if shape == "by_merchant_code" else ""
    return (
        f'{text}\n[plugins.govuk-pay]\n\n[providers.pay]\nadapter = "govukpay"\nkey_secret = "pay_key"\n'
        f'webhook_secrets = ["pay_webhook"]\nbase_url = "{base}"\nsettlement = "{shape}"\n{code}'
    )
