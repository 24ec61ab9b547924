"""Suspense listed, searched, created, returned, aged and suggested: every item stands where its penny is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.builders import a_receipt, line, pounds
from tests.conftest import MovableClock, on_sqlite
from tests.service import money_in as at
from tests.service.files import camt, entry
from tests.service.suspended import amounts, an_item, balance, clear, gives, laws_hold, rent

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.clearing import Giving
from localgov_ims.domain.ereturn_contents import EReturnLine
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import LARGEST, Money
from localgov_ims.domain.payers import Payee
from localgov_ims.domain.refunds import RefundState
from localgov_ims.domain.suspense import SuspenseCriteria, SuspenseItem, SuspenseReason, SuspenseState
from localgov_ims.domain.transactions import Channel, Origin, TransactionKind
from localgov_ims.errors import AlreadyDone, ImsError, InvalidValue, NotFound, NotPermitted, RuleViolation
from localgov_ims.service.files.importing import import_file
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.moves.opening import OpeningItem
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.payments.receipts import Taking
from localgov_ims.service.reconciliation.reconciling import reconcile
from localgov_ims.service.refunds.finishing import authorise_refund, finish_refund
from localgov_ims.service.suspense.ageing import age_suspense
from localgov_ims.service.suspense.clearing import clear_items
from localgov_ims.service.suspense.clearing_lists import RemittanceList, clear_by_list
from localgov_ims.service.suspense.clearing_undoing import undo_clearance
from localgov_ims.service.suspense.creating import NewItem, create_item
from localgov_ims.service.suspense.listing import list_suspense, search_suspense
from localgov_ims.service.suspense.returning import return_to_payer
from localgov_ims.service.suspense.suggesting import suggest
from localgov_ims.service.suspense.working import mark_item, whole_item
from localgov_ims.service.verifying import verify
from localgov_ims.storage import files, transactions

PAYEE = Payee(name="A Payer", sort_code="200000", account="12345678")
MAY = date(2026, 5, 12)


def found(desk: Installation, **asked: Any) -> list[str]:
    """Return the lines of the items that fit, by both ways of asking."""
    criteria = SuspenseCriteria(**asked)
    page = search_suspense(desk, criteria, size=500)
    listed = list_suspense(desk, criteria)
    assert list(page.items) == listed
    assert (page.total_count, page.total) == (len(listed), Money.total(each.amount for each in listed))
    return [each.reference for each in listed]


# --- Searching ---------------------------------------------------------------------------------------------


def test_the_oldest_come_first_and_of_a_day_the_largest_whatever_its_sign(desk: Installation) -> None:
    small = an_item(desk, "10.00")
    out = an_item(desk, "-30.00")
    old = an_item(desk, "1.00", on=date(2026, 4, 1))
    middle = an_item(desk, "20.00")
    assert found(desk) == [old, out, middle, small]
    clear(desk, [gives(out, "-25.00")], [rent("-25.00")])
    assert found(desk) == [old, middle, small, out]


def test_states_say_how_much_is_left(desk: Installation) -> None:
    whole, part, gone = (an_item(desk, amount) for amount in ("30.00", "20.00", "10.00"))
    clear(desk, [gives(part, "5.00")], [rent("5.00")])
    made = clear(desk, [gone], [rent("10.00")])
    assert found(desk) == [whole, part]
    assert found(desk, state=SuspenseState.UNTOUCHED) == [whole]
    assert found(desk, state=SuspenseState.PARTLY) == [part]
    assert found(desk, state=SuspenseState.CLEARED) == [gone]
    assert found(desk, state=SuspenseState.ALL) == [whole, part, gone]
    assert [each.state for each in list_suspense(desk, SuspenseCriteria(state=SuspenseState.ALL))] == [
        SuspenseState.UNTOUCHED, SuspenseState.PARTLY, SuspenseState.CLEARED,
    ]  # fmt: skip
    undo_clearance(desk, made.reference, reason="x")
    assert found(desk, state=SuspenseState.UNTOUCHED) == [whole, gone]


@on_sqlite
def test_everything_asked_for_must_fit(desk: Installation) -> None:
    one = an_item(desk, "10.00", on=date(2026, 5, 1), narrative="Flat 3, J Ôwen", reference="OLD-A", mop="CA")
    two = an_item(desk, "-20.00", on=date(2026, 5, 2), reason=SuspenseReason.NO_ACCOUNT, reference="OLD-B")
    assert found(desk, taken_from=date(2026, 5, 2)) == [two]
    assert found(desk, taken_to=date(2026, 5, 1)) == [one]
    assert found(desk, taken_from=date(2026, 5, 1), taken_to=date(2026, 5, 2)) == [one, two]
    assert found(desk, received_from=date(2026, 5, 13), received_to=date(2026, 5, 13)) == [one, two]
    assert found(desk, received_to=date(2026, 5, 12)) == found(desk, received_from=date(2026, 5, 14)) == []
    assert found(desk, reference="old-a") == found(desk, reference=f" {one.lower()} ") == [one]
    assert found(desk, reference="OLD") == []
    assert found(desk, narrative="flat 3") == [one]
    assert found(desk, narrative="Ôwen") == [one]
    assert found(desk, narrative="100%") == []
    assert found(desk, amount=pounds("10.00")) == [one]
    assert found(desk, amount_from=pounds("-20.00"), amount_to=pounds("0.00")) == [two]
    assert found(desk, amount_from=pounds("10.01")) == []
    assert found(desk, mop="CA") == [one]
    assert found(desk, reason=SuspenseReason.NO_ACCOUNT) == [two]
    assert found(desk, mop="CA", reason=SuspenseReason.NO_ACCOUNT) == []
    assert found(desk, import_type="AGENCY") == []
    with pytest.raises(NotFound):
        found(desk, file="nothing")


@pytest.mark.parametrize(
    "asked",
    [
        {"taken_from": date(2026, 5, 2), "taken_to": date(2026, 5, 1)},
        {"amount_from": Money(2), "amount_to": Money(1)},
        {"reference": "x" * 256},
        {"narrative": "a\0b"},
    ],
)
def test_what_could_find_nothing_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        SuspenseCriteria(**asked)


@on_sqlite
def test_every_page_is_reached_and_says_how_many_there_are(desk: Installation) -> None:
    every = [an_item(desk, f"{n}.00") for n in range(45, 0, -1)]
    pages = [search_suspense(desk, page=n) for n in (1, 2, 3)]
    assert [[len(page.items), page.total_count, page.page, page.pages] for page in pages] == [
        [20, 45, 1, 3], [20, 45, 2, 3], [5, 45, 3, 3],
    ]  # fmt: skip
    assert [item.reference for page in pages for item in page.items] == every
    assert str(pages[0].total) == "1035.00"
    assert search_suspense(desk, page=4).items == ()
    for wrong in ({"size": 0}, {"size": 501}, {"page": 0}, {"page": 2**40}):
        with pytest.raises(InvalidValue):
            search_suspense(desk, **wrong)


def test_narratives_that_are_personal_data_are_searched_beside_the_records(desk: Installation) -> None:
    private = evolve(desk, council=evolve(desk.council, personal_narratives=True))
    line = an_item(private, narrative="Mrs Ôwen's rent")
    assert found(private, narrative="mrs") == found(private, narrative="Ôwen") == [line]
    made = clear(private, [line], [rent("100.00")])
    assert {each.narrative for each in made.lines} == {"Mrs Ôwen's rent"}
    assert laws_hold(private)


# --- Putting money in --------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [LARGEST + Money(1), -LARGEST - Money(1), Money(2**63 - 1)])
def test_nobody_enters_more_than_sums_of_it_still_fit_the_database(amount: Money) -> None:
    for enter in (
        lambda: NewItem(key="k", amount=amount, mop="CA"),
        lambda: BasketItem(fund="LB", amount=amount),
        lambda: EReturnLine(row=1, amount=amount),
        lambda: OpeningItem(
            reference="k", amount=amount, taken_on=MAY, narrative=None, reason=SuspenseReason.NO_FUND
        ),
        lambda: Taking(
            reference="k", fund="LB", account_reference="L1", amount=amount, mop="CA", taken_on=MAY
        ),
    ):
        with pytest.raises(InvalidValue) as refused:
            enter()
        assert refused.value.code == "amount_too_large"


def test_the_largest_items_by_hand_are_proved(desk: Installation) -> None:
    for key in ("a", "b"):
        create_item(desk, NewItem(key=key, amount=LARGEST, mop="CA"))
    assert balance(desk) == 2 * LARGEST.pence
    assert laws_hold(desk)


def test_an_item_is_put_in_once_for_each_key(desk: Installation) -> None:
    new = NewItem(
        key="post-1",
        amount=pounds("12.34"),
        mop="CA",
        reference="61234567",
        narrative="No name",
        vat_code="S",
    )
    made = create_item(desk, new)
    assert (made.kind, str(made.total), made.lines[0].mop, balance(desk)) == (
        TransactionKind.RECEIPT,
        "12.34",
        "CA",
        1234,
    )
    assert create_item(desk, new) == made
    assert create_item(desk, evolve(new, taken_on=made.taken_on)) == made
    for other in ({"amount": pounds("12.35")}, {"reference": None}, {"taken_on": MAY}):
        with pytest.raises(AlreadyDone) as refused:
            create_item(desk, evolve(new, **other))
        assert refused.value.code == "key_used"
    (item,) = list_suspense(desk)
    assert (item.item.reason, item.item.received_reference, item.item.vat_code) == (
        SuspenseReason.MANUAL,
        "61234567",
        "S",
    )
    assert laws_hold(desk)


def test_twenty_who_put_the_same_in_at_once_make_one(desk: Installation) -> None:
    new = NewItem(key="k", amount=pounds("5.00"), mop="CA")
    with ThreadPoolExecutor(8) as pool:
        made = {each.id for each in pool.map(lambda _: create_item(desk, new), range(20))}
    assert (len(made), balance(desk)) == (1, 500)


@on_sqlite
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"mop": "ZZ"}, "mop_not_allowed"), ({"amount": Money(0)}, "amount_is_nothing"),
        ({"amount": Money(-1)}, "negative_not_allowed"), ({"taken_on": date(2026, 5, 14)}, "day_in_future"),
        ({"office": "XX"}, "office_not_known"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_in_is_refused(desk: Installation, given: dict[str, Any], code: str) -> None:
    with pytest.raises(ImsError) as refused:
        create_item(desk, evolve(NewItem(key="k", amount=Money(1), mop="CA"), **given))
    assert refused.value.code == code
    assert at.every_transaction(desk) == []


@pytest.mark.parametrize("name", ["reference", "source_reference", "narrative"])
def test_no_card_number_is_put_in(name: str) -> None:
    given = {"key": "k", "amount": Money(1), "mop": "CA", name: "4111 1111 1111 1111"}
    with pytest.raises(InvalidValue) as refused:
        NewItem(**given)
    assert (refused.value.code, "4111" in refused.value.message) == ("card_number", False)


def test_blanks_around_a_key_make_no_other_key(desk: Installation) -> None:
    first, again = (create_item(desk, NewItem(key=key, amount=Money(1), mop="CA")) for key in ("p", " p "))
    assert (again.id, balance(desk)) == (first.id, 1)


@on_sqlite
def test_money_that_was_taken_back_is_put_in_below_zero(desk: Installation) -> None:
    create_item(desk, NewItem(key="k", amount=pounds("-5.00"), mop="RV"))
    assert balance(desk) == -500
    assert laws_hold(desk)


# --- Giving it back ----------------------------------------------------------------------------------------


def test_an_item_goes_back_to_its_payer_by_the_payables_system(desk: Installation) -> None:
    line = an_item(desk, "40.00")
    asked = return_to_payer(desk, Giving(line=line, amount=pounds("15.00")), payee=PAYEE, reason="Not ours")
    assert (asked.state, str(asked.total), at.left(desk, line)) == (RefundState.PROPOSED, "15.00", "25.00")
    assert laws_hold(desk)
    with pytest.raises(RuleViolation) as refused:
        clear(desk, [gives(line, "30.00")], [rent("30.00")])
    assert refused.value.code == "more_than_left"
    authorise_refund(at.second(desk), asked.reference)
    finish_refund(desk, at.refund_says(asked.reference))
    assert (at.left(desk, line), balance(desk)) == ("25.00", 2500)
    assert laws_hold(desk)
    again = return_to_payer(desk, Giving(line=line), payee=PAYEE, reason="The rest too")
    authorise_refund(at.second(desk), again.reference, accept=False)
    assert at.left(desk, line) == "25.00"
    assert laws_hold(desk)


@on_sqlite
def test_what_cannot_be_returned_is_refused(desk: Installation) -> None:
    line, out = an_item(desk, "40.00"), an_item(desk, "-5.00")
    for giving, reason, code in (
        (gives(line, "40.01"), "x", "more_than_left"), (gives(line), " ", "reason_missing"),
        (gives(out), "x", "amount_not_positive"), (gives(line, saw="39.00"), "x", "changed_meanwhile"),
    ):  # fmt: skip
        with pytest.raises(ImsError) as refused:
            return_to_payer(desk, giving, payee=PAYEE, reason=reason)
        assert refused.value.code == code
    return_to_payer(desk, gives(line, "1.00"), payee=PAYEE, reason="x")
    with pytest.raises(RuleViolation) as second:
        return_to_payer(desk, gives(line, "1.00"), payee=PAYEE, reason="x")
    assert second.value.code == "refund_open"


# --- Lists -------------------------------------------------------------------------------------------------


def a_list(*rows: str, name: str = "sha", unplaced: str = "0.00") -> RemittanceList:
    placed = tuple(rent(amount, f"TEN{n}") for n, amount in enumerate(rows))
    return RemittanceList(name=name, rows=placed, unplaced=pounds(unplaced))


def test_a_list_becomes_one_clearance_and_the_same_again_is_seen(desk: Installation) -> None:
    line = an_item(desk, "48.00")
    with pytest.raises(RuleViolation) as refused:
        clear_by_list(desk, [gives(line)], a_list("30.00", "18.01"))
    assert refused.value.code == "not_balanced"
    done = clear_by_list(desk, [gives(line)], a_list("30.00", "18.00"))
    assert not done.seen
    assert amounts(done.made) == ["-48.00", "30.00", "18.00"]  # type: ignore[arg-type]
    again = clear_by_list(desk, [gives(line)], a_list("30.00", "18.00"))
    assert (again.seen, again.made) == (True, done.made)
    assert (balance(desk), laws_hold(desk)) == (0, True)
    undo_clearance(desk, done.made.reference, reason="Wrong list")
    assert not clear_by_list(desk, [gives(line)], a_list("30.00", "18.00")).seen
    assert laws_hold(desk)


def test_what_a_list_cannot_place_stays_in_the_items_the_last_first(desk: Installation) -> None:
    one, two = an_item(desk, "30.00"), an_item(desk, "20.00")
    done = clear_by_list(desk, [gives(one), gives(two)], a_list("25.00", unplaced="25.00"))
    assert amounts(done.made) == ["-25.00", "25.00"]  # type: ignore[arg-type]
    assert (at.left(desk, one), at.left(desk, two)) == ("5.00", "20.00")
    with pytest.raises(RuleViolation) as refused:
        clear_by_list(desk, [gives(two)], a_list(name="other", unplaced="20.00"))
    assert refused.value.code == "nothing_placed"


def test_a_list_that_waits_for_another_person_is_seen_too_until_it_is_turned_down(desk: Installation) -> None:
    line = an_item(desk, "2000.00")
    waits = clear_by_list(desk, [gives(line)], a_list("2000.00"))
    assert clear_by_list(desk, [gives(line)], a_list("2000.00")) == evolve(waits, seen=True)
    authorise(at.second(desk), waits.made.reference, accept=False)
    again = clear_by_list(desk, [gives(line)], a_list("2000.00"))
    assert not again.seen
    authorise(at.second(desk), again.made.reference)
    recorded = clear_by_list(desk, [gives(line)], a_list("2000.00"))
    assert recorded.seen
    assert amounts(recorded.made) == ["-2000.00", "2000.00"]  # type: ignore[arg-type]
    assert laws_hold(desk)


def test_two_who_clear_the_same_list_at_once_clear_it_once(desk: Installation) -> None:
    line = an_item(desk, "48.00")
    with ThreadPoolExecutor(4) as pool:
        done = list(
            pool.map(lambda _: clear_by_list(desk, [gives(line)], a_list("30.00", "18.00")), range(4))
        )
    assert sorted(each.seen for each in done) == [False, True, True, True]
    assert len({each.made.id for each in done}) == 1


# --- Ages --------------------------------------------------------------------------------------------------


def test_ages_are_those_of_any_past_day_and_proved_against_its_balance(
    desk: Installation, clock: MovableClock
) -> None:
    old = an_item(desk, "100.00", on=date(2026, 4, 13))
    out = an_item(desk, "-20.00", on=date(2026, 5, 12), reason=SuspenseReason.UNEXPECTED_DEBIT)
    clock.moment += timedelta(days=1)
    made = clear(desk, [gives(old, "40.00")], [rent("40.00")])
    clock.moment += timedelta(days=1)
    undo_clearance(desk, made.reference, reason="x")
    clear(desk, [old], [rent("100.00")])
    days = {day: age_suspense(desk, on=date(2026, 5, day)) for day in (12, 13, 14, 15)}
    assert all(each.proved for each in days.values())
    assert [str(each.balance) for each in days.values()] == ["0.00", "80.00", "40.00", "-20.00"]
    assert [(item.reference, item.age, str(item.amount)) for item in days[14].items] == [
        (old, 31, "60.00"), (out, 2, "-20.00"),
    ]  # fmt: skip
    assert [(each.name, each.count) for each in days[14].by_band] == [
        ("0-7", 1), ("8-30", 0), ("31-90", 1), ("91-365", 0), ("over 365", 0),
    ]  # fmt: skip
    assert [(each.name, str(each.plus), str(each.minus), str(each.net)) for each in days[13].by_reason] == [
        ("no_fund", "100.00", "0.00", "100.00"), ("unexpected_debit", "0.00", "-20.00", "-20.00"),
    ]  # fmt: skip
    assert [(each.name, each.count) for each in days[13].by_kind] == [("bank", 2)]
    with pytest.raises(InvalidValue):
        age_suspense(desk, on=date(2026, 5, 16))


def test_what_is_kept_aside_stands_in_the_fund_until_it_is_recorded(desk: Installation) -> None:
    line = an_item(desk, "2000.00")
    clear_items(desk, [gives(line)], [rent("2000.00")])
    assert found(desk) == []
    (item,) = age_suspense(desk).items
    assert (item.reference, str(item.amount)) == (line, "2000.00")


@on_sqlite
def test_a_receipt_taken_back_is_gone_from_suspense(desk: Installation) -> None:
    made = create_item(desk, NewItem(key="k", amount=pounds("5.00"), mop="CA"))
    reverse_transaction(desk, made.reference, reason="Never came")
    assert (found(desk), age_suspense(desk).items) == ([], ())
    assert laws_hold(desk)


# --- Working together --------------------------------------------------------------------------------------


def test_a_mark_is_seen_for_a_quarter_of_an_hour_and_keeps_nobody_away(
    desk: Installation, clock: MovableClock
) -> None:
    line = an_item(desk, "10.00")
    assert whole_item(desk, line).working is None
    mark_item(desk, line)
    seen = whole_item(at.second(desk), line).working
    assert seen is not None
    assert (seen.by, seen.until) == ("tester", datetime(2026, 5, 13, 7, 15, tzinfo=UTC))
    clock.moment += timedelta(minutes=15)
    assert whole_item(desk, line).working is None
    mark_item(desk, line)
    made = clear(at.second(desk), [line], [rent("10.00")])
    view = whole_item(desk, line)
    assert [(each.taker.reference if each.taker else None) for each in view.line.draws] == [made.reference]
    assert (str(view.shown.amount), str(view.shown.whole)) == ("0.00", "10.00")


@on_sqlite
def test_suspense_is_shown_to_whoever_may_see_it_whatever_their_funds(desk: Installation) -> None:
    line = an_item(desk, "10.00")
    clerk = at.employ(desk, "reader", "reporting")
    assert found(clerk) == [line]
    assert str(whole_item(clerk, line).shown.amount) == "10.00"
    with pytest.raises(NotPermitted):
        mark_item(clerk, line)
    for reference in ("K7MP-2QXW-9TRN_1", "x"):
        with pytest.raises(NotFound):
            whole_item(desk, reference)


def test_the_laws_see_an_item_that_is_listed_with_another_amount_or_not_at_all(desk: Installation) -> None:
    line = an_item(desk, "10.00")
    for statement in ("UPDATE suspense_standing SET left_pence = 999", "DELETE FROM suspense_standing"):
        with desk.store.engine.begin() as connection:
            connection.exec_driver_sql(statement)
        (broken,) = (law.broken for law in verify(desk) if not law.holds)
        assert broken == (f"Item {line}: £10.00 is left of it, but it is listed with another amount.",)


def test_what_a_bank_brought_is_found_by_its_file_its_text_and_its_payer(desk: Installation) -> None:
    made = import_file(desk, camt(entry("30.00", "WHO KNOWS", name="H Walker"), entry("5.00", "50% OF RÔS")))
    reconcile(desk)
    one, two = (each.reference for each in list_suspense(desk))
    assert found(desk, narrative="who kn") == found(desk, narrative="walker") == [one]
    assert found(desk, narrative="50%") == found(desk, narrative="RÔS") == [two]
    assert found(desk, narrative="_HO") == []
    assert found(desk, file=made.sha256) == [one, two]
    assert next((each.account, each.text) for each in list_suspense(desk)) == ("main", "WHO KNOWS\nH Walker")
    assert {item.kind for item in age_suspense(desk).items} == {"bank"}


def test_the_same_payers_bank_line_is_suggested_where_the_last_one_was_cleared(desk: Installation) -> None:
    import_file(
        desk, camt(entry("30.00", "JANUARY", name="H Walker"), entry("31.00", "FEBRUARY", name="H Walker"))
    )
    reconcile(desk)
    larger, smaller = (each.reference for each in list_suspense(desk))
    clear(desk, [larger], [rent("31.00", "TEN7")])
    (only,) = suggest(desk, smaller).found
    assert (only.account, only.strength.value) == (("05", "TEN7"), "fair")
    assert [ground.ground.value for ground in only.grounds] == ["paid_there_before"]


@on_sqlite
def test_what_a_row_of_a_file_brought_is_found_by_its_file_and_type(desk: Installation) -> None:
    file = import_file(desk, camt(entry("30.00", "X")))
    with desk.store.reading() as connection:
        (kept,) = connection.execute(sa.select(files.files.c.id)).scalars()
    made = a_receipt(
        line(fund="SUSP", amount=pounds("7.00"), mop="12", account_reference=None), channel=Channel.FILE,
        origin=Origin("income_file", f"{kept}/1"),
    )  # fmt: skip
    with desk.store.unit("test", by="tester") as unit:
        transactions.add(unit, [made])
        item = SuspenseItem(
            id=new_id(), line=made.lines[0].id, reason=SuspenseReason.NO_FUND, received_at=unit.at
        )
        transactions.add_suspense(unit, [item])
        unit.commit()
    assert found(desk, file=file.sha256) == [made.lines[0].reference]
    assert [item.kind for item in age_suspense(desk).items] == ["file"]
