"""Journals whose files can be worked out by hand: for golden files, and for tests of where each fact stands."""

from __future__ import annotations

from datetime import date
from typing import Final

from attrs import evolve

from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount, Role, Side, Source
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber

ON: Final = date(2026, 5, 14)
"""The Thursday on which it was taken."""


def card_receipt(reference: str = "R7", *, refund: bool = False) -> Journal:
    """Return the journal MAIN-20260514-001: 120.00 for garden waste by card, 20.00 of it VAT; or the refund of it.

    Its lines: card clearing 9101, fund 5400 with the dimension ENV1, output VAT 9301. Code `S` is 20 % VAT.
    """
    money_in, income = (Side.CREDIT, Side.DEBIT) if refund else (Side.DEBIT, Side.CREDIT)
    kind = "Refund" if refund else "Receipt"
    clearing = JournalLine(
        number=1, account=LedgerAccount("9101"), side=money_in, amount=Money(120_00), role=Role.CLEARING, kind=kind,
        narrative=f"{kind} {reference}", reference=reference, taken_on=ON, source=Source("line", "1"), mop="90",
    )  # fmt: skip
    fund = evolve(
        clearing, number=2, account=LedgerAccount("5400", ("ENV1",)), side=income, amount=Money(100_00), role=Role.FUND,
        vat_code="S", fund="13",
    )  # fmt: skip
    vat = evolve(fund, number=3, account=LedgerAccount("9301"), amount=Money(20_00), role=Role.VAT)
    lines: tuple[JournalLine, ...] = (clearing, fund, vat)
    if refund:  # debits stand first
        lines = tuple(evolve(line, number=n) for n, line in enumerate((fund, vat, clearing), 1))
    return Journal(
        number="MAIN-20260514-001", ledger="MAIN", accounting_on=ON, period=PeriodNumber.of(ON), created_on=ON,
        lines=lines,
    )  # fmt: skip
