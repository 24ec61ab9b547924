"""A double of the parts of GoCardless that are used: billing requests, payments, refunds, payouts, webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.hooks import Callback, HttpResponse, Redirect
from localgov_ims.testing.provider_servers import Outcome, Watch

TOKEN = "sandbox_t0kenOfTheApiThatIsNeverShown"
FLOW = "flowT0kenNobodyMayS33"
STATUS = {
    Outcome.PAID: "confirmed", Outcome.DECLINED: "failed", Outcome.CANCELLED: "cancelled",
    Outcome.STRANGE: "quarantined_by_elves", Outcome.TAKEN_BACK: "charged_back",
}  # fmt: skip
REFUND = {RefundSaid.SUBMITTED: "submitted", RefundSaid.SUCCEEDED: "paid", RefundSaid.FAILED: "bounced"}


class GoCardlessServer:
    def __init__(self, clock: Watch, secret: str = "") -> None:
        self.clock, self.secret = clock, secret
        self.records: dict[str, dict[str, dict[str, Any]]] = {
            kind: {} for kind in ("billing_requests", "payments", "refunds", "mandates", "payouts", "payout_items")
        }  # fmt: skip
        self.keys: dict[str, str] = {}

    def request(self, method, url, *, headers, content=b"", timeout=30):
        if headers["Authorization"] != f"Bearer {TOKEN}" or headers["GoCardless-Version"] != "2015-07-06":
            return _refused(401, "invalid_api_usage", "access_token_not_found")
        parts = urlsplit(url)
        kind, *rest = parts.path.strip("/").split("/")
        if method == "GET":
            return self._page(kind, dict(parse_qsl(parts.query))) if not rest else self._shown(kind, rest[0])
        if rest:
            return self._acted(kind, rest[0])
        asked = json.loads(content)[kind]
        if kind == "billing_request_flows":
            assert "Idempotency-Key" not in headers
            url = f"https://pay.gocardless.com/billing/static/flow?id={FLOW}"
            return _answer(kind, {"id": "BRF1", "authorisation_url": url}, 201)
        return self._made(kind, asked, headers["Idempotency-Key"])

    def arrive(self, step) -> None:
        if isinstance(step, Redirect):
            assert FLOW in step.url

    def decide(self, payment, outcome, amount=None) -> None:
        made = self._payment(payment)
        if made is None:
            request = self._of("billing_requests", payment)
            if outcome is Outcome.CANCELLED:
                request["status"] = "cancelled"
                return
            made = self._new("payments", "PM", {**request["payment_request"], "amount_refunded": 0})
            request |= {"status": "fulfilled", "links": {"payment_request_payment": made["id"]}}
        made["status"] = STATUS[outcome]
        if outcome is Outcome.PAID:
            made["charge_date"] = local_day(self.clock()).isoformat()
        if amount is not None:
            made["amount"] = amount.pence

    def callbacks(self, payment) -> list[Callback]:
        made = self._payment(payment)
        if made is None:
            request = self._of("billing_requests", payment)
            return [
                self._signed(
                    [self._event("billing_requests", request["status"], billing_request=request["id"])]
                )
            ]
        return [self._signed([self._event("payments", made["status"], payment=made["id"])])]

    def strange_callback(self) -> Callback:
        return self._signed([self._event("moons", "landed", moon="MO1") | {"crew": [3]}])

    def sign_with(self, secret) -> None:
        self.secret = secret

    def charged(self, payment) -> int:
        return len([r for r in self.records["billing_requests"].values() if _ours(r) == payment]) or len(
            [r for r in self.records["payments"].values() if _ours(r) == payment]
        )

    def refunded(self, payment) -> Money:
        theirs = self._payment(payment)["id"]
        return Money(
            sum(r["amount"] for r in self.records["refunds"].values() if r["links"]["payment"] == theirs)
        )

    def decide_refunds(self, payment, said) -> None:
        for refund in self.records["refunds"].values():
            refund["status"] = REFUND[said]

    def pay_out(self, on: date, payments, *, fee, refund) -> str:
        number = f"PO{len(self.records['payouts']) + 1}"
        broken = f"{-fee.pence * 10 // len(payments) / 10}"
        items = [("payment_paid_out", f"{each.pence}.0") for each in payments]
        fees = [("gocardless_fee", broken)] * (len(payments) - 1)
        fees.append(("gocardless_fee", str(-fee.pence - sum(Decimal(amount) for _, amount in fees))))
        for position, (kind, amount) in enumerate([*items, *fees, ("refund", f"{-refund.pence}.0")]):
            links = {"payment": f"PM-{number}-{position}"} if kind != "refund" else {"refund": "RF1"}
            item = {"type": kind, "amount": amount, "links": links, "payout": number}
            self._new("payout_items", "PI", item)
        net = Money.total(payments) - fee - refund
        self.records["payouts"][number] = {
            "id": number, "amount": net.pence, "currency": "GBP", "arrival_date": on.isoformat(), "status": "paid",
        }  # fmt: skip
        return number

    def miscount(self, payout) -> None:
        self.records["payouts"][payout]["amount"] += 1

    def _payment(self, ours) -> dict[str, Any] | None:
        found = [record for record in self.records["payments"].values() if _ours(record) == ours]
        return found[-1] if found else None

    def _of(self, kind, ours) -> dict[str, Any]:
        return [record for record in self.records[kind].values() if _ours(record) == ours][-1]

    def _new(self, kind, prefix, record) -> dict[str, Any]:
        made = {"status": "pending_submission", **record, "id": f"{prefix}{len(self.records[kind]) + 1:06d}"}
        self.records[kind][made["id"]] = made
        return made

    def _made(self, kind, asked, key) -> HttpResponse:
        if key in self.keys:
            links = {"conflicting_resource_id": self.keys[key]}
            return _refused(409, "invalid_state", "idempotent_creation_conflict", links=links)
        if kind == "refunds":
            paid = self.records["payments"].get(asked["links"]["payment"])
            if (
                paid is None
                or paid["amount_refunded"] + asked["amount"] != asked["total_amount_confirmation"]
            ):
                return _refused(422, "validation_failed", "total_amount_confirmation_invalid")
            if asked["total_amount_confirmation"] > paid["amount"]:
                return _refused(422, "validation_failed", "refund_amount_exceeds_payment")
            paid["amount_refunded"] += asked["amount"]
        prefix = {"billing_requests": "BRQ", "payments": "PM", "refunds": "RF"}[kind]
        first = {"status": "pending"} if kind == "billing_requests" else {"amount_refunded": 0}
        made = self._new(kind, prefix, {**first, **asked})
        self.keys[key] = made["id"]
        return _answer(kind, made, 201)

    def _shown(self, kind, identifier) -> HttpResponse:
        record = self.records[kind].get(identifier)
        return _answer(kind, record) if record else _refused(404, "invalid_api_usage", "resource_not_found")

    def _acted(self, kind, identifier) -> HttpResponse:
        record = self.records[kind].get(identifier)
        if record is None:
            return _refused(404, "invalid_api_usage", "resource_not_found")
        if record["status"] not in {"pending", "pending_submission", "active"}:
            return _refused(422, "invalid_state", "cancellation_failed")
        record["status"] = "cancelled"
        return _answer(kind, record)

    def _page(self, kind, query) -> HttpResponse:
        wanted = query.get("payout")
        found = [r for r in self.records[kind].values() if wanted is None or r["payout"] == wanted]
        start = int(query.get("after", 0))
        page, behind = found[start : start + 500], start + 500
        cursors = {"after": str(behind) if behind < len(found) else None, "before": None}
        body = {kind: page, "meta": {"cursors": cursors, "limit": 500}}
        return HttpResponse(status=200, content=json.dumps(body).encode())

    def _event(self, kind, action, **links) -> dict[str, Any]:
        return {
            "id": f"EV-{'-'.join(links.values())}-{action}", "created_at": self.clock().isoformat(), "resource_type": kind,
            "action": action, "links": links, "details": {"origin": "bank"}, "metadata": {},
        }  # fmt: skip

    def _signed(self, events) -> Callback:
        body = json.dumps({"events": events, "meta": {"webhook_id": "WB1"}}).encode()
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Webhook-Signature": signature, "Content-Type": "application/json"}
        return Callback(method="POST", headers=headers, body=body, received_at=self.clock())


def _ours(record) -> str:
    return record.get("metadata", {}).get("ims_payment", "")


def _answer(kind, record, status=200) -> HttpResponse:
    return HttpResponse(status=status, content=json.dumps({kind: record}).encode())


def _refused(status, kind, reason, **more) -> HttpResponse:
    error = {
        "type": kind,
        "code": status,
        "message": reason,
        "errors": [{"reason": reason, "message": reason, **more}],
    }
    return HttpResponse(status=status, content=json.dumps({"error": error}).encode())
