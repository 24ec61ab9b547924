"""Layouts of files that we write: what may be said in one, what it does, and what is refused."""

import csv
import io
from datetime import date

import pytest
from attrs import evolve
from tests.builders import a_journal, journal_line

from localgov_ims.domain.journals import LedgerAccount, Role, Side, Source
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.files.writing.exporter import LayoutExporter, journal_layout

ACCOUNT = {"name": "account", "from": "line.account"}
SIGNED = {"name": "signed", "from": "line.signed"}


def exporter(*fields, settings=None, **keys):
    """A delimited layout of an account, a signed amount, and *fields*."""
    table = {
        "name": "test",
        "kind": "delimited",
        "sign": "debit_positive",
        "field": [ACCOUNT, SIGNED, *fields],
    } | keys
    return LayoutExporter(journal_layout({k: v for k, v in table.items() if v is not None}), settings or {})


def garden_waste(reference="R7", *, refund=False):
    """Worked example 1: 120.00 with 20.00 VAT, or its refund."""
    clearing, income = (Side.CREDIT, Side.DEBIT) if refund else (Side.DEBIT, Side.CREDIT)
    source = Source("line", reference)
    lines = [
        journal_line(side=clearing, source=source),
        journal_line(side=income, source=source, role=Role.FUND, account=LedgerAccount("5400", ("ENV1",)),
                     amount=Money(100_00), vat_code="S", fund="13"),
        journal_line(side=income, source=source, role=Role.VAT, account=LedgerAccount("9301"), amount=Money(20_00),
                     vat_code="S", fund="13"),
    ]  # fmt: skip
    return [evolve(line, reference=reference, narrative=f"Receipt {reference}") for line in lines]


def rows(made, journal, delimiter=","):
    data = made.export(journal).data
    assert made.reparse(data) == made.export(journal).totals
    return list(csv.reader(io.StringIO(data.decode(made.layout.encoding), newline=""), delimiter=delimiter))


def test_net_with_tax_folds_the_vat_line_into_its_fund_line():
    made = exporter({"name": "tax", "from": "line.tax"}, vat="net_with_tax")
    journal = a_journal(garden_waste())
    assert rows(made, journal) == [["9101", "120.00", "0.00"], ["5400", "-100.00", "-20.00"]]
    assert made.export(journal).totals.credit == Money(120_00)  # totals count gross


def test_gross_with_code_leaves_the_split_to_the_ledger():
    code = {"name": "code", "from": "line.tax_code"}
    made = exporter(code, vat="gross_with_code", tax_codes={"S": "S20"}, tax_code_none="NONE")
    assert rows(made, a_journal(garden_waste())) == [["9101", "120.00", "NONE"], ["5400", "-120.00", "S20"]]


def test_each_vat_line_finds_the_fund_line_that_it_is_the_vat_of():
    """A transfer between two taxed funds has a fund and a VAT line on either side."""
    one = [evolve(line, fund="13") for line in garden_waste()[1:]]
    other = [evolve(line, fund="14", side=Side.DEBIT) for line in garden_waste()[1:]]
    made = exporter({"name": "tax", "from": "line.tax"}, vat="net_with_tax")
    assert rows(made, a_journal([*other, *one])) == [
        ["5400", "100.00", "20.00"],
        ["5400", "-100.00", "-20.00"],
    ]


def test_vat_without_its_net_is_a_problem_and_is_not_lost():
    lines = garden_waste()
    alone = [evolve(lines[0], amount=Money(20_00)), lines[2]]
    problems = exporter({"name": "tax", "from": "line.tax"}, vat="net_with_tax").validate(a_journal(alone))
    assert [(p.code, p.where) for p in problems] == [("unmapped_vat_code", "line 2")]


def test_credit_positive_prints_income_above_zero_and_a_refund_below():
    made = exporter(sign="credit_positive")
    assert rows(made, a_journal(garden_waste()))[1] == ["5400", "100.00"]
    assert rows(made, a_journal(garden_waste(refund=True)))[1] == ["5400", "-100.00"]


def test_an_amount_printed_on_one_side_only_makes_two_columns():
    debit, credit = ({"name": s, "from": "line.amount", "when": s} for s in ("debit", "credit"))
    made = exporter(field=[ACCOUNT, debit, credit], sign=None)
    assert rows(made, a_journal(garden_waste()))[:2] == [["9101", "120.00", ""], ["5400", "", "100.00"]]


def test_one_row_can_carry_both_sides():
    offset = {"name": "offset", "from": "offset.account"}
    tax = {"name": "tax", "from": "line.tax"}
    made = exporter(offset, tax, pair=True, vat="net_with_tax", sign="credit_positive")
    journal = a_journal(garden_waste())
    assert rows(made, journal) == [["5400", "100.00", "9101", "20.00"]]
    totals = made.export(journal).totals
    assert (totals.rows, totals.debit, totals.credit) == (1, Money(120_00), Money(120_00))


