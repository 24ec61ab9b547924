"""However a row is allocated, by index, plainly or from memory, the answer is the same, and the money adds up."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.allocation.rule_strategies import AMOUNTS, rows, rule_sets, splits
from tests.builders import council, row, row_source

from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.rows import HolderState
from localgov_ims.allocation.rules import Part, Rule
from localgov_ims.allocation.splits import shares
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.money import Money
from localgov_ims.domain.suspense import SuspenseReason

REFERENCES = evolve(council().references, import_types=None)


class Somebody:
    """One open account of council tax."""

    def state(self, fund: str, account_reference: str) -> HolderState | None:
        return HolderState.OPEN if (fund, account_reference) == ("23", "612345674") else None


@given(rule_sets, st.lists(rows, min_size=1, max_size=6), st.sampled_from([{}, {"fund": "05"}, {"mop": "12", "narrative": "RENT"}]),
       st.booleans())  # fmt: skip
def test_the_index_the_memory_and_the_explanation_give_one_answer(
    rules: tuple[Rule, ...], given: list[IncomeRow], defaults: dict[str, str], negative: bool  # noqa: FBT001
) -> None:  # fmt: skip
    source = row_source(
        import_type="agency", file_name="RENT.csv", defaults=defaults, allow_negative=negative
    )
    asked = Allocator(rules, REFERENCES).of(source, Somebody())
    for each in (*given, *given):
        answer, explanation = asked.allocate(each), asked.explain(each)
        assert explanation.allocation == answer
        assert {step.rule for step in explanation.steps} == {rule.name for rule in rules}
        assert answer.rules == tuple(
            dict.fromkeys(s.rule for s in explanation.steps if s.outcome.value == "matched")
        )


@given(rule_sets, rows)
def test_a_row_goes_wholly_to_lines_or_wholly_to_suspense(rules: tuple[Rule, ...], given: IncomeRow) -> None:
    answer = Allocator(rules, REFERENCES).of(row_source(allow_negative=True)).allocate(given)
    assert bool(answer.parts) is (answer.reason is None) is (answer.held is None)
    if answer.parts:
        assert Money.total(part.amount for part in answer.parts) == given.amount
        assert all(part.amount for part in answer.parts) or not given.amount
    elif answer.held is not None:
        assert answer.held.amount == given.amount


@given(rule_sets.flatmap(lambda rules: st.tuples(st.just(rules), st.permutations(rules))), rows)
def test_the_order_in_which_rules_are_written_decides_nothing(
    rules: tuple[tuple[Rule, ...], list[Rule]], given: IncomeRow
) -> None:
    written, shuffled = rules
    first, second = (Allocator(each, REFERENCES).of(row_source()) for each in (written, shuffled))
    assert first.allocate(given) == second.allocate(given)


@given(splits, AMOUNTS)
def test_shares_add_up_and_mirror_their_sign(parts: tuple[Part, ...], amount: Money) -> None:
    given = shares(amount, parts)
    if given is not None:
        assert Money.total(given) == amount
        if parts[0].percent is not None:
            assert shares(-amount, parts) == tuple(-share for share in given)
    else:
        assert amount < Money.total(part.amount for part in parts if part.amount is not None)


def percents(*given: str) -> tuple[Part, ...]:
    return tuple(Part(percent=percent, set={"fund": "05"}) for percent in given)


FIXED = (Part(amount=Money(30_00), set={"fund": "05"}), Part(remainder=True, set={"fund": "13"}))


@pytest.mark.parametrize(
    ("amount", "parts", "lines"),
    [
        (10, percents("33.3", "33.3", "33.4"), (3, 3, 4)), (100_01, percents("50", "50"), (50_01, 50_00)),
        (-100_01, percents("50", "50"), (-50_01, -50_00)), (80_00, FIXED, (30_00, 50_00)), (30_00, FIXED, (30_00,)),
        (1, percents("50", "50"), (1,)), (0, percents("50", "50"), (0,)),
    ],
)  # fmt: skip
def test_a_split_makes_lines_that_add_up(
    amount: int, parts: tuple[Part, ...], lines: tuple[int, ...]
) -> None:
    asked = Allocator([Rule(name="split", order=1, split=parts)], REFERENCES).of(
        row_source(allow_negative=True)
    )
    answer = asked.allocate(row(amount=Money(amount)))
    assert tuple(part.amount.pence for part in answer.parts) == lines
    assert all(part.rule == "split" for part in answer.parts)


@pytest.mark.parametrize("amount", [20_00, -30_00])
def test_fixed_parts_beyond_the_amount_send_the_whole_row_to_suspense(amount: int) -> None:
    asked = Allocator([Rule(name="split", order=1, split=FIXED)], REFERENCES).of(
        row_source(allow_negative=True)
    )
    answer = asked.allocate(row(amount=Money(amount)))
    assert (answer.reason, answer.rule) == (SuspenseReason.SPLIT_TOO_LARGE, "split")
    assert answer.held is not None
    assert answer.held.amount == Money(amount)


def test_rules_with_days_are_asked_by_the_day_of_payment() -> None:
    asked = Allocator(
        [Rule(name="may", order=1, set={"fund": "05"}, ends_on=date(2026, 5, 12))], REFERENCES
    ).of(row_source(received_on=date(2026, 6, 1)))  # fmt: skip
    assert asked.allocate(row(taken_on=date(2026, 5, 12))).rules == ("may",)
    assert asked.allocate(row(taken_on=date(2026, 5, 13))).reason is SuspenseReason.NO_FUND
