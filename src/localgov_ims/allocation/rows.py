"""What allocation is told beside the row: where it came from, the council's codes, and who has an account."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final, Protocol

from attrs import field, frozen

from localgov_ims.domain.funds import Fund
from localgov_ims.domain.methods import MethodOfPayment
from localgov_ims.domain.references import AccountReference, ReferenceFormat

DEFAULTED: Final = ("fund", "mop", "office", "vat_code", "narrative")
"""What an import type may fill in where a row says nothing."""


@frozen(kw_only=True)
class Source:
    """What is alike for every row of a file, or for every line of a bank account.

    Attributes:
        name: The bank account's name, or the import type's code.
        import_type: The import type's code; empty for bank lines.
        received_on: The London day on which the council received the file or statement.
        defaults: What fills blank fields before the rules, by field (`DEFAULTED`).
        allow_negative: Whether money may go out of a fund (returned cheques); else a row below zero is suspense.
    """

    name: str
    received_on: date
    import_type: str = ""
    file_name: str = ""
    defaults: Mapping[str, str] = field(factory=dict)
    allow_negative: bool = False


class HolderState(enum.Enum):
    """Whether an account takes money."""

    OPEN = "open"
    CLOSED = "closed"


class Holders(Protocol):
    """Who has an account with the council."""

    def state(self, fund: str, account_reference: str) -> HolderState | None:
        """Return the state of an account by its reference in canonical form; none where nobody has it."""


class NoHolders:
    """Nobody has an account: for councils that keep none, and for trying rules without a council."""

    def state(self, fund: str, account_reference: str) -> HolderState | None:
        """Return none."""


@frozen
class References:
    """The council's codes, and the formats of its account references: what rules ask and set.

    Of methods, offices, VAT codes and import types none means that they are not known here: every code counts as one.
    """

    funds: Mapping[str, Fund]
    formats: Mapping[str, ReferenceFormat]
    methods: Mapping[str, MethodOfPayment] | None = None
    offices: Collection[str] | None = None
    vat_codes: Collection[str] | None = None
    import_types: Collection[str] | None = None

    def codes(self, name: str) -> Collection[str] | None:
        """Return the codes that a field may be set to; none where any text will do."""
        known: dict[str, Collection[str] | None] = {
            "fund": self.funds, "mop": self.methods, "office": self.offices, "vat_code": self.vat_codes,
        }  # fmt: skip
        return known.get(name)

    def format_of(self, fund: str) -> ReferenceFormat | None:
        """Return the format of a fund's references, where it has one."""
        name = self.funds[fund].reference_format if fund in self.funds else None
        return self.formats[name] if name is not None else None

    def canonical(self, fund: str, text: str) -> str:
        """Return a reference as accounts of the fund are kept, whether or not it fits."""
        format_ = self.format_of(fund)
        return format_.compact(text) if format_ is not None else text.strip()

    def valid(self, fund: str, text: str) -> bool:
        """Tell whether *text* is a reference of the fund, check digit and all."""
        format_ = self.format_of(fund)
        return format_ is not None and format_.accepts(format_.compact(text))

    def only(self, fund: str, text: str) -> AccountReference | None:
        """Return the one reference of the fund in free *text*; none where there is none, or more than one."""
        format_ = self.format_of(fund)
        found = {reference for _, reference in format_.find(text)} if format_ is not None else set()
        return found.pop() if len(found) == 1 else None
