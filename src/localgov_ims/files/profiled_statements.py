"""Rows of a bank's delimited file to statements: accounts apart, balances proved row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from attrs import Factory, define, field, frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import NO_REFERENCES, BankLine, Evidence, References
from localgov_ims.files.cells import Cells
from localgov_ims.files.columns import BalanceRow
from localgov_ims.files.contents import StatementFields
from localgov_ims.files.events import Closed, Event, Opened
from localgov_ims.files.layouts import Layout
from localgov_ims.files.tables import HEADER_PLACE, Row
from localgov_ims.files.totals import AGAIN, Tally, balance_difference


def events(layout: Layout, fields: StatementFields, rows: Iterable[Row | Issue]) -> Iterator[Event]:
    """Yield the statements of *rows*: one for each account, whose rows stand together.

    Once a row is faulty, what only follows from it (a closing balance that cannot tie) is not reported too.
    """
    file = _File(layout, fields)
    for row in rows:
        if isinstance(row, Issue):
            yield from file.refuse([row])
        else:
            yield from file.row(row)
    yield from file.end()


@frozen
class _Values:
    """What a line's cells say, where none of them is faulty."""

    pence: int
    booked_on: date
    balance: int | None
    references: References


@define
class _Statement:
    """The statement that is open: its head, and the little that is kept of its rows."""

    account: str
    opening: int | None
    running: int | None
    currency: str
    tally: Tally = Factory(Tally)
    day: date | None = None
    compared: int = 0
    broken: bool = False

    @property
    def runs(self) -> bool:
        """Whether each row's balance was the one before with its amount, and there was one to compare."""
        return not self.broken and self.compared >= max(1, self.tally.count - (self.opening is None))


