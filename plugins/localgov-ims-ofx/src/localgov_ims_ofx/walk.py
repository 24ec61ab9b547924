"""A file's tags in their order: which statement a leaf belongs to, and when one begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from localgov_ims.domain.issues import Issue
from localgov_ims.files.events import Event
from localgov_ims.files.faults import Fault
from localgov_ims.files.limits import refuse
from localgov_ims_ofx.options import OfxOptions
from localgov_ims_ofx.statement import Statement
from localgov_ims_ofx.tags import AGGREGATES, Leaves, Tag

_STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS"})
_ANSWERS: Final = frozenset({"SONRS", "STMTTRNRS", "CCSTMTTRNRS"})
_KEPT: Final = {"STMTRS": {"CURDEF"}, "CCSTMTRS": {"CURDEF"}, "BANKACCTFROM": {"BANKID", "ACCTID"},
                "CCACCTFROM": {"ACCTID"}, "LEDGERBAL": {"BALAMT"}}  # fmt: skip
_INSIDE: Final = {
    "PAYEE": {"NAME": "NAME"},
    "BANKACCTTO": {"ACCTID": "ACCTTO"},
    "CURRENCY": {"CURSYM": "CURSYM"},
}
"""Leaves of what stands inside an entry, and the name by which the entry has them."""
_LINE: Final = "STMTTRN"
_PENDING: Final = "STMTTRNP"


class Walk:
    """Takes tags one by one and gives the events they come to."""

    def __init__(self, options: OfxOptions, message: str) -> None:
        """Begin before the first tag; *message* is the version's name."""
        self._options = options
        self._message = message
        self._open: list[str] = []
        self._statement: Statement | None = None
        self._statements = 0
        self._leaves: dict[str, str] | None = None
        self._status: dict[str, str] = {}
        self._ended = False

    def take(self, found: Iterable[Tag | Leaves]) -> Iterator[Event]:
        """Yield the events of the tags and of whole entries.

        Raises:
            Refused: A tag cannot stand where it stands, or the sender reports a fault of his own.
        """
        for tag in found:
            if isinstance(tag, dict):
                yield from self._begin(_LINE)
                self._leaves = tag
                yield from self._end(_LINE)
                continue
            close, name, text = tag
            if close:
                if name in AGGREGATES:
                    yield from self._end(name)
            elif name in AGGREGATES:
                yield from self._begin(name)
            elif self._leaves is not None:
                self._leaf(self._leaves, name, text)
            elif self._open:
                self._own(name, text)

    def end(self) -> Iterator[Issue]:
        """Yield the Issue for a file that ends too early, or has no statement."""
        if not self._ended:
            message = "The file ends before </OFX>. It may have been cut off: fetch it again."
            yield Issue(code="truncated", place="OFX", message=message)
        elif not self._statements:
            message = "The file has no statement (STMTRS or CCSTMTRS). Ask the bank for an export with transactions."
            yield Issue(code="missing-field", place="OFX", field="STMTRS", message=message)

    def _leaf(self, leaves: dict[str, str], name: str, text: str) -> None:
        inner = self._open[-1]
        if inner != _LINE:
            inside = _INSIDE.get(inner, {}).get(name)
            if inside is None:
                return
            name = inside
        if name in leaves and leaves[name] != text:
            message = f"{name} stands twice in one entry; which one counts cannot be known."
            raise refuse("bad-field", f"{self._place()}/{name}", message, field=name, value=text)
        leaves[name] = text

    def _own(self, name: str, text: str) -> None:
        inner = self._open[-1]
        if inner == "STATUS":
            self._status[name] = text
        elif self._statement is not None and name in _KEPT.get(inner, ()):
            self._statement.fields.setdefault(name, text)

    def _begin(self, name: str) -> Iterator[Event]:
        if len(self._open) >= self._options.limits.xml_depth:
            raise refuse(
                "limit-exceeded", self._place(), "The elements lie too deep in each other.", field=name
            )
        if name in self._open:
            message = (
                f"{name} begins inside another that has not ended. The file may be damaged: fetch it again."
            )
            raise refuse("not-well-formed", self._place(), message, field=name)
        self._open.append(name)
        if name in _STATEMENTS:
            self._statements += 1
            place = f"{name}[{self._statements}]"
            self._statement = Statement(place, self._options.decimal, self._message)
        elif name == _LINE and self._statement is None:
            message = "An entry stands outside a statement. The file may be damaged: fetch it again."
            raise refuse("not-well-formed", self._place(), message, field=name)
        elif self._statement is None:
            return
        elif name == _LINE:
            yield from self._head(self._statement)
            self._leaves = {}
        elif name == _PENDING:
            self._statement.not_booked += 1

    def _end(self, name: str) -> Iterator[Event]:
        if not self._open or self._open[-1] != name:
            message = f"{name} ends where {self._open[-1] if self._open else 'nothing'} is open. Fetch the file again."
            raise refuse("not-well-formed", self._place(), message, field=name)
        self._open.pop()
        if name == "STATUS":
            self._judge()
        elif name == "OFX":
            self._ended = True
        elif self._statement is None:
            return
        elif name == _LINE:
            yield from self._line(self._statement)
        elif name in _STATEMENTS:
            yield from self._head(self._statement)
            yield from self._fallible(self._statement.close, self._statement.place)
            self._statement = None

    def _line(self, statement: Statement) -> Iterator[Event]:
        leaves, self._leaves = self._leaves or {}, None
        statement.lines += 1
        place = f"{statement.place}/{_LINE}[{statement.lines}]"
        if statement.lines > self._options.limits.lines:
            message = (
                f"The statement has more than {self._options.limits.lines} entries; ask for smaller ones."
            )
            raise refuse("limit-exceeded", place, message)
        try:
            yield statement.line(leaves, place)
        except Fault as fault:
            yield fault.at(f"{place}/{fault.field}")

    def _head(self, statement: Statement) -> Iterator[Event]:
        if not statement.opened:
            yield from self._fallible(statement.open, statement.place)

    def _fallible(self, make: Callable[[], Event], place: str) -> Iterator[Event]:
        try:
            yield make()
        except Fault as fault:
            raise fault.refused(f"{place}/{fault.field}") from fault

    def _judge(self) -> None:
        """Refuse what the sender says he could not do."""
        status, self._status = self._status, {}
        answer = self._open[-1] if self._open else ""
        if answer in _ANSWERS and status.get("CODE", "0") != "0":
            said = status.get("MESSAGE") or "no message"
            message = f"The bank reports a fault of its own, code {status['CODE']}: {said}. Ask the bank."
            raise refuse("provider-error", f"{answer}/STATUS", message, field="CODE", value=said)

    def _place(self) -> str:
        if self._statement is None:
            return self._open[-1] if self._open else "OFX"
        return f"{self._statement.place}/{_LINE}[{self._statement.lines + 1}]"
