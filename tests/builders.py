"""Builders of records that are valid as they come: a test says only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from attrs import evolve

from localgov_ims.allocation.rows import Source as RowSource
from localgov_ims.domain.accounts import BankAccount
from localgov_ims.domain.calendar import Calendar
from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.funds import Fund, Nature
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount, Role, Side, Source
from localgov_ims.domain.ledgers import Ledger
from localgov_ims.domain.methods import Banking, MethodOfPayment, SpecialMethods
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.references import Characters, ReferenceFormat
from localgov_ims.domain.settlements import RecordedSettlementLine, Settlement, SettlementKind, SettlementLine
from localgov_ims.domain.statements import BankLine, References, StatementLine
from localgov_ims.domain.transacting import receipt, transfer
from localgov_ims.domain.transactions import Channel, LineInput, Origin, Transaction
from localgov_ims.domain.vat import NIL, DatedRate, Treatment, VatCode, VatRate
from localgov_ims.reconciliation.recognisers import IncomeSource, SourceKind
from localgov_ims.reconciliation.shipped import SHIPPED
from localgov_ims.service.council import Council

DAY = date(2026, 5, 12)
"""The Tuesday on which everything happens that happens on no other day."""

NOW = datetime(2026, 5, 12, 9, 30, tzinfo=UTC)
"""When it is recorded."""

STANDARD = VatRate(200)
"""20 %."""


def pounds(text: str) -> Money:
    """Read an amount as tests write it: `12.34`."""
    return Money.parse(text)


def scheme(**given: object) -> CheckDigits:
    """Build a check-digit scheme: that of council tax."""
    council_tax: dict[str, Any] = {
        "name": "council-tax", "kind": Kind.WEIGHTED, "modulus": 10, "weights": (3, 7, 1, 3, 7, 1, 3, 7, 0),
        "subtract": True, "results": {10: "0"},
    }  # fmt: skip
    return CheckDigits(**council_tax | given)


def penalty_scheme() -> CheckDigits:
    """Build the check-digit scheme of parking penalties."""
    return CheckDigits(
        name="penalty", kind=Kind.WEIGHTED, modulus=11, prefix_as="12", weights=(9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
        results={10: "A"},
    )  # fmt: skip


def reference_format(**given: object) -> ReferenceFormat:
    """Build a format of references: that of council tax, nine digits with a check digit."""
    council_tax: dict[str, Any] = {
        "name": "council-tax", "min_length": 9, "max_length": 9, "characters": Characters.NUMERIC,
        "mask": "########@", "check_digit": scheme(), "valid": ("612345674",),
    }  # fmt: skip
    return ReferenceFormat(**council_tax | given)


def penalty_format() -> ReferenceFormat:
    """Build the format of parking penalties: FP, seven digits and a check character."""
    return ReferenceFormat(
        name="penalty", min_length=10, max_length=10, characters=Characters.ALPHANUMERIC, mask="FP#######@",
        check_digit=penalty_scheme(), valid=("FP20000050",),
    )  # fmt: skip


def fund(**given: object) -> Fund:
    """Build a fund: council tax, a debtor control."""
    council_tax: dict[str, Any] = {
        "code": "23", "name": "Council tax", "nature": Nature.DEBTOR_CONTROL, "ledger": LedgerAccount("5100"),
        "reference_format": "council-tax",
    }  # fmt: skip
    return Fund(**council_tax | given)


def funds() -> dict[str, Fund]:
    """Build the funds of the worked examples: council tax, rents, parking, garden waste and suspense."""
    made = [
        fund(),
        fund(code="05", name="Housing rents", ledger=LedgerAccount("5200"), reference_format=None),
        fund(
            code="2R", name="Parking penalties", nature=Nature.INCOME, ledger=LedgerAccount("5300"),
            reference_format="penalty", maximum=Money(150_00),
        ),
        fund(
            code="13", name="Garden waste", nature=Nature.INCOME, ledger=LedgerAccount("5400"),
            reference_format=None, vat_code="S",
        ),
        fund(
            code="SUSP", name="Suspense", nature=Nature.LIABILITY, ledger=LedgerAccount("9900"),
            reference_format=None, suspense=True,
        ),
    ]  # fmt: skip
    return {each.code: each for each in made}


def method(**given: object) -> MethodOfPayment:
    """Build a method of payment: bank transfer."""
    bank_transfer: dict[str, Any] = {"code": "12", "name": "Bank transfer", "clearing": LedgerAccount("9102")}
    return MethodOfPayment(**bank_transfer | given)


def card(**given: object) -> MethodOfPayment:
    """Build a method of payment: cards, settled by CardCo."""
    portal: dict[str, Any] = {
        "code": "90", "name": "Card", "clearing": LedgerAccount("9101"), "banking": Banking.SETTLEMENT,
        "fee": LedgerAccount("7250"), "provider": "cardco",
    }  # fmt: skip
    return MethodOfPayment(**portal | given)


def vat_code(**given: object) -> VatCode:
    """Build a VAT code: the standard rate, 17.5 % until 3 January 2011 and 20 % from the 4th."""
    standard: dict[str, Any] = {
        "code": "S", "treatment": Treatment.STANDARD, "ledger": LedgerAccount("9301"),
        "rates": (DatedRate(date(2010, 1, 1), VatRate(175)), DatedRate(date(2011, 1, 4), STANDARD)),
    }  # fmt: skip
    return VatCode(**standard | given)


def bank_account(**given: object) -> BankAccount:
    """Build a bank account of the council."""
    main: dict[str, Any] = {
        "name": "main", "account": "20000012345678", "ledger": LedgerAccount("9001"),
        "awaiting": LedgerAccount("9950"), "format": "camt053",
    }  # fmt: skip
    return BankAccount(**main | given)


def council(**given: object) -> Council:
    """Build a council with the ledger codes of the worked examples."""
    small: dict[str, Any] = {
        "name": "Test Council", "bank_accounts": {"main": bank_account()}, "funds": funds(),
        "methods": {"12": method(), "90": card()}, "special": SpecialMethods(bank_transfer="12"), "vat_codes": {"S": vat_code()},
        "formats": {"council-tax": reference_format(), "penalty": penalty_format()},
        "sources": {"cardco": IncomeSource(name="cardco", kind=SourceKind.SETTLEMENT)}, "recognisers": (),
        "rules": (), "match_rules": SHIPPED, "ledgers": {"MAIN": Ledger(name="MAIN", exporter="generic-csv")},
        "calendar": Calendar(),
    }  # fmt: skip
    return Council(**small | given)


def line(**given: object) -> LineInput:
    """Build what a caller says of a line: 120.00 for a council tax account, by card."""
    council_tax: dict[str, Any] = {
        "fund": "23", "amount": Money(120_00), "mop": "90", "account_reference": "612345674", "vat_rate": NIL,
    }  # fmt: skip
    return LineInput(**council_tax | given)


def garden_line(*, gross: str, vat: str, mop: str = "90") -> LineInput:
    """Build what a caller says of garden waste, whose amounts contain 20 % VAT."""
    return line(
        fund="13", amount=pounds(gross), vat=pounds(vat), vat_code="S", vat_rate=STANDARD, mop=mop,
        account_reference=None,
    )  # fmt: skip


def a_receipt(*inputs: LineInput, **given: object) -> Transaction:
    """Build a receipt of *inputs* (or of one line), by bank or wherever it is said to come from."""
    usual: dict[str, Any] = {
        "channel": Channel.PORTAL, "origin": Origin("test", new_id().hex), "taken_on": DAY, "recorded_at": NOW,
        "recorded_by": "tester",
    }  # fmt: skip
    return receipt(inputs or (line(),), **usual | given)


def a_transfer(sources: Iterable[LineInput], targets: Iterable[LineInput], **given: object) -> Transaction:
    """Build a transfer from *sources* to *targets*, all amounts above zero."""
    usual: dict[str, Any] = {
        "origin": Origin("test", new_id().hex), "taken_on": DAY, "recorded_at": NOW, "recorded_by": "tester",
    }  # fmt: skip
    return transfer(sources, targets, **usual | given)


def bank_line(**given: object) -> BankLine:
    """Build a line of a statement as a reader gives it: a credit of 120.00."""
    credit: dict[str, Any] = {"position": 1, "amount": Money(120_00), "booked_on": DAY, "place": "Ntry[1]"}
    return BankLine(**credit | given)


def statement_line(**given: object) -> StatementLine:
    """Build a recorded line of the account `main`; what is no field of it is one of the bank line's."""
    own = {name: given.pop(name) for name in ("id", "statement", "account", "key") if name in given}
    given.setdefault("references", References(bank="B1"))
    usual: dict[str, Any] = {"id": new_id(), "statement": new_id(), "account": "main", "key": "1"}
    return StatementLine(**usual | own, line=bank_line(**given))


