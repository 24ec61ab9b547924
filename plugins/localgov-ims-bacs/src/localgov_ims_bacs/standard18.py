"""Standard 18: what is submitted to Bacs. Labels of 80 characters, records of 100 (106 with a processing day).

Positions of the data record: Bacs' message implementation guide of August 2012, and the guides of software houses
(https://docs.findock.com/May-25-sandbox/payment-processors/bacs-dd-collection-file).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import BinaryIO, Final

from attrs import define, evolve, field, frozen

from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Closed, Event, Opened, Totals, Yields
from localgov_ims.files.limits import ending_with_issue, refuse
from localgov_ims.files.lines import lines_of
from localgov_ims.files.readers import Options
from localgov_ims.files.totals import Tally, differences
from localgov_ims_bacs.options import Standard18Options
from localgov_ims_bacs.printed import SERVICE_USER

_LABEL: Final = 80
_DATA: Final = (100, 106)
_LABELS: Final = ("VOL1", "HDR1", "HDR2", "UHL1", "EOF1", "EOF2", "UTL1")
_COLLECTED: Final = frozenset({"01", "17", "18", "19"})
_PAID: Final = "99"
_INSTRUCTIONS: Final = frozenset({"0N", "0C", "0S"})
_RECORD: Final = re.compile(
    r"[0-9]{6}[0-9]{8}.[0-9A-Z]{2}[0-9]{6}[0-9]{8}.{4}[0-9]{11}.*", re.ASCII | re.DOTALL
)
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_DAY: Final = re.compile(r" ([0-9]{2})([0-9]{3})", re.ASCII)


@frozen
class Standard18:
    """Reads submissions: what is taken from payers is money in, what is paid to them is money out."""

    name: str = "standard18"
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.INCOME
    requires: Evidence = Evidence.COUNTED
    options: type[Standard18Options] = Standard18Options

    def recognise(self, head: bytes) -> bool:
        """Tell whether it begins with a volume label and a header label."""
        lines = head.splitlines()
        return head.startswith(b"VOL1") and (len(lines) == 1 or lines[1].startswith(b"HDR1"))

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read records one by one; see `localgov_ims.files.readers.Reader`."""
        chosen = (
            options if isinstance(options, Standard18Options) else Standard18Options(limits=options.limits)
        )
        lines = lines_of(stream, ("utf-8", "cp1252"), chosen.limits)
        submission = _Submission(chosen)
        for number, text in enumerate(lines, 1):
            lines.begin_record(number + 1)
            record = text.rstrip("\r\n\x1a")
            if record.strip():
                yield from submission.record(record, f"line {number}", number)
        yield from submission.finish()


