"""Transactions never change: a correction is another one, and the two come to nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import DAY, NOW, a_receipt, a_transfer, garden_line, line, pounds

from localgov_ims.domain.ids import parse_reference
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.transacting import reversal
from localgov_ims.domain.transactions import LineInput, Origin, Transaction, TransactionKind
from localgov_ims.domain.vat import VatRate
from localgov_ims.errors import InvalidValue, RuleViolation

JUNE = date(2026, 6, 1)
LATER = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
positive = st.integers(1, 10**12).map(Money)


def undone(transaction: Transaction) -> Transaction:
    return reversal(transaction, recorded_at=LATER, recorded_by="somebody", taken_on=JUNE)


@st.composite
def inputs(draw: st.DrawFn) -> LineInput:
    gross = Money(draw(st.integers(-(10**12), 10**12)))
    rate = VatRate(draw(st.integers(0, 1000)))
    return line(amount=gross, vat_rate=rate, vat=rate.vat_in(gross), vat_code="S")


def test_a_receipt_numbers_its_lines_after_its_own_reference() -> None:
    made = a_receipt(line(), line(amount=pounds("5.50"), fund="2R", account_reference="FP20000050"))
    assert made.kind is TransactionKind.RECEIPT
    assert parse_reference(made.reference) == made.reference
    assert [each.reference for each in made.lines] == [f"{made.reference}_1", f"{made.reference}_2"]
    assert [each.number for each in made.lines] == [1, 2]
    assert made.total == pounds("125.50")
    assert {each.pair for each in made.lines} == {None}


def test_a_line_knows_its_net() -> None:
    assert a_receipt(garden_line(gross="120.00", vat="20.00")).lines[0].net == pounds("100.00")


def test_a_transaction_has_lines() -> None:
    made = a_receipt()
    with pytest.raises(RuleViolation, match="has no lines") as refused:
        evolve(made, lines=())
    assert refused.value.code == "no_lines"


@pytest.mark.parametrize(
    ("amount", "vat"), [("10.00", "10.01"), ("10.00", "-1.67"), ("-10.00", "1.67"), ("0", "0.01")]
)
def test_vat_outside_its_amount_is_refused(amount: str, vat: str) -> None:
    with pytest.raises(RuleViolation, match="does not lie in") as refused:
        a_receipt(garden_line(gross=amount, vat=vat))
    assert refused.value.code == "vat_outside_amount"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        a_receipt(recorded_at=datetime(2026, 5, 12, 9, 30))  # noqa: DTZ001 - what the test is about
    assert refused.value.code == "moment_without_zone"


def test_a_transaction_cannot_be_changed() -> None:
    made = a_receipt()
    with pytest.raises(FrozenInstanceError):
        made.reference = "other"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        made.lines[0].amount = NOTHING  # type: ignore[misc]


def test_a_hundred_goes_as_sixty_and_forty() -> None:
    made = a_transfer(
        [line(amount=pounds("100.00"))],
        [line(amount=pounds("60.00"), fund="05"), line(amount=pounds("40.00"), fund="2R")],
    )
    assert made.kind is TransactionKind.TRANSFER
    assert [each.amount for each in made.lines] == [pounds("-100.00"), pounds("60.00"), pounds("40.00")]
    assert made.total == NOTHING
    assert [each.pair for each in made.lines] == [1, 1, 1]


def test_equal_sides_are_joined_in_pairs() -> None:
    sides = [line(amount=pounds("10.00")), line(amount=pounds("20.00"))]
    assert [each.pair for each in a_transfer(sides, sides).lines] == [1, 2, 1, 2]


def test_sides_that_only_add_up_to_the_same_have_no_pairs() -> None:
    made = a_transfer(
        [line(amount=pounds("10.00")), line(amount=pounds("20.00"))],
        [line(amount=pounds("20.00")), line(amount=pounds("10.00"))],
    )
    assert [each.pair for each in made.lines] == [None] * 4
    assert made.total == NOTHING


def test_a_transfer_that_does_not_balance_names_both_sums() -> None:
    with pytest.raises(RuleViolation, match=r"£100\.00 and the targets to £10\.00") as refused:
        a_transfer([line(amount=pounds("100.00"))], [line(amount=pounds("10.00"))])
    assert refused.value.code == "not_balanced"
    assert refused.value.data == {"sources": pounds("100.00"), "targets": pounds("10.00")}


@pytest.mark.parametrize("empty", [0, 1])
def test_neither_side_of_a_transfer_is_empty(empty: int) -> None:
    sides: list[list[LineInput]] = [[line()], [line()]]
    sides[empty] = []
    with pytest.raises(RuleViolation) as refused:
        a_transfer(*sides)
    assert refused.value.code == "transfer_shape"


@pytest.mark.parametrize("amount", ["0", "-5.00"])
@pytest.mark.parametrize("side", [0, 1])
def test_the_amounts_of_a_transfer_are_given_above_nothing(amount: str, side: int) -> None:
    sides = [[line()], [line()]]
    sides[side] = [line(amount=pounds(amount))]
    with pytest.raises(InvalidValue, match="above zero") as refused:
        a_transfer(*sides)
    assert refused.value.code == "amount_not_positive"


def test_the_vat_of_a_transfer_leaves_one_fund_and_enters_the_other() -> None:
    made = a_transfer([garden_line(gross="36.00", vat="6.00")], [line(amount=pounds("36.00"))])
    assert [each.vat for each in made.lines] == [pounds("-6.00"), NOTHING]


@given(st.lists(positive, min_size=1, max_size=6), st.integers(1, 6))
def test_a_transfer_to_any_number_of_targets_sums_to_nothing(sources: list[Money], targets: int) -> None:
    total = Money.total(sources)
    into = [part for part in total.split(targets) if part > NOTHING]
    made = a_transfer([line(amount=each) for each in sources], [line(amount=each) for each in into])
    assert made.total == NOTHING
    assert len(made.lines) == len(sources) + len(into)


@given(st.lists(inputs(), min_size=1, max_size=8))
def test_a_transaction_and_its_reversal_come_to_nothing_line_by_line(given: list[LineInput]) -> None:
    made = a_receipt(*given)
    undo = undone(made)
    assert made.total + undo.total == NOTHING
    for line_, back in zip(made.lines, undo.lines, strict=True):
        assert (back.amount, back.vat, back.net) == (-line_.amount, -line_.vat, -line_.net)
        assert (back.fund, back.account_reference, back.mop) == (
            line_.fund,
            line_.account_reference,
            line_.mop,
        )
        assert (back.vat_code, back.vat_rate) == (line_.vat_code, line_.vat_rate)
        assert back.reverses == line_.id


def test_a_reversal_is_a_record_of_its_own_recorded_when_it_was_made() -> None:
    made = a_receipt(taken_on=DAY)
    undo = undone(made)
    assert undo.kind is TransactionKind.REVERSAL
    assert undo.origin == Origin("transaction", str(made.id))
    assert (undo.taken_on, undo.recorded_at, undo.recorded_by) == (JUNE, LATER, "somebody")
    assert (made.taken_on, made.recorded_at) == (DAY, NOW)
    assert undo.id != made.id
    assert undo.reference != made.reference
    assert undo.lines[0].reference == f"{undo.reference}_1"


def test_a_transfer_is_reversed_whole() -> None:
    made = a_transfer([line(amount=pounds("80.00"))], [line(amount=pounds("80.00"), fund="05")])
    undo = undone(made)
    assert [each.amount for each in undo.lines] == [pounds("80.00"), pounds("-80.00")]
    assert [each.pair for each in undo.lines] == [1, 1]


def test_a_reversal_is_not_reversed() -> None:
    undo = undone(a_receipt())
    with pytest.raises(RuleViolation, match="a reversal is not reversed") as refused:
        undone(undo)
    assert refused.value.code == "reversal_of_reversal"
