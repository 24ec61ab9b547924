"""The comparison of what became of each statement line with what must have."""

from datetime import date

import pytest
from attrs import evolve

from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.simulator.office import ModelOffice
from localgov_ims.simulator.truth import Fate, Outcome, Truth, judge, judge_debits


def outcomes(truth: Truth) -> list[Outcome]:
    return [
        Outcome(*key, fate.disposition, fate.fund, fate.account_reference, fate.matched, fate.detail)
        for key, fate in truth.fates.items()
    ]


def test_the_truth_itself_is_right_with_or_without_details(formats):
    truth = ModelOffice(formats=formats).truth()
    for given in (outcomes(truth), [evolve(outcome, detail=None) for outcome in outcomes(truth)]):
        verdict = judge(truth, given)
        assert (verdict.right, verdict.wrong) == (len(truth.fates), ())


def test_a_direct_debit_that_stands_otherwise_or_left_another_sum_is_a_sentence():
    truth = Truth({}, unpaids={"77": "debited"}, collected={"77": NOTHING, "78": Money(5_00)})
    assert list(judge_debits(truth, {"77": "debited"}, {"78": Money(5_00)})) == []
    assert list(judge_debits(truth, {"79": "advised"}, {"77": Money(1_00), "78": Money(5_00)})) == [
        "What came back of 77 is not here; it must be debited.",
        "What came back of 79 is advised; it must be not here.",
        "Account 77 has had £1.00 by Direct Debit; it must be £0.00.",
    ]


TRUTH = Truth({
    ("main", date(2026, 5, 5), 1): Fate(disposition="allocated", fund="23", account_reference="612345674"),
    ("main", date(2026, 5, 5), 2): Fate(disposition="suspense", detail="no_fund"),
})  # fmt: skip
RIGHT = outcomes(TRUTH)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            [evolve(RIGHT[0], account_reference="612345682"), RIGHT[1]],
            (
                "main, 2026-05-05, line 1 is allocated (fund 23, account 612345682);"
                " it must be allocated (fund 23, account 612345674)."
            ),
        ),
        (
            [RIGHT[0], evolve(RIGHT[1], detail="rule")],
            "main, 2026-05-05, line 2 is suspense (rule); it must be suspense (no_fund).",
        ),
        (RIGHT[:1], "main, 2026-05-05, line 2 is missing; it must be suspense (no_fund)."),
        (
            [*RIGHT, RIGHT[1]],
            "main, 2026-05-05, line 2 is given 2 times; a line has one disposition, here suspense (no_fund).",
        ),
        (
            [*RIGHT, evolve(RIGHT[1], position=3)],
            "main, 2026-05-05, line 3 is suspense (no_fund), but there is no such line.",
        ),
    ],
)
def test_each_wrong_line_is_a_sentence(given, sentence):
    assert judge(TRUTH, given).wrong == (sentence,)
