"""Records, directions, control totals and continuations of BAI2."""

from __future__ import annotations

from datetime import date

import pytest
from bai2_writer import Acc, Doc, Ent, events
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, Evidence
from localgov_ims.files.events import Closed, Event, Opened
from localgov_ims_bai2 import Bai2Options


def lines(found: list[Event]) -> list[BankLine]:
    return [event for event in found if isinstance(event, BankLine)]


def codes(found: list[Event]) -> list[str]:
    return [event.code for event in found if isinstance(event, Issue)]


def only_issue(found: list[Event]) -> Issue:
    (issue,) = (event for event in found if isinstance(event, Issue))
    return issue


def test_an_entry_has_its_day_type_references_and_text():
    found = events([Ent(12_34, rest="Z,B1,C1,J SMITH, CARDIFF / WALES")])
    (line,) = lines(found)
    assert (line.amount, line.booked_on, line.code) == (Money(1234), date(2026, 10, 5), "142")
    assert (line.references.bank, line.references.customer) == ("B1", "C1")
    assert line.narrative == ("J SMITH, CARDIFF / WALES",)
    assert line.place == "line 4"


@pytest.mark.parametrize(("type_", "sign"), [("100", 1), ("399", 1), ("400", -1), ("699", -1)])
def test_the_type_says_the_direction(type_, sign):
    assert [line.amount.pence for line in lines(events([Ent(sign * 500, type=type_)]))] == [sign * 500]


@pytest.mark.parametrize("type_", ["829", "099", "700", "1A2", "", "١٤٢"])
def test_a_type_that_says_no_direction_is_refused_and_told_how_to_declare(type_):
    issue = only_issue(events([Ent(500, type=type_ or " ")]))
    assert issue.code == "unknown-code"
    assert "credit_codes" in issue.message


def test_a_declared_type_has_the_direction_that_was_declared():
    credit, debit = Bai2Options(credit_codes=("829",)), Bai2Options(debit_codes=("829",))
    assert [line.amount.pence for line in lines(events([Ent(500, type="829")], credit))] == [500]
    assert [line.amount.pence for line in lines(events([Ent(-500, type="829")], debit))] == [-500]


@pytest.mark.parametrize(
    ("rest", "value_on"),
    [
        (",B1,C1,TEXT", None),
        ("V,261007,1200,B1,C1,TEXT", date(2026, 10, 7)),
        ("V,261007,,B1,C1,TEXT", date(2026, 10, 7)),
        ("S,100,200,200,B1,C1,TEXT", None),
        ("D,2,0,300,1,200,B1,C1,TEXT", None),
    ],
)
def test_the_fields_of_each_funds_type_are_passed_over(rest, value_on):
    (line,) = lines(events([Ent(500, rest=rest)]))
    assert (line.references.bank, line.references.customer, line.narrative) == ("B1", "C1", ("TEXT",))
    assert line.value_on == value_on


def test_a_funds_type_that_is_none_is_refused():
    assert only_issue(events([Ent(500, rest="Q,B1,C1,TEXT")])).field == "funds type"


def test_continuations_go_on_with_the_fields_and_then_are_lines_of_text():
    (line,) = lines(events([Ent(500, rest="V/", more=("261007,1200,B1/", "C1,FIRST", "SECOND, THIRD"))]))
    assert (line.references.bank, line.references.customer) == ("B1", "C1")
    assert line.narrative == ("FIRST", "SECOND, THIRD")


def test_a_record_ended_by_a_slash_has_no_text():
    (line,) = lines(events([Ent(500, rest=",B1,/")]))
    assert (line.references.bank, line.references.customer, line.narrative) == ("B1", None, ())


def test_a_record_cut_before_its_references_is_refused():
    assert codes(events([Ent(500, rest="Z,B1")])) == ["layout-mismatch"]


def test_the_summary_may_be_continued_in_the_middle_of_an_amount():
    found = events(Doc([Acc([Ent(500)])], changed=[("010,10000,,,015,10500,,/", "010,10000/\n88,,,015,10500,,/"),
                                                   ("49,21000,3", "49,21000,4"), ("98,21000,1,5", "98,21000,1,6"),
                                                   ("99,21000,1,7", "99,21000,1,8")]))  # fmt: skip
    assert codes(found) == []
    closed = next(event for event in found if isinstance(event, Closed))
    assert (closed.opening, closed.closing, closed.evidence) == (Money(10000), Money(10500), Evidence.PROVED)


