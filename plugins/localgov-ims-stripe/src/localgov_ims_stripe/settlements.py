"""Payouts of Stripe: fetched as balance transactions, kept as a small CSV file, and proved against what was paid out.

Source: https://docs.stripe.com/payouts/reconciliation and https://docs.stripe.com/reports/reporting-categories; API
version 2025-03-31.basil: payouts, balance transactions. Only automatic payouts are itemised there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from attrs import frozen

from localgov_ims.domain.calendar import Clock, local_day
from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind
from localgov_ims.errors import AdapterError, Unavailable, UnexpectedAnswer
from localgov_ims.hooks import Download, HttpClient, PaidOut, PayoutFiles, Secrets
from localgov_ims_stripe import words
from localgov_ims_stripe.api import NAME, Api
from localgov_ims_stripe.options import StripeSettings
from localgov_ims_stripe.provider import api

FORMAT: Final = "stripe-payout-api"
_KINDS: Final[Mapping[str, SettlementKind]] = {
    "charge": SettlementKind.PAYMENT, "refund": SettlementKind.REFUND, "refund_failure": SettlementKind.REFUND,
    "partial_capture_reversal": SettlementKind.REFUND, "dispute": SettlementKind.DISPUTE,
    "dispute_reversal": SettlementKind.DISPUTE, "fee": SettlementKind.FEE, "network_cost": SettlementKind.FEE,
    "tax": SettlementKind.FEE, "charge_failure": SettlementKind.ADJUSTMENT, "other_adjustment": SettlementKind.ADJUSTMENT,
}  # fmt: skip
_FILES: Final = PayoutFiles(FORMAT, NAME)
READER: Final = _FILES.reader()
"""Reads what `StripePayouts` fetches; the payout itself is a row, with which a file comes to nothing."""


@frozen(kw_only=True)
class StripePayouts:
    """The payouts of an account."""

    api: Api

    def fetch(self, since: date, until: date) -> Iterator[Download]:
        """Yield one file for each automatic payout that arrives on these days, once it is known to add up.

        What is not itemised is told, all of it, when all that is has been yielded, so that it holds nothing else up.

        Raises:
            UnexpectedAnswer: A payout is not the sum of its transactions, one of them is of a category unknown here,
                or a payout was made by hand: which payments are in it, Stripe does not know.
            Unavailable: A payout is not itemised yet.
            AdapterError: Stripe did not give all of a payout.
        """
        days = {"arrival_date[gte]": _seconds(since), "arrival_date[lte]": _seconds(until)}
        refused: list[AdapterError] = []
        for payout in self.api.listed("payouts", status="paid", **days):
            if payout.get("automatic") is not True:
                refused.append(_by_hand(str(payout["id"])))
            elif payout.get("reconciliation_status") != "completed":
                refused.append(_not_yet(str(payout["id"])))
            else:
                yield self._file(payout)
        if refused:
            first = refused[0]
            raise type(first)(first.code, " ".join(each.message for each in refused), **first.data)

    def _file(self, payout: Mapping[str, Any]) -> Download:
        number = str(payout["id"])
        wanted = {"payout": number, "expand[]": "data.source"}
        # An arrival is given as a day: the moment at which it begins in UTC.
        return _FILES.file(
            number, paid=Money(words.whole(payout.get("amount"))), currency=_currency(payout),
            arrives_on=words.moment(payout.get("arrival_date")).date(),
            lines=[
                _line(number, item) for item in self.api.listed("balance_transactions", **wanted)
                if item.get("reporting_category") != "payout"
            ],
        )  # fmt: skip


def stripe_payouts(
    settings: StripeSettings, http: HttpClient, clock: Clock, secrets: Secrets
) -> StripePayouts:
    """Make the source.

    Raises:
        ConfigurationError: The key is not set.
    """
    return StripePayouts(api=api(settings, http, clock, secrets))


def _line(number: str, item: Mapping[str, Any]) -> PaidOut:
    category = str(item.get("reporting_category"))
    if category not in _KINDS:
        message = f"Payout {number} has a transaction of the category {category!r}, unknown here. Update the plugin, or ask Stripe."
        raise UnexpectedAnswer("unknown_item", message, adapter=NAME, payout=number)
    gross, fee, net = (words.whole(item.get(name)) for name in ("amount", "fee", "net"))
    return PaidOut(
        item=str(item["id"]), kind=_KINDS[category], payment=_payment(item), currency=_currency(item), gross=gross, fee=fee, net=net,
        occurred_on=local_day(words.moment(item.get("created"))),
    )  # fmt: skip


def _payment(item: Mapping[str, Any]) -> str:
    """Return the payment intent that a transaction belongs to, by which we know the payment; empty: none."""
    source = item.get("source")
    return (
        str(source.get("payment_intent") or source.get("id") or "")
        if isinstance(source, dict)
        else str(source or "")
    )


def _by_hand(number: str) -> UnexpectedAnswer:
    message = (
        f"Payout {number} was made by hand, so Stripe does not tell which payments are in it. Match it by hand, and let "
        "Stripe pay out automatically."
    )
    return UnexpectedAnswer("payout_not_itemised", message, adapter=NAME, payout=number)


def _not_yet(number: str) -> Unavailable:
    message = f"Payout {number} is not itemised by Stripe yet. Ask for the same days again later."
    return Unavailable("payout_not_itemised_yet", message, adapter=NAME, payout=number)


def _currency(record: Mapping[str, Any]) -> str:
    return str(record.get("currency")).upper()


def _seconds(day: date) -> str:
    return str(int(datetime.combine(day, time(), UTC).timestamp()))