@define
class _File:
    """Where the reading of one file stands."""

    layout: Layout
    profile: StatementFields
    statement: _Statement | None = None
    begun: set[str] = field(factory=set)
    last: str = ""
    place: str = ""
    faulty: bool = False

    def row(self, row: Row) -> Iterator[Event]:
        """Take a row: a balance or a line."""
        cells = Cells(self.layout, row)
        named = cells.account(self.profile.account)
        opens, closes = _is(cells, self.profile.opening), _is(cells, self.profile.closing)
        opening, closing = _balance(cells, opens), _balance(cells, closes)
        values = None
        if opens is None and closes is None:
            values = self._values(cells)
        elif cells.text(self.profile.date.column):
            cells.day(self.profile.date)  # a balance's day is not used, but a wrong one shows an edited file
        account, currency = self._checked(cells, named, opens=opens is not None)
        if cells.issues:
            yield from self.refuse(cells.issues)
            return
        if self.statement is None or self.statement.account != account:
            yield from self._close()
            yield self._open(account, currency, row.place, opening)
        self.place = row.place
        if values is not None:
            yield from self._line(values, cells)
        if closing is not None:
            yield from self._close(closing)

    def refuse(self, issues: list[Issue]) -> Iterator[Event]:
        """Take a faulty row: the balance that the next one must run from is not known."""
        self.faulty = True
        if self.statement is not None:
            self.statement.running = None
        yield from issues

    def end(self) -> Iterator[Event]:
        """Close what is open; a file without a row is no statement of nothing."""
        yield from self._close()
        if not self.begun and not self.faulty:
            message = "The file has a header and no rows. Ask the bank for it again."
            yield Issue(code="truncated", place=HEADER_PLACE, message=message)

    def _checked(self, cells: Cells, named: tuple[str, str | None] | None, *, opens: bool) -> tuple[str, str]:
        """Return the row's account and currency; find fault with an account that comes back."""
        if named is None:
            return "", ""
        account, column = named[0], self.profile.account.name
        if self.statement is not None and self.statement.account == account:
            if opens:
                cells.fault("layout-mismatch", column, "A second opening balance before the closing one.")
        elif account in self.begun and account != self.last:
            cells.fault(
                "layout-mismatch",
                column,
                f"Account {account} comes back after another: its rows must stand together.",
            )
        elif account in self.begun and not opens:
            cells.fault("layout-mismatch", column, f"A row of account {account} after its closing balance.")
        return account, self._currency(cells, account, named[1])

    def _currency(self, cells: Cells, account: str, named: str | None) -> str:
        """Return the row's currency; find fault with one that is not its account's."""
        column = self.profile.currency_column
        code = named or self.profile.currency
        if column is not None:
            code = cells.required(column, "currency") or code
        code = cells.currency(code, column or self.profile.account.name)
        if column is not None and self.statement is not None and self.statement.account == account:
            known = self.statement.currency
            if code != known:
                message = f"Account {account} is in {known} above and in {code} here."
                cells.fault("currency-mismatch", column, message)
        return code

    def _values(self, cells: Cells) -> _Values | None:
        profile, balance = self.profile, None
        pence, day = cells.amount(profile.amount), cells.day(profile.date)
        if profile.balance is not None and (profile.balance.running or cells.text(profile.balance.column)):
            balance = cells.pence(profile.balance.column)
        references = {kind: cells.reference(column) for kind, column in profile.references.given.items()}
        if pence is None or day is None:
            return None
        return _Values(
            pence, day, balance, References(**references) if any(references.values()) else NO_REFERENCES
        )

    def _open(self, account: str, currency: str, place: str, opening: int | None) -> Opened:
        self.statement = _Statement(account, opening, opening, currency)
        self.begun.add(account)
        self.last = account
        return Opened(
            account=account,
            currency=currency,
            opening=_money(opening),
            message=self.layout.name,
            place=place,
        )

    def _line(self, values: _Values, cells: Cells) -> Iterator[Event]:
        """Give the line, and an Issue before it where its running balance is not what it must be."""
        profile, statement = self.profile, self.statement
        if statement is None:
            return
        last = statement.day
        statement.day = values.booked_on
        newest_first = profile.order == "newest-first"
        if last is not None and (values.booked_on > last if newest_first else values.booked_on < last):
            message = f"A row of {values.booked_on} after one of {last}: the profile says {profile.order}."
            yield cells.issue("layout-mismatch", profile.date.column, message)
        position = statement.tally.add(values.pence, values.booked_on)
        if profile.balance is not None and profile.balance.running:
            yield from self._running(statement, values, cells)
        yield BankLine(
            position=position,
            amount=Money(values.pence),
            booked_on=values.booked_on,
            place=cells.row.place,
            code=cells.optional(profile.code),
            references=values.references,
            counterparty_name=cells.optional(profile.counterparty),
            narrative=tuple(text for text in map(cells.printed, profile.narrative) if text),
            balance=_money(values.balance),
        )

    def _running(self, statement: _Statement, values: _Values, cells: Cells) -> Iterator[Issue]:
        before, statement.running = statement.running, values.balance
        if self.profile.order == "newest-first" and values.balance is not None:
            statement.running = values.balance - values.pence  # what the row below must leave
        if before is None or values.balance is None or self.profile.balance is None:
            return
        statement.compared += 1
        expected = before if self.profile.order == "newest-first" else before + values.pence
        if expected != values.balance:
            statement.broken = True
            must, apart = Money(expected).shown(), Money(values.balance - expected).shown()
            if self.profile.order == "newest-first":
                message = f"With the row above it must be {must}: a difference of {apart}."
            else:
                was, row = Money(before).shown(), Money(values.pence).shown()
                message = f"The balance was {was}; with this row's {row} it must be {must}: a difference of {apart}."
            yield cells.issue("balance-mismatch", self.profile.balance.column, f"{message} {AGAIN}")

    def _close(self, closing: int | None = None) -> Iterator[Event]:
        statement, self.statement = self.statement, None
        if statement is None:
            return
        totals = statement.tally.totals
        issues = [] if self.faulty else list(self._unproved(statement, closing))
        yield from issues
        tied = statement.opening is not None and closing is not None
        proved = (tied or statement.runs) and not (issues or self.faulty or statement.broken)
        yield Closed(
            computed=totals,
            evidence=Evidence.PROVED if proved else Evidence.UNPROVED,
            place=self.place,
            opening=_money(statement.opening),
            closing=_money(closing),
            first_on=statement.tally.first_on,
            last_on=statement.tally.last_on,
        )

    def _unproved(self, statement: _Statement, closing: int | None) -> Iterator[Issue]:
        """Yield what is wrong with the balances between which the rows stand."""
        opening, net = statement.opening, statement.tally.credits - statement.tally.debits
        if opening is not None and closing is not None:
            yield from balance_difference(Money(opening), net, Money(closing), self.place)
        elif opening is not None and self.profile.closing is not None:
            message = (
                "There is an opening balance and no closing one. The file may be cut off: fetch it again."
            )
            yield Issue(code="truncated", place=self.place, field="closing", message=message)
        elif closing is not None:
            message = (
                "There is a closing balance and no opening one. Rows may be missing: fetch the file again."
            )
            yield Issue(code="control-missing", place=self.place, field="opening", message=message)


def _is(cells: Cells, row: BalanceRow | None) -> BalanceRow | None:
    return row if row is not None and cells.printed(row.where) == row.equals else None


def _balance(cells: Cells, row: BalanceRow | None) -> int | None:
    return None if row is None else cells.pence(row.take)


def _money(pence: int | None) -> Money | None:
    return None if pence is None else Money(pence)
