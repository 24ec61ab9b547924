"""One statement while it is read: its head, its lines, and what it proves about itself at its end."""

from __future__ import annotations

from typing import Final, NamedTuple

from localgov_ims.domain.issues import Issue, notice
from localgov_ims.domain.money import Money
from localgov_ims.files.account_numbers import account_number
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.limits import Limits, refuse
from localgov_ims.files.totals import Tally, balance_difference, evidence
from localgov_ims_camt import entries, summary
from localgov_ims_camt.balances import Balances, Known
from localgov_ims_camt.elements import Balance, CodeTotal, Entry, Head, Header, Summary
from localgov_ims_camt.entries import Movement, Parts
from localgov_ims_camt.kinds import Kind
from localgov_ims_camt.payments import Whole
from localgov_ims_camt.per_code import PerCode
from localgov_ims_camt.printed import Printed

COPIES: Final = frozenset({"CODU", "COPY", "DUPL"})
_SUM_LIMIT: Final = 2**62
"""Beyond this, sums would not fit where money is kept."""


class Page(NamedTuple):
    """Which page of which statement; a statement without pages is one page."""

    account: str
    id: str
    number: int = 1
    last: bool = True


class StatementReading:
    """Gathers one statement's head, reads its entries one by one, and closes it."""

    def __init__(
        self, kind: Kind, ordinal: int, message: str, limits: Limits, printed: Printed, *, opposite: bool
    ) -> None:
        """Begin the *ordinal*-th statement; *opposite* reads a reversal's printed direction the other way."""
        self.place = f"{kind.part}[{ordinal}]"
        self._kind = kind
        self.page: Page | None = None
        self.balances = Balances(printed)
        self._message = message
        self._limits = limits
        self._printed = printed
        self._opposite = opposite
        self._currency = ""
        self._opening: Known | None = None
        self._entries = 0
        self._not_booked = 0
        self._reversed = 0
        self._faults = printed.faults
        self._booked = Tally()
        self._as_printed = Tally() if opposite else self._booked
        self._others = Tally()
        self._per_code: PerCode | None = None

    def balance(self, balance: Balance) -> None:
        """Read a balance."""
        self.balances.add(balance, self.place)

    def code_total(self, said: CodeTotal) -> None:
        """Take what is declared for one transaction code, which stands before the entries that it counts."""
        place = f"{self.place}/TxsSummry"
        if self._entries:
            message = "Totals of a transaction code stand before the entries, not after. Ask the bank for the file again."
            self._printed.fault("bad-field", place, message, field="TtlNtriesPerBkTxCd")
            return
        if self._per_code is None:
            self._per_code = PerCode(self._printed, self._limits.details)
        self._per_code.declare(said, place)

    def open(self, head: Head, header: Header, currency: str | None = None) -> None:
        """Emit `Opened`; *currency* is the first entry's, for a statement that says none itself."""
        account = account_number(head.iban or head.account or "")
        if not account:
            self._printed.missing(f"{self.place}/Acct", "Id")
        if not head.id:
            self._printed.missing(self.place, "Id")
        self.page = self._page(head, header, account)
        self._currency = (head.currency or "").strip() or self.balances.currency or currency or ""
        if self._currency:
            self._printed.currency(self._currency, self.place, "Acct/Ccy")
        self._opening = self._first_balance(self.page.number)
        number = head.electronic_number or head.legal_number
        opened = Opened(
            account=account, place=self.place, currency=self._currency, number=number or head.id,
            key=f"{head.id or ''}|{number or ''}|{self.page.number}", copy=self._copy(head),
            opening=None if self._opening is None else self._opening.amount, message=self._message,
        )  # fmt: skip
        self._printed.emit(opened)

    def entry(self, entry: Entry, parts: Parts) -> None:
        """Read one entry: a booked one becomes a line, any other is counted."""
        self._entries += 1
        place = f"{self.place}/Ntry[{self._entries}]"
        if self._entries > self._limits.lines:
            message = (
                f"The statement has more than {self._limits.lines} entries; ask the bank for smaller ones."
            )
            raise refuse("limit-exceeded", place, message)
        moved = entries.movement(entry, place, self._printed)
        if moved is None:
            return
        pence = moved.pence * moved.sign
        if self._per_code is not None:
            self._per_code.add(entry, pence, booked=moved.booked)
        if not moved.booked:
            self._not_booked += 1
            self._others.add(pence)
            return
        if entry.currency != self._currency:
            self._foreign(entry.currency or "", f"{place}/Amt", "An entry")
        if self._opposite:
            self._as_printed.add(pence)
        self._book(entry, parts, moved, place)

    def close(self, totals: Summary) -> None:
        """Compare what the statement declares with what was read, and emit `Closed`."""
        last_page = self.page is None or self.page.last
        self._opening = self._opening or self._first_balance(1 if self.page is None else self.page.number)
        opening = self._opening
        closing = self.balances.closing(last_page=last_page) if self._kind.balanced else None
        self._refuse_beyond_money()
        read = summary.declared(totals, self.place, self._printed)
        if self._printed.faults == self._faults:
            self._compare_balances(opening, closing)
            summary.compare(
                read, self._as_printed, self._others, f"{self.place}/TxsSummry", self._printed, self._currency
            )
            if self._per_code is not None:
                self._per_code.compare(self._currency)
        for known in (opening, closing):
            if known is not None and known.currency != self._currency:
                self._foreign(known.currency, f"{known.place}/Amt", "A balance")
        first, final = (None if known is None else known.amount for known in (opening, closing))
        closed = Closed(
            computed=self._booked.totals, evidence=evidence(first, final, read), place=self.place,
            opening=first, closing=final, declared=read, not_booked=self._not_booked,
            first_on=self._booked.first_on, last_on=self._booked.last_on,
        )  # fmt: skip
        self._printed.emit(closed)

    def _book(self, entry: Entry, parts: Parts, moved: Movement, place: str) -> None:
        flip = -1 if moved.reversal and self._opposite else 1
        pence = moved.pence * moved.sign * flip
        if moved.reversal:
            self._reversed += pence
        if not entry.booked and not self._kind.balanced:
            self._booked.add(pence)  # a report may leave the day out: it informs, and makes no line
            return
        booked_on, value_on = entries.days(entry, place, self._printed)
        position = self._booked.add(pence, booked_on)
        if booked_on is None:
            return
        whole = Whole(pence, moved.sign, flip, self._currency, place)
        line = entries.line(
            entry, parts, whole, position, booked_on, value_on, reversal=moved.reversal, printed=self._printed
        )
        self._printed.emit(line)

    def _first_balance(self, page: int) -> Known | None:
        """Return what the entries begin from; only a statement's balances open and close what stands in it."""
        return self.balances.opening(page) if self._kind.balanced else None

    def _page(self, head: Head, header: Header, account: str) -> Page:
        place = f"{self.place}/StmtPgntn"
        number, last = (head.page, head.last_page) if head.page else header
        read = 1 if not number else self._printed.count(number, place, "PgNb")
        marked = last is None or self._printed.mark(last, place, "LastPgInd")
        return Page(account, head.id or "", read or 1, marked)

    def _copy(self, head: Head) -> bool:
        if head.copy is None:
            return False
        mark = self._printed.choice(head.copy, self.place, "CpyDplctInd", COPIES)
        if mark is not None:
            message = (
                f"The bank marks this statement as a copy or duplicate ({mark}); it has no effect where "
                "the original is."
            )
            self._printed.emit(notice("copy-or-duplicate", self.place, message, mark))
        return mark is not None

    def _foreign(self, currency: str, place: str, what: str) -> None:
        message = (
            f"{what} in {currency} stands in an account in {self._currency}. Ask the bank for the amount "
            "it booked."
        )
        self._printed.fault("currency-mismatch", place, message, field="Ccy", value=currency)

    def _compare_balances(self, opening: Known | None, closing: Known | None) -> None:
        if opening is None or closing is None:
            return
        net = self._booked.credits - self._booked.debits
        hint, other = "", "as_printed" if self._opposite else "opposite"
        if self._reversed and opening.amount.pence + net - 2 * self._reversed == closing.amount.pence:
            hint = f" It ties if reversals are read with reversal_direction = {other!r}: ask the bank."
        found: Issue
        for found in balance_difference(
            opening.amount, net, closing.amount, closing.place, hint, self._currency
        ):
            self._printed.emit(found)

    def _refuse_beyond_money(self) -> None:
        for tally in (self._booked, self._as_printed, self._others):
            if tally.credits + tally.debits >= _SUM_LIMIT:
                message = (
                    f"The entries come to more than {Money(_SUM_LIMIT).shown()}, which no account can hold."
                )
                raise refuse("limit-exceeded", self.place, message)
