"""Opening balances: what was open elsewhere is matched, listed and cleared here, and never posted again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.persons import with_user
from tests.posted import posted
from tests.service.files import camt, entry, payout

from localgov_ims.domain.money import Money
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.errors import AlreadyDone, ImsError, InvalidValue, NotPermitted
from localgov_ims.service.files.importing import import_files
from localgov_ims.service.files.receiving import Incoming
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.moves.opening import OpeningCounts, OpeningItem, record_opening
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.receipts import Taking, record_takings
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.verifying import verify
from localgov_ims.storage import journals, reconciliation, statements, transactions

BY_BANK, BY_CARD = "K7MP2QXW9TRN", "000000000000"


def taking(reference: str = BY_BANK, amount: str = "120.00", **given: Any) -> Taking:
    usual: dict[str, Any] = {
        "reference": reference, "fund": "23", "account_reference": "612345674", "amount": pounds(amount), "mop": "14",
        "taken_on": date(2026, 5, 8),
    }  # fmt: skip
    return Taking(**usual | given)


CARD = taking(BY_CARD, "30.00", mop="90", provider="stripe", provider_reference="ch_1")


def held(reference: str = "OLD-1", amount: str = "75.00", **given: Any) -> OpeningItem:
    usual: dict[str, Any] = {"reference": reference, "amount": pounds(amount), "taken_on": date(2026, 4, 30)}
    return OpeningItem(**usual | given)


def laws_hold(installation: Installation) -> bool:
    return [law.broken for law in verify(installation) if not law.holds] == []


def work(installation: Installation, *files: Incoming) -> dict[str, str]:
    """Import, reconcile and journal, proving after each; return what became of each bank line, by its text."""
    assert {each.status for each in import_files(installation, files)} <= {"recorded"}
    assert laws_hold(installation)
    reconcile(installation)
    assert laws_hold(installation)
    build_journals(installation, "MAIN")
    assert laws_hold(installation)
    with installation.store.reading() as connection:
        texts = {line.id: line.line.text for line in statements.some_lines(connection)}
        rows = connection.execute(reconciliation.current.select()).all()
        return {texts[row.line]: reconciliation.disposition(row).kind.value for row in rows}


def balances(installation: Installation) -> dict[str, str]:
    """Return what our journals made of each ledger code, debits positive."""
    found: dict[str, Money] = {}
    with installation.store.reading() as connection:
        for journal in journals.some(connection):
            for line in journal.lines:
                code = line.account.code
                found[code] = found.get(code, Money(0)) + line.signed
    return {code: str(amount) for code, amount in sorted(found.items()) if amount}


def counted(installation: Installation) -> tuple[int, int]:
    with installation.store.reading() as connection:
        recorded = len(list(transactions.some(connection)))
        return recorded, len(list(transactions.some_suspense(connection)))


def test_what_is_open_is_recorded_with_its_own_day_and_never_posted(installation: Installation) -> None:
    debit = held("OLD-2", "-20.00", reason=SuspenseReason.UNEXPECTED_DEBIT, narrative="Returned?")
    assert record_opening(installation, receipts=[taking(), CARD], suspense=[held(), debit]) == OpeningCounts(
        receipts=2, suspense=2
    )
    with installation.store.reading() as connection:
        made = {each.total: each for each in transactions.some(connection)}
    assert {amount.pence: each.taken_on for amount, each in made.items()} == {
        12000: date(2026, 5, 8), 3000: date(2026, 5, 8), 7500: date(2026, 4, 30), -2000: date(2026, 4, 30),
    }  # fmt: skip
    assert {each.origin.kind for each in made.values()} == {"opening"}
    assert {each.recorded_at for each in made.values()} == {installation.clock()}
    assert made[pounds("120.00")].reference == BY_BANK
    assert laws_hold(installation)
    assert posted(installation) == []


def test_what_was_in_suspense_is_listed_with_its_age(installation: Installation) -> None:
    record_opening(installation, suspense=[held(), held("OLD-2", "-20.00", narrative="Returned?")])
    listed = list_suspense(installation)
    assert [(each.amount, each.age, each.item.received_reference) for each in listed] == [
        (pounds("75.00"), 13, "OLD-1"), (pounds("-20.00"), 13, "OLD-2"),
    ]  # fmt: skip
    assert [(each.item.reason, each.item.detail) for each in listed] == [
        (SuspenseReason.NO_FUND, "opening")
    ] * 2


def test_receipts_meet_their_bank_line_and_payout(installation: Installation) -> None:
    record_opening(installation, receipts=[taking(), CARD], suspense=[held()])
    ends = work(
        installation,
        camt(entry("120.00", "ONE", end_to_end=BY_BANK), entry("28.12", "STRIPE PAYMENTS po_1")),
        payout(("ch_1", "30.00", "1.88")),
    )
    assert ends == {"ONE": "matched", "STRIPE PAYMENTS po_1": "matched"}
    # The clearing of both was opened in the ledger: what the bank brought empties it.
    assert balances(installation) == {"7250": "1.88", "9001": "148.12", "9101": "-30.00", "9103": "-120.00"}


def test_what_was_in_suspense_is_never_matched_for_the_bank_has_brought_it(
    installation: Installation,
) -> None:
    record_opening(installation, suspense=[held(amount="75.00", mop="14", taken_on=date(2026, 5, 10))])
    (item,) = list_suspense(installation)
    number = item.reference.partition("_")[0]
    ends = work(installation, camt(entry("75.00", "ONE", end_to_end=number)))
    assert ends == {"ONE": "suspense"}
    assert len(list_suspense(installation)) == 2
    assert balances(installation) == {"9001": "75.00", "9900": "-75.00"}


def test_an_opening_taken_back_is_posted_and_the_laws_hold(installation: Installation) -> None:
    record_opening(installation, receipts=[taking()], suspense=[held()])
    work(installation, camt(entry("1.00", "ONE")))
    (item,) = [each for each in list_suspense(installation) if each.item.received_reference == "OLD-1"]
    for reference in (BY_BANK, item.reference.partition("_")[0]):
        reverse_transaction(installation, reference, reason="It was closed in the old system")
        assert laws_hold(installation)
    build_journals(installation, "MAIN")
    assert laws_hold(installation)
    assert [each.item.received_reference for each in list_suspense(installation)] == [None]
    assert balances(installation)["9103"] == "-120.00"
    assert balances(installation)["9900"] == "74.00"


def test_twice_is_once(installation: Installation) -> None:
    record_opening(installation, receipts=[taking()], suspense=[held()])
    for again in ({"receipts": [taking()]}, {"suspense": [held()]}):
        with pytest.raises(AlreadyDone):
            record_opening(installation, **again)  # type: ignore[arg-type]
    with pytest.raises(AlreadyDone):
        record_takings(installation, [taking()])
    assert counted(installation) == (2, 1)


_WRONG = [
    ({"receipts": [taking(fund="99")]}, "fund_not_allowed"),
    ({"receipts": [taking(fund="SUSP")]}, "fund_not_allowed"),
    ({"receipts": [taking(mop="ZZ")]}, "mop_not_allowed"),
    ({"receipts": [taking(account_reference="612345675")]}, "reference_check_digit"),
    ({"receipts": [taking(amount="0.00")]}, "amount_not_positive"),
    ({"receipts": [taking(), taking()]}, "already_recorded"),
    ({"suspense": [held("OLD-2", mop="ZZ")]}, "mop_not_allowed"),
    ({"suspense": [held("OLD-2", "0.00")]}, "amount_is_nothing"),
    ({"suspense": [held("OLD-2"), held("OLD-2")]}, "already_recorded"),
]


@pytest.mark.parametrize(("wrong", "code"), _WRONG, ids=[f"{n}-{code}" for n, (_, code) in enumerate(_WRONG)])
def test_an_opening_is_recorded_whole_or_not_at_all(
    installation: Installation, wrong: dict[str, list[Any]], code: str
) -> None:
    receipts, suspense = [CARD, *wrong.get("receipts", ())], [held(), *wrong.get("suspense", ())]
    with pytest.raises(ImsError) as refused:
        record_opening(installation, receipts=receipts, suspense=suspense)
    assert refused.value.code == code
    assert counted(installation) == (0, 0)


@pytest.mark.parametrize(
    ("field", "wrong"), [("reference", "x" * 37), ("reference", " "), ("narrative", "x" * 101)]
)
def test_texts_of_an_item_fit_or_are_refused(field: str, wrong: str) -> None:
    with pytest.raises(InvalidValue):
        evolve(held(), **{field: wrong})


def test_it_needs_a_permission_and_the_funds(installation: Installation) -> None:
    clerk = with_user(installation, "clerk", Permission.TRANSACTION_RECORD, funds=["23"])
    without = with_user(installation, "without", Permission.FUND_ALL)
    for who, given in (
        (clerk, {"suspense": [held()]}), (clerk, {"receipts": [taking(fund="05")]}), (without, {"receipts": [taking()]}),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            record_opening(who, **given)  # type: ignore[arg-type]
    assert record_opening(clerk, receipts=[taking()]).receipts == 1
