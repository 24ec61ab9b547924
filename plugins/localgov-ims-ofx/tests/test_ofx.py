"""Tags, statements, amounts and days of OFX."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ofx_writer import HEADER, XML_HEADER, document, entry, events

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, Evidence
from localgov_ims.files.events import Closed, Event, Opened
from localgov_ims.files.limits import Limits
from localgov_ims_ofx import OfxOptions


def lines(found: list[Event]) -> list[BankLine]:
    return [event for event in found if isinstance(event, BankLine)]


def codes(found: list[Event]) -> list[str]:
    return [event.code for event in found if isinstance(event, Issue)]


def test_an_entry_has_its_amount_day_type_identifier_and_texts():
    rest = "<CHECKNUM>00123<REFNUM>R9<NAME>O&amp;M SMITH<MEMO>CTAX  770000011"
    (line,) = lines(events(document(entry(-12_34, rest=rest))))
    assert (line.amount, line.booked_on, line.code, line.identifier) == (
        Money(-1234),
        date(2026, 10, 5),
        "CREDIT",
        "F1",
    )
    assert (line.references.cheque, line.references.bank) == ("00123", "R9")
    assert (line.counterparty_name, line.narrative) == ("O&M SMITH", ("CTAX  770000011",))
    assert line.place == "STMTRS[1]/STMTTRN[1]"


def test_a_statement_has_its_account_currency_and_balance_and_proves_nothing():
    found = events(document(entry()))
    opened = next(event for event in found if isinstance(event, Opened))
    closed = next(event for event in found if isinstance(event, Closed))
    assert (opened.account, opened.currency, opened.opening, opened.key) == (
        "20000012345678",
        "GBP",
        None,
        None,
    )
    assert (closed.closing, closed.evidence, closed.computed.credits) == (
        Money(8766),
        Evidence.UNPROVED,
        10_000,
    )


def closed_tags(text: str) -> str:
    return re.sub(r"<([A-Z.]+)>([^<\r\n]+)", r"<\1>\2</\1>", text)


@pytest.mark.parametrize("header", [HEADER, XML_HEADER, "\n\n\n" + HEADER, "", "\ufeff" + XML_HEADER])
def test_closed_tags_and_open_ones_read_alike_under_any_header(header):
    plain = document(entry(rest="<NAME>A<MEMO>B"), header="")
    assert lines(events(header + plain)) == lines(events(header + closed_tags(plain))) != []


def test_text_in_cdata_is_text():
    (line,) = lines(
        events(document(entry(rest="<NAME><![CDATA[A <B> & ]] C &amp; D]]></NAME><MEMO>x<![CDATA[y]]>z")))
    )
    assert (line.counterparty_name, line.narrative) == ("A <B> & ]] C &amp; D", ("xyz",))


@given(
    st.lists(
        st.tuples(st.integers(-(10**12), 10**12), st.text("AB &<>;]\u00e9\u20ac", max_size=30)), max_size=6
    ),
    st.integers(1, 40),
)
def test_what_is_written_is_what_is_read_in_whatever_pieces_it_comes(rows, limit):
    body = "".join(
        entry(
            pence,
            id_=str(n),
            rest=f"<MEMO>x{text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}x",
        )
        for n, (pence, text) in enumerate(rows)
    )
    found = events(document(" " * (16 * 1024 - 700 - limit) + body))
    assert [code for code in codes(found) if code != "encoding-not-as-declared"] == []
    assert [(line.amount.pence, line.narrative) for line in lines(found)] == [
        (p, (f"x{t}x",)) for p, t in rows
    ]


@pytest.mark.parametrize(
    ("printed", "pence"), [("1", 100), ("+1.5", 150), ("-0.00", 0), ("12.34000", 1234), ("-12.34", -1234)]
)
def test_an_amount_is_read_as_printed(printed, pence):
    assert [line.amount.pence for line in lines(events(document(entry(amount=printed))))] == [pence]


def test_a_comma_is_a_decimal_sign_only_where_the_source_says_so():
    text = document(entry(amount="12,34"), balance="")
    (issue,) = (event for event in events(text) if isinstance(event, Issue))
    assert (issue.code, "decimal" in issue.message) == ("bad-amount", True)
    assert [line.amount.pence for line in lines(events(text, OfxOptions(decimal=",")))] == [1234]


@pytest.mark.parametrize(
    "printed",
    [
        "20261005",
        "20261005120000",
        "20261005235959.999",
        "20261005120000[0:GMT]",
        "202610051200",
        "20261005000000.000[-5:EST]",
    ],
)
def test_a_day_is_the_one_that_is_printed_whatever_the_time_zone(printed):
    assert [line.booked_on for line in lines(events(document(entry(day=printed))))] == [date(2026, 10, 5)]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        (document(entry(amount="")), "missing-field", "STMTRS[1]/STMTTRN[1]/TRNAMT"),
        (document(entry(id_="")), "missing-field", "STMTRS[1]/STMTTRN[1]/FITID"),
        (document(entry(day="")), "missing-field", "STMTRS[1]/STMTTRN[1]/DTPOSTED"),
        (document(entry(day="20260230")), "bad-date", "STMTRS[1]/STMTTRN[1]/DTPOSTED"),
        (document(entry(day="05/10/2026")), "bad-date", "STMTRS[1]/STMTTRN[1]/DTPOSTED"),
        (document(entry(amount="1.005")), "bad-amount", "STMTRS[1]/STMTTRN[1]/TRNAMT"),
        (document(entry(rest="<TRNAMT>5.00")), "bad-field", "STMTRS[1]/STMTTRN[1]/TRNAMT"),
        (document(entry(rest="<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>")), "currency-mismatch",
         "STMTRS[1]/STMTTRN[1]/CURSYM"),
        (document(entry(), balance="<LEDGERBAL><BALAMT>x</LEDGERBAL>"), "bad-amount", "STMTRS[1]/BALAMT"),
        (document(entry(), currency=""), "missing-field", "STMTRS[1]/CURDEF"),
        (document(entry(), currency="JPY"), "bad-field", "STMTRS[1]/CURDEF"),
        (document(entry(), account="<BANKID>1"), "missing-field", "STMTRS[1]/ACCTID"),
        (document(entry(), status="<STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Signon invalid</STATUS>"), "provider-error",
         "SONRS/STATUS"),
        (HEADER + "<!DOCTYPE OFX><OFX></OFX>", "doctype", "line 11"),
        (document("<STMTTRN>" + entry()), "not-well-formed", "STMTRS[1]/STMTTRN[1]"),
        (document("</STMTTRN>" + entry()), "not-well-formed", "STMTRS[1]/STMTTRN[1]"),
        (document(entry(rest="<NAME>A < B")), "not-well-formed", "line 12"),
        ("<OFX></OFX>", "missing-field", "OFX"),
        (f"<OFX>{entry()}</OFX><X>", "not-well-formed", "STMTTRN"),
        (document(entry()).replace("</OFX>", ""), "truncated", "OFX"),
        ("<OFX>" + "<STATUS><PAYEE>" * 40, "not-well-formed", "PAYEE"),
        (document(entry(rest="<MEMO>" + "x" * 70_000)), "limit-exceeded", "line 12"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_must_be_is_refused_with_its_place(text, code, where):
    issue = next(event for event in events(text) if isinstance(event, Issue))
    assert (issue.code, issue.place) == (code, where)


def test_the_senders_own_words_are_kept():
    found = events(document(status="<STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>Try again after 9</STATUS>"))
    (issue,) = (event for event in found if isinstance(event, Issue))
    assert issue.value == "Try again after 9"


def test_pending_entries_are_counted_and_make_no_line():
    pending = "<BANKTRANLISTP><DTASOF>20261005<STMTTRNP><TRNTYPE>DEBIT<TRNAMT>-1.00<NAME>X</STMTTRNP></BANKTRANLISTP>"
    found = events(document(entry(), balance=pending))
    assert len(lines(found)) == 1
    assert next(event.not_booked for event in found if isinstance(event, Closed)) == 1


def test_an_account_that_the_payer_is_not_is_not_the_statements():
    rest = "<NAME>X<BANKACCTTO><BANKID>999999<ACCTID>88888888<ACCTTYPE>CHECKING</BANKACCTTO>"
    found = events(document(entry(rest=rest)))
    assert next(event.account for event in found if isinstance(event, Opened)) == "20000012345678"
    assert lines(found)[0].counterparty_account == "88888888"


def test_letters_in_utf_8_that_is_not_declared_are_read_with_a_notice():
    found = events(document(entry(rest="<NAME>RENÉE")))
    assert (codes(found), lines(found)[0].counterparty_name) == (["encoding-not-as-declared"], "RENÉE")
    found = events(document(entry(rest="<NAME>RENÉE")).encode("cp1252"))
    assert (codes(found), lines(found)[0].counterparty_name) == ([], "RENÉE")


def test_a_card_accounts_number_is_never_whole():
    found = events(document(entry(), account="<ACCTID>4111111111111111"))
    assert next(event.account for event in found if isinstance(event, Opened)) == "411111******1111"


def test_more_entries_than_the_limit_are_refused():
    options = OfxOptions(limits=Limits(lines=2))
    found = events(document("".join(entry(id_=str(n)) for n in range(3))), options)
    assert (len(lines(found)), codes(found)) == (2, ["limit-exceeded"])


def test_a_decimal_sign_that_is_none_is_refused():
    with pytest.raises(ValueError, match="decimal"):
        OfxOptions(decimal="/")  # type: ignore[arg-type]
