"""The profile engine: what a profile may say, and how files are read by it."""

import io

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, References
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.columns import ReferenceColumns
from localgov_ims.files.limits import Limits
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.files.readers import Options
from localgov_ims.files.reading import read

BANK = {
    "kind": "delimited",
    "yields": "statement",
    "encoding": "utf-8",
    "header": ["Day", "Account", "Amount", "Text"],
    "date": {"column": "Day", "format": "DD/MM/YYYY"},
    "account": {"column": "Account", "pattern": r"(?P<sort>\d{6})-(?P<account>\d{8})"},
    "amount": {"column": "Amount", "sign": "as-printed"},
    "narrative": "Text",
}
ROW = "05/10/2026,300000-12345678,12.34,RENT"
PAYOUTS = {
    "kind": "delimited", "yields": "settlement", "encoding": "ascii",
    "header": ["merchant", "payout", "id", "type", "gross", "fee", "net"],
    "merchant": "merchant", "payout": "payout", "identifier": "id", "gross": "gross", "fee": "fee",
    "net": "net",
    "category": {"column": "type", "codes": {"sale": "payment"}},
}  # fmt: skip


def reader(base: dict = BANK, **changes: object) -> ProfileReader:
    """A reader of *base* with some keys changed; None takes one out."""
    mapping = {key: value for key, value in (base | changes).items() if value is not None}
    return ProfileReader(profile_from("test", mapping))


def events(text: str | bytes, limits: Limits | None = None, **changes: object) -> list:
    """The events of a file of the rows in *text*, below the header unless *text* is bytes."""
    of = reader(**changes)
    data = (
        text
        if isinstance(text, bytes)
        else f"{of.profile.layout.delimiter.join(of.profile.layout.header)}\n{text}\n".encode()
    )
    return list(of.read(io.BytesIO(data), Options(limits=limits or Limits())))


def issues(*args: object, **changes: object) -> list[tuple[str, str, str, str]]:
    found = [event for event in events(*args, **changes) if isinstance(event, Issue)]
    return [(issue.code, issue.place, issue.field, issue.value) for issue in found]


def lines(*args: object, **changes: object) -> list[BankLine]:
    return [event for event in events(*args, **changes) if isinstance(event, BankLine)]


def test_a_row_becomes_a_line():
    (line,) = lines(ROW)
    assert (line.amount, line.narrative, line.place) == (Money(1234), ("RENT",), "row 1, line 2")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "xml"}, "kind: must be 'delimited' or 'fixed' or 'sheet', not 'xml'"),
        (
            {"yields": "advice"},
            "yields: must be 'statement' or 'settlement' or 'income' or 'accounts' or 'list', not 'advice'",
        ),
        ({"order": "sideways"}, "order must be 'oldest-first' or 'newest-first', not 'sideways'"),
        ({"name": "x"}, "name: is the table's own name"),
        ({"colour": "red"}, "unknown keys colour"),
        ({"date": None}, "date: required field missing"),
        ({"header": None}, "give either header"),
        ({"columns": ["Day"]}, "give either header"),
        ({"header": ["Day", "Account", "Amount", "Amount", "Text"]}, "same name twice"),
        ({"narrative": "Notes"}, "the column 'Notes' is not in header or columns"),
        ({"encoding": "utf-7"}, "encoding must be one or several of ascii"),
        ({"encoding": []}, "encoding must be one or several of ascii"),
        ({"delimiter": "::"}, "delimiter must be"),
        ({"thousands": "."}, "thousands and decimal are both '.'"),
        ({"strip": "spaces"}, "strip knows only 'formula-guard' and 'leading-quote'"),
        ({"currency": "JPY"}, "currency must be an ISO 4217 code with two decimals"),
        ({"last_comma": "yes"}, "last_comma: must be bool, not 'yes'"),
        ({"narrative": [1]}, "narrative: must be a text or a list of texts"),
        ({"references": {"invoice": "Text"}}, "references: unknown keys invoice"),
        ({"date": {"column": "Day", "format": "DD MMM YYYY"}}, "date: format must hold"),
        ({"date": {"column": "Day", "format": "DD/MM"}}, "date: format must hold"),
        ({"date": {"column": "Day", "format": "DD/MM/YYYY YY"}}, "date: format must hold"),
        ({"date": {"column": 3, "format": "DD/MM/YYYY"}}, "date.column: must be str, not 3"),
        (
            {"account": {"column": "Account", "pattern": r"(?P<account>\d+)(?!x)"}},
            "account: its pattern",
        ),
        (
            {"account": {"column": "Account", "pattern": "(?P<account>(" + "a" * 200 + "))"}},
            "215 characters; 200",
        ),
        ({"account": {"column": "Account", "pattern": r"\d+"}}, "must have a group (?P<account>...)"),
        ({"amount": {"column": "Amount"}}, "amount: must be one of"),
        ({"amount": {"credit": "Amount"}}, "amount: must be one of"),
        ({"amount": {"column": "Amount", "sign": "reversed"}}, "sign must be None or 'as-printed'"),
        (
            {"amount": {"column": "Amount", "direction_column": "Text", "direction": {"CR": 2}}},
            "direction must be 1 (into the account) or -1",
        ),
        ({"opening": {"where": "Text", "equals": "O", "take": "Amount"}}, "give both opening and closing"),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused_with_its_name_and_key(changes, said):
    with pytest.raises(ConfigurationError) as caught:
        reader(**changes)
    assert caught.value.code == "bad_profile"
    assert caught.value.message.startswith("Profile 'test' cannot be used. ")
    assert said in caught.value.message


