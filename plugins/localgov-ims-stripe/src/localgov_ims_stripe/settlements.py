"""Payouts of Stripe: fetched as balance transactions, kept as a small CSV file, and proved against what was paid out.

Source: https://docs.stripe.com/payouts/reconciliation and https://docs.stripe.com/reports/reporting-categories; API
version 2025-03-31.basil: payouts, balance transactions. Only automatic payouts are itemised there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from attrs import frozen

from localgov_ims.domain.calendar import Clock, local_day
from localgov_ims.errors import AdapterError, Unavailable, UnexpectedAnswer
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.hooks import Download, HttpClient, Secrets
from localgov_ims_stripe import words
from localgov_ims_stripe.api import NAME, Api
from localgov_ims_stripe.options import StripeSettings
from localgov_ims_stripe.provider import api

FORMAT: Final = "stripe-payout-api"
COLUMNS: Final = ("payout", "currency", "item", "kind", "payment", "gross", "fee", "net", "occurred_on")
_KINDS: Final[Mapping[str, str]] = {
    "charge": "payment", "refund": "refund", "refund_failure": "refund", "partial_capture_reversal": "refund",
    "dispute": "dispute", "dispute_reversal": "dispute", "fee": "fee", "network_cost": "fee", "tax": "fee",
    "charge_failure": "adjustment", "other_adjustment": "adjustment",
}  # fmt: skip
_PROFILE: Final[Mapping[str, object]] = {
    "kind": "delimited", "yields": "settlement", "encoding": "utf-8", "delimiter": ",", "columns": list(COLUMNS),
    "source": NAME, "payout": "payout", "currency": "currency", "gross": "gross", "fee": "fee", "net": "net",
    "identifier": "item", "provider_reference": "payment",
    "occurred_on": {"column": "occurred_on", "format": "YYYY-MM-DD"},
    "category": {
        "column": "kind",
        "codes": {name: name for name in ("payment", "refund", "dispute", "fee", "adjustment", "payout")},
    },
}  # fmt: skip
READER: Final = ProfileReader(profile_from(FORMAT, _PROFILE))
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
        number, paid = str(payout["id"]), words.whole(payout.get("amount"))
        wanted = {"payout": number, "expand[]": "data.source"}
        rows = [
            _row(number, item) for item in self.api.listed("balance_transactions", **wanted)
            if item.get("reporting_category") != "payout"
        ]  # fmt: skip
        total = sum(row["pence"] for row in rows)
        if total != paid:
            message = f"Payout {number} is {paid} pence, and its transactions come to {total}. Ask Stripe which is right."
            raise UnexpectedAnswer("payout_does_not_add_up", message, adapter=NAME, payout=number)
        # An arrival is given as a day: the moment at which it begins in UTC.
        arrives = words.moment(payout.get("arrival_date")).date()
        rows.append({
            "payout": number, "currency": _currency(payout), "item": number, "kind": "payout", "payment": "",
            "gross": _pounds(-paid), "fee": _pounds(0), "net": _pounds(-paid), "occurred_on": arrives.isoformat(),
        })  # fmt: skip
        return Download(name=f"stripe-{number}.csv", content=_written(rows))


def stripe_payouts(
    settings: StripeSettings, http: HttpClient, clock: Clock, secrets: Secrets
) -> StripePayouts:
    """Make the source.

    Raises:
        ConfigurationError: The key is not set.
    """
    return StripePayouts(api=api(settings, http, clock, secrets))


def _row(number: str, item: Mapping[str, Any]) -> dict[str, Any]:
    category = str(item.get("reporting_category"))
    if category not in _KINDS:
        message = f"Payout {number} has a transaction of the category {category!r}, unknown here. Update the plugin, or ask Stripe."
        raise UnexpectedAnswer("unknown_item", message, adapter=NAME, payout=number)
    gross, fee, net = (words.whole(item.get(name)) for name in ("amount", "fee", "net"))
    return {
        "payout": number, "currency": _currency(item), "item": str(item["id"]), "kind": _KINDS[category],
        "payment": _payment(item), "gross": _pounds(gross), "fee": _pounds(fee), "net": _pounds(net), "pence": net,
        "occurred_on": local_day(words.moment(item.get("created"))).isoformat(),
    }  # fmt: skip


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


def _pounds(pence: int) -> str:
    pounds, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{pounds}.{rest:02d}"


def _written(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
