"""The messages of a file while they are read: which field belongs where, and what must not be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from localgov_ims.domain.issues import Issue, notice
from localgov_ims.domain.statements import BankLine
from localgov_ims.files.account_numbers import account_number
from localgov_ims.files.events import Event
from localgov_ims.files.limits import Refused
from localgov_ims_mt940 import entries, faults, printed
from localgov_ims_mt940.fields import END, KNOWN, OUTSIDE, Field
from localgov_ims_mt940.heads import Head
from localgov_ims_mt940.options import Mt940Options
from localgov_ims_mt940.reports import declare, open_report
from localgov_ims_mt940.statement import Statement


class Messages:
    """Hands each field to what it belongs to, one entry in memory at a time."""

    def __init__(self, name: str, options: Mt940Options, *, balanced: bool) -> None:
        """Prepare to read messages of that *name*; those that are *balanced* must open and close with a balance."""
        self._name, self._options, self._balanced = name, options, balanced
        self._events: list[Event] = []
        self._head: Head | None = None
        self._statement: Statement | None = None
        self._closings: dict[str, int] = {}
        self._begun = self._outside = self._in_page = False
        self._handlers: dict[str, Callable[[Field], object]] = {
            OUTSIDE: self._stray, END: self._ended, "20": self._begin, "25": self._account, "25P": self._account,
            "28": self._number, "28C": self._number, "13D": self._moment, "34F": self._floor,
            "60F": self._opening, "60M": self._opening, "61": self._movement, "86": self._current, "NS": self._current,
            "62F": self._closing, "62M": self._closing, "90C": self._declared, "90D": self._declared,
        }  # fmt: skip

    def read(self, fields: Iterable[Field]) -> Iterator[Event]:
        """Yield the events of a file's fields; what came before a fault that ends the reading is kept."""
        try:
            yield from self._each(fields)
            self._finish()
        except Refused:
            yield from self._events
            raise
        yield from self._events

    def _each(self, fields: Iterable[Field]) -> Iterator[Event]:
        events, handlers = self._events, self._handlers
        for field in fields:
            handler = handlers.get(field.tag)
            if handler is not None:
                handler(field)
            elif field.tag not in KNOWN:
                self._add(faults.unknown_tag(field))
            if events:
                yield from events
                events.clear()

    def _finish(self) -> None:
        self._end_message()
        if not self._begun:
            raise Refused(faults.no_message(self._name))
        if self._statement is not None:
            self._incomplete(self._statement, "the file ends")

    def _current(self, field: Field) -> Head:
        if self._head is None:
            raise Refused(faults.stray(field))
        return self._head

    def _stray(self, field: Field) -> None:
        if not self._outside:
            self._outside = True
            message = "Lines outside of any message are not read, such as a bank's own heading."
            self._events.append(notice("preamble-ignored", f"line {field.line}", message, field.text))

    def _add(self, issue: Issue) -> None:
        """Emit an Issue after which the statement's totals are not compared."""
        if self._statement is not None:
            self._statement.faulty = True
        self._events.append(issue)

    def _begin(self, field: Field) -> None:
        self._end_message()
        self._begun = True
        self._head = Head(field.line, field.text.strip())

    def _account(self, field: Field) -> None:
        self._current(field).account = account_number(field.text.strip())

    def _number(self, field: Field) -> None:
        head, found = self._current(field), printed.number(field.text)
        if found is None:
            self._add(faults.bad_number(field))
            found = (field.text.strip(), 1)
        head.number, head.page = found

    def _moment(self, field: Field) -> None:
        self._current(field).moment = field.text.strip()

    def _floor(self, field: Field) -> None:
        self._current(field).currency = self._current(field).currency or field.text[:3]

    def _opening(self, field: Field) -> None:
        head = self._current(field)
        balance = printed.balance(field.text, self._options.balance_dates)
        if head.began:
            self._add(faults.second_opening(field))
            return
        self._complete(head, field)
        fault = faults.bad_balance(balance, field)
        if balance is None or fault is not None or balance.pence is None:
            raise Refused(fault or faults.missing(field, field.tag))
        head.began, before, first = True, self._statement, field.tag == "60F"
        if before is not None and (first or not self._continues(before, head, balance, field)):
            self._incomplete(before, f"line {head.line} begins another statement")
            before = None
        if before is None:
            self._open(head, balance, field, first=first)
        elif self._statement is not None:
            self._statement.page = head.page
            self._statement.begin_page(balance.pence)
        self._in_page = True

    def _complete(self, head: Head, field: Field) -> None:
        for name, value in (("25", head.account), ("28C", head.number)):
            if not value:
                raise Refused(faults.missing(field, name))

    def _open(self, head: Head, balance: printed.Balance, field: Field, *, first: bool) -> None:
        statement = Statement(
            account=head.account, number=head.number, page=head.page, currency=balance.currency, place=head.place,
            options=self._options, opening=balance.pence, opened_on=balance.on,
        )  # fmt: skip
        statement.begin_page(balance.pence)
        self._statement = statement
        self._events.append(statement.opened(self._name))
        before = self._closings.get(head.account)
        if not first:
            self._add(faults.pages_before_missing(head, field))
        elif before is not None and before != balance.pence:
            self._add(faults.not_joined(f"Statement {head.number}", balance, before, field))

    def _continues(self, before: Statement, head: Head, balance: printed.Balance, field: Field) -> bool:
        if (head.account, head.number, head.page) != (before.account, before.number, before.page + 1):
            return False
        if balance.currency != before.currency:
            self._add(faults.foreign(field, balance.currency, before.currency))
        if balance.pence != before.closing:
            self._add(faults.not_joined(f"Page {head.page}", balance, before.closing or 0, field))
        return True

    def _movement(self, field: Field) -> None:
        if not self._in_page:
            head = self._current(field)
            if self._balanced or self._statement is not None:
                raise Refused(faults.missing(field, "60F"))
            self._report(head, field)
        statement = self._statement
        if statement is None:
            return
        found = entries.read(field, statement.booked.count + 1, statement.currency, self._options)
        if isinstance(found, BankLine):
            statement.add(found, self._options.limits)
            self._events.append(found)
        elif isinstance(found, Issue):
            self._add(found)
        else:
            statement.expected.add(found.pence)

    def _closing(self, field: Field) -> None:
        self._current(field)
        statement = self._statement
        if statement is None or not self._in_page:
            raise Refused(faults.missing(field, "60F"))
        balance = printed.balance(field.text, self._options.balance_dates)
        fault = faults.bad_balance(balance, field)
        if balance is None or fault is not None or balance.pence is None:
            raise Refused(fault or faults.missing(field, field.tag))
        place = f"line {field.line}"
        if balance.currency != statement.currency:
            self._add(faults.foreign(field, balance.currency, statement.currency))
        self._events.extend(statement.implausible(balance, place))
        self._events.extend(statement.page_proved(balance.pence, place))
        self._in_page = False
        if field.tag == "62F":
            self._closings[statement.account] = balance.pence
            self._events.extend(statement.closed(place))
            self._statement = None

    def _declared(self, field: Field) -> None:
        head = self._current(field)
        if self._statement is None and not self._balanced:
            self._report(head, field)
        if self._statement is not None:
            fault = declare(self._statement, field)
            self._events.extend([] if fault is None else [fault])

    def _report(self, head: Head, field: Field) -> None:
        self._complete(head, field)
        self._statement = open_report(head, field, self._options)
        self._events.append(self._statement.opened(self._name))
        head.began = self._in_page = True

    def _ended(self, field: Field) -> None:
        if self._head is None:
            self._stray(field)
        self._end_message()

    def _end_message(self) -> None:
        """See that the message is whole; what it held is closed, or waits for its next page."""
        head, statement = self._head, self._statement
        self._head = None
        if head is None:
            return
        at_end = Field("20", head.line, "", [], [])
        if not self._balanced and (not head.began or self._in_page):
            if not head.began:
                self._report(head, at_end)
            if self._statement is not None:
                self._events.extend(self._statement.closed(head.place))
            self._statement, self._in_page = None, False
        elif not head.began:
            self._complete(head, at_end)
            self._events.append(faults.missing(at_end, "60F"))
        elif self._in_page and statement is not None:
            raise Refused(faults.cut_off(head))

    def _incomplete(self, statement: Statement, why: str) -> None:
        self._events.append(
            faults.pages_after_missing(statement.number, statement.page, statement.place, why)
        )
        self._events.extend(statement.closed(statement.place))
        self._statement = None