def test_every_fault_of_a_profile_is_named_at_once():
    with pytest.raises(ConfigurationError) as caught:
        reader(delimiter=7, decimal=8)
    assert "delimiter: must be str" in caught.value.message
    assert "decimal: must be str" in caught.value.message


def test_a_kind_that_no_settlement_line_has_is_refused_when_loaded():
    with pytest.raises(
        ConfigurationError, match=r"category\.codes\['sale'\]: 'income' is not a valid SettlementKind"
    ):
        reader(PAYOUTS, category={"column": "type", "codes": {"sale": "income"}})


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (ROW.replace("05/10", "30/02"), ("bad-date", "Day", "30/02/2026")),
        (ROW.replace("05/10/2026", "05/10/26"), ("bad-date", "Day", "05/10/26")),
        (ROW.replace("05/10/2026", ""), ("missing-field", "Day", "")),
        (ROW.replace("300000-", ""), ("bad-field", "Account", "12345678")),
        (ROW.replace("300000-12345678", ""), ("missing-field", "Account", "")),
        (ROW.replace("12.34", ""), ("missing-field", "Amount", "")),
        *[
            (ROW.replace("12.34", text), ("bad-amount", "Amount", text))
            for text in (
                "NaN",
                "Infinity",
                "1E3",
                "1_000",
                "12.345",
                "12.340",
                "١٢",
                "£1",
                "1 000",
                "12.",
                ".5",
                "--1",
            )
        ],
    ],
)
def test_a_faulty_cell_is_an_issue_with_row_line_column_and_value(row, fault):
    code, field, value = fault
    assert issues(f"{ROW}\n{row}") == [(code, "row 2, line 3", field, value)]


def test_every_reference_of_a_line_can_have_a_column():
    assert [each.name for each in attrs.fields(ReferenceColumns)] == [
        each.name for each in attrs.fields(References)
    ]


def test_every_faulty_row_is_reported_and_the_others_are_read():
    text = "\n".join(
        [ROW.replace("12.34", "x"), ROW, ROW.replace("RENT", "RENT,more"), ROW.replace("05/", "99/")]
    )
    assert [(code, place) for code, place, _, _ in issues(text)] == [
        ("bad-amount", "row 1, line 2"), ("layout-mismatch", "row 3, line 4"), ("bad-date", "row 4, line 5"),
    ]  # fmt: skip
    assert len(lines(text)) == 1


def test_a_line_end_inside_quotes_belongs_to_the_text_and_counts_as_a_line():
    text = ROW.replace("RENT", '"one\r\ntwo ""and"" three"') + "\n" + ROW
    first, second = lines(text)
    assert first.narrative == ('one\r\ntwo "and" three',)
    assert second.place == "row 2, line 4"


def test_empty_lines_are_no_rows():
    assert [line.place for line in lines(f"\n{ROW}\n\n")] == ["row 1, line 3"]


@pytest.mark.parametrize("text", ['"RENT', '"RENT"x'])
def test_a_quote_gone_wrong_ends_the_reading(text):
    assert [issue[:2] for issue in issues(f"{ROW}\n{ROW.replace('RENT', text)}")] == [
        ("layout-mismatch", "line 3")
    ]


