"""What is written is what is read, whatever it is."""

from __future__ import annotations

from datetime import date

from camt_asking import closed, codes, events, lines
from camt_writer import Doc, Ent, Pay, Stm
from hypothesis import given, settings
from hypothesis import strategies as st

from localgov_ims.domain.money import Money

PENCE = st.integers(-(10**12), 10**12)
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=40,
)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@st.composite
def entries(draw: st.DrawFn) -> Ent:
    """Draw an entry: plain, a batch that adds up, or pending."""
    pence = draw(PENCE)
    parts = draw(st.lists(st.integers(-(10**9), 10**9), max_size=4))
    parts = [*parts, pence - sum(parts)] if parts else [pence]
    sign = 1 if pence >= 0 else -1
    if any(part * sign < 0 for part in parts):
        parts = [pence]
    pays = [
        Pay(part, end_to_end=draw(TEXTS), lines=draw(st.lists(TEXTS, max_size=3)), debtor=draw(TEXTS))
        for part in parts
    ]
    day = f"<Dt>{draw(DAYS)}</Dt>"
    return Ent(
        pence,
        pays,
        status=draw(st.sampled_from(["BOOK", "BOOK", "BOOK", "PDNG"])),
        booked=day,
        information=draw(TEXTS),
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(entries(), max_size=6), PENCE, st.sampled_from([2, 7, 8, 13]))
def test_a_statement_survives_writing_and_reading(rows: list[Ent], opening: int, version: int) -> None:
    """Amounts, days, texts, references, details and totals."""
    found = events(Doc([Stm(rows, opening=opening)], version=version))
    assert codes(found) == []
    booked = [row for row in rows if row.status == "BOOK"]
    read = lines(found)
    assert [line.amount.pence for line in read] == [row.pence for row in booked]
    assert [line.position for line in read] == list(range(1, len(booked) + 1))
    assert closed(found).not_booked == len(rows) - len(booked)
    for row, line in zip(booked, read, strict=True):
        assert row.booked == f"<Dt>{line.booked_on}</Dt>"
        assert line.narrative[-1] == row.information
        if len(row.payments) > 1:
            assert [detail.amount for detail in line.details] == [
                Money(pay.pence or 0) for pay in row.payments
            ]
            assert [list(detail.narrative) for detail in line.details] == [
                list(pay.lines) for pay in row.payments
            ]
        else:
            assert line.references.end_to_end == row.payments[0].end_to_end
            assert list(line.narrative[:-1]) == list(row.payments[0].lines)


@given(st.integers(0, 10**18 - 1))
def test_every_amount_is_read_to_the_penny(pence: int) -> None:
    """Up to what the standard can print."""
    from localgov_ims_camt.printed import pence as read

    assert read(f"{pence // 100}.{pence % 100:02d}") == pence


@given(st.text(max_size=12))
def test_a_text_is_an_amount_only_if_it_is_digits_and_one_point(text: str) -> None:
    """Whatever else int or Decimal would take."""
    from localgov_ims_camt.printed import pence as read

    if read(text) is not None:
        assert set(text.strip(" \t\r\n")) <= set("0123456789.")
