"""Entries: amounts, signs, days, statuses and what stands in a line."""

from __future__ import annotations

from datetime import date

import pytest
from camt_asking import closed, codes, events, issues, lines, opened
from camt_writer import Doc, Ent, Pay, Stm

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import References
from localgov_ims_camt import CamtOptions


@pytest.mark.parametrize("version", [2, 4, 7, 8, 13, 14])
def test_both_shapes_and_all_versions_give_the_same_line(version: int) -> None:
    """Sts as text or as a code, names with and without Pty, amounts where each version has them."""
    pay = Pay(
        500,
        end_to_end="E2E",
        structured=["RF18"],
        lines=["CT 1", " two  spaces "],
        debtor="A Payer",
        creditor="Us",
    )
    found = events(Doc([Stm([Ent(500, [pay], information="INFO")])], version=version))
    assert codes(found) == []
    [line] = lines(found)
    assert (line.position, line.amount, line.booked_on) == (1, Money(500), date(2026, 10, 5))
    assert (line.value_on, line.code, line.place) == (date(2026, 10, 6), "BGC", "Stmt[1]/Ntry[1]")
    assert line.references == References(end_to_end="E2E", structured="RF18", bank="ASR1")
    assert line.narrative == ("CT 1", " two  spaces ", "INFO")
    assert line.counterparty_name == "A Payer"
    assert line.details == ()


def test_money_out_names_the_creditor() -> None:
    """The other side of money out is who got it."""
    [line] = lines(events(Ent(-500, [Pay(-500, debtor="Us", creditor="A Supplier")])))
    assert (line.amount, line.counterparty_name) == (Money(-500), "A Supplier")


def test_the_ultimate_debtor_stands_in_for_a_debtor_without_name() -> None:
    """Some banks name only who really paid."""
    extra = "<RltdPties><UltmtDbtr><Nm>REAL PAYER</Nm></UltmtDbtr></RltdPties>"
    [line] = lines(events(Ent(500, [Pay(extra=extra)])))
    assert line.counterparty_name == "REAL PAYER"


def test_iso_codes_are_joined_where_the_bank_has_none_of_its_own() -> None:
    """Domain, family and subfamily."""
    code = "<Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn>"
    assert [line.code for line in lines(events(Ent(500, code=code)))] == ["PMNT/RCDT/DMCT"]
    assert [line.code for line in lines(events(Ent(500, code="")))] == [None]


def test_further_structured_references_are_lines_of_text() -> None:
    """The first is the reference; none is lost."""
    [line] = lines(events(Ent(500, [Pay(structured=["RF1", "RF2"], lines=["TEXT"])])))
    assert (line.references.structured, line.narrative) == ("RF1", ("TEXT", "RF2"))


@pytest.mark.parametrize(
    ("printed", "pence"),
    [
        ("8.850", 885),
        ("5442.09000", 544209),
        ("7", 700),
        ("7.5", 750),
        ("7.", 700),
        (".50", 50),
        ("0.00", 0),
        (" 1.20\n", 120),
    ],
)
def test_an_amount_is_a_decimal_of_at_most_five_places(printed: str, pence: int) -> None:
    """What xs:decimal allows, as long as no part of a penny is lost."""
    assert [line.amount for line in lines(events(Ent(pence, amount=printed)))] == [Money(pence)]


@pytest.mark.parametrize(
    "printed",
    ["NaN", "Infinity", "1E3", "1_000.00", "\u0661\u0662\u0663.\u0664\u0665", "\u0661.00", "-5.00", "+5.00", "-0.00", "1.005", "1.000000", "1,00", "1,000.00",
     "12..34", "0x10", "1" * 20, "£5.00", "."],
)  # fmt: skip
def test_anything_else_is_no_amount(printed: str) -> None:
    """Refused with the value and its place; totals that rest on it are not compared after it."""
    found = events(Ent(500, amount=printed))
    assert codes(found) == ["bad-amount"]
    [issue] = issues(found)
    assert (issue.place, issue.value) == ("Stmt[1]/Ntry[1]/Amt", printed)


@pytest.mark.parametrize(
    ("entry", "code", "place"),
    [
        (Ent(500, amount=""), "missing-field", "Amt"),
        (Ent(500, currency=""), "missing-field", "Amt@Ccy"),
        (Ent(500, currency=' Ccy="EUR"'), "currency-mismatch", "Amt"),
        (Ent(500, status=None), "missing-field", "Sts"),
        (Ent(500, status="BOOKED"), "bad-field", "Sts"),
        (Ent(500, mark="CRED"), "bad-field", "CdtDbtInd"),
        (Ent(500, mark=" "), "missing-field", "CdtDbtInd"),
        (Ent(500, reversal="yes"), "bad-field", "RvslInd"),
        (Ent(500, booked=None), "missing-field", "BookgDt"),
        (Ent(500, booked="<Dt>2026-02-30</Dt>"), "bad-date", "BookgDt"),
        (Ent(500, booked="<Dt>05/10/2026</Dt>"), "bad-date", "BookgDt"),
        (Ent(500, value="<Dt>2026-13-01</Dt>"), "bad-date", "ValDt"),
    ],
)
def test_a_fault_in_an_entry_has_its_code_and_place(entry: Ent, code: str, place: str) -> None:
    """Each field by its own rule."""
    stopping = [issue for issue in issues(events(entry)) if issue.stops]
    assert (stopping[0].code, stopping[0].place) == (code, f"Stmt[1]/Ntry[1]/{place}")


