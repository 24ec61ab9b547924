"""Is this the same money? Each shipped rule on a handful of records, and uniqueness for all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import pounds
from tests.reconciliation.snapshot import (
    RULES,
    Open,
    bank,
    found,
    loaded,
    matched,
    missed,
    number,
    paid_out,
    pairs,
    payout,
    receipt,
    suggested,
    taken_by_card,
)

from localgov_ims.domain.money import Money
from localgov_ims.errors import RuleViolation
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.rules import MatchRule
from localgov_ims.reconciliation.shipped import SHIPPED

ACCOUNT, OTHER = "612345674", "987654320"


def test_a_pair_says_what_was_equal_and_how_far_apart() -> None:
    (pair,) = pairs("reference", bank(1, day=2, end_to_end="R7"), receipt(1, reference="R7"))
    assert pair.amount == pounds("120.00")
    assert pair.evidence == {"reference": "R7", "days": 2}


@pytest.mark.parametrize(
    ("left", "fits"),
    [
        (bank(1, end_to_end="R7"), True), (bank(1, structured="R7"), True), (bank(1, end_to_end="R8"), False),
        (bank(1), False), (bank(1, pence=119_99, end_to_end="R7"), False), (bank(1, pence=-120_00, end_to_end="R7"), False),
        (bank(1, day=-3, end_to_end="R7"), True), (bank(1, day=-4, end_to_end="R7"), False),
        (bank(1, day=30, end_to_end="R7"), True), (bank(1, day=31, end_to_end="R7"), False),
        (bank(1, end_to_end="R7", source="cardco"), False),
    ],
)  # fmt: skip
def test_our_reference_with_the_same_amount_within_its_days_is_the_same_money(left: Open, fits: bool) -> None:  # noqa: FBT001
    assert matched("reference", left, receipt(1, reference="R7")) == ({(1, 1)} if fits else set())


def test_money_that_a_provider_pays_out_is_never_on_a_line_of_its_own() -> None:
    card = taken_by_card(1, paid_by="pi_1")
    by_reference = evolve(card, columns=card.columns | {"reference": "R7"}, texts=(ACCOUNT,))
    assert matched("reference", bank(1, end_to_end="R7"), by_reference) == set()
    assert matched("reference-in-text", bank(1, texts=[ACCOUNT]), by_reference) == set()


def test_the_end_to_end_reference_is_asked_before_the_structured_one() -> None:
    lines = bank(1, end_to_end="R7", structured="R8"), bank(2, structured="R8")
    assert matched("reference", *lines, receipt(1, reference="R7"), receipt(2, reference="R8")) == {
        (1, 1),
        (2, 2),
    }


@pytest.mark.parametrize(
    "records",
    [
        (bank(1, end_to_end="R7"), bank(2, end_to_end="R7"), receipt(1, reference="R7")),
        (bank(1, end_to_end="R7"), receipt(1, reference="R7"), receipt(2, reference="R7")),
        (bank(1, end_to_end="R7"), bank(2, day=1, end_to_end="R7"), receipt(1, reference="R7"), receipt(2, reference="R7")),
    ],
)  # fmt: skip
def test_ambiguous_lines_are_left_for_a_person(records: tuple[Open, ...]) -> None:
    assert matched("reference", *records) == set()


def test_a_rival_of_another_amount_is_none() -> None:
    records = (bank(1, end_to_end="R7"), receipt(1, reference="R7"), receipt(2, pence=1_00, reference="R7"))
    assert matched("reference", *records) == {(1, 1)}


SOURCED = {"source": "cardco"}


@pytest.mark.parametrize(
    ("left", "fits"),
    [
        (bank(1, **SOURCED, payout="po_1"), True), (bank(1, **SOURCED), True), (bank(1, **SOURCED, payout="po_2"), False),
        (bank(1, source="allpay"), False), (bank(1), False), (bank(1, pence=1_00, **SOURCED, payout="po_1"), False),
        (bank(1, day=-3, **SOURCED), True), (bank(1, day=7, **SOURCED), True), (bank(1, day=8, **SOURCED), False),
        (bank(1, day=-4, **SOURCED, payout="po_1"), False),
    ],
)  # fmt: skip
def test_a_payout_is_its_source_with_its_number_or_else_its_net(left: Open, fits: bool) -> None:  # noqa: FBT001
    assert matched("settlement", left, payout(1, reference="po_1")) == ({(1, 1)} if fits else set())


def test_a_line_that_names_one_payout_never_takes_another_of_the_same_net() -> None:
    assert matched("settlement", bank(1, **SOURCED, payout="po_1"), payout(2, reference="po_2")) == set()
    both = (
        bank(1, **SOURCED, payout="po_1"),
        bank(2, **SOURCED),
        payout(1, reference="po_1"),
        payout(2, reference="po_2"),
    )
    assert matched("settlement", *both) == {(1, 1), (2, 2)}


def test_two_payouts_of_one_net_and_a_line_that_names_neither_are_left_for_a_person() -> None:
    assert (
        matched("settlement", bank(1, **SOURCED), payout(1, reference="po_1"), payout(2, reference="po_2"))
        == set()
    )


@pytest.mark.parametrize(
    ("left", "fits"),
    [
        (paid_out(1, paid_by="pi_1"), True), (paid_out(1, paid_by="pi_2"), False),
        (paid_out(1, paid_by="pi_1", kind="refund"), False), (paid_out(1, 0, 119_00, paid_by="pi_1"), False),
        (paid_out(1, 60, paid_by="pi_1"), True), (paid_out(1, 61, paid_by="pi_1"), False),
        (paid_out(1, -3, paid_by="pi_1"), True),
    ],
)  # fmt: skip
def test_a_payment_in_a_settlement_is_the_receipt_of_its_provider_reference(left: Open, fits: bool) -> None:  # noqa: FBT001
    card = taken_by_card(1, paid_by="pi_1")
    assert matched("settlement-line", left, card) == ({(1, 1)} if fits else set())
    assert matched("settlement-line", left, taken_by_card(1, paid_by="pi_1", provider="stripe")) == set()


@pytest.mark.parametrize(
    ("left", "fits"),
    [
        (bank(1, texts=[ACCOUNT]), True), (bank(1, texts=[OTHER, ACCOUNT]), True), (bank(1, texts=[OTHER]), False),
        (bank(1, day=3, texts=[ACCOUNT]), True), (bank(1, day=4, texts=[ACCOUNT]), False),
        (bank(1, day=-1, texts=[ACCOUNT]), False), (bank(1, pence=1_00, texts=[ACCOUNT]), False),
        (bank(1, texts=[ACCOUNT], **SOURCED), False),
    ],
)  # fmt: skip
def test_an_account_in_the_text_with_the_same_amount_is_the_same_money(left: Open, fits: bool) -> None:  # noqa: FBT001
    fitting = pairs("reference-in-text", left, receipt(1, texts=[ACCOUNT]))
    assert [pair.evidence["account_reference"] for pair in fitting] == ([ACCOUNT] if fits else [])
    assert [pair.evidence["written"] for pair in fitting] == ([f"~{ACCOUNT}"] if fits else [])


def test_equal_payments_for_one_account_stand_for_each_other_in_order_of_date() -> None:
    lines = bank(1, day=2, texts=[ACCOUNT]), bank(2, day=1, texts=[ACCOUNT])
    receipts = receipt(1, day=0, texts=[ACCOUNT]), receipt(2, day=1, texts=[ACCOUNT])
    assert matched("reference-in-text", *lines, *receipts) == {(2, 1), (1, 2)}


def test_of_more_lines_than_receipts_the_last_is_left() -> None:
    lines = [bank(n, day=n, texts=[ACCOUNT]) for n in (1, 2, 3)]
    receipts = [receipt(n, day=1, texts=[ACCOUNT]) for n in (1, 2)]
    assert matched("reference-in-text", *lines, *receipts) == {(1, 1), (2, 2)}


def test_a_line_out_of_reach_of_a_receipt_does_not_hold_up_the_one_behind_it() -> None:
    lines = [bank(n, day=n, texts=[ACCOUNT]) for n in (1, 2, 3)]
    receipts = receipt(1, day=0, texts=[ACCOUNT]), receipt(2, day=3, texts=[ACCOUNT])
    assert matched("reference-in-text", *lines, *receipts) == {(1, 1), (3, 2)}


@pytest.mark.parametrize(
    "records",
    [
        (bank(1, texts=[ACCOUNT, OTHER]), receipt(1, texts=[ACCOUNT]), receipt(2, texts=[OTHER])),
        (bank(1, texts=[ACCOUNT]), bank(2, texts=[OTHER]), receipt(1, texts=[ACCOUNT, OTHER])),
    ],
)
def test_a_record_that_fits_two_accounts_is_left_for_a_person(records: tuple[Open, ...]) -> None:
    assert matched("reference-in-text", *records) == set()


def test_what_one_rule_has_paired_is_open_to_no_other() -> None:
    records = (bank(1, end_to_end="R7", texts=[ACCOUNT]), receipt(1, reference="R7", texts=[ACCOUNT]))
    with Matcher() as matcher:
        loaded(matcher, records)
        found = [matcher.run(rule) for rule in SHIPPED]
        assert sum(found) == found[0] == 1
        assert [matcher.run(rule) for rule in SHIPPED] == [0 for _ in SHIPPED]


@st.composite
def snapshots(draw: st.DrawFn) -> list[Open]:
    """Draw a crowd of records so alike that they are rivals."""
    some = st.integers(0, 5)
    keys, accounts = (
        st.sampled_from(["R1", "R2", "R3"]),
        st.lists(st.sampled_from([ACCOUNT, OTHER]), max_size=2),
    )
    days, pence = st.integers(-1, 4), st.sampled_from([100, 200])

    def texts() -> list[str]:
        return list(dict.fromkeys(draw(accounts)))

    records = [
        bank(n, draw(days), draw(pence), texts(), end_to_end=draw(keys), structured=draw(keys))
        for n in range(draw(some))
    ]
    records += [
        bank(
            n,
            draw(days),
            draw(pence),
            source="cardco",
            **({"payout": draw(keys)} if draw(st.booleans()) else {}),
        )
        for n in range(100, 100 + draw(some))
    ]
    records += [receipt(n, draw(days), draw(pence), texts(), reference=draw(keys)) for n in range(draw(some))]
    records += [
        taken_by_card(n, draw(days), draw(pence), paid_by=draw(keys)) for n in range(100, 100 + draw(some))
    ]
    records += [payout(n, draw(days), draw(pence), reference=draw(keys)) for n in range(draw(some))]
    records += [paid_out(n, draw(days), draw(pence), paid_by=draw(keys)) for n in range(draw(some))]
    return records


def outcome(records: list[Open]) -> list[object]:
    """Run every rule over *records*, and return pairs and misses."""
    with Matcher() as matcher:
        loaded(matcher, records)
        pairs_: list[object] = [found(matcher, rule) for rule in SHIPPED]
        return [
            *pairs_,
            matcher.suggestions(),
            *(sorted(matcher.misses(rule), key=lambda miss: miss.left) for rule in SHIPPED),
        ]


@settings(max_examples=8)
@given(snapshots(), st.data())
def test_permuting_the_records_changes_nothing(records: list[Open], data: st.DataObject) -> None:
    assert outcome(data.draw(st.permutations(records))) == outcome(records)


@settings(max_examples=10)
@given(snapshots())
def test_no_record_is_matched_twice_and_both_sides_are_the_same_sum(records: list[Open]) -> None:
    by_id = {record.id: record for record in records}
    with Matcher() as matcher:
        loaded(matcher, records)
        every = [(rule, pair) for rule in SHIPPED for pair in found(matcher, rule)]
    assert len({(rule.role, pair.right) for rule, pair in every}) == len(every)
    assert len({(rule.role, pair.left) for rule, pair in every if pair.sole}) == sum(p.sole for _, p in every)
    for rule, pair in every:
        left, right = by_id[UUID(pair.left)], by_id[UUID(pair.right)]
        assert pair.amount == Money(left.pence) == Money(right.pence)
        assert pair.evidence["days"] == left.day - right.day
        assert rule.window[0] <= left.day - right.day <= rule.window[1]


some_days = st.lists(st.integers(0, 8), max_size=6)


@settings(max_examples=10)
@given(some_days, some_days)
def test_of_equal_payments_nothing_is_left_that_could_be_matched(came: list[int], taken: list[int]) -> None:
    lines = [bank(n, day, texts=[ACCOUNT]) for n, day in enumerate(came)]
    receipts = [receipt(n, day, texts=[ACCOUNT]) for n, day in enumerate(taken)]
    done = matched("reference-in-text", *lines, *receipts)
    left = [line.day for n, line in enumerate(lines) if n not in {ours for ours, _ in done}]
    right = [each.day for n, each in enumerate(receipts) if n not in {theirs for _, theirs in done}]
    assert not [(line, each) for line in left for each in right if 0 <= line - each <= 3]


@pytest.mark.parametrize(
    ("rule", "records", "sentence"),
    [
        (
            "reference",
            (bank(1, pence=108_00, end_to_end="R7"), receipt(1, reference="R7")),
            "Rule reference: reference R7 fits, but £120.00 was expected and £108.00 came.",
        ),
        (
            "reference",
            (bank(1, day=40, end_to_end="R7"), receipt(1, reference="R7")),
            "Rule reference: reference R7 and the amount fit, but 40 days lie between, or more than one fits.",
        ),
        (
            "settlement",
            (bank(1, pence=100_00, **SOURCED, payout="po_1"), payout(1, reference="po_1")),
            "Rule settlement: source cardco, reference po_1 fits, but £120.00 was expected and £100.00 came.",
        ),
        (
            "reference-in-text",
            (bank(1, pence=119_00, texts=[ACCOUNT]), receipt(1, texts=[ACCOUNT])),
            (
                f"Rule reference-in-text: account reference {ACCOUNT}, written ~{ACCOUNT} fits, but £120.00 was expected "
                "and £119.00 came."
            ),
        ),
    ],
)
def test_a_near_miss_says_by_what_it_failed(rule: str, records: tuple[Open, ...], sentence: str) -> None:
    assert [miss.sentence() for miss in missed(rule, *records)] == [sentence]


def test_the_nearest_of_several_misses_is_told() -> None:
    receipts = [
        receipt(n, pence=pence, reference="R7") for n, pence in ((1, 100_00), (2, 119_00), (3, 500_00))
    ]
    (miss,) = missed("reference", bank(1, end_to_end="R7"), *receipts)
    assert miss.other == pounds("119.00")


def test_what_is_matched_or_names_nothing_misses_nothing() -> None:
    assert (
        missed("reference", bank(1, end_to_end="R7"), bank(2), receipt(1, reference="R7"), receipt(2)) == []
    )


AWKWARD = 'O\'Brien, "x"; £é\nnext\r| ,'


def test_text_with_quotes_commas_and_line_ends_is_compared_as_it_is() -> None:
    assert matched("reference", bank(1, end_to_end=AWKWARD), receipt(1, reference=AWKWARD)) == {(1, 1)}


def test_absent_references_are_not_equal() -> None:
    assert matched("reference", bank(1, end_to_end=""), receipt(1, reference="")) == set()


def councils(**given: object) -> MatchRule:
    return evolve(RULES["reference"], name="own", **given)


OWN: list[tuple[Callable[[], MatchRule], bool]] = [
    (lambda: councils(window=(0, 0)), False),
    (lambda: councils(where={"right.provider": "O'Brien"}), True),
    (lambda: councils(where={"right.provider": "other"}), False),
]


@pytest.mark.parametrize(("make", "fits"), OWN)
def test_a_rule_of_a_council_is_run_as_it_says(make: Callable[[], MatchRule], fits: bool) -> None:  # noqa: FBT001
    rule = make()
    records = (bank(1, day=1, end_to_end="R7"), receipt(1, reference="R7", provider="O'Brien"))
    assert matched(rule, *records) == ({(1, 1)} if fits else set())


def test_a_pair_that_two_rules_suggest_is_suggested_once_by_the_first() -> None:
    lines = [bank(1, texts=[ACCOUNT])]
    receipts = [receipt(1, texts=[ACCOUNT], fund="23"), receipt(2, texts=[ACCOUNT], fund="05")]
    found_ = suggested(*lines, *receipts)
    assert [(pair.rule.name, pair.rank, number(pair.right)) for pair in found_] == [
        ("reference-in-text", 1, 1), ("reference-in-text", 2, 2),
    ]  # fmt: skip
    assert pairs("reference-in-text", *lines, *receipts) == []


def test_an_amount_that_fits_alone_is_only_suggested_with_its_rivals_and_the_share_of_collisions() -> None:
    found_ = suggested(bank(1), bank(2, day=1), receipt(1), receipt(2, day=1, pence=1_00))
    assert [(pair.rule.name, number(pair.left), pair.evidence["rivals"]) for pair in found_] == [
        ("amount-and-day", 1, 1), ("amount-and-day", 2, 1),
    ]  # fmt: skip
    assert found_[0].evidence["collisions"] == "33.3 %"
    assert matched("amount-and-day", bank(1), receipt(1)) == set()


@pytest.mark.parametrize(("crowd", "told"), [(200, 5), (201, 0)])
def test_an_amount_that_a_crowd_shares_suggests_nothing(crowd: int, told: int) -> None:
    assert len(suggested(bank(1), *(receipt(n) for n in range(1, crowd + 1)))) == told


@pytest.mark.parametrize(("typed", "fits"), [("612345675", True), ("612345665", False)])
def test_a_mistyped_reference_is_suggested_where_one_character_is_wrong(typed: str, fits: bool) -> None:  # noqa: FBT001
    with Matcher() as matcher:
        loaded(matcher, [bank(1), receipt(1, texts=[ACCOUNT])])
        matcher.load_part("line", "text_number", [(bank(1).id, typed, typed)])
        matcher.run(RULES["reference-nearly"])
        assert bool(matcher.suggestions()) is fits


def test_a_refused_pair_is_neither_matched_nor_suggested() -> None:
    records = bank(1, end_to_end="R7"), receipt(1, reference="R7")
    with Matcher() as matcher:
        loaded(matcher, records).refuse([(records[0].id, records[1].id)])
        assert [matcher.run(rule) for rule in SHIPPED] == [0 for _ in SHIPPED]
        assert matcher.suggestions() == []


SLIP = {"provider_reference": "BAG-1"}


@pytest.mark.parametrize(("pence", "fits"), [(150_00, True), (149_99, False)])
def test_the_receipts_of_one_paying_in_slip_are_one_credit(pence: int, fits: bool) -> None:  # noqa: FBT001
    together = pairs(
        "ereturn",
        bank(1, pence=pence, structured="BAG-1"),
        receipt(1, **SLIP),
        receipt(2, pence=30_00, **SLIP),
    )
    assert [(pair.amount.pence, pair.sole, pair.evidence["members"]) for pair in together] == (
        [(120_00, False, 2), (30_00, False, 2)] if fits else []
    )


def test_two_credits_for_one_slip_are_left_for_a_person() -> None:
    assert (
        matched("ereturn", bank(1, end_to_end="BAG-1"), bank(2, end_to_end="BAG-1"), receipt(1, **SLIP))
        == set()
    )


def test_an_unpaid_takes_back_a_receipt_whether_or_not_the_bank_brought_it_in_the_same_run() -> None:
    records = (
        bank(1, end_to_end="R7"), receipt(1, reference="R7"),
        bank(2, day=3, pence=-120_00, source="dd", original="R7"),
    )  # fmt: skip
    with Matcher() as matcher:
        loaded(matcher, records)
        every = [(pair.rule.role, number(pair.left)) for rule in SHIPPED for pair in found(matcher, rule)]
    assert every == [("banked", 1), ("returned", 2)]


def test_what_does_not_fit_into_memory_is_said_and_nothing_of_it_is_left_on_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def overfill() -> None:
        with Matcher() as matcher:
            matcher.duck.execute("SET memory_limit = '60MB'")
            matcher.duck.execute(
                "CREATE TABLE large AS SELECT 'what a person wrote ' || n FROM range(3000000) AS t(n)"
            )

    with pytest.raises(RuleViolation) as refused:
        overfill()
    assert refused.value.code == "too_little_memory"
    assert list(tmp_path.iterdir()) == []