def settlement_line(**given: object) -> SettlementLine:
    """Build a line of a settlement: a payment of 120.00 without a fee; its net adds up."""
    payment: dict[str, Any] = {
        "position": 1, "identifier": "txn_1", "kind": SettlementKind.PAYMENT, "amount": Money(120_00),
        "fee": Money(0), "place": "row 1", "provider_reference": "pi_1", "occurred_on": DAY,
    }  # fmt: skip
    made = payment | given
    return SettlementLine(**{"net": made["amount"] - made["fee"]} | made)


def a_settlement(
    lines: Iterable[SettlementLine], **given: object
) -> tuple[Settlement, list[RecordedSettlementLine]]:
    """Build a recorded settlement of *lines*, and the lines as recorded."""
    inside = list(lines)
    gross, fees = Money.total(each.amount for each in inside), Money.total(each.fee for each in inside)
    usual: dict[str, Any] = {
        "id": new_id(), "file": new_id(), "source": "cardco", "reference": "po_1", "gross": gross, "fees": fees,
        "net": gross - fees, "paid_on": DAY, "lines": len(inside), "content": "",
    }  # fmt: skip
    made = Settlement(**usual | given)
    recorded = [
        RecordedSettlementLine(id=new_id(), settlement=made.id, source=made.source, line=each)
        for each in inside
    ]
    return made, recorded


