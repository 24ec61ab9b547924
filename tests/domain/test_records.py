"""Funds, methods, bank lines, settlements and suspense: what the smaller records hold to."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import NOW, a_settlement, bank_line, card, fund, method, pounds, settlement_line

from localgov_ims.domain.funds import Nature
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.methods import Banking
from localgov_ims.domain.money import Money
from localgov_ims.domain.received_files import TRANSITIONS, FileEvent, FileStatus
from localgov_ims.domain.settlements import SettlementKind
from localgov_ims.domain.statements import Detail, Evidence, References
from localgov_ims.domain.suspense import SuspenseReason
from localgov_ims.errors import ConfigurationError, RuleViolation


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"vat_code": "S"}, "a debtor control takes no VAT code"),
        ({"suspense": True, "nature": Nature.INCOME}, "the suspense fund is a liability"),
        (
            {"suspense": True, "nature": Nature.LIABILITY, "vat_code": "S"},
            "the suspense fund takes no VAT code",
        ),
        ({"suspense": True, "nature": Nature.LIABILITY, "disabled": True}, "cannot be disabled"),
    ],
)
def test_a_fund_that_contradicts_itself_is_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as refused:
        fund(**given)
    assert refused.value.code == "bad_fund"


@pytest.mark.parametrize("missing", ["provider", "fee"])
def test_money_that_comes_by_settlement_needs_a_provider_and_a_fee_code(missing: str) -> None:
    with pytest.raises(ConfigurationError, match="needs a provider and a fee code") as refused:
        card(**{missing: None})
    assert refused.value.code == "bad_method"
    assert method().banking is Banking.SINGLY


def test_the_text_of_a_bank_line_is_all_that_may_name_the_payer_each_once() -> None:
    said = bank_line(
        narrative=("FPI JONES", "612345674"),
        references=References(structured="RF18", customer="612345674", bank="B1", end_to_end="E2E"),
        counterparty_name="MRS JONES",
        details=(
            Detail(
                narrative=("RENT", "FPI JONES"),
                references=References(structured="RF19"),
                counterparty_name="A SMITH",
            ),
        ),
    )
    assert said.text.splitlines() == [
        "FPI JONES",
        "612345674",
        "RF18",
        "MRS JONES",
        "RENT",
        "RF19",
        "A SMITH",
    ]


def test_a_bank_line_that_says_nothing_has_no_text() -> None:
    assert bank_line().text == ""
    assert bank_line(narrative=("", " ")).text == " "


def test_proof_is_ranked() -> None:
    assert sorted(Evidence, key=lambda each: each.rank) == [
        Evidence.UNPROVED,
        Evidence.COUNTED,
        Evidence.PROVED,
    ]


def test_a_settlement_is_its_lines_less_its_fees() -> None:
    made, recorded = a_settlement(
        [
            settlement_line(amount=pounds("120.00"), fee=pounds("1.37")),
            settlement_line(amount=pounds("45.00"), fee=pounds("1.00"), identifier="txn_2"),
            settlement_line(amount=pounds("-30.00"), kind=SettlementKind.REFUND, identifier="txn_3"),
        ]
    )
    assert (made.gross, made.fees, made.net) == (pounds("135.00"), pounds("2.37"), pounds("132.63"))
    assert Money.total(each.line.net for each in recorded) == made.net


@pytest.mark.parametrize("reason", SuspenseReason)
def test_every_reason_for_suspense_has_a_sentence_of_its_own(reason: SuspenseReason) -> None:
    assert reason.sentence[0].islower()
    assert [other for other in SuspenseReason if other.sentence == reason.sentence] == [reason]


def test_a_recorded_file_may_only_be_reversed_and_a_refused_or_reversed_one_tried_again() -> None:
    assert set(TRANSITIONS) == set(FileStatus)
    assert TRANSITIONS[FileStatus.RECORDED] == {FileStatus.REVERSED}
    assert TRANSITIONS[FileStatus.REFUSED] == TRANSITIONS[FileStatus.REVERSED] == {FileStatus.RECEIVED}
    assert FileStatus.RECORDED not in TRANSITIONS[FileStatus.RECEIVED]
    assert FileStatus.RECORDED not in TRANSITIONS[FileStatus.HELD]


@pytest.mark.parametrize("before", FileStatus)
@pytest.mark.parametrize("after", FileStatus)
def test_a_file_becomes_what_the_table_lets_it_and_nothing_else(
    before: FileStatus, after: FileStatus
) -> None:
    event = FileEvent(id=new_id(), file=new_id(), sequence=4, status=before, at=NOW, by="tester")
    if after in TRANSITIONS[before]:
        following = event.followed_by(after, at=NOW, by="tester")
        assert (following.sequence, following.status, following.file) == (5, after, event.file)
    else:
        with pytest.raises(RuleViolation, match=f"{before.value} cannot become {after.value}"):
            event.followed_by(after, at=NOW, by="tester")
