"""Payouts of GoCardless: fetched as items, kept as a small CSV file, and proved against what was paid out.

Source: https://developer.gocardless.com/api-reference/, version 2015-07-06: payouts, payout items. An item's amount is
text of pence that may be broken (`"45.0"`), so fees are added up before they are whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final

from attrs import frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind
from localgov_ims.errors import UnexpectedAnswer
from localgov_ims.hooks import Download, HttpClient, PaidOut, PayoutFiles, Secrets
from localgov_ims_gocardless import words
from localgov_ims_gocardless.api import NAME, Api
from localgov_ims_gocardless.options import GoCardlessSettings
from localgov_ims_gocardless.provider import api

FORMAT: Final = "gocardless-payout"
_BEFORE: Final = timedelta(days=10)
"""A payout is made some working days before it arrives."""

_KINDS: Final[Mapping[str, SettlementKind]] = {
    "payment_paid_out": SettlementKind.PAYMENT, "payment_failed": SettlementKind.DISPUTE,
    "payment_charged_back": SettlementKind.DISPUTE, "payment_refunded": SettlementKind.REFUND,
    "refund": SettlementKind.REFUND, "refund_funds_returned": SettlementKind.REFUND,
}  # fmt: skip
_FEES: Final = frozenset({"gocardless_fee", "app_fee", "revenue_share", "surcharge_fee"})

_FILES: Final = PayoutFiles(FORMAT, NAME)
READER: Final = _FILES.reader()
"""Reads what `GoCardlessPayouts` fetches; the payout itself is a row, with which a file comes to nothing."""


@frozen(kw_only=True)
class GoCardlessPayouts:
    """The payouts of an account."""

    api: Api

    def fetch(self, since: date, until: date) -> Iterator[Download]:
        """Yield one file for each payout that arrived on these days, once it is known to add up.

        Raises:
            UnexpectedAnswer: A payout is not the sum of its items, or an item is of a kind unknown here.
            AdapterError: GoCardless did not give all of a payout.
        """
        made = f"{(since - _BEFORE).isoformat()}T00:00:00.000Z"
        for payout in self.api.listed("payouts", status="paid", **{"created_at[gte]": made}):
            if since.isoformat() <= str(payout.get("arrival_date")) <= until.isoformat():
                yield self._file(payout)

    def _file(self, payout: Mapping[str, Any]) -> Download:
        number, arrives_on = str(payout["id"]), _day(payout.get("arrival_date"))
        line = partial(PaidOut, currency=str(payout.get("currency")), occurred_on=arrives_on)
        fees, lines = Decimal(0), []
        for position, item in enumerate(self.api.listed("payout_items", payout=number), 1):
            amount, kind = _amount(item), str(item.get("type"))
            if kind in _FEES:
                fees += amount
                continue
            pence, links = _whole(amount, kind), item.get("links") or {}
            lines.append(line(
                item=f"{number}/{position}", kind=_kind(kind), payment=links.get("payment") or "", gross=pence, fee=0, net=pence,
            ))  # fmt: skip
        if fees:
            kept = -_whole(fees, "fees")
            lines.append(
                line(item=f"{number}/fees", kind=SettlementKind.FEE, payment="", gross=0, fee=kept, net=-kept)
            )
        paid = Money(words.pence(payout.get("amount")))
        return _FILES.file(
            number, paid=paid, currency=str(payout.get("currency")), arrives_on=arrives_on, lines=lines
        )


def gocardless_payouts(
    settings: GoCardlessSettings, http: HttpClient, clock: Clock, secrets: Secrets
) -> GoCardlessPayouts:
    """Make the source.

    Raises:
        ConfigurationError: The access token is not set.
    """
    return GoCardlessPayouts(api=api(settings, http, clock, secrets))


def _kind(kind: str) -> SettlementKind:
    if kind not in _KINDS:
        message = (
            f"A payout has an item of the kind {kind!r}, unknown here. Update the plugin, or ask GoCardless."
        )
        raise UnexpectedAnswer("unknown_item", message, adapter=NAME)
    return _KINDS[kind]


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        message = "A payout arrives on no day of the calendar. Compare the API's version."
        raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME) from error


def _amount(item: Mapping[str, Any]) -> Decimal:
    try:
        amount = Decimal(str(item.get("amount")))
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount.is_finite():
        return amount
    message = "A payout has an item whose amount is no number. Compare the API's version."
    raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME)


def _whole(pence: Decimal, what: str) -> int:
    if pence == pence.to_integral_value():
        return int(pence)
    message = f"A payout has {what} of {pence} pence, which is no whole penny. Ask GoCardless."
    raise UnexpectedAnswer("broken_penny", message, adapter=NAME)
