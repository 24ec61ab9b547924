"""The three levels of a file and their trailers: what each declares against what was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import define

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.files.faults import Fault
from localgov_ims.files.totals import AGAIN
from localgov_ims_bai2.entries import signed, unsigned
from localgov_ims_bai2.records import Record

_NAMES = {"49": "account", "98": "group", "99": "file"}
_PARTS = {"98": "accounts", "99": "groups"}


@define
class Level:
    """A group or a file while it is read: the sum of what is below it, how many, and the records up to here."""

    control: int = 0
    parts: int = 0
    records: int = 0

    def add(self, control: int, records: int) -> None:
        """Take in what one part below came to."""
        self.control += control
        self.parts += 1
        self.records += records


@define
class Group:
    """A record 02: of which day its accounts are, and in which currency where they do not say."""

    as_of: date
    currency: str
    level: Level


def compare(
    record: Record, control: int, records: int, parts: int | None = None, *, faulty: bool
) -> Iterator[Issue]:
    """Yield an Issue for each figure of a trailer that is not what was read; *records* has the trailer in it.

    A trailer of a group or a file says besides how many *parts* it has. Above a *faulty* entry, which is
    not counted, nothing is compared.
    """
    if faulty:
        return
    fields = record.fields()
    places = 3 if parts is not None else 2
    if len(fields) > places:
        message = f"A record {record.code} has {places} fields, not {len(fields)}."
        yield Issue(code="layout-mismatch", place=record.place, value=record.body, message=message)
        return
    fields += [""] * (places - len(fields))
    name = _NAMES[record.code]
    try:
        said = signed(fields[0].strip(), "control total")
        if said != control:
            message = (
                f"The {name}'s control total is {Money(said)}, but its amounts come to "
                f"{Money(control)}: a difference of {Money(said - control)}. {AGAIN}"
            )
            yield Issue(
                code="total-mismatch",
                place=record.place,
                field="control total",
                value=fields[0],
                message=message,
            )
        if parts is not None:
            yield from _counted(record, fields[1], parts, _PARTS[record.code])
        yield from _counted(record, fields[-1], records, "records")
    except Fault as fault:
        yield fault.at(record.place)


def _counted(record: Record, text: str, found: int, what: str) -> Iterator[Issue]:
    said = unsigned(text.strip(), f"number of {what}")
    if said != found:
        message = f"The {_NAMES[record.code]} declares {said} {what}, but holds {found}. {AGAIN}"
        yield Issue(
            code="count-mismatch", place=record.place, field=f"number of {what}", value=text, message=message
        )
