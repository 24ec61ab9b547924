"""What GOV.UK Pay says, as Observations: the one table of its states.

Source: https://docs.payments.service.gov.uk/api_reference/ ("Payment status lifecycle", "Payment status errors").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.observations import Observation, RefundObservation, RefundSaid, Said
from localgov_ims.domain.payers import Card
from localgov_ims.errors import UnexpectedAnswer
from localgov_ims.hooks import AgreementObservation, AgreementStatus
from localgov_ims_govuk_pay.api import NAME, pence_in, text_in

GOING: Final = frozenset({"created", "started", "submitted", "capturable"})
ENDED: Final[Mapping[str, Said]] = {
    "success": Said.SUCCEEDED, "failed": Said.FAILED, "cancelled": Said.CANCELLED, "error": Said.FAILED,
}  # fmt: skip
BY_CODE: Final[Mapping[tuple[str, str], tuple[Said, str]]] = {
    ("failed", "P0010"): (Said.FAILED, "declined"),
    ("failed", "P0020"): (Said.EXPIRED, "expired"),
    ("failed", "P0030"): (Said.CANCELLED, "by_payer"),
    ("cancelled", "P0040"): (Said.CANCELLED, "by_council"),
    ("error", "P0050"): (Said.FAILED, "provider_error"),
}
REFUNDS: Final[Mapping[str, RefundSaid]] = {
    "submitted": RefundSaid.SUBMITTED, "success": RefundSaid.SUCCEEDED, "error": RefundSaid.FAILED,
}  # fmt: skip


def observation_of(answer: Mapping[str, Any], observed_at: datetime) -> Observation:
    """Return what an answer says of one payment.

    Raises:
        UnexpectedAnswer: It lacks what the contract promises.
    """
    state = _part(answer, "state")
    status, code = text_in(state, "status"), state.get("code")
    said, reason = _said(status, finished=state.get("finished") is True, code=str(code) if code else None)
    surcharge = answer.get("corporate_card_surcharge")
    extra = pence_in(answer, "corporate_card_surcharge") if surcharge is not None else 0
    links, settled, refunds = (
        _part(answer, "_links"),
        _maybe(answer, "settlement_summary"),
        _maybe(answer, "refund_summary"),
    )
    return Observation(
        payment_reference=text_in(answer, "reference"), provider_reference=text_in(answer, "payment_id"), said=said,
        provider_status=status, reason=reason, observed_at=observed_at,
        # Without the surcharge, which has a line of its own.
        amount_paid=Money(_total(answer) - extra) if said is Said.SUCCEEDED or status == "capturable" else NOTHING,
        surcharge=Money(extra) if said is Said.SUCCEEDED else NOTHING, fee=_money(answer, "fee"),
        net=_money(answer, "net_amount"), capturable=status == "capturable", cancellable=bool(links.get("cancel")),
        refundable=refunds.get("status") == "available", taken_on=local_day(moment(answer, "created_date")),
        taken_at=moment(answer, "created_date"), captured_on=_day(settled, "captured_date"),
        settled_on=_day(settled, "settled_date"), card=_card(answer),
    )  # fmt: skip


def refund_observation_of(
    answer: Mapping[str, Any], refund_reference: str, observed_at: datetime
) -> RefundObservation:
    """Return what an answer says of one refund; a word unknown to us is in flight, never failed.

    Raises:
        UnexpectedAnswer: It lacks what the contract promises.
    """
    status = text_in(answer, "status")
    return RefundObservation(
        refund_reference=refund_reference, provider_reference=text_in(answer, "refund_id"),
        said=REFUNDS.get(status, RefundSaid.SUBMITTED), observed_at=observed_at, amount=Money(pence_in(answer, "amount")),
        settled_on=_day(_maybe(answer, "settlement_summary"), "settled_date"),
        reason=None if status in REFUNDS else f"unknown status {status}",
    )  # fmt: skip


def agreement_observation_of(answer: Mapping[str, Any], observed_at: datetime) -> AgreementObservation:
    """Return what an answer says of an agreement; the case of its status does not count.

    Raises:
        UnexpectedAnswer: It lacks what the contract promises.
    """
    status = text_in(answer, "status")
    known = {each.value: each for each in AgreementStatus}
    return AgreementObservation(
        provider_reference=text_in(answer, "agreement_id"), reference=text_in(answer, "reference"),
        status=known.get(status.lower(), AgreementStatus.UNKNOWN), provider_status=status, observed_at=observed_at,
    )  # fmt: skip


def moment(answer: Mapping[str, Any], name: str) -> datetime:
    """Return a moment of an answer, which is in UTC.

    Raises:
        UnexpectedAnswer: It is not there, or none.
    """
    value = text_in(answer, name)
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        message = f"GOV.UK Pay's {name} is no moment."
        raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME, field=name) from None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def _said(status: str, *, finished: bool, code: str | None) -> tuple[Said, str | None]:
    if status in GOING and not finished:
        return Said.GOING, None
    if status in ENDED and (finished or status == "success"):
        return BY_CODE.get((status, code or ""), (ENDED[status], code))
    return Said.UNKNOWN, "unknown_status"


def _total(answer: Mapping[str, Any]) -> int:
    return pence_in(answer, "total_amount" if answer.get("total_amount") is not None else "amount")


def _card(answer: Mapping[str, Any]) -> Card | None:
    """Return what may be kept of a card: never its expiry or its holder."""
    details = _maybe(answer, "card_details")
    if not details:
        return None
    first, last = (
        _digits(details.get(name), length)
        for name, length in (("first_digits_card_number", 6), ("last_digits_card_number", 4))
    )
    kind = details.get("card_type")
    return Card(
        first_six=first, last_four=last, brand=_short(details.get("card_brand")),
        kind=kind if kind in {"debit", "credit"} else None,
        # A corporate surcharge is charged on commercial cards alone; without one nobody knows.
        commercial=True if answer.get("corporate_card_surcharge") else None,
    )  # fmt: skip


def _digits(value: object, length: int) -> str | None:
    fits = isinstance(value, str) and len(value) == length and value.isascii() and value.isdigit()
    return str(value) if fits else None


def _short(value: object) -> str | None:
    return value[:50] if isinstance(value, str) else None


def _money(answer: Mapping[str, Any], name: str) -> Money | None:
    return Money(pence_in(answer, name)) if answer.get(name) is not None else None


def _day(answer: Mapping[str, Any], name: str) -> date | None:
    value = answer.get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        message = f"GOV.UK Pay's {name} is no day."
        raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME, field=name) from None


def _part(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = answer.get(name)
    if isinstance(part, dict):
        return part
    message = f"GOV.UK Pay's answer has no {name}, which its contract promises."
    raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME, field=name)


def _maybe(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = answer.get(name)
    return part if isinstance(part, dict) else {}
