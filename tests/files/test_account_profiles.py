"""Profiles that yield account holders: what a blank does, how days and amounts are printed, what is wrong with a row."""

from datetime import date

import pytest
from tests.files.income_files import events, issues, reader

from localgov_ims.errors import ConfigurationError
from localgov_ims.files.events import Closed
from localgov_ims.files.holder_fields import HolderRow

RENTS = {
    "kind": "delimited", "yields": "accounts", "encoding": "cp1252",
    "header": ["Ref", "Name", "Owed", "At"],
    "fields": {
        "fund": {"value": "05"},
        "account_reference": {"column": "Ref", "strip_spaces": True},
        "surname": "Name",
        "balance": {"column": "Owed", "sign": "trailing", "unit": "pence"},
        "balance_as_at": {"column": "At", "format": "DD/MM/YYYY"},
    },
}  # fmt: skip
HEADER = "Ref,Name,Owed,At\n"


def holders(text: str, **changes: object) -> list[HolderRow]:
    return [event for event in events(HEADER + text, base=RENTS, **changes) if isinstance(event, HolderRow)]


def test_a_row_says_what_the_profile_makes_of_its_columns():
    (row,) = holders("77 123 4567,Jones,1250-,04/05/2026\n")
    assert dict(row.fields) == {
        "fund": "05", "account_reference": "771234567", "surname": "Jones", "balance": "-12.50",
        "balance_as_at": date(2026, 5, 4),
    }  # fmt: skip
    assert (row.place, row.position, row.line, row.issues) == ("line 2", 1, 2, ())


def test_the_totals_of_a_file_are_those_of_its_balances():
    last = events(f"{HEADER}1,a,1250-,\n2,b,300,\n3,c,,\n", base=RENTS)[-1]
    assert isinstance(last, Closed)
    assert (last.computed.count, last.computed.net, last.computed.debits) == (3, -950, 1250)


@pytest.mark.parametrize(
    ("blank", "own", "kept"),
    [("keep", None, True), ("clear", None, False), ("keep", "clear", False), ("clear", "keep", True)],
)
def test_a_blank_keeps_what_is_stored_or_clears_it_as_the_profile_says(blank, own, kept):
    surname = {"column": "Name"} | ({"blank": own} if own else {})
    (row,) = holders("1,,5,04/05/2026\n", blank=blank, fields=RENTS["fields"] | {"surname": surname})
    assert ("surname" not in row.fields) is kept
    assert row.fields.get("surname") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1,a,12.50,\n", ("bad-amount", "Owed", "12.50")),
        ("1,a,5,2026-05-04\n", ("bad-date", "At", "2026-05-04")),
        (f"1,{'x' * 51},5,\n", ("text-too-long", "Name", "x" * 51)),
        (" ,a,5,\n", ("missing-field", "account_reference", "")),
    ],
)
def test_what_is_wrong_with_a_row_goes_with_it(text, fault):
    (row,) = holders(text)
    assert [(issue.code, issue.field, issue.value) for issue in row.issues] == [fault]


def test_a_code_that_the_profile_does_not_know_goes_with_its_row():
    fund = {"column": "Name", "map": {"R": "05"}}
    (row,) = holders("1,X,5,\n", fields=RENTS["fields"] | {"fund": fund, "surname": "Name"})
    assert [issue.code for issue in row.issues] == ["unknown-code", "missing-field"]


def test_a_row_of_another_number_of_fields_refuses_the_file():
    assert issues(f"{HEADER}1,a,5\n", base=RENTS)[0][:2] == ("layout-mismatch", "row 1, line 2")
    assert issues(HEADER, base=RENTS)[0][0] == "truncated"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fields": {"fund": "Ref"}}, "fields: account_reference must be told"),
        ({"fields": RENTS["fields"] | {"colour": "Name"}}, "there is no field colour"),
        (
            {"fields": RENTS["fields"] | {"closed_on": {"column": "At", "format": "words"}}},
            "format must hold",
        ),
        ({"blank": "forget"}, "blank must be 'keep' or 'clear'"),
        ({"fields": RENTS["fields"] | {"title": "Title"}}, "the column 'Title' is not in header"),
    ],
)
def test_a_profile_of_account_holders_that_cannot_be_used_says_why(changes, said):
    with pytest.raises(ConfigurationError) as caught:
        reader(RENTS, **changes)
    assert said in caught.value.message
