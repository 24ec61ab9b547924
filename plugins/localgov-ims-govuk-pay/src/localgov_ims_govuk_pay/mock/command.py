"""`ims-mock-govukpay`: the mock on a port of this machine."""

from __future__ import annotations

import argparse
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import uvicorn

from localgov_ims_govuk_pay.mock.application import KEY, MockGovukPay
from localgov_ims_govuk_pay.mock.webhooks import Send

CONTROL_VARIABLE = "IMS_MOCK_GOVUKPAY_CONTROL"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the mock until it is stopped."""
    parser = argparse.ArgumentParser(prog="ims-mock-govukpay", description="A stateful mock of GOV.UK Pay.")
    parser.add_argument(
        "--port", type=int, default=8011, help="where it listens, on this machine alone (8011)"
    )
    parser.add_argument("--processor", default="stripe", choices=["stripe", "worldpay", "adyen", "sandbox"])
    parser.add_argument("--seed", type=int, default=1, help="what ids and tokens come of (1)")
    parser.add_argument(
        "--webhook-url", help="where webhooks are posted to when the control plane sends them"
    )
    given = parser.parse_args(arguments)
    base = f"http://127.0.0.1:{given.port}"
    mock = MockGovukPay(
        base=base, seed=given.seed, processor=given.processor, control=os.environ.get(CONTROL_VARIABLE),
        clock=lambda: datetime.now(UTC), send=sender(given.webhook_url) if given.webhook_url else None,
    )  # fmt: skip
    print(f"GOV.UK Pay mock at {base}; its API key is {KEY}. Set {CONTROL_VARIABLE} for the control plane.")  # noqa: T201
    uvicorn.run(mock, host="127.0.0.1", port=given.port, log_level="warning")


def sender(url: str) -> Send:
    """Return what posts webhooks to one address, and returns the status that is answered."""

    def send(headers: Mapping[str, str], body: bytes) -> int:
        request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310 - the tester's own
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
                return int(response.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    return send
