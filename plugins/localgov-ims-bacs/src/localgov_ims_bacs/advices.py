"""ADDACS and AUDDIS: what banks say of Direct Debit instructions. No money moves by them.

Attributes as public parsers of the reports have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from attrs import define, field, frozen

from localgov_ims.domain.advices import Advice
from localgov_ims.domain.issues import Issue, Severity
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Closed, Event, Opened, Yields
from localgov_ims.files.limits import ending_with_issue, refuse
from localgov_ims.files.readers import Options
from localgov_ims.files.totals import Tally
from localgov_ims_bacs.markup import root_of, walked
from localgov_ims_bacs.printed import Said
from localgov_ims_bacs.reasons import REASONS

_REPORT: Final = "BACSDocument/Data/MessagingAdvices"
_ADVICE: Final = f"{_REPORT}/MessagingAdvice"
_ERROR: Final = f"{_ADVICE}/MessagingError"
_RECORD_TYPES: Final = ("A", "D", "N", "R", "V")
_OF_FILES: Final = {"R", "V"}


@frozen(kw_only=True)
class Advices:
    """Reads one of the two kinds of report on instructions; they differ in their types alone."""

    name: str
    types: tuple[str, ...]
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.ADVICE
    requires: Evidence = Evidence.UNPROVED
    options: type[Options] = Options

    def recognise(self, head: bytes) -> bool:
        """Tell whether it is a report of advices of one of the types."""
        plain = head.replace(b"\0", b"")
        ours = any(f'"{kind}"'.encode() in plain or f"'{kind}'".encode() in plain for kind in self.types)
        return root_of(head) == "BACSDocument" and b"MessagingAdvices" in plain and ours

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read advices one by one; see `localgov_ims.files.readers.Reader`."""
        yield from walked(stream, _Report(self.types), options.limits)


@define
class _Report:
    """Where the reading of one report stands."""

    types: tuple[str, ...]
    kind: str | None = None
    tally: Tally = field(factory=Tally)
    advice: Said | None = None
    errors: list[str] = field(factory=list)
    found: bool = False

    def begin(self, path: str, attributes: Mapping[str, str], place: str) -> Iterator[Event]:
        """Take an element, whose attributes are what it says."""
        if path == f"{_REPORT}/MessagingHeader":
            yield from self._opened(Said(attributes, place))
        elif path == _ADVICE:
            self.advice, self.errors = Said(attributes, place), []
        elif path == _ERROR:
            said = Said(attributes, place)
            self.errors += [text for name in ("line1", "line2", "line3") if (text := said.text(name))]

    def end(self, path: str, text: str, place: str) -> Iterator[Event]:
        """Take the end of an advice, or of the report."""
        del text
        if path == _ADVICE and self.advice is not None:
            yield from self._told(self.advice)
        elif path == _REPORT:
            yield from self._closed(place)

    def finish(self) -> Iterator[Event]:
        """See that it was a report at all."""
        if not self.found:
            raise refuse(
                "unknown-message", "line 1", "The XML holds no report of advices. Is it the right file?"
            )
        yield from ()

    def _opened(self, said: Said) -> Iterator[Event]:
        if self.kind is not None:
            raise refuse("bad-field", said.place, "A second header in one report.", field="MessagingHeader")
        self.found, self.kind = True, said.required("advice-type", "advice type")
        if self.kind and self.kind not in self.types:
            message = f"This is a report of type {self.kind}, not {' or '.join(self.types)}."
            raise refuse("unknown-message", said.place, message, field="advice-type", value=self.kind)
        number, day = said.text("report-type"), said.day("report-generation-date", "date of the report")
        service_user = said.service_user("user-number")
        yield from said.issues
        yield Opened(
            account=service_user, service_user=service_user, number=number or None, key=f"{self.kind}/{number}/{day}", paid_on=day,
            message=self.kind, place=said.place,
        )  # fmt: skip

    def _told(self, said: Said) -> Iterator[Event]:
        if self.kind is None:
            raise refuse(
                "missing-field", said.place, "An advice stands before the header.", field="MessagingHeader"
            )
        self.advice = None
        record_type, code = said.required("record-type", "record type"), said.text("reason-code")
        of_file = record_type in _OF_FILES
        reference = (
            said.text("reference") if of_file else said.required("reference", "reference of the payer")
        )
        effective_on = said.optional_day("effective-date", "effective date")
        yield from said.issues
        if any(issue.stops for issue in said.issues):
            return
        yield from self._unknown(said, record_type, code)
        counts = [
            f"{name}: {text}"
            for name in ("accepted-ddi", "rejected-ddi", "file-error-code")
            if (text := said.text(name))
        ]
        yield Advice(
            position=self.tally.add(0), record_type=record_type, reference=reference, code=code,
            reason=REASONS.get(code, ""), effective_on=effective_on, payer_name=said.text("payer-name") or None,
            payer_account=said.account("payer-sort-code", "payer-account-number"),
            new_account=said.account("payer-new-sort-code", "payer-new-account-number"),
            note="; ".join((*counts, *self.errors)), place=said.place,
        )  # fmt: skip

    def _unknown(self, said: Said, record_type: str, code: str) -> Iterator[Issue]:
        """Flag what nobody here knows the meaning of; it is kept all the same."""
        for field_, value, known in (("record-type", record_type, record_type in _RECORD_TYPES), ("reason-code", code, not code or code in REASONS)):  # fmt: skip
            if not known:
                message = (
                    "Its meaning is not known here. It is kept as it came: ask your bank what it asks for."
                )
                yield Issue(
                    code="unknown-code", place=said.place, field=field_, value=value, message=message,
                    severity=Severity.WARNING,
                )  # fmt: skip

    def _closed(self, place: str) -> Iterator[Event]:
        if self.kind is None:
            raise refuse("missing-field", place, "The report has no header.", field="MessagingHeader")
        yield Closed(computed=self.tally.totals, evidence=Evidence.UNPROVED, place=place)
        self.kind, self.tally = None, Tally()