def test_all_faults_of_a_file_are_told() -> None:
    """Reading goes on after a fault in one entry."""
    found = events([Ent(1, amount="x"), Ent(500), Ent(2, amount="y", mark="z")])
    assert [issue.place for issue in issues(found)] == [
        "Stmt[1]/Ntry[1]/Amt", "Stmt[1]/Ntry[3]/Amt", "Stmt[1]/Ntry[3]/CdtDbtInd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "printed",
    [
        "<Dt>2026-10-05</Dt>",
        "<DtTm>2026-10-05T13:15:00+01:00</DtTm>",
        "<Dt>2026-10-05T00:00:00.000000000</Dt>",
        "<Dt>2026-10-05Z</Dt>",
    ],
)
def test_a_day_stands_in_dt_or_dttm(printed: str) -> None:
    """And a date-time in Dt, as some banks have it; the day is the one printed."""
    assert [line.booked_on for line in lines(events(Ent(5, booked=printed)))] == [date(2026, 10, 5)]


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_what_is_not_booked_is_counted_and_makes_no_line(status: str) -> None:
    """Reported only: in no total, and it may have no day."""
    found = events([Ent(500), Ent(99_999, status=status, booked=None)])
    assert codes(found) == []
    assert [line.amount for line in lines(found)] == [Money(500)]
    assert (closed(found).not_booked, closed(found).computed.count) == (1, 1)


def test_a_reversal_keeps_its_printed_direction() -> None:
    """CdtDbtInd already gives the direction of this entry."""
    found = events([Ent(5000, reversal="true"), Ent(-8000, reversal="1"), Ent(100, reversal="false")])
    assert codes(found) == []
    assert [(line.amount.pence, line.reversal) for line in lines(found)] == [
        (5000, True),
        (-8000, True),
        (100, False),
    ]


def test_a_bank_that_prints_reversals_the_other_way_is_read_by_its_option() -> None:
    """Never switched by itself; the Issue says that the other reading ties."""
    odd = Stm([Ent(5000, [Pay(2000), Pay(3000)], reversal="true"), Ent(700)], opening=10_000, closing=5_700)
    refused = issues(events(odd))
    assert [issue.code for issue in refused] == ["balance-mismatch"]
    assert "reversal_direction = 'opposite'" in refused[0].message
    found = events(odd, CamtOptions(reversal_direction="opposite"))
    assert codes(found) == []
    first, _ = lines(found)
    assert [first.amount, *(detail.amount for detail in first.details)] == [
        Money(-5000),
        Money(-2000),
        Money(-3000),
    ]


def test_the_hint_works_both_ways() -> None:
    """A wrong option is told by the same sentence."""
    found = issues(events(Ent(5000, reversal="true"), CamtOptions(reversal_direction="opposite")))
    assert "reversal_direction = 'as_printed'" in found[0].message


def test_an_unknown_reversal_direction_is_no_option() -> None:
    """Settings are checked when they are made."""
    with pytest.raises(ValueError, match="reversal_direction"):
        CamtOptions(reversal_direction="sideways")  # type: ignore[arg-type]


def test_an_element_that_stands_twice_is_refused() -> None:
    """Which of two amounts counts cannot be known."""
    assert codes(events(Doc([Stm([Ent(5)])]).xml().replace("<Ntry>", "<Ntry><Amt>1.00</Amt>"))) == [
        "bad-field"
    ]


def test_an_element_inside_a_text_is_refused() -> None:
    """Text is never pieced together around it."""
    assert codes(events(Ent(12_345, amount="12<x/>345.00"))) == ["bad-field"]


def test_comments_and_cdata_do_not_cut_a_text() -> None:
    """XML's own ways to write one text."""
    assert codes(events(Ent(12_345, amount="12<!-- c -->3<![CDATA[.45]]>"))) == []


def test_the_currency_of_an_account_without_one_is_that_of_its_balance() -> None:
    """Acct/Ccy is optional."""
    found = events(Stm([Ent(5)], account="<Acct><Id><IBAN>GB29NWBK60161331926819</IBAN></Id></Acct>"))
    assert (codes(found), opened(found).currency) == ([], "GBP")
