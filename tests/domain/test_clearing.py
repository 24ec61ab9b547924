"""Which item pays which target of a clearance."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import builders

from localgov_ims.domain.clearing import Placement, check_balance, direction, placements, placements_of
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.transacting import moved
from localgov_ims.domain.transactions import LineInput, Origin, Transaction
from localgov_ims.errors import RuleViolation


def placed(
    items: list[int], targets: list[int], notes: list[int] | None = None
) -> list[tuple[int, int, int]]:
    """Return item, target and whole pounds of each placement."""
    made = placements(*([Money(each * 100) for each in side] for side in (items, targets, notes or [])))
    return [(each.item, each.target, each.amount.pence // 100) for each in made]


@pytest.mark.parametrize(
    ("items", "targets", "notes", "expected"),
    [
        ([10], [20], [10], [(1, 1, 10)]),
        ([100], [90, 30], [20], [(1, 1, 90), (1, 2, 10)]),
        ([10], [15, 5], [10], [(1, 1, 10)]),
        ([48], [30, 18], [], [(1, 1, 30), (1, 2, 18)]),
        ([10, 20], [15, 15], [], [(1, 1, 10), (2, 1, 5), (2, 2, 15)]),
        ([-30], [-20, -10], [], [(1, 1, -20), (1, 2, -10)]),
        ([-30], [-20], [10], [(1, 1, -20), (1, 2, -10)]),
        ([10, -10], [], [], []),
        ([20, -10], [10], [], []),
        ([], [], [], []),
    ],
)
def test_items_fill_targets_in_the_order_given(
    items: list[int], targets: list[int], notes: list[int], expected: list[tuple[int, int, int]]
) -> None:
    assert placed(items, targets, notes) == expected


def a_clearance(items: list[int], targets: list[int], notes: list[int]) -> Transaction:
    lines = [LineInput(fund="SUSP", amount=Money(-each * 100), mop="JN", draws_on=new_id()) for each in items]
    lines += [LineInput(fund="05", amount=Money(each * 100), mop="JR") for each in targets]
    lines += [LineInput(fund="LB", amount=Money(-each * 100), mop="JR") for each in notes]
    return moved(
        lines,
        origin=Origin("clearance", "1"),
        taken_on=builders.DAY,
        recorded_at=builders.NOW,
        recorded_by="tester",
    )


@pytest.mark.parametrize(
    ("items", "targets", "notes"),
    [
        ([100], [90, 30], [20]),
        ([10], [15, 5], [10]),
        ([-30], [-20], [10]),
        ([10, -10], [], []),
        ([5, 5], [10], []),
    ],
)
def test_a_recorded_clearance_says_the_same(items: list[int], targets: list[int], notes: list[int]) -> None:
    found = [
        (p.item, p.target, p.amount.pence // 100) for p in placements_of(a_clearance(items, targets, notes))
    ]
    assert found == placed(items, targets, notes)


POUNDS = st.lists(st.integers(1, 50).map(Money), min_size=1, max_size=6)


@given(
    items=POUNDS,
    cuts=st.lists(st.integers(1, 299), max_size=5),
    notes=st.lists(st.integers(1, 50).map(Money)),
)
def test_each_item_is_placed_wholly_and_no_target_has_more_than_it_asks(
    items: list[Money], cuts: list[int], notes: list[Money]
) -> None:
    total = Money.total([*items, *notes])
    edges = sorted({0, total.pence, *(cut for cut in cuts if cut < total.pence)})
    targets = [Money(after - before) for before, after in itertools.pairwise(edges)]
    check_balance(items, targets, notes)
    made = placements(items, targets, notes)
    assert all(each.amount > NOTHING for each in made)
    for number, item in enumerate(items, start=1):
        assert Money.total(each.amount for each in made if each.item == number) == item
    for number, target in enumerate(targets, start=1):
        assert Money.total(each.amount for each in made if each.target == number) <= target
    mirrored = placements([-each for each in items], [-each for each in targets])
    if not notes:
        assert mirrored == tuple(Placement(each.item, each.target, -each.amount) for each in made)


def test_sums_that_differ_are_named() -> None:
    with pytest.raises(
        RuleViolation, match=r"items give £10\.00 and the credit notes £10\.00, but .* £30\.00"
    ) as refused:
        check_balance([Money(1000)], [Money(3000)], [Money(1000)])
    assert refused.value.code == "not_balanced"


def test_targets_have_the_sign_of_what_the_items_give() -> None:
    assert [direction([Money(a), Money(b)]) for a, b in ((5, -3), (3, -5), (5, -5))] == [1, -1, 1]
