"""JOURNAL.json: a journal out of the store and back, with every fault named."""

import json

import pytest
from hypothesis import given
from tests.builders import a_journal, journal_line

from localgov_ims.domain.journals import Journal, LedgerAccount, Role, Side, Source
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.errors import InvalidValue
from localgov_ims.files.journal_json import journal_from_json, journal_to_json
from localgov_ims.testing.strategies import journals


@given(journals())
def test_a_journal_survives_its_json(journal: Journal):
    assert journal_from_json(journal_to_json(journal)) == journal


def a_file(**changes: object) -> str:
    journal = a_journal([journal_line(), journal_line(side=Side.CREDIT, role=Role.FUND)])
    return json.dumps(json.loads(journal_to_json(journal)) | changes)


def test_amounts_are_pence_and_sources_are_texts():
    (line, _) = json.loads(a_file())["lines"]
    assert (line["amount"], line["source"], line["role"], line["kind"]) == (
        12000, "line:1", "clearing", "Receipt",
    )  # fmt: skip
    assert line["account"] == {"code": "9101", "dimensions": []}


def test_a_journal_without_its_period_is_of_the_period_of_its_day():
    assert journal_from_json(a_file(accounting_on="2026-03-31", period=None)).period == PeriodNumber(2025, 12)


def test_an_account_may_be_given_by_its_code():
    text = a_file().replace('{"code": "9101", "dimensions": []}', '"9101"')
    assert journal_from_json(text).lines[0].account == LedgerAccount("9101")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"amount": 12000', '"amount": 120.5', "must be int, not 120.5"),
        ('"source": "line:1"', '"source": "1"', "'1' is no source"),
        ('"side": "debit"', '"side": "left"', "left"),
        ('"kind": "Receipt"', '"kid": "Receipt"', "missing: kind"),
        ('"2026-05-12"', '"12/05/2026"', "12/05/2026"),
        ("{", "[", "no journal"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str):
    with pytest.raises(InvalidValue, match="This is no journal") as caught:
        journal_from_json(a_file().replace(old, new))
    assert said in str(caught.value)


def test_a_journal_that_does_not_balance_is_refused():
    with pytest.raises(InvalidValue, match="does not balance"):
        journal_from_json(a_file().replace('"amount": 12000', '"amount": 12001', 1))


def test_a_source_is_read_as_it_is_written():
    assert Source.parse("line:a:b") == Source("line", "a:b")
    assert str(Source("line", "a:b")) == "line:a:b"
