"""A payout that was fetched, as a file: a line each and the payout itself, with which it comes to nothing; and its reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind
from localgov_ims.errors import UnexpectedAnswer
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.hooks.settlement_sources import Download


@frozen(kw_only=True)
class PaidOut:
    """A line of a payout, as its provider itemises it.

    Attributes:
        item: The provider's identifier of the line; payment: that of the payment it is about, empty where there is none.
        gross, fee, net: In pence, with their signs; the reader proves that they add up.
    """

    item: str
    kind: SettlementKind
    payment: str
    currency: str
    gross: int
    fee: int
    net: int
    occurred_on: date


@frozen
class PayoutFiles:
    """How the payouts of one provider are written down; `format` is their reader's name.

    The first column bears the provider's name, so that no reader knows another provider's files.
    """

    format: str
    provider: str

    def reader(self) -> ProfileReader:
        """Return the reader of these files."""
        profile = {
            "kind": "delimited", "yields": "settlement", "encoding": "utf-8", "delimiter": ",", "columns": list(self._columns),
            "source": self.provider, "payout": self._columns[0], "currency": "currency", "gross": "gross", "fee": "fee",
            "net": "net", "identifier": "item", "provider_reference": "payment",
            "occurred_on": {"column": "occurred_on", "format": "YYYY-MM-DD"},
            "category": {"column": "kind", "codes": {kind.value: kind.value for kind in SettlementKind}},
        }  # fmt: skip
        return ProfileReader(profile_from(self.format, profile))

    def file(
        self, number: str, *, paid: Money, currency: str, arrives_on: date, lines: Iterable[PaidOut]
    ) -> Download:
        """Return the file of a payout; the same payout gives the same bytes.

        Raises:
            UnexpectedAnswer: Its lines do not come to what was *paid* out (`payout_does_not_add_up`).
        """
        rows = list(lines)
        total = Money(sum(row.net for row in rows))
        if total != paid:
            message = (
                f"Payout {number} is {paid.shown(currency)}, and its lines come to {total.shown(currency)}. Ask {self.provider} "
                "which is right."
            )
            raise UnexpectedAnswer("payout_does_not_add_up", message, adapter=self.provider, payout=number)
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(self._columns)
        itself = PaidOut(
            item=number, kind=SettlementKind.PAYOUT, payment="", currency=currency, gross=-paid.pence, fee=0, net=-paid.pence,
            occurred_on=arrives_on,
        )  # fmt: skip
        for row in (*rows, itself):
            amounts = (str(Money(pence)) for pence in (row.gross, row.fee, row.net))
            writer.writerow((
                number, row.currency, row.item, row.kind.value, row.payment, *amounts, row.occurred_on.isoformat(),
            ))  # fmt: skip
        return Download(name=f"{self.provider}-{number}.csv", content=text.getvalue().encode())

    @property
    def _columns(self) -> tuple[str, ...]:
        return (
            f"{self.provider} payout", "currency", "item", "kind", "payment", "gross", "fee", "net", "occurred_on",
        )  # fmt: skip
