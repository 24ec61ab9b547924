"""Payouts of GOV.UK Pay: by the day each payment was paid out, or by merchant code and the day it was captured.

Source: https://docs.payments.service.gov.uk/reporting/ and the API's `settlement_summary`, `fee` and `net_amount`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from attrs import frozen

from localgov_ims.domain.calendar import LONDON, Clock, local_day
from localgov_ims.errors import UnexpectedAnswer
from localgov_ims.hooks import Download, HttpClient, Secrets
from localgov_ims_govuk_pay.api import NAME, Api, pence_in, text_in
from localgov_ims_govuk_pay.asking import moment_text
from localgov_ims_govuk_pay.options import GovukPaySettings, SettlementShape
from localgov_ims_govuk_pay.reading import moment
from localgov_ims_govuk_pay.settlement_files import PaidOut, written

CAPTURED_WITHIN: Final = timedelta(days=6)
"""A payment is captured at the latest 120 hours after it was made, which a day's start and end make six days."""


@frozen(kw_only=True)
class GovukPaySettlements:
    """The payouts of one gateway account, as its settings say that the processor behind it pays."""

    settings: GovukPaySettings
    api: Api

    def fetch(self, since: date, until: date) -> Iterator[Download]:
        """Yield one file a day that has something paid out, the first day first.

        Raises:
            AdapterError: GOV.UK Pay did not give all of a day, or an amount that is not its own parts.
        """
        itemised = self.settings.settlement is SettlementShape.ITEMISED
        for offset in range((until - since).days + 1):
            day = since + timedelta(days=offset)
            lines = list(self._settled_on(day) if itemised else self._captured_on(day))
            if lines:
                yield self._download(day, lines)

    def _download(self, day: date, lines: list[PaidOut]) -> Download:
        account, shown = self.settings.account, day.isoformat()
        payout = f"{self.settings.merchant_code or account}-{shown}"
        return Download(name=f"govukpay-{payout}.csv", content=written(account, payout, shown, lines))

    def _settled_on(self, day: date) -> Iterator[PaidOut]:
        query = {"from_settled_date": day.isoformat(), "to_settled_date": day.isoformat()}
        for payment in self.api.pages("/v1/payments", query, identifier="payment_id"):
            yield from _paid(payment)
        for refund in self.api.pages("/v1/refunds", query, identifier="refund_id"):
            yield _refunded(refund)
        for dispute in self.api.pages("/v1/disputes", query, identifier="dispute_id"):
            yield _disputed(dispute)

    def _captured_on(self, day: date) -> Iterator[PaidOut]:
        made = _between(day - CAPTURED_WITHIN, day)
        for payment in self.api.pages("/v1/payments", {**made, "state": "success"}, identifier="payment_id"):
            if payment.get("settlement_summary", {}).get("captured_date") == day.isoformat():
                yield from _paid(payment, kept=False)
        for refund in self.api.pages("/v1/refunds", _between(day, day), identifier="refund_id"):
            if refund.get("status") == "success":
                yield _refunded(refund)


def govuk_pay_settlements(
    settings: GovukPaySettings, http: HttpClient, clock: Clock, secrets: Secrets
) -> GovukPaySettlements:
    """Make the source.

    Raises:
        ConfigurationError: The API key is not set.
    """
    api = Api(base_url=settings.base_url, http=http, clock=clock, key=secrets.get(settings.key_secret))
    return GovukPaySettlements(settings=settings, api=api)


def _paid(payment: Mapping[str, Any], *, kept: bool = True) -> Iterator[PaidOut]:
    """Yield the lines of a payment: what was asked for, less the fee that is kept from it, and a surcharge by itself.

    A payment that failed may still cost a fee, and then pays out less than nothing.
    """
    theirs, made = text_in(payment, "payment_id"), local_day(moment(payment, "created_date")).isoformat()
    fee = pence_in(payment, "fee") if kept and payment.get("fee") is not None else 0
    if payment.get("state", {}).get("status") != "success":
        yield PaidOut(
            kind="fee", identifier=theirs, payment_id=theirs, gross=0, fee=fee, net=-fee, occurred_on=made
        )
        return
    amount = pence_in(payment, "amount")
    extra = pence_in(payment, "corporate_card_surcharge") if payment.get("corporate_card_surcharge") else 0
    if (
        kept
        and payment.get("net_amount") is not None
        and pence_in(payment, "net_amount") != amount + extra - fee
    ):
        message = f"GOV.UK Pay's net amount of payment {theirs} is not its amount less its fee. Nothing of that day is taken."
        raise UnexpectedAnswer("net_differs", message, adapter=NAME, payment=theirs)
    yield PaidOut(
        kind="payment",
        identifier=theirs,
        payment_id=theirs,
        gross=amount,
        fee=fee,
        net=amount - fee,
        occurred_on=made,
    )
    if extra:
        yield PaidOut(
            kind="adjustment", identifier=f"{theirs}/surcharge", payment_id=theirs, gross=extra, fee=0, net=extra,
            occurred_on=made,
        )  # fmt: skip


def _refunded(refund: Mapping[str, Any]) -> PaidOut:
    amount = pence_in(refund, "amount")
    return PaidOut(
        kind="refund", identifier=text_in(refund, "refund_id"), payment_id=text_in(refund, "payment_id"), gross=-amount,
        fee=0, net=-amount, occurred_on=local_day(moment(refund, "created_date")).isoformat(),
    )  # fmt: skip


def _disputed(dispute: Mapping[str, Any]) -> PaidOut:
    net = pence_in(dispute, "net_amount")
    fee = pence_in(dispute, "fee") if dispute.get("fee") is not None else 0
    return PaidOut(
        kind="dispute", identifier=text_in(dispute, "dispute_id"), payment_id=text_in(dispute, "payment_id"),
        gross=net + fee, fee=fee, net=net, occurred_on=_day(text_in(dispute, "created_date")),
    )  # fmt: skip


def _day(text: str) -> str:
    """Return the London day of a moment; a dispute's is written with a fault in the guide's own example."""
    return local_day(datetime.fromisoformat(f"{text[:19]}+00:00")).isoformat()


def _between(first: date, last: date) -> dict[str, str]:
    """Return a query for what was made from the start of one London day to the end of another."""
    start = datetime.combine(first, time(), LONDON)
    end = datetime.combine(last + timedelta(days=1), time(), LONDON) - timedelta(seconds=1)
    moments = {"from_date": start, "to_date": end}
    return {name: moment_text(each) for name, each in moments.items()}
