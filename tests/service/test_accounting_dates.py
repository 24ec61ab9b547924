"""On which day income is posted: the day it was taken, the day the bank had it, or the day its provider paid it out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from tests.conftest import MovableClock
from tests.posted import balances, posted
from tests.service import money_in, paying_in
from tests.service.carded import SATURDAY, bring, take
from tests.service.direct_debits import collecting, debit, sent
from tests.service.files import MONDAY, camt, entry, payout
from tests.service.incomes import imported, recorded, row, taking

from localgov_ims.domain.calendar import local_day
from localgov_ims.domain.journals import Journal
from localgov_ims.domain.ledgers import AccountingDate
from localgov_ims.domain.money import Money
from localgov_ims.service.cash_office.ereturn_approving import approve_ereturns
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.verifying import verify
from localgov_ims.simulator.bacs import arudd, standard18

FIRST, SECOND = "K7MP2QXW9TRN", "000000000000"
SUNDAY = date(2026, 5, 10)


def by(installation: Installation, dates: AccountingDate) -> Installation:
    council = installation.council
    main = evolve(council.ledger("MAIN"), accounting_date=dates)
    return evolve(installation, council=evolve(council, ledgers={**council.ledgers, "MAIN": main}))


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


@pytest.mark.parametrize("dates", [AccountingDate.BOOKED, AccountingDate.SETTLED])
def test_the_rows_of_a_file_are_posted_on_the_day_on_which_the_bank_booked_its_one_credit(
    installation: Installation, dates: AccountingDate
) -> None:
    """What no provider pays out is settled when it is booked."""
    council = by(taking(installation, source="allpay"), dates)
    imported(council, [row("20.00", "771"), row("5.00", "772", mop="24"), row("1.00", "nowhere")])
    assert posted(council) == []
    assert told(council) == [
        "Ledger MAIN: 3 lines of £26.00 in all are not due yet: no bank line is matched with them."
    ]
    bring(council, camt(entry("26.00", "ALLPAY LTD 1234567"), day=date(2026, 5, 13)))
    (made,) = posted(council)
    assert made.accounting_on == date(2026, 5, 13)
    assert {line.taken_on for line in made.lines if line.kind == "Receipt"} == {date(2026, 5, 12)}
    assert balances(made.lines) == {"5100": "-25.00", "9001": "26.00", "9900": "-1.00"}
    assert told(council) == []


def test_what_is_taken_back_of_a_file_before_its_credit_came_is_due_with_it(
    installation: Installation,
) -> None:
    council = by(taking(installation, source="allpay"), AccountingDate.BOOKED)
    imported(council, [row("20.00", "771"), row("6.00", "772")])
    (first, *_) = recorded(council)
    reverse_transaction(council, first.reference, reason="Not ours")
    (made,) = posted(council)
    assert balances(made.lines) == {}
    assert told(council) == [
        "Ledger MAIN: 1 line of £6.00 in all are not due yet: no bank line is matched with them."
    ]


@pytest.mark.parametrize("dates", [AccountingDate.BOOKED, AccountingDate.SETTLED])
def test_an_unpaid_direct_debit_is_taken_back_on_the_day_on_which_the_bank_booked_its_debit(
    installation: Installation, dates: AccountingDate
) -> None:
    council = by(collecting(installation), dates)
    collected, back = date(2026, 5, 11), date(2026, 5, 13)
    debits = [debit("771000001", "145.00", original_on=collected)]
    sent(council, standard18(debits, day=collected), "submission.txt")
    bring(council, camt(entry("145.00", "BACS 123456 COLLECTION"), day=collected))
    assert days(posted(council)) == {"2026-05-11": "290.00"}
    sent(council, arudd(debits, day=date(2026, 5, 12)))
    assert posted(council) == []
    bring(
        council,
        camt(entry("-145.00", "UNPAID DD 123456"), day=back, number=2, opening="1145.00", name="back.xml"),
    )
    (made,) = posted(council)
    assert {line.kind for line in made.lines} == {"Reversal", "Banking"}
    assert made.accounting_on == back
    assert balances(made.lines) == {"5100": "145.00", "9001": "-145.00"}
    assert told(council) == []


@pytest.mark.parametrize("dates", [AccountingDate.BOOKED, AccountingDate.SETTLED])
def test_what_an_office_pays_in_is_posted_on_the_day_on_which_the_bank_booked_it(
    desk: Installation, dates: AccountingDate, clock: MovableClock
) -> None:
    office = by(paying_in.house(money_in.employ(paying_in.house(desk), "clerk", "ereturns")), dates)
    made = paying_in.submitted(office)
    money_in.employ(paying_in.house(desk), "boss", "ereturn-authoriser")
    approve_ereturns(office.acting("boss"), [made.number])
    tester = office.acting("tester")
    assert posted(tester) == []
    clock.moment += timedelta(days=1)
    brought = camt(entry("155.00", "CASH", end_to_end="500001"), day=date(2026, 5, 14))
    bring(tester, brought)
    (journal,) = posted(tester)
    assert journal.accounting_on == date(2026, 5, 14)
    assert {line.taken_on for line in journal.lines if line.kind == "Receipt"} == {date(2026, 5, 13)}
    assert journal.debits == Money(310_00)
    assert told(tester) == []
