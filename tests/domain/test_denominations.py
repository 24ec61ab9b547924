"""Cash is counted by notes and coins: what is entered either way comes to the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import pounds

from localgov_ims.domain.denominations import NO_CASH, Counted, Denomination
from localgov_ims.domain.money import Money
from localgov_ims.errors import InvalidValue

D = Denomination

counts = st.dictionaries(st.sampled_from(list(D)), st.integers(0, 5000))


def test_the_worked_count_comes_to_155_pounds() -> None:
    values = {
        D.TWENTY_POUNDS: "100", D.TEN_POUNDS: "40", D.FIVE_POUNDS: "5", D.TWO_POUNDS: "4", D.ONE_POUND: "4",
        D.FIFTY_PENCE: "0.50", D.TWENTY_PENCE: "1", D.TEN_PENCE: "0.50",
    }  # fmt: skip
    counted = Counted.of(values={each: pounds(value) for each, value in values.items()})
    assert counted.total == pounds("155.00")
    assert [count for _, count, _ in counted] == [5, 4, 1, 2, 4, 1, 5, 5]


def test_there_are_twelve_denominations_the_greatest_first() -> None:
    worths = [each.worth.pence for each in D]
    assert worths == [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1]


def test_a_count_is_computed_of_a_value() -> None:
    assert Counted.of(values={D.TWENTY_POUNDS: pounds("40")}).counts == {D.TWENTY_POUNDS: 2}
    assert Counted.of(values={D.FIVE_PENCE: pounds("0.10")}).counts == {D.FIVE_PENCE: 2}


@pytest.mark.parametrize(
    ("count", "value"), [(None, "20.01"), (None, "-20.00"), (3, "40.00"), (0, "20.00"), (-1, None), (2_000_000, None)]
)  # fmt: skip
def test_no_multiple_and_no_agreement_is_refused_with_the_denomination(
    count: int | None, value: str | None
) -> None:
    with pytest.raises(InvalidValue, match="£20") as refused:
        Counted.of(
            counts={D.TWENTY_POUNDS: count} if count is not None else {},
            values={D.TWENTY_POUNDS: pounds(value)} if value is not None else {},
        )
    assert (refused.value.code, refused.value.data["denomination"]) == ("bad_denomination", "£20")


def test_both_may_be_entered_where_they_agree() -> None:
    both = Counted.of(counts={D.FIFTY_PENCE: 3}, values={D.FIFTY_PENCE: pounds("1.50")})
    assert both.total == pounds("1.50")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("£20", D.TWENTY_POUNDS), ("20", D.TWENTY_POUNDS), (" 20P ", D.TWENTY_PENCE), ("1p", D.ONE_PENNY)],
)
def test_a_denomination_is_read_as_people_write_it(typed: str, meant: Denomination) -> None:
    assert Denomination.parse(typed) is meant


@pytest.mark.parametrize("typed", ["£3", "", "20 pounds", "50.0"])
def test_what_is_no_note_or_coin_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, match="no note or coin"):
        Denomination.parse(typed)


@given(counts)
def test_counts_and_their_values_make_the_same(entered: dict[Denomination, int]) -> None:
    by_count = Counted.of(counts=entered)
    by_value = Counted.of(values={each: Money(each.worth.pence * n) for each, n in entered.items()})
    assert by_count == by_value == Counted.of(entered, {each: value for each, _, value in by_count})
    assert by_count.total.pence == sum(each.worth.pence * n for each, n in entered.items())


def test_nothing_counted_is_nothing() -> None:
    assert not NO_CASH
    assert not Counted.of(counts={D.ONE_PENNY: 0})
    assert NO_CASH.total == Money(0)
