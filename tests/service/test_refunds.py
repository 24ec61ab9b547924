"""Refunds: asked for, drawn at once, answered late or never, and recorded once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.builders import pounds
from tests.conftest import on_sqlite
from tests.service import money_in as at
from tests.service.money_in import item, paid

from localgov_ims.domain.money import Money
from localgov_ims.domain.observations import CreateRefund, RefundObservation, RefundSaid
from localgov_ims.domain.payers import Cheque, Payee
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.refunds import RefundRequest, RefundState, Route
from localgov_ims.domain.restrictions import RestrictionKind
from localgov_ims.domain.roles import Role
from localgov_ims.domain.transactions import Transaction, TransactionKind
from localgov_ims.errors import (
    AlreadyDone,
    ImsError,
    InvalidValue,
    NotPermitted,
    OutcomeUnknown,
    Rejected,
    RuleViolation,
    Unavailable,
)
from localgov_ims.service.installation import Installation
from localgov_ims.service.ledger.journalling import build_journals
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.moves.transfers import transfer_income
from localgov_ims.service.payments.asking import view_payment
from localgov_ims.service.payments.finishing import finish_payment
from localgov_ims.service.payments.receiving import receive_cheque
from localgov_ims.service.payments.sweeping import sweep_refunds
from localgov_ims.service.people.restricting import restrict_account
from localgov_ims.service.refunds.asking import RefundOf, refund_payment, view_refund
from localgov_ims.service.refunds.finishing import (
    authorise_refund,
    finish_refund,
)
from localgov_ims.service.refunds.sending import send_refund
from localgov_ims.service.suspense.listing import list_suspense
from localgov_ims.service.verifying import verify
from localgov_ims.storage.standing import standing_breaks

R = RefundState
SAID = RefundSaid
PAYEE = Payee(name="A Payer", sort_code="200000", account="12345678")


def ask(
    desk: Installation, *parts: tuple[str, str], reason: str = "Paid in error", **given: Any
) -> RefundRequest:
    return refund_payment(
        desk, [RefundOf(line=line, amount=pounds(amount)) for line, amount in parts], reason=reason, **given
    )


def answering(said: RefundSaid, **given: Any) -> Any:
    def send(asked: CreateRefund) -> RefundObservation:
        return at.refund_says(asked.refund_reference, said, **given)

    return send


def raising(error: ImsError) -> Any:
    def send(_: CreateRefund) -> RefundObservation:
        raise error

    return send


def refunds(desk: Installation) -> list[Transaction]:
    return [each for each in at.every_transaction(desk) if each.kind is TransactionKind.REFUND]


def kinds(desk: Installation) -> list[str]:
    return sorted(each.kind.value for each in at.every_transaction(desk))


def laws_hold(desk: Installation) -> bool:
    return [law.broken for law in verify(desk) if not law.holds] == []


@pytest.fixture
def line(desk: Installation) -> str:
    """Give the line of a payment of 12.00 that has succeeded."""
    return f"{paid(desk, item(amount='12.00')).reference}_1"


def test_a_refund_of_all_leaves_nothing_to_take(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    assert (request.state, at.left(desk, line)) == (R.REQUESTED, "0.00")
    assert refunds(desk) == []
    sent: list[CreateRefund] = []
    done = send_refund(
        desk, request.reference,
        lambda asked: sent.append(asked) or at.refund_says(asked.refund_reference, settled_on=date(2026, 5, 14)),
    )  # fmt: skip
    (asked,) = sent
    assert (asked.provider_reference, asked.amount, asked.available) == ("P1", Money(1200), Money(1200))
    assert done.state is R.SUCCEEDED
    (refund,) = refunds(desk)
    (made,) = refund.lines
    assert (made.amount, made.fund, made.account_reference, made.mop) == (
        Money(-1200),
        "23",
        "612345674",
        "90",
    )
    assert (made.narrative, refund.taken_on, at.left(desk, line)) == (
        "Paid in error",
        date(2026, 5, 14),
        "0.00",
    )
    assert laws_hold(desk)


def test_a_part_that_fails_after_all_is_given_back(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "6.00"))
    finish_refund(desk, at.refund_says(request.reference))
    assert at.left(desk, line) == "6.00"
    after = finish_refund(desk, at.refund_says(request.reference, SAID.FAILED))
    assert (after.state, at.left(desk, line)) == (R.FAILED, "12.00")
    assert kinds(desk) == ["receipt", "refund", "reversal"]
    reversal = next(each for each in at.every_transaction(desk) if each.kind is TransactionKind.REVERSAL)
    assert reversal.total == Money(600)
    assert at.breaks(desk) == ["refund_failed"]
    assert laws_hold(desk)
    again = finish_refund(desk, at.refund_says(request.reference, theirs="again"))
    assert (again.state, at.left(desk, line), len(refunds(desk))) == (R.SUCCEEDED, "6.00", 2)
    assert laws_hold(desk)


REFUSALS: Sequence[tuple[str, type[ImsError], list[tuple[int, str]], dict[str, Any]]] = [
    ("amount_not_positive", InvalidValue, [(0, "-1.00")], {}),
    ("nothing_to_refund", RuleViolation, [], {}),
    ("nothing_to_refund", RuleViolation, [(0, "0.00")], {}),
    ("reason_missing", RuleViolation, [(0, "1.00")], {"reason": "  "}),
    ("over_available", RuleViolation, [(0, "12.01")], {}),
    ("over_available", RuleViolation, [(0, "6.00"), (0, "6.01")], {}),
    ("several_payments", RuleViolation, [(0, "12.00"), (1, "5.00")], {}),
    ("payee_missing", RuleViolation, [(0, "12.00")], {"route": Route.PAYABLES}),
    # and of several faults the first in the order
    ("over_available", RuleViolation, [(0, "99.00"), (1, "5.00")], {}),
    ("reason_missing", RuleViolation, [(0, "99.00")], {"reason": ""}),
]  # fmt: skip


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize(("code", "error", "parts", "given"), REFUSALS)
def test_what_cannot_be_refunded_is_refused_in_order(
    desk: Installation, code: str, error: type[ImsError], parts: list[tuple[int, str]], given: dict[str, Any]
) -> None:
    lines = [
        f"{paid(desk, item(amount=a), theirs=t).reference}_1" for a, t in (("12.00", "P1"), ("5.00", "P2"))
    ]
    with pytest.raises(error) as refused:
        ask(desk, *((lines[i], amount) for i, amount in parts), **given)
    assert refused.value.code == code
    assert at.left(desk, lines[0]) == "12.00"


def test_one_refund_at_a_time(desk: Installation, line: str) -> None:
    first = ask(desk, (line, "1.00"))
    with pytest.raises(RuleViolation, match=first.reference) as refused:
        ask(desk, (line, "1.00"), reason="")
    assert refused.value.code == "refund_open"
    finish_refund(desk, at.refund_says(first.reference))
    assert ask(desk, (line, "1.00")).n == 2


def test_what_no_provider_can_send_back_goes_by_the_payables_system(desk: Installation) -> None:
    cheque = Cheque(sort_code="200000", account="12345678", number="000123", name="A Payer")
    receipt = receive_cheque(desk, [item(amount="30.00")], cheque=cheque)
    line = receipt.lines[0].reference
    with pytest.raises(RuleViolation, match="payables route") as refused:
        ask(desk, (line, "30.00"))
    assert refused.value.code == "not_refundable"
    request = ask(desk, (line, "30.00"), route=Route.PAYABLES, payee=PAYEE, evidence="letter of 4 May")
    assert (request.state, request.payee) == (R.PROPOSED, PAYEE)
    assert PAYEE.account not in PAYEE.masked
    with pytest.raises(RuleViolation, match="somebody else"):
        authorise_refund(desk, request.reference)
    authorise_refund(at.second(desk), request.reference)
    finish_refund(desk, at.refund_says(request.reference))
    (refund,) = refunds(desk)
    assert (refund.lines[0].mop, refund.lines[0].amount, refund.provider) == ("13", Money(-3000), None)
    assert view_refund(desk, request.reference).payee == PAYEE
    assert laws_hold(desk)


def test_part_of_a_line_needs_its_own_permission(desk: Installation, line: str) -> None:
    role = Role(name="whole-only", permissions=frozenset({Permission.REFUND_REQUEST, Permission.FUND_ALL}))
    council = evolve(desk.council, roles={**desk.council.roles, "whole-only": role})
    desk = evolve(desk, council=council)
    clerk = at.employ(desk, "clerk", "whole-only")
    with pytest.raises(NotPermitted, match=r"refund\.request_part"):
        ask(clerk, (line, "11.99"))
    assert ask(clerk, (line, "12.00")).state is R.REQUESTED


def test_above_the_limit_another_person_authorises(desk: Installation) -> None:
    line = f"{paid(desk, item(amount='1500.00')).reference}_1"
    request = ask(desk, (line, "1000.01"))
    assert (request.state, at.left(desk, line)) == (R.PROPOSED, "499.99")
    with pytest.raises(RuleViolation, match="not sent now"):
        send_refund(desk, request.reference, answering(SAID.SUCCEEDED))
    with pytest.raises(RuleViolation) as refused:
        authorise_refund(desk.acting("TESTER"), request.reference)
    assert refused.value.code == "same_person"
    authorise_refund(at.second(desk), request.reference)
    with pytest.raises(AlreadyDone):
        authorise_refund(at.second(desk), request.reference)
    assert send_refund(desk, request.reference, answering(SAID.SUCCEEDED)).state is R.SUCCEEDED


def test_many_small_ones_of_one_person_on_one_account_are_one_big_one(desk: Installation) -> None:
    lines = [f"{paid(desk, item(amount='600.00'), theirs=f'P{n}').reference}_1" for n in range(3)]
    assert ask(desk, (lines[0], "600.00")).state is R.REQUESTED
    assert ask(desk, (lines[1], "600.00")).state is R.PROPOSED
    assert ask(at.second(desk), (lines[2], "600.00")).state is R.REQUESTED


def test_what_is_turned_down_is_there_again(desk: Installation) -> None:
    line = f"{paid(desk, item(amount='1500.00')).reference}_1"
    request = ask(desk, (line, "1500.00"))
    assert authorise_refund(at.second(desk), request.reference, accept=False).state is R.FAILED
    assert at.left(desk, line) == "1500.00"
    assert laws_hold(desk)


def test_an_unclear_outcome_stays_in_flight_and_the_sweep_asks_again(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    unclear = raising(OutcomeUnknown("timeout", "No answer in time."))
    assert send_refund(desk, request.reference, unclear).state is R.SUBMITTED
    assert at.left(desk, line) == "0.00"
    with pytest.raises(RuleViolation):
        ask(desk, (line, "12.00"))
    assert sweep_refunds(desk, lambda asked: at.refund_says(asked.reference, SAID.SUBMITTED)).moved == 0
    assert sweep_refunds(desk, raising(Unavailable("unavailable", "Down."))).silent == (
        (request.reference, "Down."),
    )
    assert sweep_refunds(desk, lambda asked: at.refund_says(asked.reference)).moved == 1
    assert len(refunds(desk)) == 1
    assert laws_hold(desk)


def test_a_provider_that_certainly_did_nothing_may_be_asked_again(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    with pytest.raises(Unavailable):
        send_refund(desk, request.reference, raising(Unavailable("unavailable", "Down.")))
    assert view_refund(desk, request.reference).state is R.REQUESTED
    assert send_refund(desk, request.reference, answering(SAID.SUCCEEDED)).state is R.SUCCEEDED


def test_a_definite_refusal_gives_back_its_own_draws_only(desk: Installation) -> None:
    line = f"{paid(desk, item(amount='12.00')).reference}_1"
    first = ask(desk, (line, "5.00"))
    finish_refund(desk, at.refund_says(first.reference))
    request = ask(desk, (line, "7.00"))
    after = send_refund(desk, request.reference, raising(Rejected("amount_too_high", "Not so much.")))
    assert (after.state, at.left(desk, line), at.breaks(desk)) == (R.FAILED, "7.00", ["refund_failed"])


# Every state and everything that can be said of it: state after, refunds recorded, reversals, Breaks.
TABLE: dict[tuple[RefundState, RefundSaid], tuple[RefundState, int, int, list[str]]] = {
    (R.PROPOSED, SAID.SUBMITTED): (R.PROPOSED, 0, 0, ["refund_contradicted"]),
    (R.PROPOSED, SAID.SUCCEEDED): (R.PROPOSED, 0, 0, ["refund_contradicted"]),
    (R.PROPOSED, SAID.FAILED): (R.PROPOSED, 0, 0, ["refund_contradicted"]),
    (R.REQUESTED, SAID.SUBMITTED): (R.SUBMITTED, 0, 0, []),
    (R.REQUESTED, SAID.SUCCEEDED): (R.SUCCEEDED, 1, 0, []),
    (R.REQUESTED, SAID.FAILED): (R.FAILED, 0, 0, ["refund_failed"]),
    (R.SUBMITTED, SAID.SUBMITTED): (R.SUBMITTED, 0, 0, []),
    (R.SUBMITTED, SAID.SUCCEEDED): (R.SUCCEEDED, 1, 0, []),
    (R.SUBMITTED, SAID.FAILED): (R.FAILED, 0, 0, ["refund_failed"]),
    (R.SUCCEEDED, SAID.SUBMITTED): (R.SUCCEEDED, 1, 0, []),
    (R.SUCCEEDED, SAID.SUCCEEDED): (R.SUCCEEDED, 1, 0, []),
    (R.SUCCEEDED, SAID.FAILED): (R.FAILED, 1, 1, ["refund_failed"]),
    (R.FAILED, SAID.SUBMITTED): (R.FAILED, 0, 0, ["refund_contradicted", "refund_failed"]),
    (R.FAILED, SAID.SUCCEEDED): (R.SUCCEEDED, 1, 0, ["refund_failed"]),
    (R.FAILED, SAID.FAILED): (R.FAILED, 0, 0, ["refund_failed"]),
}


def test_the_table_of_refunds_names_every_pair() -> None:
    assert set(TABLE) == {(state, said) for state in R for said in SAID}


@on_sqlite  # a table of cases, alike on every database
@pytest.mark.parametrize(("state", "said"), TABLE, ids=lambda value: value.value)
def test_what_is_said_of_a_refund_in_each_state(
    desk: Installation, state: RefundState, said: RefundSaid
) -> None:
    amount = "1500.00" if state is R.PROPOSED else "15.00"
    line = f"{paid(desk, item(amount=amount)).reference}_1"
    request = ask(desk, (line, amount))
    reached = {R.SUBMITTED: SAID.SUBMITTED, R.SUCCEEDED: SAID.SUCCEEDED, R.FAILED: SAID.FAILED}.get(state)
    if reached is not None:
        finish_refund(desk, at.refund_says(request.reference, reached))
    after, recorded, reversed_, breaks = TABLE[state, said]
    for _ in range(2):
        now = finish_refund(desk, at.refund_says(request.reference, said))
        assert now.state is after
        assert len(refunds(desk)) == recorded
        assert kinds(desk).count("reversal") == reversed_
        assert at.breaks(desk) == breaks
    drawn = after.open or after is R.SUCCEEDED
    assert at.left(desk, line) == ("0.00" if drawn else amount)
    assert laws_hold(desk)


def test_a_late_confirmation_of_what_was_given_elsewhere_meanwhile_is_a_break(
    desk: Installation, line: str
) -> None:
    request = ask(desk, (line, "12.00"))
    finish_refund(desk, at.refund_says(request.reference, SAID.FAILED))
    other = ask(desk, (line, "12.00"))
    finish_refund(desk, at.refund_says(other.reference))
    assert finish_refund(desk, at.refund_says(request.reference)).state is R.FAILED
    assert at.breaks(desk) == ["refund_contradicted", "refund_failed"]
    assert len(refunds(desk)) == 1
    assert laws_hold(desk)


def test_another_amount_than_was_asked_records_nothing(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    after = finish_refund(desk, at.refund_says(request.reference, amount=pounds("11.00")))
    assert (after.state, refunds(desk), at.breaks(desk)) == (R.REQUESTED, [], ["refund_contradicted"])


def test_two_clerks_cannot_give_more_than_there_is(desk: Installation, line: str) -> None:
    def clerk(_: int) -> str:
        try:
            return ask(desk, (line, "7.00")).state.value
        except RuleViolation as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(clerk, range(8)))
    assert outcomes.count("requested") == 1
    assert set(outcomes) <= {"requested", "refund_open", "over_available"}
    assert at.left(desk, line) == "5.00"


def test_refund_and_reversal_at_once_never_take_more_than_there_is(desk: Installation, line: str) -> None:
    reference = at.every_transaction(desk)[0].reference

    def act(n: int) -> str:
        try:
            if n % 2:
                return ask(desk, (line, "12.00")).state.value
            return reverse_transaction(desk, reference, reason="raced").kind.value
        except RuleViolation as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(act, range(6)))
    assert outcomes.count("requested") + outcomes.count("reversal") == 1
    assert at.left(desk, line) == "0.00"
    assert laws_hold(desk)


def test_ten_confirmations_at_once_record_one_refund(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: finish_refund(desk, at.refund_says(request.reference)), range(10)))
    assert len(refunds(desk)) == 1


def test_vat_goes_back_with_its_money(desk: Installation) -> None:
    line = f"{paid(desk, item('13', 'G1', '10.00')).reference}_1"
    vat = []
    for amount in ("3.33", "3.33", "3.34"):
        request = ask(desk, (line, amount))
        finish_refund(desk, at.refund_says(request.reference))
        vat.append(str(request.items[0].vat))
    assert vat == ["0.56", "0.55", "0.56"]
    assert sum(each.lines[0].vat.pence for each in refunds(desk)) == -167
    assert laws_hold(desk)


def test_what_takes_back_is_not_refunded_again(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    finish_refund(desk, at.refund_says(request.reference))
    finish_refund(desk, at.refund_says(request.reference, SAID.FAILED))
    (undone,) = [each for each in at.every_transaction(desk) if each.kind is TransactionKind.REVERSAL]
    with pytest.raises(InvalidValue) as refused:
        ask(desk, (undone.lines[0].reference, "12.00"), route=Route.PAYABLES, payee=PAYEE)
    assert refused.value.code == "not_income"


def test_what_was_transferred_is_refunded_where_it_came_in(desk: Installation) -> None:
    made = transfer_income(desk, [item("05", "A", "9.00")], [item(amount="9.00")])
    assert isinstance(made, Transaction)
    with pytest.raises(InvalidValue) as refused:
        ask(desk, (made.lines[1].reference, "9.00"), route=Route.PAYABLES, payee=PAYEE)
    assert refused.value.code == "not_income"


def test_the_extra_of_a_payment_made_twice_goes_back_and_leaves_suspense(desk: Installation) -> None:
    payment = paid(desk, item(amount="12.00"))
    finish_payment(desk, at.says(payment, theirs="P2"))
    assert [str(each.amount) for each in list_suspense(desk)] == ["12.00"]
    part = ask(desk, (f"{payment.reference}_2", "5.00"))
    finish_refund(desk, at.refund_says(part.reference))
    assert [str(each.amount) for each in list_suspense(desk)] == ["7.00"]
    rest = ask(desk, (f"{payment.reference}_2", "7.00"))
    finish_refund(desk, at.refund_says(rest.reference))
    assert list_suspense(desk) == []
    build_journals(desk, "MAIN")
    assert laws_hold(desk)


def test_vat_left_over_by_what_went_back_is_not_pressed_into_a_penny(desk: Installation) -> None:
    line = f"{paid(desk, item('13', 'G1', '0.60')).reference}_1"
    for n in range(10):
        made = reallocate_line(desk, line, [item("05", f"T{n}", "0.05")])
        assert isinstance(made, Transaction)
        if made.lines[1].vat:
            reverse_transaction(desk, made.reference, reason="back")
    request = ask(desk, (line, "0.01"))
    assert abs(request.items[0].vat) <= Money(1)
    assert finish_refund(desk, at.refund_says(request.reference)).state is R.SUCCEEDED
    assert laws_hold(desk)


def test_acts_at_the_same_moment_count_as_the_days_sum(desk: Installation) -> None:
    lines = [f"{paid(desk, item(amount='900.00'), theirs=f'P{n}').reference}_1" for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda each: ask(desk, (each, "900.00")).state, lines))
    assert sorted(state.value for state in states) == ["proposed"] * 3 + ["requested"]


def test_another_spelling_of_ones_name_is_no_other_person(desk: Installation) -> None:
    lines = [f"{paid(desk, item(amount='900.00'), theirs=f'P{n}').reference}_1" for n in range(2)]
    assert ask(desk, (lines[0], "900.00")).state is R.REQUESTED
    assert ask(desk.acting("TESTER"), (lines[1], "900.00")).state is R.PROPOSED


def test_nobody_authorises_a_refund_of_an_account_that_is_restricted_to_them(desk: Installation) -> None:
    line = f"{paid(desk, item(amount='1500.00')).reference}_1"
    request = ask(desk, (line, "1500.00"))
    restrict_account(
        desk,
        fund="23",
        account_reference="612345674",
        kind=RestrictionKind.OWN,
        users=["second"],
        reason="Their own",
    )
    for act in (authorise_refund, view_payment_of(line)):
        with pytest.raises(NotPermitted):
            act(at.second(desk), request.reference)
    clerk = at.employ(desk, "third", "administrator")
    assert authorise_refund(clerk, request.reference).state is R.REQUESTED


def view_payment_of(line: str) -> Any:
    return lambda desk, _: view_payment(desk, line.partition("_")[0])


@pytest.mark.parametrize("reason", ["x" * 101, "half \ud800 of a pair", "null \0"])
def test_a_reason_that_cannot_be_kept_is_refused(desk: Installation, line: str, reason: str) -> None:
    with pytest.raises(InvalidValue):
        ask(desk, (line, "1.00"), reason=reason)
    with pytest.raises(InvalidValue):
        reverse_transaction(desk, at.every_transaction(desk)[0].reference, reason=reason)


def test_what_a_provider_says_in_strange_signs_is_kept_as_it_can_be(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    after = finish_refund(
        desk, at.refund_says(request.reference, SAID.FAILED, reason="no\0funds \ud800" * 200)
    )
    assert after.state is R.FAILED
    assert at.breaks(desk) == ["refund_failed"]


def test_whoever_asked_may_withdraw_what_is_only_proposed(desk: Installation) -> None:
    line = f"{paid(desk, item(amount='1500.00')).reference}_1"
    request = ask(desk, (line, "1500.00"))
    assert authorise_refund(desk, request.reference, accept=False).state is R.FAILED
    assert at.left(desk, line) == "1500.00"


def test_a_way_to_the_provider_that_breaks_leaves_the_refund_in_flight(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))

    def broken(_: CreateRefund) -> RefundObservation:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        send_refund(desk, request.reference, broken)
    assert view_refund(desk, request.reference).state is R.SUBMITTED


def test_no_refund_is_paid_before_its_money_came_in(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    with pytest.raises(InvalidValue, match="before the money came in"):
        finish_refund(desk, at.refund_says(request.reference, settled_on=date(2026, 5, 12)))


def test_what_was_wrong_with_a_refund_stands_until_it_is_paid(desk: Installation, line: str) -> None:
    request = ask(desk, (line, "12.00"))
    finish_refund(desk, at.refund_says(request.reference, SAID.FAILED))

    def standing() -> list[str]:
        with desk.store.reading() as connection:
            return [each.kind.value for each in standing_breaks(connection)]

    assert standing() == ["refund_failed"]
    finish_refund(desk, at.refund_says(request.reference))
    assert standing() == []


@pytest.mark.parametrize(
    "reason", ["card 4111111111111111", "4111 1111 1111 1111", "was 4111-1111-1111-1111!"]
)
def test_nobody_writes_a_card_number_into_a_reason(desk: Installation, line: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        ask(desk, (line, "1.00"), reason=reason)
    assert refused.value.code == "card_number"
    with pytest.raises(InvalidValue):
        item(narrative=reason)
