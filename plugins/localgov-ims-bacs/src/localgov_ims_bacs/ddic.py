"""DDIC: what payers have claimed back under the Direct Debit Guarantee, and will be debited to the council.

Elements as a public parser of the report has them. Amounts are printed without a sign and are money out of the council.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from attrs import define, field, frozen

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.domain.unpaids import Unpaid, UnpaidKind
from localgov_ims.files.events import Event, Opened, Yields
from localgov_ims.files.limits import ending_with_issue, refuse
from localgov_ims.files.readers import Options
from localgov_ims_bacs.markup import root_of, walked
from localgov_ims_bacs.printed import Said
from localgov_ims_bacs.tallies import Items

_REPORT: Final = "VocaDocument/Data/Document"
_CLAIMS: Final = f"{_REPORT}/NewAdvices"
_CLAIM: Final = f"{_CLAIMS}/DDICAdvice"
_TOTALS: Final = ("DateOfDebit", "TotalNumberOfAdvices", "TotalValueOfDebits")


@frozen
class Ddic:
    """Reads reports of indemnity claims: an entry for each day of debit, whose totals are proved."""

    name: str = "ddic"
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.UNPAIDS
    requires: Evidence = Evidence.COUNTED
    options: type[Options] = Options

    def recognise(self, head: bytes) -> bool:
        """Tell whether it is a VocaDocument."""
        return root_of(head) == "VocaDocument"

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read claims one by one; see `localgov_ims.files.readers.Reader`."""
        yield from walked(stream, _Report(), options.limits)


@define
class _Report:
    """Where the reading of one report stands."""

    head: dict[str, str] = field(factory=dict)
    totals: dict[str, str] = field(factory=dict)
    claim: dict[str, str] = field(factory=dict)
    items: Items | None = None
    found: bool = False
    place: str = "line 1"

    def begin(self, path: str, attributes: Mapping[str, str], place: str) -> Iterator[Event]:
        """Take note of where something begins."""
        del attributes
        if path == _CLAIMS:
            self.totals, self.items, self.place = {}, None, place
        elif path == _CLAIM:
            self.claim, self.place = {}, place
        elif path.endswith("/DDICAdvice"):
            message = "An advice stands outside NewAdvices, where nothing says what it means. Ask your bank what it is."
            raise refuse("unknown-message", place, message, field="DDICAdvice", value=path)
        yield from ()

    def end(self, path: str, text: str, place: str) -> Iterator[Event]:
        """Take a text, a claim, or all claims of a day."""
        above, _, name = path.rpartition("/")
        if path == _CLAIM:
            yield from self._claimed()
        elif above == _CLAIM:
            self._once(self.claim, name, text, place)
        elif path == _CLAIMS:
            yield from self._closed(place)
        elif above == _CLAIMS:
            self._once(self.totals, name, text, place)
        elif above == _REPORT:
            self.head[name] = text
            yield from self._checked(name, text, place)

    def finish(self) -> Iterator[Event]:
        """See that it was a report at all."""
        if not self.found:
            raise refuse("unknown-message", "line 1", "The XML holds no DDIC report. Is it the right file?")
        yield from ()

    def _checked(self, name: str, text: str, place: str) -> Iterator[Event]:
        if name == "ReportType":
            if text.strip() != "DDIC":
                message = "This is another report than DDIC, and is not read."
                raise refuse("unknown-message", place, message, field=name, value=text)
            self.found = True
        yield from ()

    def _once(self, into: dict[str, str], name: str, text: str, place: str) -> None:
        if name in into:
            message = (
                f"The element {name!r} stands twice where one is allowed; which one counts cannot be known."
            )
            raise refuse("bad-field", place, message, field=name, value=text)
        into[name] = text

    def _opened(self, claim: str) -> Iterator[Event]:
        said = Said({**self.head, **self.totals}, self.place)
        service_user, day = said.service_user("ServiceUserNumber"), said.day("DateOfDebit", "date of debit")
        self.items = Items(faulty=bool(said.issues))
        yield from said.issues
        yield Opened(
            account=service_user, service_user=service_user, number=claim or None, key=f"DDIC/{day}/{claim}", paid_on=day, message="DDIC",
            place=self.place,
        )  # fmt: skip

    def _claimed(self) -> Iterator[Event]:
        said = Said(self.claim, self.place)
        identifier = said.required("PayingBankReference", "reference of the paying bank")
        pence = said.pence("TotalAmount", "amount")
        code = said.required("ReasonCode", "reason code")
        if self.items is None:
            if missing := [name for name in _TOTALS if name not in self.totals]:
                message = "Claims stand before what says how many there are and when they are debited."
                raise refuse("missing-field", self.place, message, field=missing[0])
            yield from self._opened(identifier)
        assert self.items is not None, "it was just opened"  # noqa: S101
        if said.issues:
            self.items.faulty = True
            yield from said.issues
            return
        yield Unpaid(
            position=self.items.add(-pence, None), kind=UnpaidKind.CLAIMED, amount=Money(-pence),
            reference=said.text("SUReference"), code=code, reason=said.text("ReasonCodeMeaning"),
            payer_name=said.text("PayerName") or None, identifier=identifier, place=self.place,
        )  # fmt: skip

    def _closed(self, place: str) -> Iterator[Event]:
        said = Said(self.totals, place)
        count = said.count("TotalNumberOfAdvices", "number of advices")
        value = said.pence("TotalValueOfDebits", "total of debits")
        if self.items is None:
            yield from self._opened("")
        items, self.items = self.items, None
        assert items is not None, "it was opened by its first claim, or just now"  # noqa: S101
        items.faulty |= bool(said.issues)
        yield from said.issues
        yield from items.closed(count, value, place)
