"""What allocation works on: money received with what was said of it, and the council's references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from localgov_ims.domain.funds import Fund
from localgov_ims.domain.money import Money
from localgov_ims.domain.references import AccountReference, ReferenceFormat


@frozen(kw_only=True)
class AllocationRow:
    """Money received that needs a fund and an account; absent text is empty.

    `source` is where it came from: the bank account's name, or the type of an income file.
    """

    amount: Money
    taken_on: date
    source: str
    narrative: str = ""
    account_reference: str = ""
    source_reference: str = ""
    fund: str = ""
    mop: str = ""
    vat_code: str = ""


@frozen
class References:
    """The council's funds with the formats of their references: what rules ask about references."""

    funds: Mapping[str, Fund]
    formats: Mapping[str, ReferenceFormat]

    def format_of(self, fund: str) -> ReferenceFormat | None:
        """Return the format of a fund's references, where it has one."""
        name = self.funds[fund].reference_format if fund in self.funds else None
        return self.formats[name] if name is not None else None

    def valid(self, fund: str, text: str) -> bool:
        """Tell whether *text* is a reference of the fund, check digit and all."""
        format_ = self.format_of(fund)
        return format_ is not None and format_.fault(format_.compact(text)) is None

    def only(self, fund: str, text: str) -> AccountReference | None:
        """Return the one reference of the fund in free *text*; none where there is none, or more than one."""
        format_ = self.format_of(fund)
        found = {reference for _, reference in format_.find(text)} if format_ is not None else set()
        return found.pop() if len(found) == 1 else None
