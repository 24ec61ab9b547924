"""How the mock shows what it remembers: the JSON of GOV.UK Pay's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from localgov_ims_govuk_pay.mock.ledger import Agreement, Dispute, Ledger, Payment, Refund, State

MESSAGES: Final[Mapping[str, str]] = {
    "P0010": "Payment method rejected", "P0020": "Payment expired", "P0030": "Payment was cancelled by the user",
    "P0040": "Payment was cancelled by the service", "P0050": "Payment provider returned an error",
}  # fmt: skip
_OPEN: Final = frozenset({State.CREATED, State.STARTED, State.SUBMITTED, State.CAPTURABLE})


def shown_at(moment: datetime) -> str:
    """Return a moment as GOV.UK Pay writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def payment_view(ledger: Ledger, payment: Payment, base: str, *, searched: bool = False) -> dict[str, Any]:
    """Return a payment as `GET` one shows it; a search shows no way to pay it."""
    asked = payment.asked
    view: dict[str, Any] = {
        "payment_id": payment.id, "amount": asked["amount"], "reference": asked["reference"],
        "description": asked["description"], "created_date": shown_at(payment.created_at),
        "state": _state(payment), "payment_provider": ledger.processor, "delayed_capture": asked.get("delayed_capture", False),
        "moto": asked.get("moto", False), "language": asked.get("language", "en"),
        "authorisation_mode": asked.get("authorisation_mode", "web"), "refund_summary": _refund_summary(payment),
        "settlement_summary": _settlement(payment), "_links": _links(payment, base, searched=searched),
    }  # fmt: skip
    view |= {name: asked[name] for name in ("return_url", "email", "metadata") if name in asked}
    if payment.card is not None:
        view["card_details"] = dict(payment.card)
    if payment.surcharge:
        view |= {"corporate_card_surcharge": payment.surcharge, "total_amount": payment.total}
    if payment.fee is not None:
        paid = payment.total if payment.state is State.SUCCESS else 0
        view |= {"fee": payment.fee, "net_amount": paid - payment.fee}
    return view


def refund_view(refund: Refund, base: str, *, searched: bool = False) -> dict[str, Any]:
    """Return a refund."""
    own = f"{base}/v1/payments/{refund.payment}"
    settled = {"settled_date": refund.settled_on} if refund.settled_on else {}
    view: dict[str, Any] = {
        "refund_id": refund.id, "created_date": shown_at(refund.created_at), "amount": refund.amount,
        "status": refund.status, "settlement_summary": settled,
        "_links": {"self": _get(f"{own}/refunds/{refund.id}"), "payment": _get(own)},
    }  # fmt: skip
    return {**view, "payment_id": refund.payment} if searched else view


def agreement_view(agreement: Agreement) -> dict[str, Any]:
    """Return an agreement."""
    return {
        "agreement_id": agreement.id, "reference": agreement.asked["reference"],
        "description": agreement.asked["description"], "status": agreement.status,
        "created_date": shown_at(agreement.created_at),
        **({"user_identifier": agreement.asked["user_identifier"]} if "user_identifier" in agreement.asked else {}),
    }  # fmt: skip


def dispute_view(dispute: Dispute, base: str) -> dict[str, Any]:
    """Return a dispute."""
    settled = {"settled_date": dispute.settled_on} if dispute.settled_on else {}
    lost = (
        {"fee": dispute.fee, "net_amount": -dispute.amount - dispute.fee} if dispute.status == "lost" else {}
    )
    return {
        "dispute_id": dispute.id, "payment_id": dispute.payment, "amount": dispute.amount, "status": dispute.status,
        "reason": "fraudulent", "created_date": shown_at(dispute.created_at), "settlement_summary": settled,
        "_links": {"payment": _get(f"{base}/v1/payments/{dispute.payment}")}, **lost,
    }  # fmt: skip


def events_view(payment: Payment, base: str) -> dict[str, Any]:
    """Return what happened to a payment."""
    own = f"{base}/v1/payments/{payment.id}"
    return {
        "payment_id": payment.id,
        "events": [
            {
                "payment_id": payment.id, "state": {"status": state.value, "finished": state.finished},
                "updated": shown_at(at), "_links": {"payment_url": _get(own)},
            }
            for state, at in payment.history
        ],
        "_links": {"self": _get(f"{own}/events")},
    }  # fmt: skip


def page_view(
    results: Sequence[Mapping[str, Any]], path: str, asked: Mapping[str, str], page: int, size: int
) -> dict[str, Any] | None:
    """Return one page of a search; none where there is no such page."""
    last = max(1, -(-len(results) // size))
    if page > last:
        return None

    def link(to: int) -> dict[str, str]:
        return _get(f"{path}?{urlencode({**asked, 'page': to, 'display_size': size})}")

    links = {"self": link(page), "first_page": link(1), "last_page": link(last)}
    if page > 1:
        links["prev_page"] = link(page - 1)
    if page < last:
        links["next_page"] = link(page + 1)
    some = list(results[(page - 1) * size : page * size])
    return {"total": len(results), "count": len(some), "page": page, "results": some, "_links": links}


def _state(payment: Payment) -> dict[str, Any]:
    state: dict[str, Any] = {"status": payment.state.value, "finished": payment.state.finished}
    if payment.code is not None:
        state |= {"code": payment.code, "message": MESSAGES.get(payment.code, "Failed"), "can_retry": False}
    return state


def _refund_summary(payment: Payment) -> dict[str, Any]:
    if payment.state is not State.SUCCESS:
        status = "pending" if payment.state in _OPEN else "unavailable"
        return {"status": status, "amount_available": payment.total, "amount_submitted": 0}
    left = payment.available
    return {
        "status": "available" if left else "full", "amount_available": left, "amount_submitted": payment.total - left,
    }  # fmt: skip


def _settlement(payment: Payment) -> dict[str, str]:
    summary = {"captured_date": payment.captured_on, "settled_date": payment.settled_on}
    if payment.captured_on is not None and payment.finished_at is not None:
        summary["capture_submit_time"] = shown_at(payment.finished_at)
    return {name: value for name, value in summary.items() if value is not None}


def _links(payment: Payment, base: str, *, searched: bool) -> dict[str, Any]:
    own = f"{base}/v1/payments/{payment.id}"
    links: dict[str, Any] = {
        "self": _get(own),
        "events": _get(f"{own}/events"),
        "refunds": _get(f"{own}/refunds"),
    }
    by_web = payment.asked.get("authorisation_mode", "web") == "web"
    if payment.state in {State.CREATED, State.STARTED} and by_web and not searched:
        links["next_url"] = _get(f"{base}/_mock/pay/{payment.token}")
        links["next_url_post"] = {
            "href": f"{base}/_mock/pay", "method": "POST", "type": "application/x-www-form-urlencoded",
            "params": {"chargeTokenId": payment.token},
        }  # fmt: skip
    if payment.state in _OPEN:
        links["cancel"] = {"href": f"{own}/cancel", "method": "POST"}
    if payment.state is State.CAPTURABLE:
        links["capture"] = {"href": f"{own}/capture", "method": "POST"}
    return links


def _get(href: str) -> dict[str, str]:
    return {"href": href, "method": "GET"}
