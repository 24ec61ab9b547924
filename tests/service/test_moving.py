"""Transfers, reallocations and reversals: money moves, nothing is lost, and what was done is undone by new records."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from tests.builders import pounds
from tests.service import money_in as at
from tests.service.money_in import item, paid

from localgov_ims.domain.baskets import BasketItem
from localgov_ims.domain.draws import NONE_TAKEN, draw
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.proposals import Proposal
from localgov_ims.domain.transactions import Transaction, TransactionKind
from localgov_ims.domain.vat import Rounding
from localgov_ims.errors import AlreadyDone, ImsError, InvalidValue, NotFound, RuleViolation
from localgov_ims.service.installation import Installation
from localgov_ims.service.moves.authorising import authorise
from localgov_ims.service.moves.proposing import waiting_proposals
from localgov_ims.service.moves.reallocations import reallocate_line
from localgov_ims.service.moves.reversing import reverse_transaction
from localgov_ims.service.moves.transfers import transfer_income
from localgov_ims.service.payments.asking import view_payment
from localgov_ims.service.refunds.asking import RefundOf, refund_payment
from localgov_ims.service.verifying import verify
from localgov_ims.storage import draws

OTHER = "812345676"


def laws_hold(desk: Installation) -> bool:
    return [law.broken for law in verify(desk) if not law.holds] == []


def rent(amount: str, account: str = "TEN1", **given: Any) -> BasketItem:
    return item("05", account, amount, **given)


def amounts(transaction: Transaction) -> list[str]:
    return [str(line.amount) for line in transaction.lines]


@pytest.fixture
def line(desk: Installation) -> str:
    """Give the line of a payment of 80.00 that has succeeded."""
    return f"{paid(desk, item(amount='80.00')).reference}_1"


# --- Transfers ---------------------------------------------------------------------------------------------


def test_a_transfer_of_one_to_two_is_a_pair(desk: Installation) -> None:
    made = transfer_income(desk, [rent("100.00")], [item(amount="60.00"), item("LB", "L1", "40.00")])
    assert isinstance(made, Transaction)
    assert (amounts(made), made.total) == (["-100.00", "60.00", "40.00"], Money(0))
    assert [(each.mop, each.pair, each.narrative) for each in made.lines] == [
        ("11", 1, "Transfer"), ("10", 1, "Transfer"), ("10", 1, "Transfer"),
    ]  # fmt: skip
    assert laws_hold(desk)


def test_equal_sides_are_pairs_each_and_one_can_be_taken_back_alone(desk: Installation) -> None:
    made = transfer_income(
        desk, [rent("10.00"), rent("20.00", "TEN2")], [item(amount="10.00"), item("LB", "L1", "20.00")]
    )
    assert isinstance(made, Transaction)
    assert [each.pair for each in made.lines] == [1, 2, 1, 2]
    undone = reverse_transaction(desk, made.reference, pair=2, reason="wrong tenant")
    assert amounts(undone) == ["20.00", "-20.00"]
    with pytest.raises(AlreadyDone, match="taken back already"):
        reverse_transaction(desk, made.reference, reason="all of it")
    assert amounts(reverse_transaction(desk, made.reference, pair=1, reason="and the other")) == [
        "10.00",
        "-10.00",
    ]
    assert laws_hold(desk)


@pytest.mark.parametrize(
    ("code", "sources", "targets"),
    [
        ("not_balanced", [rent("100.00")], [item(amount="10.00")]),
        ("transfer_shape", [], [item(amount="10.00")]),
        ("transfer_shape", [rent("10.00")], []),
        ("amount_not_positive", [rent("0.00")], [item(amount="10.00")]),
        ("amount_not_positive", [rent("-10.00")], [item(amount="-10.00")]),
        ("fund_not_allowed", [item("SUSP", "X", "10.00")], [item(amount="10.00")]),
        ("fund_not_allowed", [rent("10.00")], [item("SUSP", "X", "10.00")]),
        ("reference_check_digit", [rent("10.00")], [item("23", "612345675", "10.00")]),
        ("amount_over_fund_max", [rent("100.00")], [item("LB", "L1", "100.00")]),
        ("vat_code_not_allowed", [rent("10.00", vat_code="W0")], [item(amount="10.00")]),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(
    desk: Installation, code: str, sources: list[BasketItem], targets: list[BasketItem]
) -> None:
    with pytest.raises(ImsError) as refused:
        transfer_income(desk, sources, targets)
    assert refused.value.code == code
    assert at.every_transaction(desk) == []


def test_sums_that_differ_are_both_named(desk: Installation) -> None:
    with pytest.raises(RuleViolation, match=r"sources come to £100\.00 and the targets to £10\.00"):
        transfer_income(desk, [rent("100.00")], [item(amount="10.00")])


def test_vat_is_that_of_each_fund(desk: Installation) -> None:
    made = transfer_income(desk, [item("13", "G1", "12.00")], [rent("12.00")], taken_on=date(2026, 4, 1))
    assert isinstance(made, Transaction)
    assert [(str(each.vat), each.vat_code) for each in made.lines] == [("-2.00", "W0"), ("0.00", None)]
    assert made.taken_on == date(2026, 4, 1)


def test_above_the_limit_a_transfer_waits_for_another_person(desk: Installation) -> None:
    proposal = transfer_income(desk, [rent("1000.01")], [item(amount="1000.01")])
    assert isinstance(proposal, Proposal)
    assert at.every_transaction(desk) == []
    assert [each.reference for each in waiting_proposals(desk)] == [proposal.reference]
    with pytest.raises(RuleViolation) as refused:
        authorise(desk, proposal.reference)
    assert refused.value.code == "same_person"
    done = authorise(at.second(desk), proposal.reference)
    (made,) = at.every_transaction(desk)
    assert (done.accepted, done.record, made.recorded_by) == (True, made.id, "tester")
    with pytest.raises(AlreadyDone, match="accepted by second"):
        authorise(at.second(desk), proposal.reference)
    assert waiting_proposals(desk) == []
    assert laws_hold(desk)


def test_what_is_turned_down_is_not_recorded(desk: Installation) -> None:
    proposal = transfer_income(desk, [rent("5000.00")], [item(amount="5000.00")])
    assert isinstance(proposal, Proposal)
    assert authorise(at.second(desk), proposal.reference, accept=False).accepted is False
    assert at.every_transaction(desk) == []


def test_there_is_no_such_proposal(desk: Installation) -> None:
    with pytest.raises(NotFound):
        authorise(desk, "K7MP-2QXW-9TRN")


# --- Reallocations -----------------------------------------------------------------------------------------


def test_a_part_moved_and_moved_back_leaves_the_line_whole(desk: Installation, line: str) -> None:
    made = reallocate_line(desk, line, [rent("25.00")])
    assert isinstance(made, Transaction)
    assert amounts(made) == ["25.00", "-25.00"]
    assert [(each.fund, each.account_reference, each.mop, each.narrative) for each in made.lines] == [
        ("05", "TEN1", "JR", "Reallocation"), ("23", "612345674", "JN", "Reallocation"),
    ]  # fmt: skip
    assert (made.taken_on, at.left(desk, line)) == (date(2026, 5, 13), "55.00")
    assert laws_hold(desk)
    undone = reverse_transaction(desk, made.reference, reason="wrong account")
    assert amounts(undone) == ["-25.00", "25.00"]
    assert at.left(desk, line) == "80.00"
    assert laws_hold(desk)


def test_several_targets_are_a_pair_each_and_more_than_is_left_is_refused_whole(
    desk: Installation, line: str
) -> None:
    with pytest.raises(RuleViolation, match=r"£80\.00 can still be taken.*not £80\.01"):
        reallocate_line(desk, line, [rent("40.00"), rent("40.01", "TEN2")])
    made = reallocate_line(desk, line, [rent("40.00"), rent("40.00", "TEN2")])
    assert isinstance(made, Transaction)
    assert [(str(each.amount), each.pair) for each in made.lines] == [
        ("40.00", 1), ("-40.00", 1), ("40.00", 2), ("-40.00", 2),
    ]  # fmt: skip
    assert at.left(desk, line) == "0.00"
    undone = reverse_transaction(desk, made.reference, pair=2, reason="wrong")
    assert (amounts(undone), at.left(desk, line)) == (["-40.00", "40.00"], "40.00")
    assert laws_hold(desk)


def test_what_was_moved_on_is_not_taken_back_before_that_is_undone(desk: Installation, line: str) -> None:
    made = reallocate_line(desk, line, [rent("25.00")])
    assert isinstance(made, Transaction)
    onward = reallocate_line(desk, made.lines[0].reference, [item("LB", "L1", "5.00")])
    with pytest.raises(RuleViolation) as refused:
        reverse_transaction(desk, made.reference, reason="x")
    assert refused.value.code == "over_available"
    assert isinstance(onward, Transaction)
    reverse_transaction(desk, onward.reference, reason="first this")
    reverse_transaction(desk, made.reference, reason="then that")
    assert at.left(desk, line) == "80.00"
    assert laws_hold(desk)


@pytest.mark.parametrize("target", [item("SUSP", "X", "1.00"), item("XX", "1", "1.00")])
def test_nothing_is_reallocated_to_suspense_or_nowhere(
    desk: Installation, line: str, target: BasketItem
) -> None:
    with pytest.raises(InvalidValue) as refused:
        reallocate_line(desk, line, [target])
    assert refused.value.code == "fund_not_allowed"


def test_suspense_and_what_went_out_are_not_reallocated(desk: Installation, line: str) -> None:
    from localgov_ims.service.payments.finishing import finish_payment

    held = finish_payment(desk, at.says(at.pay(desk, item(amount="9.00")), amount="8.00", theirs="P7"))
    made = reallocate_line(desk, line, [rent("1.00")])
    assert isinstance(made, Transaction)
    for reference in (f"{held.reference}_1", made.lines[1].reference):
        with pytest.raises(RuleViolation) as refused:
            reallocate_line(desk, reference, [rent("1.00")])
        assert refused.value.code == "not_reallocatable"


def test_vat_leaves_with_its_part_and_comes_in_by_the_targets_rate(desk: Installation) -> None:
    line = f"{paid(desk, item('13', 'G1', '10.00')).reference}_1"
    outs = []
    for amount in ("3.33", "3.33", "3.34"):
        made = reallocate_line(desk, line, [rent(amount)])
        assert isinstance(made, Transaction)
        outs.append(str(made.lines[1].vat))
        assert str(made.lines[0].vat) == "0.00"
    assert outs == ["-0.56", "-0.55", "-0.56"]
    assert laws_hold(desk)


def test_a_reallocation_above_the_limit_is_drawn_and_waits(desk: Installation) -> None:
    line = f"{paid(desk, item(amount='1500.00')).reference}_1"
    proposal = reallocate_line(desk, line, [rent("1200.00")])
    assert isinstance(proposal, Proposal)
    assert at.left(desk, line) == "300.00"
    assert laws_hold(desk)
    with pytest.raises(RuleViolation):
        reallocate_line(at.second(desk), line, [rent("300.01")])
    done = authorise(at.second(desk), proposal.reference)
    assert (done.accepted, at.left(desk, line)) == (True, "300.00")
    assert laws_hold(desk)
    other = reallocate_line(desk, line, [rent("300.00")])
    assert isinstance(other, Proposal)
    authorise(at.second(desk), other.reference, accept=False)
    assert at.left(desk, line) == "300.00"
    assert laws_hold(desk)


def test_a_hundred_hands_take_no_more_than_there_is(desk: Installation, line: str) -> None:
    def hand(n: int) -> str:
        try:
            made = reallocate_line(desk, line, [rent("7.00", f"TEN{n}")])
        except RuleViolation as error:
            return error.code
        return type(made).__name__

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(hand, range(20)))
    assert (outcomes.count("Transaction"), outcomes.count("over_available")) == (11, 9)
    assert at.left(desk, line) == "3.00"
    assert laws_hold(desk)


# --- Reversals ---------------------------------------------------------------------------------------------


def test_a_receipt_taken_back_is_negated_with_its_vat_once(desk: Installation) -> None:
    payment = paid(desk, item("13", "G1", "10.00"), item(amount="5.00"))
    (receipt,) = at.receipts(desk, payment)
    undone = reverse_transaction(desk, receipt.reference, reason="taken in error")
    assert [(str(each.amount), str(each.vat)) for each in undone.lines] == [
        ("-10.00", "-1.67"),
        ("-5.00", "0.00"),
    ]
    assert undone.kind is TransactionKind.REVERSAL
    with pytest.raises(AlreadyDone, match=undone.reference):
        reverse_transaction(desk, receipt.reference, reason="again")
    with pytest.raises(RuleViolation) as refused:
        reverse_transaction(desk, undone.reference, reason="back")
    assert refused.value.code == "reversal_of_reversal"
    with pytest.raises(RuleViolation):
        refund_payment(desk, [RefundOf(line=f"{payment.reference}_1", amount=pounds("1.00"))], reason="x")
    assert view_payment(desk, payment.reference).due == Money(0)
    assert laws_hold(desk)


def test_a_receipt_partly_refunded_is_not_taken_back(desk: Installation, line: str) -> None:
    refund_payment(desk, [RefundOf(line=line, amount=pounds("1.00"))], reason="x")
    with pytest.raises(RuleViolation) as refused:
        reverse_transaction(desk, at.every_transaction(desk)[0].reference, reason="x")
    assert refused.value.code == "over_available"


@pytest.mark.usefixtures("line")
def test_why_must_be_said(desk: Installation) -> None:
    with pytest.raises(RuleViolation) as refused:
        reverse_transaction(desk, at.every_transaction(desk)[0].reference, reason=" ")
    assert refused.value.code == "reason_missing"


@pytest.mark.usefixtures("line")
def test_ten_reversals_at_once_are_one(desk: Installation) -> None:
    reference = at.every_transaction(desk)[0].reference

    def act(_: int) -> str:
        try:
            return reverse_transaction(desk, reference, reason="raced").kind.value
        except AlreadyDone:
            return "already"

    with ThreadPoolExecutor(10) as pool:
        outcomes = sorted(pool.map(act, range(10)))
    assert outcomes == ["already"] * 9 + ["reversal"]
    assert laws_hold(desk)


def test_available_is_what_the_lines_have_left(desk: Installation) -> None:
    payment = paid(desk, item(amount="10.00"), item("LB", "L1", "20.00"), rent("30.00"))
    lines = [line.reference for line in payment.lines]
    assert sum(Money.parse(at.left(desk, line)).pence for line in lines) == 6000
    reallocate_line(desk, lines[1], [rent("5.00")])
    assert [at.left(desk, line) for line in lines] == ["10.00", "15.00", "30.00"]


def test_verify_names_a_line_that_was_drawn_past_its_records(desk: Installation, line: str) -> None:
    (found,) = at.every_transaction(desk)
    with desk.unit("forge") as unit:
        made = draw(
            found.lines[0], Money(100), NONE_TAKEN, by_kind="x", by=new_id(), rounding=Rounding.HALF_EVEN
        )
        draws.add(unit, [made])
        unit.commit()
    broken = [sentence for law in verify(desk) for sentence in law.broken]
    assert broken == [f"Line {line}: £1.00 is drawn on it, but records take £0.00 of it."]
