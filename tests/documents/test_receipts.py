"""Receipts to the letter: golden files, the VAT that they add up, and that nothing typed becomes markup."""

from __future__ import annotations

import io
import re
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.documents import receipts
from localgov_ims.documents.receipt_facts import day_shown, percent
from localgov_ims.documents.receipts import ReceiptDocument, ReceiptLine
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.vat import Treatment, VatRate
from localgov_ims.errors import ConfigurationError, InvalidValue

GOLDEN = Path(__file__).parent / "golden"
RATES = {Treatment.STANDARD: 200, Treatment.REDUCED: 50}


def line(fund_name: str, pence: int, code: str | None = None, **changes: object) -> ReceiptLine:
    """A line; its code's first letter chooses the treatment, its VAT is that of the treatment's rate."""
    treatment = {"S": Treatment.STANDARD, "R": Treatment.REDUCED, "Z": Treatment.ZERO, "E": Treatment.EXEMPT,
                 "N": Treatment.NON_BUSINESS, "O": Treatment.OUTSIDE_SCOPE}.get((code or " ")[0])  # fmt: skip
    rate = VatRate(RATES.get(treatment, 0))
    given_line = ReceiptLine(
        fund_name=fund_name, amount=Money(pence), vat_code=code, vat_rate=rate, vat=rate.vat_in(Money(pence)),
        treatment=treatment,
    )  # fmt: skip
    return attrs.evolve(given_line, **changes)


def receipt(*lines: ReceiptLine, **changes: object) -> ReceiptDocument:
    given_document = ReceiptDocument(
        council_name="Small Council", council_address=("Town Hall", "1 High Street", "Smalltown", "SM1 1AA"),
        vat_number="GB 123 4567 89", receipt_number="K7MP-2QXW-9TRN", taken_on=date(2026, 5, 12),
        payer="Amina Khan", lines=lines,
    )  # fmt: skip
    return attrs.evolve(given_document, **changes)


