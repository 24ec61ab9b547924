"""A journal cannot be made unless debits equal credits, source by source."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_journal, journal_line, pounds

from localgov_ims.domain.journals import (
    ROLE_ORDER,
    Role,
    Side,
    Source,
)
from localgov_ims.domain.ledger_files import ControlTotals
from localgov_ims.domain.money import Money
from localgov_ims.errors import RuleViolation

amounts = st.integers(1, 10**12).map(Money)
rows = st.lists(st.tuples(st.sampled_from(["9101", "5400", "5400.ENV1", "é£"]), st.integers(-(10**9), 10**9)))


def test_a_journal_adds_its_sides_up() -> None:
    made = a_journal(
        [
            journal_line(),
            journal_line(side=Side.CREDIT, amount=pounds("100.00"), role=Role.FUND),
            journal_line(side=Side.CREDIT, amount=pounds("20.00"), role=Role.VAT),
        ]
    )
    assert made.debits == made.credits == pounds("120.00")
    assert [each.signed for each in made.lines] == [pounds("120.00"), pounds("-100.00"), pounds("-20.00")]


@given(st.lists(st.tuples(amounts, st.sampled_from(Side)), min_size=1, max_size=6), amounts)
def test_a_journal_out_of_balance_by_a_penny_or_more_cannot_be_made(
    sides: list[tuple[Money, Side]], by: Money
) -> None:
    given = [journal_line(amount=amount, side=side) for amount, side in sides]
    balanced = given + [journal_line(amount=amount, side=side.other) for amount, side in sides]
    assert a_journal(balanced).debits == Money.total(amount for amount, _ in sides)
    with pytest.raises(RuleViolation, match=f"differ by .*{by.shown()}") as refused:
        a_journal([*balanced, journal_line(amount=by, side=sides[0][1])])
    assert refused.value.code == "unbalanced"


def test_two_sources_that_only_balance_each_other_are_refused() -> None:
    other = Source("line", "2")
    with pytest.raises(RuleViolation, match="the lines of line 1") as refused:
        a_journal([journal_line(), journal_line(source=other, side=Side.CREDIT)])
    assert refused.value.data["source"] == Source("line", "1")


@pytest.mark.parametrize("amount", ["0", "-120.00"])
def test_a_line_of_nothing_or_less_is_refused(amount: str) -> None:
    with pytest.raises(RuleViolation, match="line 1: its amount must be above zero") as refused:
        a_journal(
            [journal_line(amount=pounds(amount)), journal_line(amount=pounds(amount), side=Side.CREDIT)]
        )
    assert refused.value.code == "bad_journal_line"


def test_bank_and_clearing_come_before_funds_and_vat() -> None:
    assert sorted([Role.VAT, Role.FUND, Role.CLEARING, Role.BANK], key=ROLE_ORDER.__getitem__) == [
        Role.BANK, Role.CLEARING, Role.FUND, Role.VAT,
    ]  # fmt: skip


def test_control_totals_are_counted_as_written() -> None:
    totals = ControlTotals.of([("9101", 12000), ("5400", -10000), ("9301", -2000)])
    assert (totals.rows, totals.debit, totals.credit) == (3, pounds("120.00"), pounds("120.00"))
    assert totals.digest == hashlib.sha256(b"5400|-10000\n9101|12000\n9301|-2000\n").hexdigest()


@given(rows, st.randoms(use_true_random=False))
def test_control_totals_do_not_depend_on_the_order_of_rows(
    rows: list[tuple[str, int]], chance: object
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ControlTotals.of(shuffled) == ControlTotals.of(rows)


@given(rows, st.integers(1, 10**6))
def test_a_penny_moved_between_accounts_changes_the_digest(rows: list[tuple[str, int]], pence: int) -> None:
    before, after = [*rows, ("9101", pence), ("5400", -pence)], [*rows, ("9301", pence), ("5400", -pence)]
    assert ControlTotals.of(before).digest != ControlTotals.of(after).digest
    assert ControlTotals.of(before).debit == ControlTotals.of(after).debit