def journal_line(**given: object) -> JournalLine:
    """Build one side of a source: a debit of 120.00 to card clearing."""
    debit: dict[str, Any] = {
        "number": 1, "source": Source("line", "1"), "role": Role.CLEARING, "side": Side.DEBIT,
        "account": LedgerAccount("9101"), "amount": Money(120_00), "kind": "Receipt", "narrative": "Receipt R7",
        "reference": "R7", "taken_on": DAY,
    }  # fmt: skip
    return JournalLine(**debit | given)


def a_journal(lines: Iterable[JournalLine], **given: object) -> Journal:
    """Build a journal of *lines*, which are numbered here."""
    usual: dict[str, Any] = {
        "number": "MAIN-20260512-001", "ledger": "MAIN", "accounting_on": DAY, "period": PeriodNumber(2026, 2),
        "created_on": DAY, "lines": tuple(evolve(each, number=n) for n, each in enumerate(lines, start=1)),
    }  # fmt: skip
    return Journal(**usual | given)


def row(**given: object) -> IncomeRow:
    """Build money received that needs a fund: 10.00 by bank transfer."""
    received: dict[str, Any] = {"position": 1, "amount": Money(10_00), "taken_on": DAY, "mop": "12"}
    return IncomeRow(**received | given)


def row_source(**given: object) -> RowSource:
    """Build where money came from: the account `main`."""
    main: dict[str, Any] = {"name": "main", "received_on": DAY}
    return RowSource(**main | given)
