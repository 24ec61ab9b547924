"""Rows of a provider's delimited file to settlements: payouts apart, gross less fee proved row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from attrs import Factory, define, field, frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.settlements import SettlementKind, SettlementLine
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.cells import Cells
from localgov_ims.files.columns import KindColumn
from localgov_ims.files.contents import SettlementFields
from localgov_ims.files.events import Closed, Event, Opened
from localgov_ims.files.layouts import Layout
from localgov_ims.files.tables import HEADER_PLACE, Row
from localgov_ims.files.totals import Tally


def events(layout: Layout, fields: SettlementFields, rows: Iterable[Row | Issue]) -> Iterator[Event]:
    """Yield the settlements of *rows*: one for each payout, whose rows stand together."""
    file = _File(layout, fields)
    for row in rows:
        if isinstance(row, Issue):
            file.faulty = True
            yield row
        else:
            yield from file.row(row)
    yield from file.end()


@frozen
class _Payout:
    """What every row of a payout says alike."""

    account: str
    number: str
    currency: str
    paid_on: date | None


@frozen
class _Values:
    """What a row's own cells say, where none of them is faulty."""

    identifier: str | None
    kind: SettlementKind
    gross: int
    fee: int
    net: int
    occurred_on: date | None
    fee_vat: int | None


