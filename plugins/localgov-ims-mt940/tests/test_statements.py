"""Statements: signs, days, pages, text, and what must not be missing."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mt_asking import balance, closed, codes, entry, events, issue, lines, statement

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import Evidence
from localgov_ims.files import reading
from localgov_ims_mt940 import Mt940, ims_file_formats


@pytest.mark.parametrize(
    ("mark", "pence"), [("C", 500), ("D", -500), ("RC", -500), ("RD", 500), ("CP", 500), ("RDP", 500)]
)
def test_a_mark_gives_the_direction_and_a_taken_back_entry_goes_the_other_way(mark: str, pence: int) -> None:
    found = events(statement([entry(500, mark=mark)], closing=10_000 + pence))
    [line] = lines(found)
    assert (codes(found), line.amount, line.reversal) == ([], Money(pence), mark[0] == "R")


def test_a_bank_that_means_otherwise_is_read_by_an_option_and_the_mismatch_names_it() -> None:
    text = statement([entry(500, mark="RC")], closing=10_500)
    assert codes(events(text, reversal_marks="ignore_r")) == []
    found = events(text)
    assert codes(found) == ["balance-mismatch"]
    assert "reversal_marks = 'ignore_r'" in issue(found).message


@pytest.mark.parametrize(
    ("days", "booked_on"),
    [("2612310102", date(2027, 1, 2)), ("2701021231", date(2026, 12, 31)), ("261005", date(2026, 10, 5)),
     ("261005    ", date(2026, 10, 5)), ("2802280229", date(2028, 2, 29))],
)  # fmt: skip
def test_an_entry_day_takes_the_year_nearest_its_value_date(days: str, booked_on: date) -> None:
    [line] = lines(events(statement([[f":61:{days}C5,NTRFNONREF"]], closing=10_500)))
    assert line.booked_on == booked_on


@pytest.mark.parametrize(
    ("printed", "pence"), [("20,5", 2050), ("1000,", 100_000), ("8,8500", 885), ("0,00", 0)]
)
def test_amounts_have_a_decimal_comma(printed: str, pence: int) -> None:
    [line] = lines(events(statement([[f":61:261005C{printed}NTRFX"]], closing=10_000 + pence)))
    assert line.amount == Money(pence)


@pytest.mark.parametrize("printed", ["5", "5.00", "1,005", "1.000,00", "-5,00", ",50"])
def test_other_amounts_are_refused(printed: str) -> None:
    assert codes(events(statement([[f":61:261005C{printed}NTRFX"]])))[0] in ("bad-amount", "bad-field")


def test_what_an_entry_says_is_kept_to_the_letter() -> None:
    body = [
        ":61:2610051005C5,00NBGC 70-1 OCT//ASR/1",
        "SUPPLEMENT",
        ":86:LINE  ONE ",
        "  TWO",
        ":86:",
        ":86:THREE",
    ]
    [line] = lines(events(statement([body], closing=10_500)))
    assert (line.code, line.references.customer, line.references.bank) == ("BGC", " 70-1 OCT", "ASR/1")
    assert line.narrative == ("SUPPLEMENT", "LINE  ONE ", "  TWO", "THREE")
    assert (line.position, line.place) == (1, "line 5")


def test_pages_are_one_statement_and_lead_into_each_other() -> None:
    pages = [
        statement([100], number="7/1", tags=("60F", "62M")),
        statement([200], opening=10_100, number="7/2", tags=("60M", "62M")),
        statement([300], opening=10_300, number="7/3", tags=("60M", "62F")),
    ]
    found = events("".join(pages))
    [end] = closed(found)
    assert (codes(found), end.evidence, end.opening, end.closing) == (
        [],
        Evidence.PROVED,
        Money(10_000),
        Money(10_600),
    )
    assert [line.position for line in lines(found)] == [1, 2, 3]
    assert codes(events(pages[0] + pages[2])) == ["page-gap", "page-gap"]
    assert codes(events(pages[0])) == ["page-gap"]
    assert codes(events(pages[1] + pages[2])) == ["page-gap"]
    assert codes(events(pages[0] + pages[1].replace("GBP101,00", "GBP102,00") + pages[2]))[0] == "balance-mismatch"  # fmt: skip


def test_statements_of_one_account_lead_into_each_other_and_accounts_stay_apart() -> None:
    second = statement([5], opening=20_000, number="8/1")
    assert codes(events(statement([100]) + second)) == ["balance-mismatch"]
    other = statement([5], opening=20_000, number="1/1", account="200000/87654321")
    found = events(statement([100]) + other + statement([1], opening=10_100, number="8/1"))
    assert (codes(found), len(closed(found))) == ([], 3)


def test_a_message_without_its_closing_balance_was_cut_off() -> None:
    text = statement([100])
    cut = text[: text.index(":62F:")]
    assert codes(events(cut)) == ["truncated"]
    assert codes(events(cut + statement([100]))) == ["truncated"]


@pytest.mark.parametrize(
    ("tag", "field"), [(":25:", "25"), (":28C:", "28C"), (":20:", "20"), (":60F:", "60F")]
)
def test_a_required_field_that_is_missing_is_named(tag: str, field: str) -> None:
    text = "\r\n".join(line for line in statement([100]).split("\r\n") if not line.startswith(tag))
    found = events(text)
    assert (codes(found), issue(found).field) == (["missing-field"], field)


def test_a_line_of_text_that_begins_like_a_tag_is_a_tag() -> None:
    fake = statement([entry(500, "TEXT\r\n:61:fake")], closing=10_500)
    assert codes(events(fake)) == ["bad-field"]
    wrapped = statement([entry(500, "paid at\r\n:12:11")], closing=10_500)
    assert codes(events(wrapped)) == ["unknown-tag"]
    found = events(wrapped, unknown_tags="narrative")
    assert (codes(found), lines(found)[0].narrative) == ([], ("paid at", ":12:11"))


def test_lines_before_the_first_message_are_skipped_with_one_notice() -> None:
    found = events("A BANK\r\n-----\r\n\r\n" + statement([100]) + "\x03\r\n")
    notices = [event for event in found if isinstance(event, Issue)]
    assert ([each.code for each in notices], codes(found), len(lines(found))) == (["preamble-ignored"], [], 1)


@pytest.mark.parametrize("ends", [("\r\n", "\n"), ("\r\n", "\r")])
def test_any_line_end_is_read(ends: tuple[str, str]) -> None:
    assert codes(events(statement([100]).replace(*ends))) == []


def test_days_of_balances_are_read_as_the_bank_prints_them() -> None:
    text = statement([100]).replace("261005GBP", "051026GBP")
    found = events(text)
    assert codes(found) == ["bad-date"]
    assert "balance_dates = 'DDMMYY'" in issue(found).message
    assert codes(events(text, balance_dates="DDMMYY")) == []


def test_a_second_currency_is_refused() -> None:
    assert codes(events(statement([entry(500, mark="CD")], closing=10_500))) == ["currency-mismatch"]
    euros = balance("62F", 10_000).replace("GBP", "EUR")
    assert codes(events(statement([]).replace(balance("62F", 10_000), euros))) == ["currency-mismatch"]


@pytest.mark.parametrize(
    ("structure", "text"),
    [("subfields", "166?00CREDIT?20EREF+E2E-1?21MREF+M1?22SVWZ+RENT?31GB123?32A ?33JONES"),
     ("codewords", "/EREF/E2E-1/MARF/M1/NAME/A JONES/IBAN/GB123/REMI/RENT")],
)  # fmt: skip
def test_a_structured_narrative_is_divided_where_the_source_names_its_structure(
    structure: str, text: str
) -> None:
    message = statement([entry(500, text)], closing=10_500)
    [plain], [line] = lines(events(message)), lines(events(message, structure=structure))
    assert (plain.references.end_to_end, plain.counterparty_name) == (None, None)
    assert (line.references.end_to_end, line.references.mandate) == ("E2E-1", "M1")
    assert (line.counterparty_name, line.counterparty_account) == ("A JONES", "GB123")
    assert line.narrative == plain.narrative == (text,)


@given(st.lists(st.integers(-(10**9), 10**9), max_size=20), st.integers(-(10**9), 10**9))
def test_what_is_written_is_read_back(amounts: list[int], opening: int) -> None:
    found = events(statement(amounts, opening=opening))
    assert codes(found) == []
    assert [line.amount.pence for line in lines(found)] == amounts


def test_a_file_in_which_no_message_begins_is_none_of_ours() -> None:
    found = list(reading.events(Mt940(), io.BytesIO(b"<Document/>\nA BANK\n")))
    assert codes(found) == ["unknown-message"]


def test_the_plugin_offers_both_readers() -> None:
    assert [reader.name for reader in ims_file_formats()] == ["mt940", "mt942"]


def test_a_statement_has_the_same_key_when_it_comes_again_and_another_on_another_day() -> None:
    keys = {
        event.key
        for text in (statement([1]), statement([1]), statement([1], opening=5, number="7/1"))
        for event in reading.events(Mt940(), io.BytesIO(text.encode()))
        if hasattr(event, "key")
    }
    assert len(keys) == 2
