"""What each format says, sentence by sentence."""

from __future__ import annotations

import io
from datetime import date

import pytest
from bacs_writer import advices, arudd, ddic, record, standard18
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.advices import Advice
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.unpaids import Unpaid, UnpaidKind
from localgov_ims.files.events import Closed, Opened
from localgov_ims.files.readers import Reader
from localgov_ims.files.reading import choose, events, read
from localgov_ims_bacs import ADDACS, Arudd, Ddic, Standard18, Standard18Options, ims_file_formats

ITEMS = st.lists(
    st.tuples(st.from_regex(r"[0-9A-Z]{1,18}", fullmatch=True), st.integers(1, 9_999_999)), max_size=6
)


def rows(reader: Reader, data: bytes, kind: type) -> list:
    return [event for event in events(reader, io.BytesIO(data)) if isinstance(event, kind)]


def codes(reader: Reader, data: bytes) -> list[str]:
    return [issue.code for issue in rows(reader, data, Issue)]


@given(ITEMS)
def test_an_unpaid_report_is_read_back_as_it_was_written(items):
    data = arudd(items)
    assert [(row.reference, row.amount.pence) for row in rows(Arudd(), data, Unpaid)] == [
        (ref, -pence) for ref, pence in items
    ]
    assert read([Arudd()], io.BytesIO(data)).accepted


@given(ITEMS)
def test_claims_are_read_back_as_they_were_written(items):
    found = rows(Ddic(), ddic(items), Unpaid)
    assert [(row.reference, row.amount.pence) for row in found] == [(ref, -pence) for ref, pence in items]
    assert read([Ddic()], io.BytesIO(ddic(items))).accepted


@given(st.lists(st.tuples(st.from_regex(r"[0-9A-Z]{1,18}", fullmatch=True), st.sampled_from("0123"))))
def test_advices_are_read_back_as_they_were_written(items):
    found = rows(ADDACS, advices(items), Advice)
    assert [(row.reference, row.code) for row in found] == items


@given(ITEMS, st.booleans())
def test_a_submission_is_read_back_as_it_was_written(items, long):
    day = " 26280" if long else ""
    data = standard18([record(ref, pence, day=day) for ref, pence in items], 106 if long else 100)
    found = rows(Standard18(), data, IncomeRow)
    assert [(row.account_reference, row.amount.pence) for row in found] == items
    assert {row.taken_on for row in found} <= {date(2026, 10, 7) if long else date(2026, 10, 6)}
    assert read([Standard18()], io.BytesIO(data)).accepted


def test_an_unpaid_says_whose_it_was_why_and_when_it_was_collected():
    (row,) = rows(Arudd(), arudd([("770000011", 14500)]), Unpaid)
    assert (row.kind, row.amount, row.code, row.reason) == (
        UnpaidKind.RETURNED, Money(-14500), "0128", "REFER TO PAYER",
    )  # fmt: skip
    assert (row.original_on, row.payer_name, row.payer_account) == (
        date(2026, 10, 2),
        "A PAYER",
        "20000012345678",
    )


def test_a_report_is_known_again_by_its_type_number_day_and_account():
    (opened,) = rows(Arudd(), arudd([]), Opened)
    assert (opened.account, opened.number, opened.key) == (
        "123456", "001", "ARUDD/REFT1019/001/2026-10-06/20000012345678",
    )  # fmt: skip


def test_an_item_without_its_own_reference_has_its_payers():
    data = arudd([("770000011", 100)]).replace(b'ref="770000011" transCode', b'ref="" transCode')
    assert [row.reference for row in rows(Arudd(), data, Unpaid)] == ["770000011"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'returnCode="0128"', b"", "missing-field"),
        (b'originalProcessingDate="2026-10-02"', b'originalProcessingDate="2026-02-30"', "bad-date"),
        (b'valueOf="1.00" currency="GBP"><', b'valueOf="1.00" currency="EUR"><', "currency-mismatch"),
        (b'adviceNumber="001"', b"", "missing-field"),
        (b'userNumber="123456"', b'userNumber="12345"', "bad-field"),
        (b'<ServiceLicenseInformation userNumber="123456"/>', b"", "missing-field"),
        (b'<OriginatingAccount name="C" number="12345678" sortCode="20-00-00"/>', b"", "missing-field"),
        (b"<ARUDD>", b"<AWACS>", "unknown-message"),
    ],
)
def test_what_is_wrong_with_an_unpaid_report_is_named(old, new, code):
    data = arudd([("770000011", 100)])
    assert old in data
    assert codes(Arudd(), data.replace(old, new))[0] == code


def test_another_report_is_refused_by_its_name():
    data = arudd([]).replace(b"ARUDD>", b"InputReport>")
    (issue,) = rows(Arudd(), data, Issue)
    assert "the input report, which says what Bacs did not take" in issue.message


