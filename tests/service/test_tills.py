"""Tills: a float, receipts, voids and pay-outs, a count that nobody was told the answer of, and a sealed bag."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from attrs import evolve
from tests.builders import pounds
from tests.conftest import MovableClock, on_sqlite
from tests.posted import posted
from tests.service import money_in as at
from tests.service import till_desk as tills
from tests.service.till_desk import card, cash, cheque, counted

from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.tills import FOLLOWS, TillEventKind, TillSession, TillState, ZReport
from localgov_ims.domain.transactions import Channel
from localgov_ims.errors import (
    ImsError,
    NotPermitted,
    RuleViolation,
)
from localgov_ims.service.cash_office.depositing import list_deposits
from localgov_ims.service.cash_office.till_closing import close_till
from localgov_ims.service.cash_office.till_receipts import pay_out, void_receipt
from localgov_ims.service.cash_office.till_views import TillView, list_tills, view_till
from localgov_ims.service.cash_office.tills import count_till, open_till
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.verifying import verify

Z = ZReport(merchant="M1", terminal="T1", number="77", day=date(2026, 5, 13), total=Money(30_00))


@pytest.fixture
def ann(installation: Installation) -> Installation:
    """Give the town hall with a cashier at work; `tester` and `second` are administrators."""
    return tills.cashier(tills.house(installation), "ann")


@pytest.fixture
def boss(ann: Installation) -> Installation:
    """Give somebody who may authorise what ann did."""
    return ann.acting("second")


def opened(desk: Installation, till: str = "1", float_: str | None = "50.00") -> TillView:
    return open_till(desk, till=till, office="TH", float_=pounds(float_) if float_ else None)


def a_closed_till(desk: Installation, bag: str = "B1") -> TillView:
    opened(desk)
    cash(desk, "10.00")
    count_till(desk, counted("60.00"))
    return close_till(desk, bag_number=bag)


def code(act: Callable[[], object]) -> str:
    with pytest.raises(ImsError) as refused:
        act()
    return refused.value.code


def laws_hold(desk: Installation) -> bool:
    return [law.broken for law in verify(desk.acting("tester")) if not law.holds] == []


def by_account(desk: Installation) -> dict[str | None, str]:
    found: dict[str | None, Money] = {}
    for each in at.every_transaction(desk):
        for line in each.lines:
            found[line.account_reference] = found.get(line.account_reference, Money(0)) + line.amount
    return {account: str(amount) for account, amount in found.items()}


def test_the_worked_example_is_short_by_fifty_pence(ann: Installation) -> None:
    opened(ann)
    cash(ann, "70.00")
    void_receipt(ann, cash(ann, "10.00").reference, reason="rung up twice")
    found = count_till(ann, counted("119.50"))
    assert found.expected is not None
    assert found.over is not None
    assert (str(found.expected.cash), str(found.over.cash)) == ("120.00", "-0.50")
    closed = close_till(ann, bag_number="B1", slip="S1", reason="gave too much change")
    assert closed.state is TillState.CLOSED
    (bag,) = closed.deposits
    assert (bag.kind.value, str(bag.total), bag.bag_number, bag.slip, bag.office, bag.due_on) == (
        "cash", "69.50", "B1", "S1", "TH", date(2026, 5, 13),
    )  # fmt: skip
    assert by_account(ann) == {"rent 1": "70.00", "OVERSHORT": "-0.50"}
    assert laws_hold(ann)


def test_what_a_deposit_brings_is_what_its_transactions_come_to(ann: Installation) -> None:
    opened(ann)
    cash(ann, "80.00")
    pay_out(ann, amount=pounds("12.00"), reason="milk")
    cheque(ann, "120.00")
    card(ann, "30.00", authorisation_code="9A7")
    count_till(ann, counted("118.10", Z))
    closed = close_till(ann, bag_number="B1", next_float=pounds("40.00"), reason="ten pence found")
    sums = {each.id: each.total for each in at.every_transaction(ann)}
    assert [(d.kind.value, str(d.total)) for d in closed.deposits] == [
        ("cash", "78.10"), ("cheque", "120.00"), ("card", "30.00"),
    ]  # fmt: skip
    for deposit in closed.deposits:
        assert Money.total(sums[each] for each in deposit.transactions) == deposit.total
    assert by_account(ann) == {
        "rent 1": "80.00", "PETTY": "-12.00", "612345674": "120.00", "rent 2": "30.00", "OVERSHORT": "0.10",
        "FLOATS": "10.00",
    }  # fmt: skip
    assert len(list_deposits(ann.acting("second"))) == 3
    assert laws_hold(ann)


def test_the_journals_of_a_till_balance(ann: Installation) -> None:
    opened(ann)
    cash(ann, "80.00")
    pay_out(ann, amount=pounds("12.00"), reason="milk")
    count_till(ann, counted("117.00"))
    close_till(ann, bag_number="B1", reason="lost a pound")
    journals = posted(ann.acting("tester"))
    cleared = [line.signed for journal in journals for line in journal.lines if line.account.code == "9102"]
    assert str(Money.total(cleared)) == "67.00"


def test_nobody_is_told_what_there_should_be_before_the_count(ann: Installation, boss: Installation) -> None:
    opened(ann)
    cash(ann, "80.00")
    for desk in (ann, boss):
        (seen,) = list_tills(desk)
        assert seen == view_till(desk, "TH/1")
        assert (seen.state, seen.receipts) == (TillState.OPEN, 1)
        assert (seen.expected, seen.counted, seen.over, seen.events) == (None, None, None, ())
    counted_ = count_till(ann, counted("130.00"))
    assert counted_.expected is not None
    assert [event.kind.value for event, _ in counted_.events] == ["opened", "receipt", "counted"]
    assert [reference is not None for _, reference in counted_.events] == [False, True, False]


@pytest.mark.parametrize("kind", TillEventKind)
@pytest.mark.parametrize("state", TillState)
@on_sqlite
def test_every_event_follows_where_the_table_says_and_nowhere_else(
    ann: Installation, state: TillState, kind: TillEventKind
) -> None:
    session = TillSession(
        id=new_id(), office="TH", till="1", number=1,
        cashier="ann", cashier_number=1, float_=Money(0), opened_at=ann.clock(),
    )  # fmt: skip
    steps = {
        TillState.OPEN: ["opened"],
        TillState.COUNTED: ["opened", "counted"],
        TillState.CLOSED: ["opened", "counted", "closed"],
    }
    for step in steps[state]:
        event = session.next_event(TillEventKind(step), by="ann", at=ann.clock())
        session = evolve(session, events=(*session.events, event))
    assert session.state is state
    if (state, kind) in FOLLOWS:
        made = session.next_event(kind, by="ann", at=ann.clock())
        assert evolve(session, events=(*session.events, made)).state is FOLLOWS[state, kind]
    else:
        assert code(lambda: session.next_event(kind, by="ann", at=ann.clock())) == "wrong_state"


def test_a_till_and_a_cashier_have_one_session_open(ann: Installation) -> None:
    bert = tills.cashier(ann.acting("tester"), "bert")
    opened(ann)
    assert code(lambda: opened(bert)) == "till_open"
    assert code(lambda: opened(ann, "2")) == "cashier_open"
    count_till(ann, counted("50.00"))
    assert code(lambda: opened(bert)) == "till_open"
    assert opened(ann, "2").name == "TH/2/1"
    close_till(ann, session="TH/1")
    again = opened(bert, float_=None)
    assert (again.name, str(again.float_)) == ("TH/1/2", "50.00")
    assert laws_hold(ann)


@pytest.mark.parametrize("same", ["till", "cashier"])
def test_of_two_that_open_at_once_one_does(ann: Installation, same: str) -> None:
    bert = tills.cashier(ann.acting("tester"), "bert")
    others = [(ann, "1"), (bert, "1")] if same == "till" else [(ann, "1"), (ann, "2")]

    def attempt(who: tuple[Installation, str]) -> str:
        try:
            return opened(*who).name
        except RuleViolation as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(attempt, others * 2))
    assert len([name for name in said if name.startswith("TH/")]) == 1
    assert len(list_tills(ann.acting("second"), every=True)) == 1


def test_a_receipt_and_the_count_at_once_are_one_after_the_other(ann: Installation) -> None:
    opened(ann)

    def act(n: int) -> str:
        try:
            if n == 3:
                return "counted" if count_till(ann, counted("50.00")) else ""
            return cash(ann, "1.00").reference
        except RuleViolation as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(act, range(6)))
    taken = [each for each in said if each not in {"counted", "no_open_till"}]
    found = view_till(ann)
    assert found.expected is not None
    assert found.receipts == len(taken) == len(at.every_transaction(ann))
    assert found.expected.cash == Money(50_00 + 100 * len(taken))
    assert laws_hold(ann)


def test_of_two_that_close_at_once_one_does(ann: Installation, boss: Installation) -> None:
    opened(ann)
    cash(ann, "10.00")
    count_till(ann, counted("60.00"))

    def attempt(desk: Installation) -> str:
        try:
            return close_till(desk, session="TH/1", bag_number="B1").name
        except RuleViolation as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, [ann, boss])) == ["TH/1/1", "wrong_state"]
    assert len(list_deposits(boss)) == 1


def test_where_the_office_has_tills_nobody_takes_money_without_one(ann: Installation) -> None:
    for act in (cash, cheque):
        assert code(lambda act=act: act(ann, "1.00", office="TH")) == "no_open_till"  # type: ignore[misc]
    assert code(lambda: card(ann, "1.00", office="LI")) == "no_open_till"
    assert cash(ann, "1.00", office="LI").office == "LI"
    opened(ann)
    assert cash(ann, "2.00").office == "TH"
    assert code(lambda: cash(ann, "1.00", office="LI")) == "other_office"
    by_post = cheque(ann, "3.00", channel=Channel.POST)
    assert view_till(ann).receipts == 1
    assert code(lambda: void_receipt(ann, by_post.reference, reason="x")) == "not_at_a_till"


def test_nothing_is_taken_or_paid_out_after_the_count(ann: Installation) -> None:
    opened(ann)
    count_till(ann, counted("50.00"))
    assert code(lambda: cash(ann, "1.00", office="TH")) == "no_open_till"
    assert code(lambda: pay_out(ann, amount=Money(1), reason="x")) == "wrong_state"


def test_after_the_count_only_somebody_else_voids_and_counts_again(
    ann: Installation, boss: Installation
) -> None:
    opened(ann)
    twice = cash(ann, "10.00")
    cash(ann, "10.00")
    count_till(ann, counted("60.00"))
    with pytest.raises(NotPermitted):
        void_receipt(ann, twice.reference, reason="rung up twice")
    void_receipt(boss, twice.reference, reason="rung up twice")
    found = view_till(ann)
    assert found.over is not None
    assert not found.over.cash
    with pytest.raises(NotPermitted):
        count_till(ann, counted("61.00"))
    again = count_till(boss, counted("61.00"), session="TH/1/1")
    assert again.over is not None
    assert str(again.over.cash) == "1.00"
    assert laws_hold(ann)


def test_nobody_authorises_what_is_their_own(ann: Installation, boss: Installation) -> None:
    opened(boss)
    receipt = cash(boss, "10.00")
    count_till(boss, counted("50.00"))
    assert code(lambda: void_receipt(boss, receipt.reference, reason="x")) == "same_person"
    assert code(lambda: count_till(boss, counted("60.00"))) == "same_person"
    assert code(lambda: close_till(boss, reason="lost")) == "same_person"
    assert close_till(ann.acting("tester"), session="TH/1", reason="lost").state is TillState.CLOSED


def test_beyond_the_limit_another_person_closes(ann: Installation, boss: Installation) -> None:
    opened(ann)
    cash(ann, "10.00")
    count_till(ann, counted("58.99"))
    assert code(lambda: close_till(ann, bag_number="B1")) == "missing_value"
    with pytest.raises(NotPermitted):
        close_till(ann, bag_number="B1", reason="lost")
    closed = close_till(boss, session="TH/1", bag_number="B1", reason="lost")
    assert [event.by for event, _ in closed.events] == ["ann", "ann", "ann", "second"]


def test_up_to_the_limit_the_cashier_closes(ann: Installation) -> None:
    opened(ann)
    count_till(ann, counted("51.00"))
    assert close_till(ann, bag_number="B1", reason="found it").state is TillState.CLOSED


def test_a_closed_session_never_opens_again(ann: Installation, boss: Installation) -> None:
    closed = a_closed_till(ann)
    receipt = next(each for each in at.every_transaction(ann) if each.origin.kind == "counter")
    assert code(lambda: count_till(boss, counted("1.00"), session="TH/1/1")) == "wrong_state"
    assert code(lambda: close_till(boss, session="TH/1/1")) == "wrong_state"
    void_receipt(boss, receipt.reference, reason="never paid")
    assert view_till(boss, "TH/1/1") == closed
    assert code(lambda: void_receipt(boss, receipt.reference, reason="again")) == "already_reversed"
    assert laws_hold(ann)


def test_a_receipt_of_a_till_is_voided_and_not_reversed(ann: Installation, boss: Installation) -> None:
    opened(ann)
    receipt = cash(ann, "10.00")
    assert code(lambda: reverse_transaction(boss, receipt.reference, reason="x")) == "taken_at_a_till"
    void_receipt(ann, receipt.reference, reason="x")
    assert code(lambda: void_receipt(ann, receipt.reference, reason="x")) == "already_reversed"
    assert code(lambda: void_receipt(ann, cash(ann, "1.00").reference, reason=" ")) == "reason_missing"


def test_a_pay_out_is_voided_too(ann: Installation) -> None:
    opened(ann)
    out = pay_out(ann, amount=pounds("5.00"), reason="stamps")
    void_receipt(ann, out.reference, reason="shop was closed")
    found = count_till(ann, counted("50.00"))
    assert found.over is not None
    assert not found.over.cash
    assert close_till(ann).deposits == ()
    assert laws_hold(ann)


@pytest.mark.parametrize(
    ("amount", "reason", "expected"),
    [("0.00", "x", "amount_not_positive"), ("1.00", " ", "reason_missing"), ("20.01", "x", "over_limit")],
)
@on_sqlite
def test_a_pay_out_has_an_amount_a_reason_and_a_limit(
    ann: Installation, amount: str, reason: str, expected: str
) -> None:
    opened(ann)
    assert code(lambda: pay_out(ann, amount=pounds(amount), reason=reason)) == expected


@on_sqlite
def test_pay_outs_of_one_session_together_keep_the_limit(ann: Installation) -> None:
    opened(ann)
    pay_out(ann, amount=pounds("15.00"), reason="x")
    assert code(lambda: pay_out(ann, amount=pounds("5.01"), reason="x")) == "over_limit"


@pytest.mark.parametrize("same", ["till", "cashier"])
@on_sqlite
def test_pay_outs_of_a_day_together_keep_the_limit_of_till_and_of_cashier(
    ann: Installation, clock: MovableClock, same: str
) -> None:
    bert = tills.cashier(ann.acting("tester"), "bert")
    opened(ann)
    pay_out(ann, amount=pounds("15.00"), reason="stamps")
    count_till(ann, counted("35.00"))
    close_till(ann, next_float=pounds("35.00"))
    desk = bert if same == "till" else ann
    opened(desk, *(("1", None) if same == "till" else ("2", "50.00")))
    assert code(lambda: pay_out(desk, amount=pounds("5.01"), reason="stamps")) == "over_limit"
    pay_out(desk, amount=pounds("5.00"), reason="stamps")
    clock.moment += timedelta(days=1)
    pay_out(desk, amount=pounds("20.00"), reason="stamps")
    assert laws_hold(ann)


def test_a_voided_pay_out_does_not_count_against_the_limit(ann: Installation) -> None:
    opened(ann)
    mistyped = pay_out(ann, amount=pounds("20.00"), reason="stamps")
    assert code(lambda: pay_out(ann, amount=pounds("0.01"), reason="stamps")) == "over_limit"
    void_receipt(ann, mistyped.reference, reason="two pounds, not twenty")
    pay_out(ann, amount=pounds("2.00"), reason="stamps")


@on_sqlite
def test_what_a_till_was_short_or_its_float_changed_by_is_not_reversed(
    ann: Installation, boss: Installation
) -> None:
    opened(ann)
    cash(ann, "10.00")
    count_till(ann, counted("59.50"))
    close_till(ann, bag_number="B1", next_float=pounds("40.00"), reason="gave too much change")
    (difference,) = [each for each in at.every_transaction(ann) if each.origin.kind == "till"]
    assert (
        code(lambda: reverse_transaction(boss, difference.reference, reason="it was nothing")) == "in_deposit"
    )
    assert by_account(ann) == {"rent 1": "10.00", "OVERSHORT": "-0.50", "FLOATS": "10.00"}
    assert laws_hold(ann)


def test_a_bag_and_a_z_report_are_known_however_they_are_written(ann: Installation) -> None:
    opened(ann)
    cash(ann, "10.00")
    card(ann, "30.00")
    count_till(ann, counted("60.00", Z))
    closed = close_till(ann, bag_number="Bag 1")
    assert {each.bag_number for each in closed.deposits} == {"Bag 1", None}
    opened(ann, float_=None)
    cash(ann, "10.00")
    count_till(ann, counted("60.00", evolve(Z, number="0077", terminal="t-1", total=Money(0))))
    assert code(lambda: close_till(ann, bag_number="BAG-1")) == "bag_number_used"
    assert code(lambda: close_till(ann, bag_number="B2")) == "z_report_used"


@on_sqlite
def test_a_deposit_that_is_not_what_its_transactions_come_to_is_told(ann: Installation) -> None:
    a_closed_till(ann)
    assert laws_hold(ann)
    with ann.store.engine.begin() as connection:
        for (name,) in connection.execute(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            connection.execute(sa.text(f'DROP TRIGGER "{name}"'))
        connection.execute(sa.text("UPDATE expected_deposits SET pence = pence + 1"))
    broken = [sentence for law in verify(ann.acting("tester")) for sentence in law.broken]
    assert any("£10.01 is expected, but its transactions come to £10.00" in each for each in broken)


def test_the_bag_has_a_number_of_its_own(ann: Installation) -> None:
    a_closed_till(ann)
    opened(ann, float_=None)
    cash(ann, "10.00")
    count_till(ann, counted("60.00"))
    assert code(lambda: close_till(ann)) == "no_bag_number"
    assert code(lambda: close_till(ann, bag_number="B1")) == "bag_number_used"
    assert close_till(ann, bag_number="B2").name == "TH/1/2"


@on_sqlite
def test_where_nothing_is_left_there_is_no_bag(ann: Installation) -> None:
    opened(ann)
    count_till(ann, counted("50.00"))
    assert code(lambda: close_till(ann, bag_number="B1")) == "nothing_to_bag"
    assert close_till(ann).deposits == ()
    assert at.every_transaction(ann) == []


@on_sqlite
def test_a_float_is_what_the_last_session_left(ann: Installation, boss: Installation) -> None:
    assert code(lambda: opened(ann, float_=None)) == "float_missing"
    assert code(lambda: opened(ann, float_="-1.00")) == "bad_float"
    a_closed_till(ann)
    for desk in (ann, boss):
        assert code(lambda desk=desk: opened(desk, float_="49.00")) == "float_differs"  # type: ignore[misc]
    assert str(opened(boss, float_="50.00").float_) == "50.00"


@on_sqlite
def test_what_was_taken_out_between_two_sessions_is_short_and_a_line(
    ann: Installation, boss: Installation
) -> None:
    opened(ann)
    cash(ann, "100.00")
    count_till(ann, counted("150.00"))
    close_till(ann, next_float=pounds("150.00"))
    assert code(lambda: opened(boss, float_="50.00")) == "float_differs"
    opened(ann, float_=None)
    count_till(ann, counted("50.00"))
    with pytest.raises(NotPermitted):
        close_till(ann, next_float=pounds("50.00"), reason="gone")
    close_till(boss, session="TH/1", next_float=pounds("50.00"), reason="gone")
    assert by_account(ann) == {"rent 1": "100.00", "OVERSHORT": "-100.00", "FLOATS": "0.00"}
    assert laws_hold(ann)


@on_sqlite
def test_more_than_was_counted_cannot_stay(ann: Installation) -> None:
    opened(ann)
    count_till(ann, counted("50.00"))
    assert code(lambda: close_till(ann, next_float=pounds("50.01"))) == "bad_float"
    assert code(lambda: close_till(ann, next_float=pounds("-1.00"))) == "bad_float"


@on_sqlite
def test_without_an_account_for_floats_they_never_change(installation: Installation) -> None:
    made = tills.a_council()
    assert made.tills is not None
    ann = tills.cashier(
        tills.house(installation, tills=evolve(made.tills, floats=None, pay_outs=None)), "ann"
    )
    opened(ann)
    assert code(lambda: pay_out(ann, amount=Money(1), reason="x")) == "no_pay_out_account"
    count_till(ann, counted("50.00"))
    assert code(lambda: close_till(ann, next_float=pounds("40.00"), bag_number="B1")) == "float_changed"


@on_sqlite
def test_without_an_account_for_differences_nothing_is_over_or_short(installation: Installation) -> None:
    ann = tills.cashier(tills.house(installation, over_short=None), "ann")
    opened(ann)
    count_till(ann, counted("50.01"))
    assert code(lambda: close_till(ann, bag_number="B1", reason="x")) == "no_over_short"


@on_sqlite
def test_cards_need_their_z_report_and_a_difference_is_a_line_of_its_own(ann: Installation) -> None:
    opened(ann)
    card(ann, "29.00")
    assert code(lambda: count_till(ann, counted("50.00"))) == "no_z_report"
    found = count_till(ann, counted("50.00", Z))
    assert found.over is not None
    assert str(found.over.card) == "1.00"
    closed = close_till(ann, reason="one was not recorded")
    assert [(d.kind.value, d.terminal, d.z_report, str(d.total)) for d in closed.deposits] == [
        ("card", "T1", "77", "30.00")
    ]
    assert {line.mop for each in at.every_transaction(ann) for line in each.lines} == {"PT"}
    opened(ann, float_=None)
    count_till(ann, counted("50.00", evolve(Z, total=Money(0))))
    assert code(lambda: close_till(ann)) == "z_report_used"


@on_sqlite
def test_other_peoples_sessions_are_not_shown_to_a_cashier(ann: Installation) -> None:
    bert = tills.cashier(ann.acting("tester"), "bert")
    opened(ann)
    assert list_tills(bert) == []
    with pytest.raises(NotPermitted):
        view_till(bert, "TH/1")
    with pytest.raises(NotPermitted):
        count_till(bert, counted("1.00"), session="TH/1")
    with pytest.raises(NotPermitted):
        close_till(bert, session="TH/1")


@pytest.mark.parametrize("name", ["TH/1/9", "TH/3", "TH", "", "TH/1/x", "TH/1/99999999999"])
@on_sqlite
def test_what_is_not_there_is_not_found(ann: Installation, boss: Installation, name: str) -> None:
    opened(ann)
    assert code(lambda: view_till(boss, name)) == "no_such_till"


@on_sqlite
def test_a_till_is_one_of_its_offices(ann: Installation) -> None:
    for act, expected in (
        (lambda: open_till(ann, till="9", office="TH", float_=Money(0)), "no_such_till"),
        (lambda: open_till(ann, till="1", office="LI", float_=Money(0)), "no_such_till"),
        (lambda: open_till(ann, till="1", office="??", float_=Money(0)), "office_not_known"),
        (lambda: open_till(ann, till="1", float_=Money(0)), "office_missing"),
        (lambda: pay_out(ann, amount=Money(1), reason="x"), "no_open_till"),
        (lambda: count_till(ann, counted("1.00")), "no_such_till"),
    ):
        assert code(act) == expected


@on_sqlite
def test_the_days_after_begin_with_what_was_left(ann: Installation, clock: MovableClock) -> None:
    left = "50.00"
    for day in range(3):
        session = opened(ann, float_=left if day == 0 else None)
        assert str(session.float_) == left
        cash(ann, "10.00")
        count_till(ann, counted(str(pounds(left) + Money(10_00))))
        left = str(Money(50_00 + 100 * day))
        close_till(ann, next_float=pounds(left), bag_number=f"B{day}")
        clock.moment += timedelta(days=1)
    banked = Money.total(view.deposit.total for view in list_deposits(ann.acting("second")))
    assert str(banked) == "28.00"
    assert laws_hold(ann)
