"""The file that a payout is written down as: a line each, in a layout that is data, so that no code reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from attrs import frozen

from localgov_ims.domain.money import Money
from localgov_ims.files.profiles import ProfileReader, profile_from

FORMAT: Final = "govukpay-settlement"
COLUMNS: Final = (
    "account", "payout", "paid_on", "kind", "identifier", "payment_id", "gross", "fee", "net", "occurred_on",
)  # fmt: skip
_LAYOUT: Final[dict[str, object]] = {
    "kind": "delimited", "yields": "settlement", "encoding": "utf-8", "delimiter": ",", "columns": list(COLUMNS),
    "merchant": "account", "payout": "payout", "paid_on": {"column": "paid_on", "format": "YYYY-MM-DD"},
    "gross": "gross", "fee": "fee", "net": "net", "identifier": "identifier", "provider_reference": "payment_id",
    "occurred_on": {"column": "occurred_on", "format": "YYYY-MM-DD"},
    "category": {
        "column": "kind",
        "codes": {name: name for name in ("payment", "refund", "dispute", "fee", "adjustment")},
    },
}  # fmt: skip


def settlement_reader() -> ProfileReader:
    """Return the reader of such files."""
    return ProfileReader(profile_from(FORMAT, _LAYOUT))


@frozen(kw_only=True)
class PaidOut:
    """A line of a payout: amounts in pence, with their signs; `occurred_on` as `YYYY-MM-DD`."""

    kind: str
    identifier: str
    payment_id: str
    gross: int
    fee: int
    net: int
    occurred_on: str


def written(account: str, payout: str, paid_on: str, lines: Iterable[PaidOut]) -> bytes:
    """Return the file of one payout; the same payout gives the same bytes, in whatever order it came."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for line in sorted(lines, key=lambda each: (each.kind, each.identifier)):
        amounts = (str(Money(pence)) for pence in (line.gross, line.fee, line.net))
        rows.writerow((
            account, payout, paid_on, line.kind, line.identifier, line.payment_id, *amounts, line.occurred_on,
        ))  # fmt: skip
    return text.getvalue().encode()
