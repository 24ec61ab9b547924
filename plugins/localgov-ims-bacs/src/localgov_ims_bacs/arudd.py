"""ARUDD: Direct Debits that payers' banks return unpaid.

Elements and attributes as public parsers of the report have them; Pay.UK's own description is not public. `valueOf` is
printed without a sign and is money out of the council.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from attrs import define, field, frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.domain.unpaids import Unpaid, UnpaidKind
from localgov_ims.files.events import Event, Opened, Yields
from localgov_ims.files.limits import ending_with_issue, refuse
from localgov_ims.files.readers import Options
from localgov_ims_bacs.markup import root_of, walked
from localgov_ims_bacs.printed import Said
from localgov_ims_bacs.tallies import Items

_DATA: Final = "BACSDocument/Data"
_REPORT: Final = f"{_DATA}/ARUDD"
_RECORD: Final = f"{_REPORT}/Advice/OriginatingAccountRecords/OriginatingAccountRecord"
_ITEM: Final = f"{_RECORD}/ReturnedDebitItem"
_OTHERS: Final = {
    "InputReport": "the input report, which says what Bacs did not take. Enter what it rejects: `ims collections reject`",
    "MessagingAdvices": "a report of advices (ADDACS or AUDDIS)",
    "AWACS": "AWACS, about credits that went to a changed account",
    "ARUCS": "ARUCS, about credits that came back",
}


@frozen
class Arudd:
    """Reads ARUDD reports: an entry for each originating account, whose Totals are proved."""

    name: str = "arudd"
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.UNPAIDS
    requires: Evidence = Evidence.COUNTED
    options: type[Options] = Options

    def recognise(self, head: bytes) -> bool:
        """Tell whether it is a BACSDocument of no advices: other reports are taken on and refused by their names."""
        return root_of(head) == "BACSDocument" and b"MessagingAdvices" not in head.replace(b"\0", b"")

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read returned items one by one; see `localgov_ims.files.readers.Reader`."""
        yield from walked(stream, _Report(), options.limits)


@define
class _Report:
    """Where the reading of one report stands."""

    header: Said | None = None
    service_user: str = ""
    items: Items | None = None
    item: tuple[Said, Mapping[str, str]] | None = None
    payer: Mapping[str, str] = field(factory=dict)
    totals: Said | None = None
    found: bool = False

    def begin(self, path: str, attributes: Mapping[str, str], place: str) -> Iterator[Event]:
        """Take an element, whose attributes are what it says."""
        above, _, name = path.rpartition("/")
        if above == _DATA and name not in {"ARUDD", "SignatureMethod", "Signature"}:
            message = (
                f"This is {_OTHERS.get(name, f'a report {name}')}. It is not read as unpaid Direct Debits."
            )
            raise refuse("unknown-message", place, message, field="Data", value=name)
        if path == _REPORT:
            self.found = True
        elif path == f"{_REPORT}/Header":
            self.header = Said(attributes, place)
        elif path == f"{_REPORT}/ServiceLicenseInformation":
            said = Said(attributes, place)
            self.service_user = said.service_user("userNumber")
            yield from said.issues
        elif path == f"{_RECORD}/OriginatingAccount":
            yield from self._opened(Said(attributes, place))
        elif path == _ITEM:
            self.item = Said(attributes, place), {}
        elif path == f"{_ITEM}/PayerAccount" and self.item is not None:
            self.item = self.item[0], attributes
        elif path == f"{_RECORD}/Totals":
            self.totals = Said(attributes, place)

    def end(self, path: str, text: str, place: str) -> Iterator[Event]:
        """Take the end of an item or of an account's record."""
        del text
        if path == _ITEM:
            yield from self._returned()
        elif path == _RECORD:
            yield from self._closed(place)

    def finish(self) -> Iterator[Event]:
        """See that it was a report at all."""
        if not self.found:
            raise refuse("unknown-message", "line 1", "The XML holds no ARUDD report. Is it the right file?")
        yield from ()

    def _opened(self, account: Said) -> Iterator[Event]:
        header = self.header or Said({}, account.place)
        kind, number = (
            header.required("reportType", "report type"),
            header.required("adviceNumber", "advice number"),
        )
        day = header.day("currentProcessingDate", "processing date")
        own = account.account("sortCode", "number") or ""
        if not self.service_user:
            header.fault("missing-field", "userNumber", "The report names no service user number.")
        self.items = Items(faulty=bool(header.issues))
        yield from header.issues
        header.issues.clear()
        yield Opened(
            account=self.service_user, service_user=self.service_user, number=number, key=f"ARUDD/{kind}/{number}/{day}/{own}", paid_on=day,
            message="ARUDD", place=account.place,
        )  # fmt: skip

    def _returned(self) -> Iterator[Event]:
        if self.item is None or self.items is None:
            message = "A returned item stands before the account whose it is. Ask for the report again."
            raise refuse(
                "missing-field",
                self.item[0].place if self.item else "line 1",
                message,
                field="OriginatingAccount",
            )
        (said, payer), self.item = self.item, None
        whose = Said(payer, said.place)
        pence = said.pence("valueOf", "amount")
        original_on = said.day("originalProcessingDate", "original processing date")
        code = said.required("returnCode", "return code")
        reference = said.text("ref") or whose.text("ref")
        if said.text("currency") not in {"", "GBP"}:
            said.fault("currency-mismatch", "currency", "Direct Debits are in GBP.")
        if said.issues:
            self.items.faulty = True
            yield from said.issues
            return
        yield Unpaid(
            position=self.items.add(-pence, original_on), kind=UnpaidKind.RETURNED, amount=Money(-pence), reference=reference,
            code=code, reason=said.text("returnDescription"), original_on=original_on,
            payer_name=whose.text("name") or None, payer_account=whose.account("sortCode", "number"), place=said.place,
        )  # fmt: skip

    def _closed(self, place: str) -> Iterator[Event]:
        items, totals = self.items, self.totals
        self.items = self.totals = None
        if items is None:
            yield Issue(
                code="missing-field", place=place, field="OriginatingAccount",
                message="A record names no originating account. Ask for the report again.",
            )  # fmt: skip
            return
        if totals is None:
            message = (
                "The record states no Totals, by which it proves that it is whole. Ask for the report again."
            )
            raise refuse("control-missing", place, message, field="Totals")
        count, value = totals.count("numberOf", "number of items"), totals.pence("valueOf", "total")
        items.faulty |= bool(totals.issues)
        yield from totals.issues
        yield from items.closed(count, value, place)
