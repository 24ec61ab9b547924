"""The standard CSV of income, written: the layout of the shipped profile `standard-income`, which reads it back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final, Protocol

from localgov_ims.domain.calendar import LONDON
from localgov_ims.domain.money import Money
from localgov_ims.domain.vat import VatRate

HEADER: Final = (
    "Reference", "InternalReference", "ProviderReference", "Office", "EntryDate", "TransactionDate", "AccountReference",
    "UserNumber", "Fund", "Mop", "Amount", "VatCode", "VatRate", "VatAmount", "Narrative",
)  # fmt: skip
"""The columns, in their order."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_BLOCK: Final = 1000


class StandardRow(Protocol):
    """What is written of a receipt: an `IncomeRow`, or anything with these of its fields.

    `extra` may hold `reference` and `user`, the first and the eighth column.
    """

    @property
    def account_reference(self) -> str: ...  # noqa: D102 - as of IncomeRow
    @property
    def fund(self) -> str: ...  # noqa: D102
    @property
    def mop(self) -> str: ...  # noqa: D102
    @property
    def office(self) -> str: ...  # noqa: D102
    @property
    def amount(self) -> Money: ...  # noqa: D102
    @property
    def taken_on(self) -> date: ...  # noqa: D102
    @property
    def taken_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def entered_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def vat_code(self) -> str: ...  # noqa: D102
    @property
    def vat_rate(self) -> VatRate | None: ...  # noqa: D102
    @property
    def vat_amount(self) -> Money | None: ...  # noqa: D102
    @property
    def narrative(self) -> str: ...  # noqa: D102
    @property
    def source_reference(self) -> str: ...  # noqa: D102
    @property
    def source_internal_reference(self) -> str: ...  # noqa: D102
    @property
    def extra(self) -> Mapping[str, str]: ...  # noqa: D102


def write(rows: Iterable[StandardRow]) -> Iterator[bytes]:
    """Yield the file in parts: UTF-8, header, every cell in quotes, ISO dates, 24-hour London times, CRLF.

    A time in the hour that comes twice says how far it is from UTC where it is the second one. A text that a
    spreadsheet would take for a formula has a `'` before it, which the profile takes off.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for number, row in enumerate(rows, 1):
        writer.writerow(_cells(row))
        if number % _BLOCK == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _cells(row: StandardRow) -> tuple[object, ...]:
    taken = _moment(row.taken_at) if row.taken_at is not None else row.taken_on.isoformat()
    return (
        _guarded(row.extra.get("reference", "")), _guarded(row.source_internal_reference),
        _guarded(row.source_reference), _guarded(row.office),
        _moment(row.entered_at) if row.entered_at is not None else "", taken, _guarded(row.account_reference),
        _guarded(row.extra.get("user", "")), _guarded(row.fund), _guarded(row.mop), row.amount, _guarded(row.vat_code),
        row.vat_rate if row.vat_rate is not None else "", row.vat_amount if row.vat_amount is not None else "",
        _guarded(row.narrative),
    )  # fmt: skip


def _moment(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    said = local.replace(tzinfo=None).isoformat(" ")
    return f"{said}{local.strftime('%z')[:3]}:00" if local.fold else said


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
