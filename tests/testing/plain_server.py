"""The double of the provider that does not exist."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.hooks import Callback, HttpResponse
from localgov_ims.testing.provider_servers import Outcome, Watch

PAGE = 100


class PlainServer:
    def __init__(self, clock: Watch, secret: str) -> None:
        self.clock, self.secret = clock, secret
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, dict[str, Any]] = {}

    def request(self, method, url, *, headers, content=b"", timeout=30):  # noqa: PLR0911 - a table of routes
        parts = urlsplit(url)
        path = parts.path.strip("/").split("/")
        match method, path:
            case "POST", ["payments"]:
                return self._once(headers, lambda: self._new(json.loads(content)))
            case "POST", ["payments", theirs, "refunds"]:
                return self._once(headers, lambda: self._refund(theirs, json.loads(content)["pence"]))
            case "GET", ["payments"]:
                return _json(self._page({k: v[0] for k, v in parse_qs(parts.query).items()}))
            case "GET", ["payments", theirs] if theirs in self.payments:
                return _json(self.payments[theirs])
            case "GET", ["refunds", theirs] if theirs in self.refunds:
                return _json(self.refunds[theirs])
            case "POST", ["payments", theirs, "cancel"] if theirs in self.payments:
                self.payments[theirs]["status"] = "cancelled"
                return _json(self.payments[theirs])
        return HttpResponse(status=404)

    def arrive(self, step) -> None:
        assert step.url.startswith("https://plain.test/pay/")

    def decide(self, payment, outcome, amount=None) -> None:
        it = self._of(payment)
        it["status"] = "on_the_moon" if outcome is Outcome.STRANGE else outcome.value
        if outcome is Outcome.PAID:
            it |= {
                "paid": it["pence"] if amount is None else amount.pence,
                "paid_at": self.clock().isoformat(),
            }

    def callbacks(self, payment) -> list[Callback]:
        it = self._of(payment)
        return [self._signed({"id": f"{it['id']}-{it['status']}", "type": it["status"], "payment": it["id"]})]

    def strange_callback(self) -> Callback:
        return self._signed({"id": "E-1", "type": "moon_landing", "crew": 3})

    def sign_with(self, secret) -> None:
        self.secret = secret

    def charged(self, payment) -> int:
        return sum(it["reference"] == payment for it in self.payments.values())

    def refunded(self, payment) -> Money:
        theirs = self._of(payment)["id"]
        return Money(sum(it["pence"] for it in self.refunds.values() if it["payment"] == theirs))

    def decide_refunds(self, payment, said: RefundSaid) -> None:
        theirs = self._of(payment)["id"]
        for it in self.refunds.values():
            if it["payment"] == theirs:
                it["status"] = said.value

    def _of(self, payment) -> dict[str, Any]:
        return [it for it in self.payments.values() if it["reference"] == payment][-1]

    def _once(self, headers, make) -> HttpResponse:
        key = headers["Key"]
        if key not in self.keys:
            made = make()
            if made is None:
                return HttpResponse(status=409)
            self.keys[key] = made
        return _json(self.keys[key], 201)

    def _new(self, asked) -> dict[str, Any]:
        theirs = f"P{len(self.payments) + 1}"
        it = {
            "id": theirs, "link": f"https://plain.test/pay/{theirs}", "reference": asked["reference"],
            "pence": asked["pence"], "status": "new", "paid": 0, "paid_at": "",
        }  # fmt: skip
        self.payments[theirs] = it
        return it

    def _refund(self, theirs, pence) -> dict[str, Any] | None:
        given = sum(it["pence"] for it in self.refunds.values() if it["payment"] == theirs)
        if theirs not in self.payments or given + pence > self.payments[theirs]["paid"]:
            return None
        it = {"id": f"F{len(self.refunds) + 1}", "payment": theirs, "pence": pence, "status": "submitted"}
        self.refunds[it["id"]] = it
        return it

    def _page(self, query) -> dict[str, Any]:
        found = [
            it for it in self.payments.values() if query.get("reference", it["reference"]) == it["reference"]
        ]
        after = int(query.get("after", "P0")[1:])
        page = [it for it in found if int(it["id"][1:]) > after][:PAGE]
        return {"payments": page, "next": page[-1]["id"] if len(page) == PAGE else ""}

    def _signed(self, event) -> Callback:
        body = json.dumps(event).encode()
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return Callback(
            method="POST", headers={"Plain-Signature": signature}, body=body, received_at=self.clock()
        )


def _json(it: object, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, content=json.dumps(it).encode())