def test_totals_and_counts_of_the_summary_are_compared():
    good = Doc(
        [Acc([Ent(500), Ent(-200)], extra=",100,500,1,,400,200,1,")], changed=[("49,21000", "49,21700")]
    )
    good.changed = [*good.changed, ("98,21000", "98,21700"), ("99,21000", "99,21700")]
    assert codes(events(good)) == []
    good.changed = [*good.changed, ("100,500,1", "100,500,2")]
    assert codes(events(good)) == ["count-mismatch"]


def test_the_balance_is_proved_although_the_control_totals_agree():
    issue = only_issue(events(Acc([Ent(500)], closing=10_400)))
    assert issue.code == "balance-mismatch"
    assert "£1.00" in issue.message


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("49,21000,", "49,21001,", "total-mismatch"),
        ("49,21000,3", "49,21000,4", "count-mismatch"),
        ("98,21000,1,5", "98,20999,1,5", "total-mismatch"),
        ("98,21000,1,5", "98,21000,2,5", "count-mismatch"),
        ("98,21000,1,5", "98,21000,1,6", "count-mismatch"),
        ("99,21000,1,7", "99,-21000,1,7", "total-mismatch"),
        ("99,21000,1,7", "99,21000,2,7", "count-mismatch"),
        ("99,21000,1,7", "99,21000,1,", "missing-field"),
        ("99,21000,1,7/", "99,21000,1,7,9/", "layout-mismatch"),
        ("49,21000,3/", "49,21000,3/98,21000,1,5/", "layout-mismatch"),
        ("0600,1,,,2/", "0600,1,,,3/", "bad-field"),
        (",1,261005,", ",9,261005,", "unknown-code"),
        (",1,261005,", ",2,261005,", "bad-field"),
        (",1,261005,", ",4,261005,", "bad-field"),
        (",1,261005,", ",1,261305,", "bad-date"),
        (",GBP,2/", ",JPY,2/", None),
        ("12345678,GBP", "12345678,JPY", "bad-field"),
        ("12345678,GBP", ",GBP", "missing-field"),
        ("16,142,500", "16,142,-500", "bad-amount"),
        ("16,142,500", "16,142,", "missing-field"),
        ("16,142,500,Z,", "16,142,500,V,261399,1200,", "bad-date"),
        ("02,", "07,", "layout-mismatch"),
        ("16,142", "garbage\n16,142", "layout-mismatch"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_must_be_is_refused_with_its_place(old, new, code):
    found = codes(events(Doc([Acc([Ent(500)])], changed=[(old, new)])))
    assert found[:1] == ([code] if code else [])


@pytest.mark.parametrize("last", ["98,", "49,", "16,"])
def test_a_file_that_ends_before_its_trailer_is_truncated(last):
    text = Doc([Acc([Ent(500)])]).text()
    doc = Doc([Acc([Ent(500)])], changed=[(text[text.index(last) :], "")])
    assert "truncated" in codes(events(doc))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(end):
    assert codes(events(Doc([Acc([Ent(500, more=("88",))])], end=end))) == []


def test_a_last_record_without_its_slash_is_whole():
    assert codes(events(Doc([Acc([Ent(500)])], changed=[("99,21000,1,7/", "99,21000,1,7")]))) == []


def test_accounts_of_a_file_are_statements_of_their_own():
    found = events(Doc([Acc([Ent(500)]), Acc([Ent(-300)], number="11111111 200000", currency="")]))
    heads = [event for event in found if isinstance(event, Opened)]
    assert [(head.account, head.currency) for head in heads] == [
        ("12345678", "GBP"),
        ("20000011111111", "GBP"),
    ]
    assert len({head.key for head in heads}) == 1
    assert codes(found) == []


def test_no_currency_is_that_of_the_standard_unless_the_source_says_otherwise():
    doc = Doc([Acc([Ent(500)], currency="")], group="02,COUNCIL,BANK,1,261005,2359,,2/")
    heads = [
        next(e for e in events(doc, o) if isinstance(e, Opened)) for o in (None, Bai2Options(currency="GBP"))
    ]
    assert [head.currency for head in heads] == ["USD", "GBP"]


@pytest.mark.parametrize("bad", [{"credit_codes": ("82",)}, {"debit_codes": ("8a9",)}, {"currency": "JPY"}])
def test_options_that_nobody_could_mean_are_refused(bad):
    with pytest.raises(ValueError, match=r"codes|currency"):
        Bai2Options(**bad)


@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), st.text("ABC ,x.", max_size=20)), max_size=8))
def test_what_is_written_is_what_is_read(rows):
    found = events([Ent(pence, rest=f"Z,B,C,X{text}") for pence, text in rows])
    assert codes(found) == []
    assert [(line.amount.pence, line.narrative) for line in lines(found)] == [
        (p, (f"X{t}",)) for p, t in rows
    ]
