"""Proofs: what agrees, what does not, and how old what is open is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.documents.proof_json import as_plain, from_plain, sealed
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.proofs import (
    Figure,
    Item,
    Proof,
    ProofKind,
    Section,
    by_age,
    figure,
    past_due,
    total,
)

TODAY = date(2026, 5, 18)


def an_item(age: int = 0, pence: int = 100, due_on: date | None = None) -> Item:
    """Make an item of this age."""
    day = TODAY - timedelta(days=age)
    return Item(
        id=f"i{age}", kind="bank line", day=day, text="BR1", amount=Money(pence), age=age, due_on=due_on
    )


def a_proof(*figures: Figure) -> Proof:
    """Make a proof of these figures."""
    section = Section(key="s", title="Section", figures=figures, given_by="the bank says")
    return Proof(
        kind=ProofKind.REPORT, subject="main", title="Report", council="Small Council", first_on=TODAY, as_at=TODAY,
        sections=(section,),
    )  # fmt: skip


def test_a_figure_that_others_state_otherwise_is_named_with_its_difference() -> None:
    fine = Figure(key="a", label="A", amount=Money(5), given=Money(5))
    off = Figure(key="b", label="B", amount=Money(5), given=Money(3))
    assert a_proof(fine, Figure(key="c", label="C", amount=Money(9))).agrees
    proof = a_proof(fine, off)
    assert not proof.agrees
    assert [(f.key, f.difference) for f in proof.differences] == [("b", Money(-2))]


def test_differences_that_cancel_out_are_still_two() -> None:
    """Nothing unexplained is netted."""
    proof = a_proof(
        Figure(key="a", label="A", amount=Money(5), given=Money(3)),
        Figure(key="b", label="B", amount=Money(3), given=Money(5)),
    )
    assert len(proof.differences) == 2


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, 1), (1, 1), (2, 5), (5, 5), (6, 10), (11, 30), (30, 30), (31, 90), (90, 90), (91, "over"), (400, "over")],
)  # fmt: skip
def test_an_item_is_in_one_band_of_age(age: int, band: object) -> None:
    assert [f.key for f in by_age([an_item(age)]) if f.items] == [f"age_{band}"]


@given(st.lists(st.tuples(st.integers(-1, 500), st.integers(-(10**6), 10**6))))
def test_bands_lose_and_double_nothing(ages: list[tuple[int, int]]) -> None:
    items = [an_item(age, pence) for age, pence in ages]
    bands = by_age(items)
    assert sum(f.count or 0 for f in bands) == len(items)
    assert total("all", "All", bands).amount == Money.total(item.amount for item in items)


def test_an_item_is_past_its_days_the_day_after_the_last() -> None:
    on_the_day, after = an_item(3, due_on=TODAY), an_item(4, due_on=TODAY - timedelta(days=1))
    assert past_due([on_the_day, after, an_item(99)], TODAY) == [after]


def test_json_gives_the_same_proof_back() -> None:
    proof = a_proof(
        figure("a", "A", [an_item(1, -250, TODAY), an_item(2)], given=Money(4)), total("b", "B", [])
    )
    assert from_plain(as_plain(proof)) == proof


def test_sealed_figures_keep_count_amount_and_a_hash_of_their_items() -> None:
    proof = a_proof(figure("a", "A", [an_item(1)]), figure("b", "B", [an_item(2)]))
    other = a_proof(figure("a", "A", [an_item(3)]), figure("b", "B", [an_item(2)]))
    kept, changed = sealed(proof, frozenset("a")), sealed(other, frozenset("a"))
    assert (kept.figure("a").items, kept.figure("a").count, kept.figure("a").amount) == ((), 1, Money(100))
    assert kept.figure("a").digest != changed.figure("a").digest
    assert kept.figure("b") == proof.figure("b")


def test_what_only_counts_has_no_amount() -> None:
    assert figure("days", "Days", [an_item(0, 0)]).moneyless
    assert not figure("none", "None", []).moneyless
    assert figure("none", "None", []).amount == NOTHING
