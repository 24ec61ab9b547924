"""A file's records in their order: 01 (02 (03 (16)* 49)* 98)* 99."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from localgov_ims.domain.issues import Issue
from localgov_ims.files.events import Event, Opened
from localgov_ims.files.faults import Fault
from localgov_ims.files.limits import refuse
from localgov_ims.files.text import has_pence
from localgov_ims.files.totals import Tally
from localgov_ims_bai2 import account, levels
from localgov_ims_bai2.account import Account
from localgov_ims_bai2.entries import day, line, signs
from localgov_ims_bai2.levels import Group, Level
from localgov_ims_bai2.options import Bai2Options
from localgov_ims_bai2.records import Record

_VERSION: Final = "2"
_BOOKED: Final = frozenset({"1", "3"})
_STATUSES: Final = {"2": "takes an earlier one back", "4": "is a test"}
_NEXT: Final = {
    "": ("01",),
    "01": ("02", "99"),
    "02": ("03", "98"),
    "03": ("16", "49"),
    "49": ("03", "98"),
    "98": ("02", "99"),
    "99": (),
}
"""Which records may follow which."""


class Walk:
    """Takes records one by one and gives the events they come to.

    Attributes:
        account: The one that is open, none between two.
    """

    def __init__(self, options: Bai2Options) -> None:
        """Begin before the file header."""
        self._options = options
        self._signs = signs(options)
        self._most = options.limits.lines
        self._last = ""
        self._file = Level()
        self._group: Group | None = None
        self.account: Account | None = None
        self._as_of, self._count = date.min, Tally().add
        self._sender = ""
        self._faulty = False

    def take(self, record: Record) -> Iterable[Event]:
        """Take the next record.

        Raises:
            Refused: It cannot stand here, or without what it says nothing after it can be read.
        """
        code = record.code
        if code not in _NEXT[self._last]:
            raise refuse("layout-mismatch", record.place, self._misplaced(record), field="record", value=code)
        self._last = code
        try:
            return self._others(record)
        except Fault as fault:
            raise fault.refused(record.place) from fault

    def entry(self, at: int, body: str, more: Sequence[str]) -> Event:
        """Take the record 16 on line *at* of the account that is open: its line, or the Issue that says why not."""
        found = self.account
        assert found is not None  # noqa: S101 - the reader looked
        if more:
            found.records += len(more)
        try:
            made = line(at, body, more, self._as_of, self._signs, self._count)
        except Fault as fault:
            found.faulty = self._faulty = True
            return fault.at(f"line {at}")
        if made.position > self._most:
            message = f"The account has more than {self._most} entries; ask for smaller files."
            raise refuse("limit-exceeded", f"line {at}", message)
        return made

    def end(self) -> Iterator[Issue]:
        """Yield the Issue for a file that ends before its last record."""
        if self._last != "99":
            missing = "its file header (01)" if not self._last else "the trailer of the file (99)"
            message = f"The file ends before {missing}. It may have been cut off: fetch it again."
            yield Issue(code="truncated", place="the last line", field="record 99", message=message)

    def _others(self, record: Record) -> Iterable[Event]:
        if record.code == "01":
            self._head(record)
        elif record.code == "02":
            self._group = self._grouped(record)
        elif record.code == "03":
            return self._opened(record)
        elif record.code == "49":
            return list(self._account_trailer(record))
        elif record.code == "98":
            return list(self._group_trailer(record))
        elif record.code == "99":
            file = self._file
            return list(
                levels.compare(
                    record, file.control, file.records + record.lines, file.parts, faulty=self._faulty
                )
            )
        return ()

    def _head(self, record: Record) -> None:
        fields = [text.strip() for text in record.fields()]
        if fields[7:8] != [_VERSION]:
            message = (
                "Only version 2 of BAI is read; this file names another one, or none. Ask the bank for BAI2."
            )
            raise Fault("bad-field", "version", "".join(fields[7:8]), message)
        day(fields[2], "date of the file")
        self._sender = "|".join((fields[0], fields[1], fields[4]))
        self._file.records += record.lines

    def _grouped(self, record: Record) -> Group:
        fields = [text.strip() for text in record.fields()] + [""] * 6
        status = fields[2]
        if status not in _BOOKED:
            meaning = _STATUSES.get(status)
            message = (
                f"This group {meaning}; only groups that report (1) or correct (3) are read."
                if meaning
                else "The status of a group is 1 (a report) or 3 (a correction)."
            )
            raise Fault("unknown-code" if meaning is None else "bad-field", "status", status, message)
        return Group(
            day(fields[3], "as-of date"), fields[5] or self._options.currency, Level(records=record.lines)
        )

    def _opened(self, record: Record) -> Iterable[Event]:
        group = self._group
        assert group is not None  # noqa: S101 - _NEXT has a 02 before every 03
        self.account = found = account.read(record, group.currency)
        self._as_of, self._count = group.as_of, found.tally.add
        if not has_pence(found.currency):
            message = "A currency is a code of three capitals whose amounts have two decimals, such as GBP."
            raise Fault("bad-field", "currency", found.currency, message)
        key = f"{self._sender}|{group.as_of.isoformat()}"
        return [
            Opened(
                account=found.number, place=found.place, currency=found.currency, key=key, message="BAI2",
                number=group.as_of.isoformat(), opening=found.opening,
            )
        ]  # fmt: skip

    def _account_trailer(self, record: Record) -> Iterator[Event]:
        found, group = self.account, self._group
        assert found is not None  # noqa: S101 - _NEXT has a 03 before every 49
        assert group is not None  # noqa: S101
        self.account = None
        found.records += record.lines + found.tally.count
        yield from levels.compare(record, found.control, found.records, faulty=found.faulty)
        group.level.add(found.control, found.records)
        yield from found.close(record.place)

    def _group_trailer(self, record: Record) -> Iterator[Event]:
        assert self._group is not None  # noqa: S101 - _NEXT has a 02 before every 98
        level, self._group = self._group.level, None
        level.records += record.lines
        yield from levels.compare(record, level.control, level.records, level.parts, faulty=self._faulty)
        self._file.add(level.control, level.records)

    def _misplaced(self, record: Record) -> str:
        awaited = " or ".join(_NEXT[self._last]) or "nothing more"
        return f"A record {record.code} cannot stand here; {awaited} is expected. Fetch the file again, unedited."
