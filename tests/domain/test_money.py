"""Money is whole pence, exact, and nothing is guessed (law 1)."""

from __future__ import annotations

import operator
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localgov_ims.domain.money import LIMIT, NOTHING, Money
from localgov_ims.errors import InvalidValue

amounts = st.integers(-(10**15), 10**15).map(Money)


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("12", 1200), ("12.3", 1230), ("12.34", 1234), ("0", 0), ("0.00", 0), ("-0", 0), ("-5.00", -500), ("+5", 500),
        ("007.50", 750), ("999999999999999.99", 99999999999999999),
    ],
)  # fmt: skip
def test_pounds_are_read_as_printed(text: str, pence: int) -> None:
    assert Money.parse(text).pence == pence


@pytest.mark.parametrize(
    "text",
    [
        "", " ", " 1", "1 ", "1\n", "NaN", "Infinity", "-Infinity", "1E3", "1e3", "1_000", "0x10", "\u0663.\u0665\u0660", "\uff11\uff12",
        "97.999", "0.001", "1,234.50", "1.234,50", "1,50", ".5", "5.", "--1", "+-1", "5.00-", "(5.00)", "£5.00",
        "5.00CR", "12 34", "1.2.3", "1234567890123456",
    ],
)  # fmt: skip
def test_text_that_is_no_amount_is_refused_and_shown(text: str) -> None:
    with pytest.raises(InvalidValue, match="at most two decimals") as refused:
        Money.parse(text)
    assert refused.value.code == "amount_not_money"
    assert refused.value.data == {"value": text}


@pytest.mark.parametrize("value", [1.0, 0.1, True, False, None, "12", Decimal(12), 12 + 0j])
def test_a_float_is_never_money_nor_is_anything_but_an_int(value: object) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money(value)
    assert refused.value.code == "amount_not_whole_pence"


@pytest.mark.parametrize("pence", [LIMIT, -LIMIT, 10**30])
def test_an_amount_that_no_bigint_column_holds_is_refused(pence: int) -> None:
    with pytest.raises(InvalidValue):
        Money(pence)


def test_sums_are_held_to_the_same_limit() -> None:
    most = Money(LIMIT - 1)
    assert most - most == NOTHING
    with pytest.raises(InvalidValue):
        most + Money(1)


@given(amounts)
def test_what_is_written_reads_back_the_same(amount: Money) -> None:
    assert Money.parse(str(amount)) == amount


@pytest.mark.parametrize(
    ("pence", "written", "shown"),
    [
        (0, "0.00", "£0.00"), (5, "0.05", "£0.05"), (-5, "-0.05", "-£0.05"), (123450, "1234.50", "£1,234.50"),
        (-500, "-5.00", "-£5.00"), (123456789012, "1234567890.12", "£1,234,567,890.12"),
    ],
)  # fmt: skip
def test_files_get_plain_figures_and_people_get_pounds_with_separators(
    pence: int, written: str, shown: str
) -> None:
    assert (str(Money(pence)), Money(pence).shown()) == (written, shown)


near = st.tuples(amounts, st.integers(-1, 1)).map(lambda made: (made[0], made[0] + Money(made[1])))


@given(near | st.tuples(amounts, amounts))
def test_amounts_are_in_the_order_of_their_pence(two: tuple[Money, Money]) -> None:
    one, other = two
    a, b = one.pence, other.pence
    assert (one < other, one <= other, one > other, one >= other) == (a < b, a <= b, a > b, a >= b)


def test_an_amount_is_compared_with_amounts_alone() -> None:
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError):
            compare(Money(1), 1)


@given(amounts, st.integers(1, 200))
def test_parts_add_back_up_and_differ_by_a_penny_at_most(amount: Money, parts: int) -> None:
    split = amount.split(parts)
    assert len(split) == parts
    assert Money.total(split) == amount
    assert (max(split) - min(split)).pence in {0, 1}


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_shares_add_back_up_and_each_is_within_a_penny_of_its_due(amount: Money, weights: list[int]) -> None:
    assume(any(weights))
    shares = amount.share(weights)
    assert Money.total(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.pence * sum(weights) - amount.pence * weight) < sum(weights)


@given(amounts, st.lists(st.integers(1, 1000), min_size=1, max_size=8))
def test_money_out_is_shared_as_the_mirror_of_money_in(amount: Money, weights: list[int]) -> None:
    assert (-amount).share(weights) == tuple(-share for share in amount.share(weights))


@pytest.mark.parametrize(
    ("pence", "weights", "shares"),
    [
        (10, [333, 333, 334], (3, 3, 4)), (10001, [50, 50], (5001, 5000)), (100, [1, 1, 1], (34, 33, 33)),
        (1, [1, 2], (0, 1)), (-10001, [50, 50], (-5001, -5000)), (5, [0, 1], (0, 5)), (0, [1, 2], (0, 0)),
    ],
)  # fmt: skip
def test_a_penny_left_over_goes_to_the_largest_remainder_and_of_equals_to_the_first(
    pence: int, weights: list[int], shares: tuple[int, ...]
) -> None:
    assert tuple(share.pence for share in Money(pence).share(weights)) == shares


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_weights_that_divide_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money(100).share(weights)
    assert refused.value.code == "bad_shares"


@pytest.mark.parametrize("parts", [0, -1])
def test_money_is_divided_into_one_part_at_least(parts: int) -> None:
    with pytest.raises(InvalidValue):
        Money(100).split(parts)


@pytest.mark.parametrize("other", [1, 1.0, "1"])
def test_money_is_added_to_money_only(other: object) -> None:
    with pytest.raises(TypeError):
        Money(1) + other
    with pytest.raises(TypeError):
        Money(1) - other


def test_only_nothing_is_false() -> None:
    assert not NOTHING
    assert Money(-1)
    assert Money.total([]) == NOTHING
    assert abs(Money(-5)) == Money(5)
