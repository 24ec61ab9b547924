"""A council, receipts, and two days of files that bring every kind of Match; and what the books say of it afterwards."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from attrs import evolve
from tests.service.direct_debits import collecting, debit
from tests.service.files import camt, csv, days_csv, entry, payout
from tests.service.incomes import STARTS, a_file, row, taking

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.money import Money
from localgov_ims.reconciliation.recognisers import Recogniser, Sign
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.simulator.bacs import arudd, standard18
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import (
    income_files,
    journals,
    reconciliation,
    settlements,
    statements,
    transactions,
    unpaids,
)

NOON = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 5, 11), date(2026, 5, 12)
COUNCIL_TAX = "612345674"


def council_in(folder: Path, *, create: bool = False) -> Installation:
    """Open a council that takes cards, an agency's files and Direct Debits, and moves money between its accounts."""
    opened = open_installation(folder / "council.toml", clock=lambda: NOON, by="tester", create=create)
    agency = taking(
        opened, STARTS, *(rule for rule in opened.council.rules if not rule.import_types), source="allpay"
    )
    legs = (
        Recogniser(name="out", sign=Sign.DEBIT, account="main", transfer="cash-office", text="OWN TRANSFER"),
        Recogniser(name="in", sign=Sign.CREDIT, account="cash-office", transfer="main", text="OWN TRANSFER"),
    )
    own = collecting(opened)
    both = evolve(
        own.council, funds=agency.council.funds, rules=agency.council.rules,
        import_types={**own.council.import_types, **agency.council.import_types},
        recognisers=(*own.council.recognisers, *legs),
    )  # fmt: skip
    return evolve(own, council=both)


@cache
def template() -> Path:
    """Make a council with the receipts that the files' money is for, once; each example begins with a copy."""
    folder = Path(tempfile.mkdtemp(prefix="orders-"))
    (folder / "council.toml").write_text(settings_text(), encoding="utf-8")
    made = council_in(folder, create=True)
    record_takings(made, [
        _taking("K7MP2QXW9TRN", "120.00", mop="90", charge="ch_1"), _taking("000000000000", "45.00", mop="90", charge="ch_2"),
        _taking("BBBBBBBBBBB9", "30.00"), _taking("BBBBBBBBBBBC", "17.00"), _taking("BBBBBBBBBBBD", "17.00"),
    ])  # fmt: skip
    made.store.close()
    return folder


def _taking(reference: str, pounds: str, *, mop: str = "14", charge: str | None = None) -> Taking:
    return Taking(
        reference=reference, fund="23", account_reference=COUNCIL_TAX, amount=Money.parse(pounds), mop=mop,
        taken_on=MONDAY, provider="stripe" if charge else None, provider_reference=charge,
    )  # fmt: skip


ON_MONDAY = [
    entry("17.00", f"A JONES {COUNCIL_TAX}"),
    entry("40.00", "OWN TRANSFER B"),
    entry("3.00", "WHO KNOWS"),
]
ON_TUESDAY = [entry("8.50", f"B JONES {COUNCIL_TAX}"), entry("3.00", "WHO KNOWS")]


def of_the_bank() -> list[Incoming]:
    return [
        camt(
            entry("118.12", "STRIPE PAYMENTS po_1"), entry("26.00", "ALLPAY LTD 1234567"),
            entry("30.00", "PAID", end_to_end="BBBBBBBBBBB9"), entry("17.00", f"A JONES {COUNCIL_TAX}"),
            entry("9.00", "NO IDEA"), entry("-5.00", "SERVICE CHARGE"), entry("205.00", "BACS 123456 COLLECTION"),
        ),
        camt(
            entry("44.17", "STRIPE PAYMENTS po_2"), entry("31.00", "ALLPAY LTD 1234567"), entry("-40.00", "OWN TRANSFER A"),
            entry("-9.00", "BACS PAYMENTS RUN 77"), entry("21.00", f"J SMITH {COUNCIL_TAX}"), entry("-60.00", "UNPAID DD 123456"),
            day=TUESDAY, number=2, opening="1400.12", name="second.xml",
        ),
    ]  # fmt: skip


def of_the_cash_office(*, split: bool) -> list[Incoming]:
    if not split:
        return [days_csv([(MONDAY, ON_MONDAY), (TUESDAY, ON_TUESDAY)])]
    return [csv(*ON_MONDAY), csv(*ON_TUESDAY, day=TUESDAY, opening="110.00", name="second.csv")]


def of_others() -> list[Incoming]:
    submission = standard18([debit("771000001", "145.00"), debit("771000002", "60.00")], day=MONDAY)
    back = arudd([debit("771000002", "60.00")], day=TUESDAY)
    return [
        payout(("ch_1", "120.00", "1.88"), name="po_1.csv"),
        payout(("ch_2", "45.00", "0.83"), reference="po_2", paid_on=TUESDAY, name="po_2.csv"),
        a_file([row("20.00", "771"), row("5.00", "772", mop="24"), row("1.00", "nowhere")], name="first-agency.csv"),
        a_file([row("31.00", "771")], name="second-agency.csv"),
        _of(submission, "submission.txt"), _of(back, "unpaid.xml"),
    ]  # fmt: skip


def _of(data: bytes, name: str) -> Incoming:
    return Incoming(name=name, stream=io.BytesIO(data))


def _names(connection: sa.Connection) -> dict[object, tuple[object, ...]]:
    """Return what each record is called in its file, which stays the same in whatever order the files come."""
    known: dict[object, tuple[object, ...]] = {}
    known |= {
        x.id: ("line", x.account, x.line.booked_on, x.line.amount.pence, x.line.text)
        for x in statements.some_lines(connection)
    }
    known |= {
        x.id: ("receipt", x.origin.kind, x.origin.id if x.origin.kind == "payment" else x.total.pence)
        for x in transactions.some(connection)
    }
    known |= {x.id: ("payout", x.reference) for x in settlements.some(connection)}
    known |= {x.id: ("payment", x.line.provider_reference) for x in settlements.some_lines(connection)}
    known |= {x.id: ("file", x.expected.pence) for x in income_files.some(connection)}
    known |= {x.id: ("unpaid", x.unpaid.reference) for x in unpaids.some(connection)}
    return known


def effect(council: Installation) -> dict[str, Any]:
    """Return what the books say, in words that do not depend on when each record came."""
    with council.store.reading() as connection:
        names = _names(connection)
        matched = [reconciliation.match(each) for each in connection.execute(sa.select(reconciliation.live))]
        ends = [
            reconciliation.disposition(each) for each in connection.execute(sa.select(reconciliation.current))
        ]
        lines = connection.execute(sa.select(transactions.lines)).all()
        posted = [line for journal in journals.some(connection) for line in journal.lines]
    accounts, balances = Counter[tuple[str, str | None]](), Counter[str]()
    for line in lines:
        accounts[line.fund, line.account_reference] += line.pence
    for side in posted:
        balances[side.account.code] += side.signed.pence
    return {
        "matches": sorted(
            (m.rule, m.role, names[m.left], names[m.right], m.amount.pence, m.fee.pence) for m in matched
        ),
        "ends": sorted((names[d.line], d.kind.value) for d in ends),
        "accounts": dict(sorted((key, pence) for key, pence in accounts.items() if pence)),
        "balances": dict(sorted((code, pence) for code, pence in balances.items() if pence)),
    }
