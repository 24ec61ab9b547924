"""A feed's file: the worked example to the byte, and what could not be proved is refused."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve
from tests.builders import pounds

from localgov_ims.domain.feeds import Exclusion, Feed, FeedLine, split_by_reason
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.files.writing.feeds import FeedHead, FeedTotals, FeedWriter

COUNCIL = Path(__file__).parents[3] / "examples" / "small_council" / "council.toml"
TABLE = tomllib.loads(COUNCIL.read_text("utf-8"))["feeds"]["council-tax"]["layout"]
WRITER = FeedWriter.of(TABLE, {"30": "DD", "90": "CC"})
ON = date(2026, 5, 14)
WORKED = b"HCTAX00004120260514\nD71000012345000000018000+20260514DD\nD71000098765000000002500-20260514CC\nT0000020000000015500+\n"


def fed(account="710000123450", amount="180.00", mop="30", **given):
    """A receipt of council tax."""
    usual = {
        "id": new_id(), "reference": "R1_1", "fund": "23", "account_reference": account, "amount": pounds(amount), "mop": mop,
        "narrative": None, "kind": "receipt", "origin": "payment", "taken_on": ON, "office": None, "corrects": None,
        "corrects_id": None,
    }  # fmt: skip
    return FeedLine(**usual | given)


def head(*lines, sequence=41):
    total = sum(each.amount.pence for each in lines)
    return FeedHead(
        name="council-tax", number=f"council-tax-{sequence:06d}", sequence=sequence, created_on=ON, count=len(lines),
        total=total, first_on=ON, last_on=ON,
    )  # fmt: skip


TWO = (fed(), fed("710000987650", "-25.00", "90", kind="refund"))


def test_the_worked_example_comes_out_to_the_byte():
    assert WRITER.write(head(*TWO), TWO) == (WORKED, [])
    assert WRITER.reparse(WORKED) == FeedTotals(2, Money(155_00))


def test_an_empty_day_is_a_header_and_a_trailer():
    data, problems = WRITER.write(head(), [])
    assert (data, problems) == (b"HCTAX00004120260514\nT0000000000000000000+\n", [])
    assert WRITER.reparse(data) == FeedTotals(0, Money(0))


def test_more_given_back_than_paid_has_the_sign_of_the_total():
    line = fed(amount="-1.00")
    data, _ = WRITER.write(head(line), [line])
    assert data.endswith(b"T0000010000000000100-\n")
    assert WRITER.reparse(data).total == Money(-100)


@pytest.mark.parametrize("place", [0, 33, 42, 80, 93, 99, 112])
def test_a_file_that_was_changed_is_refused(place):
    data = bytearray(WORKED)
    data[place] = ord("7")
    with pytest.raises(RuleViolation):
        WRITER.reparse(bytes(data))


def test_a_line_that_cannot_be_told_is_a_problem_with_its_reference():
    lines = [fed(mop="XX"), fed(None), fed("7100001234567")]
    _, problems = WRITER.write(head(*lines), lines)
    assert [(p.code, p.where) for p in problems] == [
        ("missing_setting", "line R1_1"), ("missing_setting", "line R1_1, account"), ("too_long", "line R1_1, account"),
    ]  # fmt: skip


def test_a_kind_goes_before_a_method():
    writer = FeedWriter.of(TABLE, {"90": "CC", "clearance": "SU"})
    line = fed(mop="90", kind="clearance")
    assert writer.write(head(line), [line])[0].splitlines()[1].endswith(b"SU")


@pytest.mark.parametrize(
    "table",
    [
        {key: value for key, value in TABLE.items() if key != "trailer"},
        TABLE
        | {"trailer": {"field": [each for each in TABLE["trailer"]["field"] if each["name"] != "lines"]}},
        TABLE | {"field": [each for each in TABLE["field"] if each["name"] != "sign"]},
    ],
)
def test_a_layout_whose_files_prove_nothing_is_refused(table):
    with pytest.raises(ConfigurationError, match="nothing else proves a file"):
        FeedWriter.of(table, {})


def test_a_source_of_journals_is_none_of_feeds():
    wrong = TABLE | {"field": [*TABLE["field"], {"name": "x", "from": "line.account", "width": 1}]}
    with pytest.raises(ConfigurationError, match=r"no source 'line\.account'"):
        FeedWriter.of(wrong, {})


# --- What is not fed ---------------------------------------------------------------------------------------

FEED = Feed(
    name="ctax", funds=("23",), layout=TABLE,
    exclude=(
        Exclusion(reason="its own file", origin="ctax-dd"), Exclusion(reason="from the DWP", mop="27"),
        Exclusion(reason="cash by agents", origin="allpay", mop="01"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"origin": "ctax-dd"}, "its own file"), ({"mop": "27"}, "from the DWP"), ({"origin": "allpay"}, None),
        ({"origin": "allpay", "mop": "01"}, "cash by agents"), ({"mop": "01"}, None),
    ],
)  # fmt: skip
def test_a_line_is_left_out_by_origin_and_method(given, reason):
    assert [why for _, why in split_by_reason(FEED, [fed(**given)], {})] == [reason]


def test_a_correction_follows_what_it_corrects_also_of_an_earlier_day():
    first = fed(origin="ctax-dd")
    unpaid = fed(kind="reversal", origin="transaction", corrects_id=first.id)
    back = fed(kind="refund", origin="refund_request", corrects_id=first.id)
    assert [why for _, why in split_by_reason(FEED, [first, unpaid, back], {})] == ["its own file"] * 3
    assert [why for _, why in split_by_reason(FEED, [unpaid], {first.id: "its own file"})] == ["its own file"]
    of_fed = evolve(unpaid, mop="27")  # what was told is taken back, by whichever method
    assert [why for _, why in split_by_reason(FEED, [of_fed], {first.id: None})] == [None]


def test_money_that_moves_away_is_told_even_if_it_was_on_the_account_already():
    first = fed(origin="ctax-dd")
    away = fed(kind="transfer", origin="reallocation", corrects_id=first.id, amount="-180.00")
    assert [why for _, why in split_by_reason(FEED, [first, away], {})] == ["its own file", None]


def test_an_exclusion_of_everything_is_refused():
    with pytest.raises(ConfigurationError, match="an origin, a mop, or both"):
        Exclusion(reason="all")


@pytest.mark.parametrize("funds", [(), ("SUSP",), ("23", "nothing")])
def test_a_feed_of_no_fund_or_of_suspense_is_refused(funds):
    with pytest.raises(ConfigurationError, match="other than suspense"):
        evolve(FEED, funds=funds).check({"23", "SUSP"}, {"27", "01"}, "SUSP")