@define
class _File:
    """Where the reading of one file stands."""

    layout: Layout
    profile: SettlementFields
    payout: _Payout | None = None
    tally: Tally = Factory(Tally)
    begun: set[tuple[str, str]] = field(factory=set)
    place: str = ""
    faulty: bool = False
    paid_on: date | None = None

    def row(self, row: Row) -> Iterator[Event]:
        """Take a row of a payout."""
        cells = Cells(self.layout, row)
        payout, values = self._payout(cells), self._values(cells)
        if cells.issues or payout is None or values is None:
            self.faulty = True
            yield from cells.issues
            return
        if payout != self.payout:
            yield from self._close()
            yield self._open(payout, row.place)
        self.place = row.place
        yield from self._untied(cells, values)
        if values.kind is SettlementKind.PAYOUT:
            self.paid_on = values.occurred_on
        position = self.tally.add(values.net, values.occurred_on)
        yield SettlementLine(
            position=position,
            identifier=values.identifier or f"{payout.number}/{position}",
            kind=values.kind,
            amount=Money(values.gross),
            fee=Money(values.fee),
            net=Money(values.net),
            place=row.place,
            provider_reference=cells.optional(self.profile.provider_reference),
            occurred_on=values.occurred_on,
            fee_vat=Money(values.fee_vat) if values.fee_vat is not None else None,
        )

    def end(self) -> Iterator[Event]:
        """Close what is open; a file without a row is no payout of nothing."""
        yield from self._close()
        if not self.begun and not self.faulty:
            message = "The file has a header and no rows. Ask the provider for it again."
            yield Issue(code="truncated", place=HEADER_PLACE, message=message)

    def _payout(self, cells: Cells) -> _Payout | None:
        """Return whose row it is; find fault with a payout that comes back or says two things of itself."""
        profile = self.profile
        number = cells.required(profile.payout, "payout")
        account = profile.source or self.layout.name
        if profile.merchant is not None:
            account = cells.required(profile.merchant, "merchant account") or ""
        currency = "GBP"
        if (
            profile.currency is not None
            and (code := cells.required(profile.currency, "currency")) is not None
        ):
            currency = cells.currency(code, profile.currency)
        paid_on = cells.day(profile.paid_on)
        if number is None or cells.issues:
            return None
        payout = _Payout(account, number, currency, paid_on)
        self._compare(cells, payout)
        return payout

    def _compare(self, cells: Cells, payout: _Payout) -> None:
        now, profile = self.payout, self.profile
        if now is None or (now.account, now.number) != (payout.account, payout.number):
            if (payout.account, payout.number) in self.begun:
                message = f"Payout {payout.number} comes back after another: its rows must stand together."
                cells.fault("layout-mismatch", profile.payout, message)
            return
        if payout.currency != now.currency and profile.currency is not None:
            message = f"Payout {payout.number} is in {now.currency} above and in {payout.currency} here."
            cells.fault("currency-mismatch", profile.currency, message)
        if payout.paid_on != now.paid_on and profile.paid_on is not None:
            message = f"Payout {payout.number} is of {now.paid_on} above and of {payout.paid_on} here."
            cells.fault("bad-field", profile.paid_on.column, message)

    def _values(self, cells: Cells) -> _Values | None:
        profile = self.profile
        kind = _kind(cells, profile.category)
        named = kind in {SettlementKind.PAYMENT, SettlementKind.REFUND, SettlementKind.DISPUTE, None}
        take = cells.required if named else lambda column, _: cells.reference(column)
        identifier = take(profile.identifier, "identifier")
        sums = self._sums(cells)
        occurred_on = cells.day(profile.occurred_on)
        if sums is None or kind is None or (named and identifier is None):
            return None
        gross, fee, net = sums
        if cells.text(profile.category.column) in profile.category.negative:
            gross, net = -gross, -net
        return _Values(identifier, kind, gross, fee, net, occurred_on, self._fee_vat(cells))

    def _fee_vat(self, cells: Cells) -> int | None:
        column = self.profile.fee_vat
        return cells.pence(column) if column is not None and cells.text(column) else None

    def _untied(self, cells: Cells, values: _Values) -> Iterator[Issue]:
        """Yield an Issue where gross less fee is not net; the row is given all the same, so that its money is not lost."""
        gross, fee, net = values.gross, values.fee, values.net
        if gross - fee == net:
            return
        self.faulty = True
        message = (
            f"{Money(gross).shown()} less a fee of {Money(fee).shown()} is {Money(gross - fee).shown()}, "
            f"not {Money(net).shown()}: a difference of {Money(net - gross + fee).shown()}."
        )
        column = "/".join((self.profile.net or self.profile.gross).columns)
        yield cells.issue("total-mismatch", column, message)

    def _sums(self, cells: Cells) -> tuple[int, int, int] | None:
        """Return gross, fee and net; one of gross and net that the row does not state is what the others make."""
        profile = self.profile
        fees = [self._fee(cells, column) for column in profile.fee]
        if any(fee is None for fee in fees):
            return None
        fee = sum(pence for pence in fees if pence is not None)
        if profile.net is None:
            gross = cells.amount(profile.gross)
            return None if gross is None else (gross, fee, gross - fee)
        net = cells.amount(profile.net)
        if profile.gross.column is None and not any(map(cells.text, profile.gross.columns)):
            return None if net is None else (net + fee, fee, net)
        gross = cells.amount(profile.gross)
        return None if gross is None or net is None else (gross, fee, net)

    def _fee(self, cells: Cells, column: str) -> int | None:
        """Return a fee; of several columns, any may be blank."""
        return 0 if len(self.profile.fee) > 1 and not cells.text(column) else cells.pence(column)

    def _open(self, payout: _Payout, place: str) -> Opened:
        self.payout, self.tally, self.paid_on = payout, Tally(), None
        self.begun.add((payout.account, payout.number))
        return Opened(
            account=payout.account, currency=payout.currency, number=payout.number, key=payout.number,
            paid_on=payout.paid_on, message=self.layout.name, place=place,
        )  # fmt: skip

    def _close(self) -> Iterator[Event]:
        if self.payout is None:
            return
        payout, self.payout, tally = self.payout, None, self.tally
        totals, stated = tally.totals, self.profile.has_payout_rows
        if stated and totals.net and not self.faulty:
            message = (
                f"The rows of payout {payout.number}, the payout itself among them, must come to nothing; they come to "
                f"{Money(totals.net).shown()}. Rows may be missing: fetch the report again."
            )
            column = "/".join((self.profile.net or self.profile.gross).columns)
            yield Issue(code="total-mismatch", place=self.place, field=column, message=message)
            self.faulty = True
        proved = stated and not self.faulty
        yield Closed(
            computed=totals, evidence=Evidence.COUNTED if proved else Evidence.UNPROVED, place=self.place,
            first_on=tally.first_on, last_on=tally.last_on, paid_on=self.paid_on,
        )  # fmt: skip


def _kind(cells: Cells, column: KindColumn) -> SettlementKind | None:
    code = cells.text(column.column)
    if code not in column.codes:
        known = ", ".join(column.codes)
        cells.fault(
            "unknown-code", column.column, f"The profile knows {known}, not this. It must say what it means."
        )
        return None
    return column.codes[code]