GARDEN = line("Garden waste", 6000, "S1", account_reference="GW-10023", narrative="Brown bin, 2026 season")
DOCUMENTS = {
    "plain": receipt(line("Council Tax", 123_450, account_reference="60012345X")),
    "vat_mix": receipt(
        GARDEN,
        line("Bulky waste", 2400, "S1", narrative="Sofa"),
        line("Insulation", 10_500, "R1"),
        line("Bus pass", 500, "Z0"),
        line("Council Tax", 15_000, "O0", account_reference="60012345X"),
    ),
    "above_the_limit": receipt(line("Trade waste", 60_000, "S1"), line("Room hire", 120_000, "E0")),
    "refund": receipt(attrs.evolve(GARDEN, amount=Money(-6000), vat=Money(-1000))),
    "copy": receipt(GARDEN, copy=True),
    "nasty": receipt(
        line("Rents & <i>Leases</i>", 1000, account_reference="A" * 80, narrative="دفع الإيجار\r\n4111111111111111\x00"),
        line("גן ילדים", -250, narrative='" onload="x" \u2066</td></table>&amp;'),
        council_name="Smith & Sons' <b>Council</b>",
        payer='<script>alert("x")</script> & \u202elive\u202c محمد عبد الله',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_text_is_as_in_the_golden_file(name):
    assert receipts.text(DOCUMENTS[name]) == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_page_is_as_in_the_golden_file(name):
    assert receipts.html(DOCUMENTS[name]) == (GOLDEN / f"{name}.html").read_text("utf-8")


def test_two_lines_of_one_code_and_rate_are_one_row():
    first, *_ = DOCUMENTS["vat_mix"].vat_rows
    assert (first.vat_code, first.rate_name) == ("S1", "20 %")
    assert (first.net, first.vat, first.gross) == (Money(7000), Money(1400), Money(8400))


def test_treatments_of_no_rate_are_told_apart_by_name():
    names = [
        row.rate_name
        for row in receipt(*(line("x", 100, code) for code in ("Z", "E", "N", "O", None))).vat_rows
    ]
    assert names == ["Zero rated", "Exempt", "Non-business", "Outside the scope of VAT", "No VAT"]
    taxed_at_nothing = ReceiptLine(fund_name="x", amount=Money(1), treatment=Treatment.STANDARD)
    assert taxed_at_nothing.rate_name == "0 %"


def test_two_rates_of_one_code_are_two_rows():
    """A code's rate changes on a day; a receipt may hold lines of both sides."""
    old = attrs.evolve(GARDEN, vat_rate=VatRate(175), vat=Money(894))
    assert [row.rate_name for row in receipt(GARDEN, old).vat_rows] == ["20 %", "17.5 %"]


LINES = st.lists(
    st.builds(line, st.just("x"), st.integers(-(10**9), 10**9), st.sampled_from([None, "S", "S2", "R", "Z", "E"])),
    min_size=1, max_size=8,
)  # fmt: skip


@given(lines=LINES)
def test_rows_add_up_to_the_totals(lines):
    document = receipt(*lines)
    rows = document.vat_rows
    assert (
        Money.total(row.gross for row in rows) == document.gross == Money.total(each.amount for each in lines)
    )
    assert Money.total(row.vat for row in rows) == document.vat
    assert document.net + document.vat == document.gross
    assert all(row.net + row.vat == row.gross for row in rows)
    assert document.is_refund == (document.gross < NOTHING)


@pytest.mark.parametrize(
    ("document", "counts"),
    [
        (receipt(line("Garden waste", 25_000, "S")), True),
        (receipt(line("Garden waste", 25_001, "S")), False),
        (receipt(line("Garden waste", 20_000, "S"), line("Bus pass", 5001, "Z")), False),
        (receipt(line("Garden waste", 6000, "S"), line("Council Tax", 90_000, "O"), line("Fine", 3500, "N")), True),
        (receipt(line("Garden waste", 6000, "S"), line("Room hire", 100, "E")), False),
        (receipt(line("Bus pass", 500, "Z")), False),
        (receipt(line("Garden waste", 6000, "S"), vat_number=None), False),
        (receipt(line("Garden waste", 6000, "S"), council_address=()), False),
        (receipt(line("Garden waste", -6000, "S")), False),
    ],
)  # fmt: skip
def test_a_less_detailed_vat_invoice_is_told_by_regulation_16a(document, counts):
    assert document.is_vat_invoice is counts
    assert (document.title == "VAT receipt") is counts
    assert attrs.evolve(document, copy=True).title.removeprefix("Copy of ").lower() == document.title.lower()
    wants_note = bool(document.vat) and not counts and not document.is_refund
    assert ("This is not a VAT invoice" in receipts.text(document)) is wants_note


def test_a_refund_speaks_of_refunds_with_the_minus_in_front():
    assert "Total refunded: -£60.00" in receipts.text(DOCUMENTS["refund"])
    for made in (receipts.text, receipts.html):
        assert not re.search("paid|received", made(DOCUMENTS["refund"]), re.IGNORECASE)


def test_a_copy_says_so_and_is_otherwise_the_same():
    text = receipts.text(DOCUMENTS["copy"])
    assert text.startswith("COPY OF VAT RECEIPT\n")
    assert text.split("\n", 1)[1] == receipts.text(receipt(GARDEN)).split("\n", 1)[1]


class Elements(HTMLParser):
    """Every element and attribute of a page, and its text; counts what is left open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append(data)


SHAPE = Elements(
    receipts.html(receipt(ReceiptLine(fund_name="x", amount=Money(1), account_reference="x", narrative="x")))
)


@given(st.text(), st.text(), st.text(), st.text())
def test_nothing_that_was_typed_becomes_markup(payer, fund, account, narrative):
    typed = ReceiptLine(
        fund_name=f"x{fund}", amount=Money(1), account_reference=f"x{account}", narrative=f"x{narrative}"
    )
    page = Elements(receipts.html(receipt(typed, payer=f"x{payer}")))
    assert page.tags == SHAPE.tags
    assert page.attributes == SHAPE.attributes
    assert page.open == []


@given(st.text(min_size=1))
def test_nothing_that_was_typed_makes_another_line_of_the_text(typed):
    plain, odd = (
        receipts.text(receipt(line("x", 1, narrative=f"x{t}"), payer=f"x{t}")) for t in ("y", typed)
    )
    assert len(odd.splitlines()) == len(plain.splitlines())
    assert not re.search(r"[\u202a-\u202e\u0000-\u0009\u000b-\u001f]", odd)


def test_a_page_is_whole_accessible_and_loads_nothing():
    page = receipts.html(DOCUMENTS["vat_mix"])
    found = Elements(page)
    assert ("lang", "en-GB") in found.attributes
    assert "<title>VAT receipt K7MP-2QXW-9TRN - Small Council</title>" in page
    assert not {"script", "img", "link", "iframe", "object", "form", "svg"} & set(found.tags)
    assert not re.search(r"https?:|url\(|@import|src=|href=", page)
    assert found.tags.count("caption") == found.tags.count("table") == 2
    assert found.tags.count("th") == found.attributes.count(("scope", "col")) + found.attributes.count(
        ("scope", "row")
    )
    assert "@media print" in page
    assert not re.search("crown|crest", page, re.IGNORECASE)


def test_a_card_number_that_somebody_typed_is_masked():
    for made in (receipts.text, receipts.html):
        assert "4111111111111111" not in made(DOCUMENTS["nasty"])
        assert "411111******1111" in made(DOCUMENTS["nasty"])


def test_an_account_reference_is_shown_whole_even_if_it_looks_like_a_card():
    assert "4111111111111111" in receipts.text(receipt(line("Rent", 1, account_reference="4111111111111111")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_pdf_is_one_tagged_page_of_the_same_facts(name):
    document = DOCUMENTS[name]
    try:
        data = receipts.pdf(document)
    except ConfigurationError as error:
        pytest.skip(error.message)
    reader = pypdf.PdfReader(io.BytesIO(data))
    (page,) = reader.pages
    said = page.extract_text()
    assert document.receipt_number in said
    assert "12 May 2026" in said
    assert document.gross.shown() in said
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    # Not the bytes: where the system has no HarfBuzz-Subset, the fonts inside say when they were cut to size.
    (again,) = pypdf.PdfReader(io.BytesIO(receipts.pdf(document))).pages
    assert again.extract_text() == said


@pytest.mark.parametrize(
    "missing", [ModuleNotFoundError("No module named 'weasyprint'"), OSError("no libpango")]
)
def test_without_the_extra_the_message_says_what_to_install(monkeypatch, missing):
    class Blocked:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise missing

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Blocked(), *sys.meta_path])
    with pytest.raises(ConfigurationError, match=r"pip install localgov-ims\[reports\]") as caught:
        receipts.pdf(DOCUMENTS["plain"])
    assert caught.value.code == "no_reports_extra"


@pytest.mark.parametrize(
    ("day", "shown"), [(date(2026, 5, 12), "12 May 2026"), (date(2025, 12, 1), "1 December 2025")]
)
def test_days_are_shown_as_people_write_them(day, shown):
    assert day_shown(day) == shown


@pytest.mark.parametrize(("thousandths", "shown"), [(200, "20 %"), (175, "17.5 %"), (50, "5 %"), (0, "0 %")])
def test_rates_are_shown_as_people_write_them(thousandths, shown):
    assert percent(VatRate(thousandths)) == shown


def test_a_receipt_needs_a_line():
    with pytest.raises(InvalidValue, match="without a line"):
        receipt()
