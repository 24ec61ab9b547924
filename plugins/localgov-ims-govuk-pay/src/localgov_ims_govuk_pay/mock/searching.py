"""Searches of the mock, which lag behind as GOV.UK Pay's do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from localgov_ims_govuk_pay.mock import views
from localgov_ims_govuk_pay.mock.ledger import Ledger, Payment
from localgov_ims_govuk_pay.mock.messages import Answer, Asked, Refusal, answer

_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "/v1/payments": ("P0401", "P0402"), "/v1/refunds": ("P1101", "P1100"), "/v1/disputes": ("P0401", "P0402"),
    "/v1/agreements": ("P2401", "P2402"),
}  # fmt: skip
_MOST: Final = 500


def search(ledger: Ledger, base: str, lag: timedelta, asked: Asked) -> Answer:
    """Answer a search.

    Raises:
        Refusal: A parameter is wrong, or there is no such page.
    """
    wanted = asked.parameters()
    wrong, missing = _CODES[asked.path]
    try:
        page, size = _number(wanted, "page", 1), _number(wanted, "display_size", _MOST)
        found = [view for view in _candidates(ledger, base, lag, asked.path) if _wanted(view, wanted)]
    except ValueError as error:
        raise Refusal(422, wrong, f"Invalid parameters: {error}. See Public API documentation") from error
    if size > _MOST:
        raise Refusal(422, wrong, "Invalid parameters: display_size. See Public API documentation")
    shown = {name: value for name, value in wanted.items() if name not in {"page", "display_size"}}
    view = views.page_view(found, f"{base}{asked.path}", shown, page, size)
    if view is None:
        raise Refusal(404, missing, "Page not found")
    return answer(200, view)


def _candidates(ledger: Ledger, base: str, lag: timedelta, path: str) -> Iterator[dict[str, Any]]:
    """Yield what a search may find, the newest first: what was made long enough ago."""
    until = ledger.now() - lag
    payments: list[Payment] = [each for each in ledger.payments.values() if each.created_at <= until]
    if path == "/v1/payments":
        yield from (views.payment_view(ledger, each, base, searched=True) for each in reversed(payments))
    elif path == "/v1/refunds":
        for payment in reversed(payments):
            yield from (
                views.refund_view(each, base, searched=True)
                for each in payment.refunds
                if each.created_at <= until
            )
    elif path == "/v1/disputes":
        yield from (views.dispute_view(each, base) for each in ledger.disputes.values())
    else:
        yield from (views.agreement_view(each) for each in ledger.agreements.values())


def _wanted(view: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    made = datetime.fromisoformat(view["created_date"])
    settled = view.get("settlement_summary", {}).get("settled_date")
    state = view.get("state", {}).get("status", view.get("status"))
    card = view.get("card_details", {})
    return (
        all(str(view.get(name)) == wanted[name] for name in ("reference", "email") if wanted.get(name))
        and all(card.get(name) == wanted[name] for name in _CARD_FIELDS if wanted.get(name))
        and wanted.get("state", state) in {state, ""}
        and wanted.get("status", state) in {state, ""}
        and (not wanted.get("agreement_id"))
        and (not wanted.get("from_date") or made >= _moment(wanted["from_date"]))
        and (not wanted.get("to_date") or made <= _moment(wanted["to_date"]))
        and (not wanted.get("from_settled_date") or (settled or "") >= _day(wanted["from_settled_date"]))
        and (not wanted.get("to_settled_date") or (settled or "9") <= _day(wanted["to_settled_date"]))
    )


_CARD_FIELDS: Final = ("card_brand", "cardholder_name", "first_digits_card_number", "last_digits_card_number")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _number(wanted: Mapping[str, str], name: str, usual: int) -> int:
    text = wanted.get(name) or str(usual)
    if not (text.isascii() and text.isdigit()) or not int(text[:9]) >= 1:
        raise ValueError(name)
    return int(text[:9])
