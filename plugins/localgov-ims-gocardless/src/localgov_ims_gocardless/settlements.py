"""Payouts of GoCardless: fetched as items, kept as a small CSV file, and proved against what was paid out.

Source: https://developer.gocardless.com/api-reference/, version 2015-07-06: payouts, payout items. An item's amount is
text of pence that may be broken (`"45.0"`), so fees are added up before they are whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from attrs import frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.errors import UnexpectedAnswer
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.hooks import Download, HttpClient, Secrets
from localgov_ims_gocardless import words
from localgov_ims_gocardless.api import NAME, Api
from localgov_ims_gocardless.options import GoCardlessSettings
from localgov_ims_gocardless.provider import api

FORMAT: Final = "gocardless-payout"
COLUMNS: Final = ("payout", "currency", "item", "kind", "payment", "gross", "fee", "net", "arrives_on")
_BEFORE: Final = timedelta(days=10)
"""A payout is made some working days before it arrives."""

_KINDS: Final[Mapping[str, str]] = {
    "payment_paid_out": "payment", "payment_failed": "dispute", "payment_charged_back": "dispute",
    "payment_refunded": "refund", "refund": "refund", "refund_funds_returned": "refund",
}  # fmt: skip
_FEES: Final = frozenset({"gocardless_fee", "app_fee", "revenue_share", "surcharge_fee"})

_PROFILE: Final[Mapping[str, object]] = {
    "kind": "delimited", "yields": "settlement", "encoding": "utf-8", "delimiter": ",", "columns": list(COLUMNS),
    "source": NAME, "payout": "payout", "currency": "currency", "gross": "gross", "fee": "fee", "net": "net",
    "identifier": "item", "provider_reference": "payment",
    "occurred_on": {"column": "arrives_on", "format": "YYYY-MM-DD"},
    "category": {
        "column": "kind", "codes": {name: name for name in ("payment", "refund", "dispute", "fee", "payout")},
    },
}  # fmt: skip
READER: Final = ProfileReader(profile_from(FORMAT, _PROFILE))
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
        number, paid = str(payout["id"]), words.pence(payout.get("amount"))
        head = {
            "payout": number, "currency": payout.get("currency"), "arrives_on": payout.get("arrival_date")
        }  # fmt: skip
        fees, rows = Decimal(0), []
        for position, item in enumerate(self.api.listed("payout_items", payout=number), 1):
            amount, kind = _amount(item), str(item.get("type"))
            if kind in _FEES:
                fees += amount
                continue
            rows.append({**head, "item": f"{number}/{position}", **_moved(kind, item, _whole(amount, kind))})
        if fees:
            rows.append(
                {
                    **head,
                    "item": f"{number}/fees",
                    "kind": "fee",
                    "payment": "",
                    **_kept(-_whole(fees, "fees")),
                }
            )
        total = sum(row["pence"] for row in rows)
        if total != paid:
            message = f"Payout {number} is {paid} pence, and its items come to {total}. Ask GoCardless which is right."
            raise UnexpectedAnswer("payout_does_not_add_up", message, adapter=NAME, payout=number)
        rows.append({**head, "item": number, "kind": "payout", "payment": "", **_sums(-paid, 0)})
        return Download(name=f"gocardless-{number}.csv", content=_written(rows))


def gocardless_payouts(
    settings: GoCardlessSettings, http: HttpClient, clock: Clock, secrets: Secrets
) -> GoCardlessPayouts:
    """Make the source.

    Raises:
        ConfigurationError: The access token is not set.
    """
    return GoCardlessPayouts(api=api(settings, http, clock, secrets))


def _moved(kind: str, item: Mapping[str, Any], pence: int) -> dict[str, Any]:
    if kind not in _KINDS:
        message = (
            f"A payout has an item of the kind {kind!r}, unknown here. Update the plugin, or ask GoCardless."
        )
        raise UnexpectedAnswer("unknown_item", message, adapter=NAME)
    links = item.get("links") or {}
    return {"kind": _KINDS[kind], "payment": links.get("payment") or "", **_sums(pence, 0)}


def _kept(pence: int) -> dict[str, Any]:
    return _sums(0, pence)


def _sums(gross: int, fee: int) -> dict[str, Any]:
    net = gross - fee
    return {"gross": _pounds(gross), "fee": _pounds(fee), "net": _pounds(net), "pence": net}


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


def _pounds(pence: int) -> str:
    pounds, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{pounds}.{rest:02d}"


def _written(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