def test_a_duplicate_column_name_is_refused():
    changes = {"header": None, "columns": BANK["header"]}
    data = f"Day,Account,Amount,Text,Text\n{ROW},more\n".encode()
    assert [issue[:2] for issue in issues(data, **changes)] == [("layout-mismatch", "line 1")]
    assert reader(**changes).recognise(data)


def test_bytes_of_no_allowed_encoding_are_refused_at_their_place():
    data = ("Day,Account,Amount,Text\n" + ROW).encode() + b"\xa3\n"
    assert issues(data) == [("encoding", f"byte {len(data) - 2}", "", "")]
    assert lines(data, encoding=["utf-8", "cp1252"])[0].narrative == ("RENT£",)


def test_a_later_encoding_is_tried_however_late_the_byte_comes():
    """The whole file is looked at before the first row is given."""
    data = ("Day,Account,Amount,Text\n" + f"{ROW}é\n" * 3000).encode("cp1252")
    assert {line.narrative for line in lines(data, encoding=["ascii", "utf-8", "cp1252"])} == {("RENTé",)}


@pytest.mark.parametrize("cut", range(1, 4))
def test_a_character_cut_off_at_the_end_is_an_encoding_fault(cut):
    data = b"Day,Account,Amount,Text\n" + ROW.encode() + "😀".encode()[:cut]
    assert issues(data) == [("encoding", f"byte {len(data) - cut}", "", "")]


def test_a_zero_byte_is_in_no_text():
    assert [issue[0] for issue in issues(f"{ROW}\0", encoding=["utf-8", "cp1252"])] == ["encoding"]


def test_a_line_longer_than_the_limit_is_refused():
    limits = Limits(line_bytes=80)
    assert not issues(ROW.replace("RENT", "x" * 40), limits)
    assert [issue[:2] for issue in issues(ROW.replace("RENT", "x" * 50), limits)] == [
        ("limit-exceeded", "line 2")
    ]
    quoted = ROW.replace("RENT", '"' + "x\n" * 25 + '"')
    assert [issue[:2] for issue in issues(quoted, limits)] == [("limit-exceeded", "line 2")]


def test_more_rows_than_the_limit_are_refused():
    assert not issues("\n".join([ROW] * 3), Limits(lines=3))
    assert [issue[:2] for issue in issues("\n".join([ROW] * 4), Limits(lines=3))] == [
        ("limit-exceeded", "row 4, line 5")
    ]


def test_a_file_larger_than_the_limit_is_refused():
    assert [issue[0] for issue in issues(ROW, Limits(file_bytes=50))] == ["limit-exceeded"]


def test_amounts_too_large_to_add_up_are_refused_and_do_not_crash():
    row = ROW.replace("12.34", "9" * 16 + ".99")
    assert issues("\n".join([row] * 5)) == [("limit-exceeded", "totals", "", "")]


def test_a_file_without_rows_is_truncated():
    assert [issue[0] for issue in issues("")] == ["truncated"]
    assert [issue[0] for issue in issues(b"")] == ["truncated"]


def test_credit_and_debit_columns_of_which_one_is_filled():
    changes = {"header": ["Day", "Account", "Paid in", "Paid out", "Text"]}
    changes["amount"] = {"credit": "Paid in", "debit": "Paid out"}
    text = "\n".join(ROW.replace("12.34", cells) for cells in ("12.34,", ",5"))
    assert [line.amount.pence for line in lines(text, **changes)] == [1234, -500]
    for cells, code, field in [
        ("1,1", "bad-amount", "Paid in/Paid out"),
        (",", "missing-field", "Paid in/Paid out"),
        (",-1", "bad-amount", "Paid out"),
    ]:
        assert [(i[0], i[2]) for i in issues(ROW.replace("12.34", cells), **changes)] == [(code, field)]


def test_a_direction_column_decides_the_sign():
    amount = {"column": "Amount", "direction_column": "Text", "direction": {"CR": 1, "DR": -1}}
    text = "\n".join(ROW.replace("RENT", code) for code in ("CR", "DR", "??"))
    assert [line.amount.pence for line in lines(text, amount=amount)] == [1234, -1234]
    assert issues(text, amount=amount) == [("unknown-code", "row 3, line 4", "Text", "??")]
    negative = ROW.replace("12.34", "-1").replace("RENT", "CR")
    assert [issue[0] for issue in issues(negative, amount=amount)] == ["bad-amount"]


