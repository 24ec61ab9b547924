"""A double of the parts of Adyen that are used: payment links, refunds, standard webhooks."""

from __future__ import annotations

import json
from typing import Any

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.hooks import Callback, HttpResponse, Secret
from localgov_ims.testing.provider_servers import Outcome, Watch
from localgov_ims_adyen.signing import signature

API_KEY = "AQEyhmfxKIN0BodyMayS33"
LINK_STATUS = {Outcome.EXPIRED: "expired", Outcome.STRANGE: "melting"}


class AdyenServer:
    def __init__(self, clock: Watch, secret: str) -> None:
        self.clock, self.secret = clock, secret
        self.links: dict[str, dict[str, Any]] = {}
        self.paid: dict[str, dict[str, Any]] = {}  # by reference: psp, value, lost
        self.given: dict[str, list[dict[str, Any]]] = {}
        self.keys: dict[str, dict[str, Any]] = {}

    def request(self, method, url, *, headers, content=b"", timeout=30):
        assert headers["X-API-Key"] == API_KEY
        path = url.removeprefix("https://checkout-test.adyen.com/v71/").split("/")
        match method, path:
            case "POST", ["paymentLinks"]:
                return self._once(headers, lambda: self._link(json.loads(content)))
            case "GET", ["paymentLinks", theirs] if theirs in self.links:
                return _answer(200, self.links[theirs])
            case "POST", ["payments", psp, "refunds"]:
                return self._once(headers, lambda: self._refund(psp, json.loads(content)))
        return _answer(404, {"status": 404, "errorCode": "000", "message": "Not found"})

    def arrive(self, step) -> None:
        assert step.url.startswith("https://test.adyen.link/PL")

    def decide(self, payment, outcome, amount=None) -> None:
        (link,) = [each for each in self.links.values() if each["reference"] == payment]
        if outcome is Outcome.PAID:
            link["status"] = "completed"
            value = link["amount"]["value"] if amount is None else amount.pence
            self.paid.setdefault(
                payment, {"psp": f"8815{len(self.paid):012d}", "value": value, "lost": False}
            )
        elif outcome is Outcome.TAKEN_BACK:
            self.paid[payment]["lost"] = True
        else:
            link["status"] = LINK_STATUS[outcome]

    def callbacks(self, payment) -> list[Callback]:
        paid = self.paid.get(payment)
        if paid is None:
            return []
        told = [self.item("AUTHORISATION", paid["psp"], payment, paid["value"])]
        if paid["lost"]:
            told.append(
                self.item("CHARGEBACK", f"D{paid['psp']}", payment, paid["value"], original=paid["psp"])
            )
        for refund in self.given.get(paid["psp"], []):
            if refund["said"] is not RefundSaid.SUBMITTED:
                ok = "true" if refund["said"] is RefundSaid.SUCCEEDED else "false"
                told.append(self.item(
                    "REFUND", refund["pspReference"], refund["reference"], refund["value"], original=paid["psp"], success=ok
                ))  # fmt: skip
        return [self.delivered(each) for each in told]

    def strange_callback(self) -> Callback:
        return self.delivered(self.item("MOON_LANDED", "9914", "R-1", 100) | {"crew": 3})

    def sign_with(self, secret) -> None:
        self.secret = secret

    def charged(self, payment) -> int:
        return sum(link["reference"] == payment for link in self.links.values())

    def refunded(self, payment) -> Money:
        given = self.given.get(self.paid[payment]["psp"], [])
        return Money(sum(each["value"] for each in given if each["said"] is not RefundSaid.FAILED))

    def decide_refunds(self, payment, said) -> None:
        for each in self.given.get(self.paid[payment]["psp"], []):
            each["said"] = said

    def item(self, event, psp, reference, value, *, original="", success="true", **more) -> dict[str, Any]:
        item = {
            "amount": {"currency": "GBP", "value": value}, "eventCode": event, "eventDate": self.clock().isoformat(),
            "merchantAccountCode": "SmallCouncil", "merchantReference": reference, "originalReference": original,
            "paymentMethod": "visa", "pspReference": psp, "reason": "", "success": success, **more,
        }  # fmt: skip
        item["additionalData"] = {"hmacSignature": signature(item, Secret(self.secret))}
        return item

    def delivered(self, *items) -> Callback:
        body = {"live": "false", "notificationItems": [{"NotificationRequestItem": each} for each in items]}
        return Callback(method="POST", headers={}, body=json.dumps(body).encode(), received_at=self.clock())

    def _once(self, headers, make) -> HttpResponse:
        key = headers["Idempotency-Key"]
        if key not in self.keys:
            self.keys[key] = make()
        return _answer(201, self.keys[key])

    def _link(self, asked) -> dict[str, Any]:
        theirs = f"PL{len(self.links):014d}"
        link = {**asked, "id": theirs, "url": f"https://test.adyen.link/{theirs}", "status": "active"}
        self.links[theirs] = link
        return link

    def _refund(self, psp, asked) -> dict[str, Any]:
        paid = next(each for each in self.paid.values() if each["psp"] == psp)
        given = self.given.setdefault(psp, [])
        value = asked["amount"]["value"]
        fits = sum(each["value"] for each in given) + value <= paid["value"]
        said = RefundSaid.SUBMITTED if fits else RefundSaid.FAILED
        refund = {
            "pspReference": f"R{psp}{len(given)}",
            "reference": asked["reference"],
            "value": value,
            "said": said,
        }
        given.append(refund)
        return {"pspReference": refund["pspReference"], "status": "received"}


def _answer(status, body) -> HttpResponse:
    return HttpResponse(status=status, content=json.dumps(body).encode())
