"""What DuckDB finds in texts is what the domain finds: references, names of lines and fees."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.builders import DAY, reference_format, scheme, statement_line

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.finding import Finder
from localgov_ims.domain.ids import new_id
from localgov_ims.domain.money import Money
from localgov_ims.domain.references import Characters, ReferenceFormat
from localgov_ims.errors import ConfigurationError
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.extracting import extract, plain
from localgov_ims.reconciliation.recognisers import Recogniser, Sign, recognise
from localgov_ims.reconciliation.sql import Compiler
from localgov_ims.reconciliation.tariffs import FeeRounding, Tariff

NINE = ReferenceFormat(
    name="nine", min_length=9, max_length=9, characters=Characters.NUMERIC, valid=("123456789",),
    check_digit=CheckDigits(
        name="nine", kind=Kind.WEIGHTED, modulus=11, weights=(9, 8, 7, 6, 5, 4, 3, 2, 0), subtract=True, results={11: "0"},
    ),
)  # fmt: skip
UNCHECKED = ReferenceFormat(
    name="four", min_length=4, max_length=4, characters=Characters.NUMERIC, valid=("1234",)
)
VARYING = ReferenceFormat(
    name="varying", min_length=5, max_length=7, characters=Characters.ALPHANUMERIC, valid=("AB123",)
)

pieces = st.sampled_from(
    ["123456789", "12345678-9", "123 456 789", "1234", "56", "7", "A", "AB123", "é", "_", "987654321"]
)
texts = st.lists(
    st.tuples(pieces, st.sampled_from([" ", "-", "/", ".", "", "\n", "_", "  ", ", "])).map("".join),
    max_size=6,
).map("".join)


def found_by_sql(text: str, formats: list[ReferenceFormat]) -> set[str]:
    with Matcher() as matcher:
        matcher.load("line", [(new_id(), DAY, 1, *[None] * 6, text, "open")])
        extract(matcher, formats)
        rows = matcher.duck.execute("SELECT text_reference FROM all_lines_text_reference").fetchall()
    return {row[0] for row in rows}


@settings(max_examples=60, deadline=None)
@given(texts)
@example("TEL 278949510 RENT 12345678-9 MR")
@example("12345678-9A")
@example("1 23456789 0")
@example("_123456789_")
@example("0 123456789 5 1234")
def test_duckdb_finds_the_references_that_a_finder_finds(text: str) -> None:
    formats = [NINE, UNCHECKED, VARYING]
    wanted = {found.reference.text for format_ in formats for found in Finder([format_]).find(text)}
    assert found_by_sql(text, formats) == wanted


def test_only_digits_of_one_length_are_read_by_sql() -> None:
    assert [plain(each) for each in (NINE, UNCHECKED, VARYING)] == [True, True, False]
    assert not plain(reference_format(check_digit=scheme(), characters=Characters.ALPHANUMERIC))


NAMING = (
    Recogniser(
        name="card", sign=Sign.CREDIT, account="main", source="cardco", text=r"CARDCO(?: (?P<payout>PO\d+))?"
    ),
    Recogniser(
        name="begins", sign=Sign.CREDIT, source="cardco", text=r"^CARD(?:CO|X) (?P<payout>PO\d+)$|^cardco"
    ),
    Recogniser(name="begins-so", sign=Sign.CREDIT, source="other", text=r"^CARDX?CO (?:P|OTHERS?$)"),
    Recogniser(name="any", sign=Sign.CREDIT, source="other", text="OTHER$"),
    Recogniser(name="code", sign=Sign.DEBIT, source="cardco", code="CHG", text="^C"),
    Recogniser(name="name", sign=Sign.DEBIT, source="cardco", counterparty="Bank plc", text="."),
)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["CARDCO PO12", "CARDCO", "cardco", "CARDCO OTHER", "OTHER", "x", ""]),
    st.sampled_from([-100, 0, 100]),
    st.sampled_from(["main", "cash-office"]),
    st.sampled_from([None, "CHG"]),
    st.sampled_from([None, "BANK PLC", "Somebody"]),
)
def test_duckdb_names_the_lines_that_recognisers_name(
    text: str, pence: int, account: str, code: str | None, name: str | None
) -> None:
    line = statement_line(
        account=account,
        amount=Money(pence),
        narrative=(text,) if text else (),
        code=code,
        counterparty_name=name,
    )
    wanted = recognise(NAMING, line)
    with Matcher() as matcher:
        row = (line.id, DAY, pence, account, None, None, None, code, name, line.line.text, "open")
        matcher.load("line", [row])
        matcher.name_lines(NAMING)
        open_ = matcher.duck.execute("SELECT COUNT(*) FROM open_lines").fetchone()
        named = matcher.duck.execute("SELECT source, payout FROM open_named_lines").fetchall()
    assert open_ == (0 if wanted else 1,)
    assert named == (
        [(wanted[0].recogniser.source, wanted[0].evidence.get("payout"))] if len(wanted) == 1 else []
    )


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 10_000_000),
    st.sampled_from(FeeRounding),
    st.sampled_from(["0", "1.4", "0.75", "2.0001"]),
    st.integers(0, 30),
)
@example(250, FeeRounding.HALF_EVEN, "1.4", 20)
@example(250, FeeRounding.HALF_UP, "1.4", 20)
def test_duckdb_reckons_the_fee_that_a_tariff_does(
    pence: int, rounding: FeeRounding, percent: str, fixed: int
) -> None:
    tariff = Tariff(name="t", percent=percent, fixed=fixed, rounding=rounding)
    with Matcher(tariffs={"t": tariff}) as matcher:
        expression = Compiler(tariffs={"t": tariff})._fee(tariff)
        assert matcher.duck.execute(
            f"SELECT {expression} FROM (SELECT CAST({pence} AS BIGINT) AS pence)"
        ).fetchone() == (tariff.fee(pence),)


def test_a_fee_of_half_a_penny_is_rounded_as_was_agreed() -> None:
    assert [Tariff(name="t", percent="1.4", rounding=each).fee(250) for each in FeeRounding] == [4, 4, 4, 3]
    assert [Tariff(name="t", percent="1", rounding=each).fee(250) for each in FeeRounding] == [3, 2, 3, 2]


@pytest.mark.parametrize(("percent", "fixed"), [("1,4", 0), ("1.40001", 0), ("-1", 0), ("", 0), ("1", -1)])
def test_a_tariff_that_nobody_could_mean_is_refused(percent: str, fixed: int) -> None:
    with pytest.raises(ConfigurationError, match="Tariff 't'"):
        Tariff(name="t", percent=percent, fixed=fixed)