def test_a_source_that_cannot_be_paired_is_refused():
    two = [journal_line(amount=Money(60_00)), journal_line(amount=Money(60_00))]
    lines = [*two, *(evolve(line, side=Side.CREDIT) for line in two)]
    made = exporter({"name": "offset", "from": "offset.account"}, pair=True)
    assert [p.code for p in made.validate(a_journal(lines))] == ["not_pairable"]


def test_a_long_file_is_divided_between_sources_and_each_part_balances():
    part = {"name": "part", "from": ["journal.number", "journal.part_of"]}
    journal = a_journal([line for n in range(3) for line in garden_waste(f"R{n}")])
    names = [row[2] for row in rows(exporter(part, max_rows=7), journal)]
    assert names == ["MAIN-20260512-001 1/2"] * 6 + ["MAIN-20260512-001 2/2"] * 3
    assert {row[2] for row in rows(exporter(part, max_rows=9), journal)} == {"MAIN-20260512-001"}
    assert exporter(part, max_rows=2).validate(journal)[0].code == "too_many_lines"


@pytest.mark.parametrize(
    ("style", "printed", "late"),
    [("calendar", "202605", "202713"), ("start_year", "202602", "202613"), ("end_year", "202702", "202713")],
)
def test_a_period_is_printed_as_the_ledger_calls_it(style, printed, late):
    period = {"name": "period", "from": "journal.period"}
    made = exporter(period, settings={"period_style": style, "period_13": "13"})
    assert rows(made, a_journal(garden_waste(), period=PeriodNumber(2026, 2)))[0][2] == printed
    assert rows(made, a_journal(garden_waste(), period=PeriodNumber(2026, 13)))[0][2] == late


def test_what_the_ledger_has_not_said_is_a_problem_and_never_guessed():
    period = {"name": "period", "from": "journal.period"}
    with pytest.raises(ConfigurationError, match="period_style must say"):
        exporter(period)
    made = exporter(period, {"name": "client", "setting": "client"}, {"name": "c", "from": "line.tax_code"},
                    settings={"period_style": "calendar"})  # fmt: skip
    problems = made.validate(a_journal(garden_waste(), period=PeriodNumber(2026, 14)))
    assert sorted((p.code, p.where) for p in problems) == [
        ("missing_setting", "client"), ("missing_setting", "period"),
        ("unmapped_vat_code", "line 2"), ("unmapped_vat_code", "line 3"),
    ]  # fmt: skip


def test_a_spreadsheet_runs_nothing_and_numbers_are_left_alone():
    text = {"name": "text", "from": "line.reference"}
    guarded = rows(exporter(text, spreadsheet=True), a_journal(garden_waste("=1+1")))
    assert guarded[1] == ["5400", "-100.00", "'=1+1"]
    assert rows(exporter(text), a_journal(garden_waste("=1+1")))[1][2] == "=1+1"


def test_a_text_is_cut_only_where_the_layout_says_so():
    narrative = {"name": "narrative", "from": "line.narrative", "max": 9}
    journal = a_journal(garden_waste("é7"))
    assert [p.code for p in exporter(narrative).validate(journal)] == ["too_long"] * 3
    cut = exporter(narrative | {"truncate": True})
    assert rows(cut, journal)[0][2] == "Receipt "  # half of é is not left standing
    assert rows(exporter(narrative | {"truncate": True}, encoding="cp1252"), journal)[0][2] == "Receipt é"


def test_without_quotes_a_delimiter_in_a_text_is_a_problem():
    made = exporter({"name": "text", "from": "line.reference"}, quote="none", delimiter="|")
    assert {p.code for p in made.validate(a_journal(garden_waste("a|b")))} == {"not_encodable"}
    assert rows(made, a_journal(garden_waste('a"b')), "\x00")[0][0].endswith('|a"b')


def test_what_is_not_in_the_encoding_is_a_problem():
    made = exporter({"name": "text", "from": "line.reference"}, encoding="cp1252")
    assert {p.code for p in made.validate(a_journal(garden_waste("Ŵ")))} == {"not_encodable"}
    assert b"\xa3" in made.export(a_journal(garden_waste("£"))).data


def test_joined_parts_can_be_told_apart():
    joined = {"name": "account", "from": ["line.account", "line.dim1", "line.dim2"], "join": "-"}
    made = exporter(field=[joined, SIGNED])
    assert [row[0] for row in rows(made, a_journal(garden_waste()))] == ["9101--", "5400-ENV1-", "9301--"]
    lines = garden_waste()
    dashed = [evolve(lines[0], account=LedgerAccount("91-01")), *lines[1:]]
    assert [p.code for p in made.validate(a_journal(dashed))] == ["not_encodable"]


