"""A double of the parts of Stripe that are used: sessions, intents, disputes, refunds, payouts, webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import RefundSaid
from localgov_ims.hooks import Callback, HttpResponse
from localgov_ims.testing.provider_servers import Outcome, Watch

KEY = "sk_test_oftheApiThatIsNeverShown"
PAGE = "fidkdWxPageTokenNobodyMayS33"
REFUND = {RefundSaid.SUBMITTED: "pending", RefundSaid.SUCCEEDED: "succeeded", RefundSaid.FAILED: "failed"}
SENT = {
    "open": "created", "expired": "expired", "paid": "completed", "unpaid": "async_payment_failed",
}  # fmt: skip


class StripeServer:
    def __init__(self, clock: Watch, secret: str = "") -> None:
        self.clock, self.secret = clock, secret
        self.records: dict[str, dict[str, dict[str, Any]]] = {
            kind: {} for kind in ("sessions", "payment_intents", "disputes", "refunds", "payouts", "balance_transactions")
        }  # fmt: skip
        self.keys: dict[str, tuple[str, HttpResponse]] = {}

    def request(self, method, url, *, headers, content=b"", timeout=30):
        if headers["Authorization"] != f"Bearer {KEY}" or headers["Stripe-Version"] != "2025-03-31.basil":
            return _refused(401, "invalid_request_error")
        parts = urlsplit(url)
        kind, *rest = parts.path.removeprefix("/v1/").removeprefix("checkout/").split("/")
        if method == "GET":
            query = dict(parse_qsl(parts.query))
            return self._shown(kind, rest[0], query) if rest else self._page(kind, query)
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        key, asked = headers["Idempotency-Key"], f"{parts.path}?{content.decode()}"
        if key not in self.keys:
            self.keys[key] = asked, self._done(kind, rest, dict(parse_qsl(content.decode())))
        first, answer = self.keys[key]
        return answer if first == asked else _refused(400, "idempotency_error")

    def arrive(self, step) -> None:
        assert PAGE in step.url

    def decide(self, payment, outcome, amount=None) -> None:
        session = self.session(payment)
        if outcome is Outcome.TAKEN_BACK:
            intent = self._intent(session, "succeeded")
            intent["latest_charge"]["disputed"] = True
            paid = intent["amount_received"]
            self._new("disputes", "du_", {"payment_intent": intent["id"], "status": "lost", "amount": paid})
        elif outcome is Outcome.PAID:
            received = session["amount_total"] if amount is None else amount.pence
            charge = {"created": int(self.clock().timestamp()), "disputed": False}
            self._intent(session, "succeeded").update(amount_received=received, latest_charge=charge)
            session.update(status="complete", payment_status="paid")
        elif outcome is Outcome.DECLINED:
            self._intent(session, "requires_payment_method")
            session["status"] = "complete"
        else:
            session["status"] = {Outcome.EXPIRED: "expired", Outcome.STRANGE: "melting"}[outcome]

    def callbacks(self, payment) -> list[Callback]:
        session = self.session(payment)
        word = session["payment_status"] if session["status"] == "complete" else session["status"]
        told = [self.event(f"checkout.session.{SENT.get(word, word)}", session)]
        theirs = session["payment_intent"]
        for kind, events in (("disputes", "charge.dispute.closed"), ("refunds", "refund.updated")):
            told += [
                self.event(events, each)
                for each in self.records[kind].values()
                if each["payment_intent"] == theirs
            ]
        return [self.signed(each) for each in told]

    def strange_callback(self) -> Callback:
        return self.signed(self.event("moon.landed", {"id": "mo_1", "object": "moon", "crew": [3]}))

    def sign_with(self, secret) -> None:
        self.secret = secret

    def charged(self, payment) -> int:
        return len([each for each in self.records["sessions"].values() if _ours(each) == payment])

    def refunded(self, payment) -> Money:
        theirs = self.session(payment)["payment_intent"]
        given = [each for each in self.records["refunds"].values() if each["payment_intent"] == theirs]
        return Money(sum(each["amount"] for each in given if each["status"] != "failed"))

    def decide_refunds(self, payment, said) -> None:
        for refund in self.records["refunds"].values():
            refund["status"] = REFUND[said]

    def pay_out(self, on: date, payments, *, fee, refund) -> str:
        number = f"po_{'abcdefgh'[len(self.records['payouts'])]}"
        each_fee, rest = divmod(fee.pence, len(payments))
        for position, paid in enumerate(payments):
            kept = each_fee + (rest if not position else 0)
            source = {
                "object": "charge",
                "id": f"ch_{number}_{position}",
                "payment_intent": f"pi_{number}_{position}",
            }
            self.moved(number, "charge", paid.pence, kept, source)
        self.moved(
            number, "refund", -refund.pence, 0, {"object": "refund", "id": "re_x", "payment_intent": "pi_x"}
        )
        net = (Money.total(payments) - fee - refund).pence
        self.moved(number, "payout", -net, 0, {"object": "payout", "id": number})
        self.records["payouts"][number] = {
            "id": number, "object": "payout", "amount": net, "currency": "gbp", "status": "paid", "automatic": True,
            "arrival_date": _midnight(on), "reconciliation_status": "completed",
        }  # fmt: skip
        return number

    def moved(self, number, category, amount, fee, source) -> None:
        self._new("balance_transactions", "txn_", {
            "payout": number, "reporting_category": category, "amount": amount, "fee": fee, "net": amount - fee,
            "currency": "gbp", "source": source, "created": int(self.clock().timestamp()),
        })  # fmt: skip

    def miscount(self, payout) -> None:
        self.records["payouts"][payout]["amount"] += 1

    def session(self, payment) -> dict[str, Any]:
        return [each for each in self.records["sessions"].values() if _ours(each) == payment][-1]

    def event(self, kind, record) -> dict[str, Any]:
        state = f"{record['id']}_{record.get('status')}_{record.get('payment_status')}"
        return {
            "id": f"evt_{kind}_{state}", "object": "event", "type": kind, "created": int(self.clock().timestamp()),
            "data": {"object": record}, "livemode": False,
        }  # fmt: skip

    def signed(self, event) -> Callback:
        body, seconds = json.dumps(event, indent=2).encode(), int(self.clock().timestamp())
        header = f"t={seconds},v1={self.signature(seconds, body)},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"
        headers = {"Stripe-Signature": header, "Content-Type": "application/json"}
        return Callback(method="POST", headers=headers, body=body, received_at=self.clock())

    def signature(self, seconds, body) -> str:
        return hmac.new(self.secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()

    def _intent(self, session, status) -> dict[str, Any]:
        if session["payment_intent"] is None:
            made = {"currency": session["currency"], "metadata": session["metadata"], "amount_received": 0}
            session["payment_intent"] = self._new("payment_intents", "pi_", made)["id"]
        intent = self.records["payment_intents"][session["payment_intent"]]
        intent["status"] = status
        return intent

    def _new(self, kind, prefix, record) -> dict[str, Any]:
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(len(self.records[kind])))
        made = {**record, "id": prefix + letters}
        self.records[kind][made["id"]] = made
        return made

    def _done(self, kind, rest, asked) -> HttpResponse:
        if kind == "refunds":
            return self._refunded(asked)
        return self._expired(rest[0]) if rest else self._session(asked)

    def _session(self, asked) -> HttpResponse:
        assert (asked["mode"], asked["line_items[0][price_data][currency]"]) == ("payment", "gbp")
        assert asked["metadata[ims_payment]"] == asked["payment_intent_data[metadata][ims_payment]"]
        made = self._new("sessions", "cs_test_a1" + "X" * 54, {
            "object": "checkout.session", "status": "open", "payment_status": "unpaid", "payment_intent": None,
            "amount_total": int(asked["line_items[0][price_data][unit_amount]"]), "currency": "gbp",
            "metadata": {"ims_payment": asked["metadata[ims_payment]"]},
        })  # fmt: skip
        made["url"] = f"https://checkout.stripe.com/c/pay/{made['id']}#{PAGE}"
        return _answer(made)

    def _expired(self, identifier) -> HttpResponse:
        session = self.records["sessions"].get(identifier)
        if session is None:
            return _refused(404, "invalid_request_error", "resource_missing")
        if session["status"] != "open":
            return _refused(400, "invalid_request_error")
        session["status"] = "expired"
        return _answer(session)

    def _refunded(self, asked) -> HttpResponse:
        theirs, amount = asked["payment_intent"], int(asked["amount"])
        given = sum(
            each["amount"]
            for each in self.records["refunds"].values()
            if each["payment_intent"] == theirs and each["status"] != "failed"
        )
        if theirs not in self.records["payment_intents"]:
            return _refused(404, "invalid_request_error", "resource_missing")
        if given + amount > self.records["payment_intents"][theirs]["amount_received"]:
            return _refused(400, "invalid_request_error", "amount_too_large")
        metadata = {"ims_refund": asked["metadata[ims_refund]"]}
        made = {"payment_intent": theirs, "amount": amount, "status": "pending", "metadata": metadata}
        return _answer(self._new("refunds", "re_", made))

    def _shown(self, kind, identifier, query) -> HttpResponse:
        record = self.records[kind].get(identifier)
        if record is None:
            return _refused(404, "invalid_request_error", "resource_missing")
        if kind == "sessions" and query.get("expand[]") == "payment_intent.latest_charge":
            record = {
                **record,
                "payment_intent": self.records["payment_intents"].get(record["payment_intent"]),
            }
        return _answer(record)

    def _page(self, kind, query) -> HttpResponse:
        names = ("payout", "payment_intent", "status")
        found = [
            each for each in self.records[kind].values()
            if all(each[name] == query[name] for name in names if name in query)
            and int(query.get("arrival_date[gte]", 0)) <= each.get("arrival_date", 0)
            and each.get("arrival_date", 0) <= int(query.get("arrival_date[lte]", 1 << 40))
        ]  # fmt: skip
        after, limit = query.get("starting_after"), int(query["limit"])
        assert limit <= 100
        start = 0 if after is None else [each["id"] for each in found].index(after) + 1
        page = found[start : start + limit]
        return _answer({"object": "list", "data": page, "has_more": start + limit < len(found)})


def _ours(record) -> str:
    return record["metadata"].get("ims_payment", "")


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def _answer(record) -> HttpResponse:
    return HttpResponse(status=200, content=json.dumps(record).encode())


def _refused(status, kind, code=None) -> HttpResponse:
    error = {"type": kind, "code": code, "message": "No.", "param": None}
    return HttpResponse(status=status, content=json.dumps({"error": error}).encode())