def test_claims_of_several_days_are_several_entries():
    data = ddic([("770000011", 100)])
    claims = data[data.index(b"<NewAdvices>") : data.index(b"</Document>")]
    later = claims.replace(b"10-20", b"10-21").replace(b"NWBK000001", b"NWBK000002")
    found = rows(Ddic(), data.replace(claims, claims + later), Opened)
    assert [(each.paid_on, each.number) for each in found] == [
        (date(2026, 10, 20), "DDICNWBK000001"), (date(2026, 10, 21), "DDICNWBK000002"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"<DateOfDebit>2026-10-20</DateOfDebit>", b"", "missing-field"),
        (b"DDIC</ReportType>", b"DDICX</ReportType>", "unknown-message"),
        (b"<PayingBankReference>DDICNWBK000001</PayingBankReference>", b"", "missing-field"),
        (b"<TotalAmount>", b"<TotalAmount>1.00</TotalAmount><TotalAmount>", "bad-field"),
        (b"NewAdvices>", b"CancelledAdvices>", "unknown-message"),
    ],
)
def test_what_is_wrong_with_a_report_of_claims_is_named(old, new, code):
    data = ddic([("770000011", 100)])
    assert old in data
    assert codes(Ddic(), data.replace(old, new))[0] == code


def test_a_transferred_account_carries_the_new_one():
    data = advices([("770000011", "3")]).replace(
        b'reason-code="3"',
        b'reason-code="3" payer-new-account-number="87654321" payer-new-sort-code="300000"',
    )
    (row,) = rows(ADDACS, data, Advice)
    assert (row.payer_account, row.new_account) == ("20000012345678", "30000087654321")
    assert row.reason == "Account transferred to another bank or building society"


def test_a_reason_that_is_not_known_is_kept_and_flagged():
    data = advices([("770000011", "Z")])
    assert [row.code for row in rows(ADDACS, data, Advice)] == ["Z"]
    (issue,) = rows(ADDACS, data, Issue)
    assert (issue.code, issue.stops) == ("unknown-code", False)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (arudd([]), "arudd"),
        (ddic([]), "ddic"),
        (advices([]), "addacs"),
        (advices([], "AUDACC"), "auddis"),
        (standard18([]), "standard18"),
    ],
)
def test_each_file_is_recognised_by_one_reader_alone(data, name):
    assert choose(list(ims_file_formats()), io.BytesIO(data)).name == name
    utf16 = data.decode().replace("ISO-8859-1", "UTF-16").replace("UTF-8", "UTF-16").encode("utf-16")
    if name != "standard18":
        assert choose(list(ims_file_formats()), io.BytesIO(utf16)).name == name


def test_collections_are_money_in_and_payments_money_out():
    data = standard18([record("A", 100, code) for code in ("01", "17", "18", "19", "99")])
    assert [row.amount.pence for row in rows(Standard18(), data, IncomeRow)] == [100, 100, 100, 100, -100]


def test_instructions_are_counted_and_are_no_rows():
    data = standard18([record("A", 0, code) for code in ("0N", "0C", "0S")])
    (closed,) = rows(Standard18(), data, Closed)
    assert (closed.not_booked, closed.computed.count) == (3, 0)
    assert codes(Standard18(), data.replace(b"00000000000EXAMPLE", b"00000000001EXAMPLE", 1)) == [
        "bad-amount"
    ]


def test_a_contra_is_counted_by_utl1_and_is_no_row():
    data = standard18([record("A", 100), record("CONTRA", 100, "99", "12345678")])
    (closed,) = rows(Standard18(), data, Closed)
    assert (closed.computed.credits, closed.computed.debits, closed.computed.count) == (100, 100, 1)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"HDR2F0200000100", b"HDR2F0200000099", "bad-field"),
        (b"UHL1 26279", b"UHL1 26366", "bad-date"),
        (b"UHL1 26279", b"UHL1 26000", "bad-date"),
        (
            b"123456                                1",
            b"                                      1",
            "missing-field",
        ),
        (b"00000000100", b"0000000010X", "bad-field"),
        (b"UTL10000000", b"UTL1X000000", "bad-field"),
        (b"EOF1", b"EOF9", "bad-field"),
        (b"UHL1", b"UHL2", "layout-mismatch"),
    ],
)
def test_what_is_wrong_with_a_submission_is_named(old, new, code):
    data = standard18([record("A", 100)])
    assert old in data
    assert codes(Standard18(), data.replace(old, new, 1))[0] == code


def test_a_source_may_state_totals_elsewhere():
    data = standard18([record("A", 100)])
    at = data.index(b"UTL1")
    swapped = data[:at] + b"UTL1" + data[at + 17 : at + 30] + data[at + 4 : at + 17] + data[at + 30 :]
    assert codes(Standard18(), swapped)[0] == "total-mismatch"
    options = Standard18Options(utl1_debits=[18, 30], utl1_credits=[5, 17])
    assert not [e for e in Standard18().read(io.BytesIO(swapped), options) if isinstance(e, Issue)]
    with pytest.raises(ValueError, match="first and last position"):
        Standard18Options(utl1_debits=[5])


def test_two_joined_submissions_are_two_entries():
    data = standard18([record("A", 100)])
    assert [each.account for each in rows(Standard18(), data + data, Opened)] == ["123456", "123456"]