def test_fields_count_map_fill_and_default():
    fields = [
        {"name": "n", "step": 10000},
        {"name": "row", "from": "line.row", "digits": 3},
        {"name": "day", "from": ["journal.accounting_on", "journal.sequence"], "date": "%Y%m%d", "digits": 3},
        {"name": "vat", "from": "line.vat_code", "default": "-"},
        {"name": "kind", "from": "line.kind", "map": {"Receipt": "RCT"}},
        {"name": "text", "from": ["=IMS ", "journal.ledger"]},
    ]
    first = rows(exporter(*fields), a_journal(garden_waste()))[0]
    assert first[2:] == ["10000", "001", "20260512001", "-", "RCT", "IMS MAIN"]


def test_a_field_can_stand_beside_another_and_must_then_be_known():
    name = {"name": "project", "setting": "project", "beside": "line.dim1"}
    printed = rows(exporter(name, settings={"project": "Area"}), a_journal(garden_waste()))
    assert [row[2] for row in printed] == ["", "Area", ""]
    assert [p.code for p in exporter(name).validate(a_journal(garden_waste()))] == ["missing_setting"]
    assert not exporter(name).validate(
        a_journal([garden_waste()[0], evolve(garden_waste()[0], side=Side.CREDIT)])
    )


def test_a_required_field_that_is_blank_is_a_problem_of_its_row():
    made = exporter({"name": "vat", "from": "line.vat_code", "required": True})
    assert [(p.code, p.where) for p in made.validate(a_journal(garden_waste()))] == [
        ("missing_setting", "line 1, vat")
    ]


def test_a_negative_amount_filled_with_zeros_has_its_sign_first():
    account = ACCOUNT | {"width": 6}
    made = exporter(
        kind="fixed", amount="pence", field=[account, SIGNED | {"width": 10, "align": "right", "pad": "0"}]
    )
    data = made.export(a_journal(garden_waste())).data
    assert data.split(b"\r\n")[1] == b"5400  -000010000"
    assert made.reparse(data).credit == Money(120_00)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"field": [ACCOUNT]}, "must have a field that is made of line.signed"),
        ({"field": [SIGNED]}, "must have a field that is made of line.account"),
        ({"sign": None}, "sign must say debit_positive or credit_positive"),
        ({"sign": "plus"}, "sign of the layout 'test' must be one of"),
        ({"vat": "net_with_tax"}, "made of line.tax"),
        ({"field": [ACCOUNT, SIGNED, {"name": "x", "from": "line.colour"}]}, "no source 'line.colour'"),
        ({"field": [ACCOUNT, SIGNED, {"name": "x"}]}, "exactly one of from, literal, setting and step"),
        ({"field": [ACCOUNT | {"truncate": True, "max": 4}, SIGNED]}, "line.account is never truncated"),
        ({"field": [ACCOUNT | {"widht": 4}, SIGNED]}, "unknown keys widht"),
        ({"kind": "fixed"}, "every field has a width; 'account' has none"),
        ({"kind": "square"}, "kind must be 'delimited' or 'fixed'"),
        ({"delimiter": ",,"}, "delimiter must be one character"),
        ({"encoding": "utf-7"}, "encoding must be"),
        ({"header": True, "encoding": "ascii", "field": [ACCOUNT, SIGNED | {"name": "£"}]}, "column name '£'"),
        ({"max_rows": 0}, "max_rows must be 1 or more"),
        ({"trailer": {"field": [{"name": "x", "from": "line.amount"}]}}, "no source 'line.amount' here"),
    ],
)  # fmt: skip
def test_a_layout_that_cannot_be_used_is_refused_with_the_key_that_is_wrong(changes, fault):
    with pytest.raises(ConfigurationError, match=fault):
        exporter(**changes)


def test_a_refusal_has_every_problem():
    made = exporter({"name": "text", "from": "line.reference", "max": 1})
    with pytest.raises(RuleViolation, match="And 2 more") as caught:
        made.export(a_journal(garden_waste()))
    assert len(caught.value.data["problems"]) == 3


def test_a_day_is_the_journals_own_and_the_true_day_stands_beside_it():
    late = [evolve(line, taken_on=date(2026, 3, 31)) for line in garden_waste()]
    days = [{"name": "on", "from": "journal.accounting_on"}, {"name": "taken", "from": "line.taken_on"}]
    assert rows(exporter(*days), a_journal(late))[0][2:] == ["2026-05-12", "2026-03-31"]
