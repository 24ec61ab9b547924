"""On which day income is posted: the day it was taken, the day the bank had it, or the day its provider paid it out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from tests.posted import balances, posted
from tests.service.files import MONDAY, camt, entry, payout

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.journals import Journal
from localgov_ims.domain.ledgers import AccountingDate
from localgov_ims.domain.money import Money
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.verifying import verify

FIRST, SECOND = "K7MP2QXW9TRN", "000000000000"
COUNCIL_TAX = "612345674"
SUNDAY, SATURDAY = date(2026, 5, 10), date(2026, 5, 9)


def by(installation: Installation, dates: AccountingDate) -> Installation:
    council = installation.council
    main = evolve(council.ledger("MAIN"), accounting_date=dates)
    return evolve(installation, council=evolve(council, ledgers={**council.ledgers, "MAIN": main}))


def take(installation: Installation, reference: str, pounds: str, charge: str, on: date = SATURDAY) -> None:
    taking = Taking(
        reference=reference, fund="23", account_reference=COUNCIL_TAX, amount=Money.parse(pounds), mop="90", taken_on=on,
        provider="stripe", provider_reference=charge,
    )  # fmt: skip
    record_takings(installation, [taking])


def bring(installation: Installation, *files: Incoming) -> None:
    assert {each.status for each in import_files(installation, files)} == {"recorded"}
    reconcile(installation)


def told(installation: Installation) -> list[str]:
    """Prove the laws, and return what they tell."""
    laws = verify(installation)
    assert [law.broken for law in laws if not law.holds] == []
    return [sentence for law in laws for sentence in law.told]


def days(made: list[Journal]) -> dict[str, str]:
    return {journal.accounting_on.isoformat(): str(journal.debits) for journal in made}


def test_what_the_bank_has_not_brought_waits_and_is_told(installation: Installation) -> None:
    council = by(installation, AccountingDate.BOOKED)
    take(council, FIRST, "120.00", "ch_1")
    take(council, SECOND, "45.00", "ch_2")
    built = build_journals(council, "MAIN")
    assert built.journals == ()
    assert built.waiting is not None
    sentence = "2 lines of £165.00 in all are not due yet: no bank line is matched with them."
    assert built.waiting.sentence == sentence
    assert told(council) == [f"Ledger MAIN: {sentence}"]
    assert told(installation) == []


@pytest.mark.parametrize(
    ("dates", "on"),
    [
        (AccountingDate.TAKEN, {"2026-05-09": "120.00", "2026-05-10": "120.00"}),
        (AccountingDate.SETTLED, {"2026-05-10": "240.00"}),
        (AccountingDate.BOOKED, {"2026-05-11": "120.00", "2026-05-10": "120.00"}),
    ],
)
def test_what_the_bank_brought_is_posted_once_on_the_day_that_the_ledger_goes_by(
    installation: Installation, dates: AccountingDate, on: dict[str, str]
) -> None:
    """The payout itself is always dated as its provider paid it."""
    council = by(installation, dates)
    take(council, FIRST, "120.00", "ch_1")
    bring(
        council,
        payout(("ch_1", "120.00", "1.88"), paid_on=SUNDAY),
        camt(entry("118.12", "STRIPE PAYMENTS po_1")),
    )
    made = posted(council)
    assert days(made) == on
    lines = [line for journal in made for line in journal.lines]
    assert balances(lines) == {"5100": "-120.00", "7250": "1.88", "9001": "118.12"}
    assert {line.taken_on for line in lines if line.kind == "Receipt"} == {SATURDAY}
    assert told(council) == []
    assert posted(council) == []


def test_a_run_before_the_match_does_not_lose_what_waits(installation: Installation) -> None:
    council = by(installation, AccountingDate.BOOKED)
    take(council, FIRST, "120.00", "ch_1")
    take(council, SECOND, "45.00", "ch_2")
    assert posted(council) == []
    bring(council, payout(("ch_1", "120.00", "0.00")), camt(entry("120.00", "STRIPE PAYMENTS po_1")))
    assert days(posted(council)) == {"2026-05-11": "240.00"}
    assert told(council) == [
        "Ledger MAIN: 1 line of £45.00 in all are not due yet: no bank line is matched with them."
    ]
    bring(
        council,
        payout(("ch_2", "45.00", "0.00"), reference="po_2", paid_on=date(2026, 5, 12), name="second.csv"),
        camt(
            entry("45.00", "STRIPE PAYMENTS po_2"),
            day=date(2026, 5, 12),
            number=2,
            opening="1120.00",
            name="2.xml",
        ),
    )
    assert days(posted(council)) == {"2026-05-12": "90.00"}
    assert posted(council) == []
    assert told(council) == []


def test_what_was_taken_back_before_the_bank_had_it_waits_for_nothing(installation: Installation) -> None:
    council = by(installation, AccountingDate.BOOKED)
    take(council, FIRST, "120.00", "ch_1")
    reverse_transaction(council, FIRST, reason="Taken twice")
    (made,) = posted(council)
    assert balances(made.lines) == {}
    assert len(made.lines) == 4
    assert told(council) == []


def test_what_the_bank_itself_brought_is_posted_on_its_day(installation: Installation) -> None:
    """A transfer from nobody known goes to suspense, and is at the bank already."""
    council = by(installation, AccountingDate.BOOKED)
    bring(council, camt(entry("250.00", "WHO KNOWS")))
    (made,) = posted(council)
    assert made.accounting_on == MONDAY
    assert balances(made.lines) == {"9001": "250.00", "9900": "-250.00"}
    assert told(council) == []


@pytest.mark.parametrize(
    ("dates", "at", "first"),
    [
        (AccountingDate.TAKEN, datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "2026-03-31"),
        (AccountingDate.TAKEN, datetime(2026, 3, 31, 23, 30, tzinfo=UTC), "2026-04-01"),
        (AccountingDate.SETTLED, datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "2026-04-01"),
        (AccountingDate.BOOKED, datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "2026-04-02"),
    ],
)
def test_the_last_evening_of_a_year_is_that_of_london(
    installation: Installation, dates: AccountingDate, at: datetime, first: str
) -> None:
    """Clocks changed on 29 March: 23:30Z is half past midnight on 1 April, in the new year."""
    council = by(installation, dates)
    april = date(2026, 4, 1)
    take(council, FIRST, "120.00", "ch_1", local_day(at))
    bring(
        council,
        payout(("ch_1", "120.00", "0.00"), paid_on=april),
        camt(entry("120.00", "STRIPE PAYMENTS po_1"), day=date(2026, 4, 2)),
    )
    (on,) = {
        journal.accounting_on.isoformat()
        for journal in posted(council)
        if any(line.kind == "Receipt" for line in journal.lines)
    }
    assert on == first
