"""Advices: what a payer's bank says of a Direct Debit instruction. Messages without money (ADDACS, AUDDIS)."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from attrs import frozen

ACCEPTED: Final = "V"
"""The record type of an advice that a file of instructions was accepted: it asks for nothing."""


@frozen(kw_only=True)
class Advice:
    """One message about an instruction, or about a file of instructions, as a reader gives it.

    Attributes:
        position: Ordinal in its report, from 1.
        record_type: A (the bank or payer changes an instruction), N or D (an instruction is not accepted), V or R (a
            file of them is accepted or rejected).
        reference: The council's reference of the payer; empty of a message about a file.
        code, reason: Why, by the report's code, and in words as far as the code is known.
        effective_on: The day from which it holds.
        payer_name, payer_account: Whose instruction it is; sort code and account number.
        new_account: The account to which an instruction was transferred, as sort code and account number.
        place: Where it stands in the file.
    """

    identifier: ClassVar[None] = None
    """Twice is told by the report, not by a message's own number."""

    position: int
    record_type: str
    reference: str
    code: str
    place: str
    reason: str = ""
    effective_on: date | None = None
    payer_name: str | None = None
    payer_account: str | None = None
    new_account: str | None = None
    note: str = ""


@frozen(kw_only=True)
class RecordedAdvice:
    """An advice that was imported, with who is to act on it and who has taken it.

    Attributes:
        report: The kind of report, such as ADDACS.
        taken_by, taken_at: Who has acted on it, and when; none while nobody has.
    """

    id: UUID
    report: str
    service_user: str
    reported_on: date
    advice: Advice
    taken_by: str | None = None
    taken_at: datetime | None = None