@define
class _Submission:
    """Where the reading of one file stands."""

    options: Standard18Options
    service_user: str = ""
    serial: str = ""
    length: int = 0
    day: date | None = None
    tally: Tally = field(factory=Tally)
    rows: int = 0
    not_booked: int = 0
    is_open: bool = False
    done: bool = False
    faulty: bool = False

    def record(self, record: str, place: str, line: int) -> Iterator[Event]:
        """Take a label or a data record."""
        label = record[:4]
        if label not in _LABELS:
            yield from self._data(record, place, line)
            return
        if len(record.rstrip()) > _LABEL:
            yield self._fault(
                "bad-field",
                place,
                label,
                record,
                f"A label has {_LABEL} characters; this one has {len(record)}.",
            )
        if label == "VOL1":
            self.serial, self.service_user = record[4:10].strip(), record[37:51].strip()
            if SERVICE_USER.fullmatch(self.service_user) is None:
                yield self._fault(
                    "missing-field", place, "VOL1", record, "VOL1 names no service user number at 38 to 51."
                )
        elif label == "HDR2":
            yield from self._stated(record, place)
        elif label == "UHL1":
            yield from self._opened(record, place)
        elif label == "UTL1":
            yield from self._closed(record, place)

    def finish(self) -> Iterator[Event]:
        """See that the file came to its end."""
        if self.is_open or not self.done:
            message = "The file ends without UTL1, which says what is in it. It was cut off: fetch it again."
            yield Issue(code="truncated", place="end of file", field="UTL1", message=message)

    def _stated(self, record: str, place: str) -> Iterator[Event]:
        text = record[10:15]
        self.length = int(text) if _DIGITS.fullmatch(text) else 0
        if self.length not in _DATA:
            yield self._fault(
                "bad-field",
                place,
                "HDR2",
                text,
                "HDR2 must state records of 100 or 106 characters at 11 to 15.",
            )

    def _opened(self, record: str, place: str) -> Iterator[Event]:
        if self.is_open:
            message = "A second UHL1 before the UTL1 of the first. Were two files joined? Take them apart as they came."
            raise refuse("layout-mismatch", place, message, field="UHL1")
        self.day = _day(record[4:10])
        if self.day is None:
            yield self._fault(
                "bad-date",
                place,
                "UHL1",
                record[4:10],
                "UHL1 must state the processing day at 5 to 10, as ' YYDDD'.",
            )
        self.tally, self.rows, self.not_booked, self.is_open = Tally(), 0, 0, True
        number = f"{self.serial}/{self.day}"
        yield Opened(
            account=self.service_user,
            service_user=self.service_user,
            number=number,
            key=number,
            paid_on=self.day,
            message="Standard 18",
            place=place,
        )

    def _data(self, record: str, place: str, line: int) -> Iterator[Event]:
        if not self.is_open:
            raise refuse("layout-mismatch", place, "A record stands outside UHL1 and UTL1.", value=record)
        if len(record) != self.length or _RECORD.fullmatch(record) is None:
            message = f"The record has {len(record)} characters of {self.length}, or something else than figures where they belong."
            yield self._fault("bad-field", place, "record", record, message)
            return
        code, pence = record[15:17], int(record[35:46])
        if code in _INSTRUCTIONS:
            if pence:
                yield self._fault(
                    "bad-amount", place, "amount", record[35:46], f"An instruction ({code}) moves no money."
                )
            self.not_booked += 1
            return
        if code not in _COLLECTED and code != _PAID:
            known = ", ".join((*sorted(_COLLECTED), _PAID, *sorted(_INSTRUCTIONS)))
            yield self._fault(
                "unknown-code", place, "transaction code", code, f"A submission has the codes {known}."
            )
            return
        yield from self._row(record, code, pence, place, line)

    def _row(self, record: str, code: str, pence: int, place: str, line: int) -> Iterator[Event]:
        day = self.day
        if self.length == _DATA[1]:
            day = _day(record[100:106])
            if day is None:
                yield self._fault(
                    "bad-date", place, "processing day", record[100:106], "It must be ' YYDDD'."
                )
        collected = code in _COLLECTED
        self.tally.add(-pence if collected else pence, day)
        if record[:14] == record[17:31] or day is None:
            return  # a contra stands for the other side; UTL1 counts it
        self.rows += 1
        yield IncomeRow(
            position=self.rows, line=line, amount=Money(pence if collected else -pence), taken_on=day,
            account_reference=record[64:82].strip(), extra={"transaction_code": code},
        )  # fmt: skip

    def _closed(self, record: str, place: str) -> Iterator[Event]:
        if not self.is_open:
            raise refuse("layout-mismatch", place, "UTL1 stands without UHL1.", value=record)
        self.is_open, self.done = False, True
        computed = evolve(self.tally.totals, count=self.rows)
        said = {}
        for name, (first, last) in (
            ("debits", self.options.utl1_debits), ("credits", self.options.utl1_credits),
            ("debit_count", self.options.utl1_debit_count), ("credit_count", self.options.utl1_credit_count),
        ):  # fmt: skip
            text = record[first - 1 : last]
            if _DIGITS.fullmatch(text) is None:
                yield self._fault(
                    "bad-field",
                    place,
                    "UTL1",
                    text,
                    f"UTL1 must state {name.replace('_', ' ')} at {first} to {last}.",
                )
            else:
                said[name] = int(text)
        declared = Totals(**said)
        issues = [] if self.faulty else list(differences(declared, computed, place))
        yield from issues
        proved = not (issues or self.faulty)
        yield Closed(
            computed=computed, declared=declared, place=place, not_booked=self.not_booked,
            evidence=Evidence.COUNTED if proved else Evidence.UNPROVED,
            first_on=self.tally.first_on, last_on=self.tally.last_on,
        )  # fmt: skip

    def _fault(self, code: str, place: str, field_: str, value: str, message: str) -> Issue:
        self.faulty = True
        return Issue(code=code, place=place, field=field_, value=value, message=message)


def _day(text: str) -> date | None:
    """Return the day printed as ` YYDDD`: the year of this century, and the day in it."""
    found = _DAY.fullmatch(text)
    if found is None or not int(found[2]):
        return None
    day = date(2000 + int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
    return day if day.year == 2000 + int(found[1]) else None