def test_declared_thousands_and_decimal_signs_are_read():
    changes = {"delimiter": ";", "thousands": ".", "decimal": ","}
    text = ROW.replace(",", ";").replace("12.34", "1.234,50")
    assert lines(text, **changes)[0].amount == Money(123450)
    assert [issue[0] for issue in issues(text.replace("1.234,50", "1,234.50"), **changes)] == ["bad-amount"]


def test_a_leading_quote_is_taken_off_where_declared_but_never_from_the_narrative():
    text = ROW.replace("300000", "'300000").replace("RENT", "'RENT")
    assert [issue[0] for issue in issues(text)] == ["bad-field"]
    assert lines(text, strip=["leading-quote"])[0].narrative == ("'RENT",)


def test_a_last_comma_is_expected_in_every_row_where_declared():
    data = f"Day,Account,Amount,Text,\n{ROW},\n".encode()
    assert len(lines(data, last_comma=True)) == 1
    assert [issue[:2] for issue in issues(data)] == [("layout-mismatch", "line 1")]
    assert [i[:2] for i in issues(data.replace(b"RENT,", b"RENT"), last_comma=True)] == [
        ("layout-mismatch", "row 1, line 2")
    ]
    assert [i[:2] for i in issues(data.replace(b"RENT,", b"RENT,x"), last_comma=True)] == [
        ("layout-mismatch", "row 1, line 2")
    ]


def test_a_row_with_a_wrong_number_of_fields_does_not_make_the_balances_wrong_too():
    """What only follows from a faulty row is not reported beside it."""
    changes = {"balance": {"column": "Text", "running": True}}
    text = "\n".join(ROW.replace("RENT", balance) for balance in ("1.00", "13.34,x", "25.68", "38.02"))
    assert [issue[0] for issue in issues(text, **changes)] == ["layout-mismatch"]


def test_the_head_is_recognised_by_its_header_wherever_it_is_cut():
    data = f'"Day",Account,"Amount",Text\r\n{ROW}'.encode()
    assert reader().recognise(data)
    assert reader().recognise(b"\xef\xbb\xbf" + data)
    assert not reader().recognise(data.replace(b"Day", b"Date"))


@given(st.binary(max_size=200))
def test_recognising_never_raises(head):
    assert reader().recognise(head) is False


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_give_events_and_never_an_exception(data, headed):
    assert events((b"Day,Account,Amount,Text\n" if headed else b"") + data, encoding=["utf-8", "iso-8859-1"])


def test_two_profiles_that_both_fit_are_ambiguous():
    loose = ProfileReader(
        profile_from("loose", {**{k: v for k, v in BANK.items() if k != "header"}, "columns": BANK["header"]})
    )
    file = read([reader(), loose], io.BytesIO(f"Day,Account,Amount,Text\n{ROW}".encode()))
    assert [issue.code for entry in file.entries for issue in entry.issues] == ["ambiguous-format"]


def test_the_stream_is_neither_closed_nor_kept():
    stream = io.BytesIO(f"Day,Account,Amount,Text\n{ROW}".encode())
    assert list(reader().read(stream, Options()))
    assert not stream.closed


def test_a_merchant_column_names_the_account_and_its_payouts_stand_apart():
    rows = ["m1,7,a,sale,5.00,0.10,4.90", "m2,7,b,sale,3.00,0.00,3.00"]
    data = ("merchant,payout,id,type,gross,fee,net\n" + "\n".join(rows)).encode()
    file = read([reader(PAYOUTS)], io.BytesIO(data))
    assert [(e.opened.account, e.opened.key, e.closed.computed.net) for e in file.entries] == [
        ("m1", "7", 490),
        ("m2", "7", 300),
    ]


@given(
    st.lists(
        st.tuples(st.integers(-(10**9), 10**9), st.text('ab ,"\r\n=é', max_size=12)), min_size=1, max_size=20
    )
)
def test_what_is_written_by_rfc_4180_is_read_back(rows):
    """Amounts, texts and sums, whatever stands in them."""
    cells = [(str(Money(pence)), '"' + text.replace('"', '""') + '"') for pence, text in rows]
    text = "\r\n".join(f"05/10/2026,300000-12345678,{amount},{quoted}" for amount, quoted in cells)
    found = events(text)
    assert not [event for event in found if isinstance(event, Issue)]
    assert [(line.amount.pence, "".join(line.narrative)) for line in found[1:-1]] == rows
    assert found[-1].computed.net == sum(pence for pence, _ in rows)
