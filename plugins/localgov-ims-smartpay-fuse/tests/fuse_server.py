"""A double of the parts of SmartPay Fuse that are used: the hosted page, its answers, the search, refunds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from localgov_ims.domain.money import Money
from localgov_ims.hooks import Callback, FormPost, HttpResponse, Secret
from localgov_ims.testing.provider_servers import Outcome, Watch
from localgov_ims_smartpay_fuse.signing import signature

REST_SECRET = base64.b64encode(b"the shared secret of the rest api").decode()
DECISION = {
    Outcome.PAID: "ACCEPT", Outcome.DECLINED: "DECLINE", Outcome.CANCELLED: "CANCEL", Outcome.STRANGE: "PONDER"
}  # fmt: skip
ANSWERED = (
    "decision,transaction_id,req_reference_number,req_transaction_uuid,req_amount,req_currency,auth_amount,message,"
    "signed_date_time,signed_field_names"
)


class FuseServer:
    def __init__(self, clock: Watch, secret: str) -> None:
        self.clock, self.secret, self.profile_secret = clock, secret, secret
        self.forms: dict[str, dict[str, str]] = {}  # by transaction_uuid
        self.answers: dict[str, dict[str, str]] = {}  # by our reference
        self.found: list[dict[str, Any]] = []
        self.given: dict[str, int] = {}

    def request(self, method, url, *, headers, content=b"", timeout=30):
        if not _signed_rightly(url, headers, content):
            return _answer(401, {"response": {"rmsg": "Authentication Failed"}})
        path, asked = urlsplit(url).path, json.loads(content)
        if path == "/tss/v2/searches":
            return _answer(201, self._page(asked))
        paid = next(each for each in self.found if each["id"] == path.split("/")[4])
        return self._refund(paid, asked)

    def arrive(self, step: FormPost) -> None:
        fields = dict(step.fields)
        assert signature(fields, Secret(self.profile_secret)) == fields["signature"]
        signed = set(fields["signed_field_names"].split(","))
        assert signed | set(filter(None, fields["unsigned_field_names"].split(","))) | {"signature"} == set(
            fields
        )
        self.forms.setdefault(fields["transaction_uuid"], fields)

    def decide(self, payment, outcome, amount=None) -> None:
        (form,) = [each for each in self.forms.values() if each["reference_number"] == payment]
        theirs = f"{len(self.found):022d}"
        word = DECISION[outcome]
        paid = form["amount"] if amount is None else f"{amount.pence // 100}.{amount.pence % 100:02d}"
        self.answers[payment] = {
            "decision": word, "transaction_id": theirs, "req_reference_number": payment,
            "req_transaction_uuid": form["transaction_uuid"], "req_amount": form["amount"], "req_currency": "GBP",
            "auth_amount": paid, "message": "Request was processed", "signed_field_names": ANSWERED,
        }  # fmt: skip
        if word not in {"CANCEL", "PONDER"}:
            self._record(theirs, payment, paid, approved=word == "ACCEPT")

    def callbacks(self, payment) -> list[Callback]:
        answer = self.answers.get(payment)
        return [self.delivered(answer)] if answer else []

    def strange_callback(self) -> Callback:
        self.decide_alone("R-1")
        return self.delivered(self.answers["R-1"] | {"decision": "ERROR", "crew": "3"})

    def decide_alone(self, payment) -> None:
        self.forms[payment] = {"reference_number": payment, "amount": "1.00", "transaction_uuid": payment}
        self.decide(payment, Outcome.PAID)

    def sign_with(self, secret) -> None:
        self.secret = secret

    def charged(self, payment) -> int:
        return sum(form["reference_number"] == payment for form in self.forms.values())

    def refunded(self, payment) -> Money:
        theirs = self.answers[payment]["transaction_id"]
        return Money(self.given.get(theirs, 0))

    def decide_refunds(self, payment, said) -> None:
        raise NotImplementedError

    def delivered(self, answer) -> Callback:
        fields = {**answer, "signed_date_time": self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")}
        fields["signature"] = signature(fields, Secret(self.secret))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Callback(
            method="POST", headers=headers, body=urlencode(fields).encode(), received_at=self.clock()
        )

    def _record(self, theirs, reference, amount, *, approved, name="ics_auth") -> None:
        self.found.insert(0, {
            "id": theirs, "submitTimeUtc": self.clock().isoformat(), "clientReferenceInformation": {"code": reference},
            "applicationInformation": {"applications": [{"name": name, "reasonCode": "100" if approved else "203"}]},
            "processorInformation": {"approvalCode": "831000"} if approved else {},
            "orderInformation": {"amountDetails": {"totalAmount": amount, "currency": "GBP"}},
        })  # fmt: skip

    def _page(self, asked) -> dict[str, Any]:
        found = self.found
        if code := re.search(r"code:([\w-]+)", asked["query"]):
            found = [each for each in found if each["clientReferenceInformation"]["code"] == code[1]]
        if window := re.search(r"submitTimeUtc:\[(\S+) TO (\S+)\]", asked["query"]):
            low, high = (datetime.fromisoformat(each) for each in window.groups())
            found = [each for each in found if low <= datetime.fromisoformat(each["submitTimeUtc"]) <= high]
        page = found[asked["offset"] : asked["offset"] + asked["limit"]]
        return {"totalCount": len(found), "count": len(page), "_embedded": {"transactionSummaries": page}}

    def _refund(self, paid, asked) -> HttpResponse:
        amount = asked["orderInformation"]["amountDetails"]["totalAmount"]
        pence = int(amount.replace(".", ""))
        whole = int(paid["orderInformation"]["amountDetails"]["totalAmount"].replace(".", ""))
        if self.given.get(paid["id"], 0) + pence > whole:
            return _answer(
                400, {"status": "INVALID_REQUEST", "reason": "EXCEEDS_AMOUNT", "message": "Too much"}
            )
        self.given[paid["id"]] = self.given.get(paid["id"], 0) + pence
        theirs = f"9{len(self.found):021d}"
        self._record(
            theirs, asked["clientReferenceInformation"]["code"], amount, approved=True, name="ics_credit"
        )
        return _answer(201, {"id": theirs, "status": "PENDING"})


def _signed_rightly(url, headers, content) -> bool:
    """Tell whether a request is signed as Cybersource's documentation says, reckoned here once more."""
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(content).digest()).decode()
    parts = urlsplit(url)
    message = (
        f"host: {parts.netloc}\ndate: {headers['Date']}\n(request-target): post {parts.path}\ndigest: {digest}\n"
        "v-c-merchant-id: small_council"
    )
    made = hmac.new(base64.b64decode(REST_SECRET), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode() in headers["Signature"] and headers["Digest"] == digest


def _answer(status, body) -> HttpResponse:
    return HttpResponse(status=status, content=json.dumps(body).encode())
