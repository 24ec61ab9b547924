"""Receipts as text for an e-mail, as a page, and as a PDF.

A page is whole in itself: no script, no picture, nothing loaded from elsewhere. What a receipt must say
to count for VAT is told in `receipt_facts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from importlib import resources

from localgov_ims.documents.receipt_facts import (
    ReceiptDocument,
    ReceiptLine,
    VatRow,
    day_shown,
    masked,
    one_line,
)  # fmt: skip
from localgov_ims.domain.money import Money
from localgov_ims.errors import ConfigurationError

__all__ = ["ReceiptDocument", "ReceiptLine", "VatRow", "html", "pdf", "text"]


def text(document: ReceiptDocument) -> str:
    r"""Return the receipt as plain text, `\\n` after each line. It leans on no font of fixed width."""
    blocks: list[Iterable[str]] = [
        [document.title.upper(), *(f"{label}: {_isolated(value)}" for label, value in _head(document))],
        *(_line_text(line) for line in document.lines),
        [f"{label}: {value}" for label, value in _totals(document)],
        _vat_text(document),
        [document.note or ""],
        _council(document),
    ]
    return "\n\n".join("\n".join(block) for block in map(_filled, blocks) if block) + "\n"


def html(document: ReceiptDocument) -> str:
    """Return the receipt as a complete page that reads on a telephone, aloud and on paper."""
    title = f"{document.title} {document.receipt_number} - {one_line(document.council_name)}"
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en-GB">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_style()}</style>",
            "</head>",
            "<body>",
            "<main>",
            *_page(document),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def pdf(document: ReceiptDocument) -> bytes:
    """Return the page as a PDF (PDF/UA: tagged, for screen readers).

    Raises:
        ConfigurationError: weasyprint is not installed (the extra `reports`), or Pango is not.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 - an extra, and slow to load
    except (ModuleNotFoundError, OSError) as error:  # OSError: it is there, and the library Pango is not
        message = (
            "Making PDFs needs weasyprint and the library Pango, of which one is missing: "
            f"pip install localgov-ims[reports] ({error})"
        )
        raise ConfigurationError("no_reports_extra", message) from error
    made: bytes = HTML(string=html(document)).write_pdf(pdf_variant="pdf/ua-1")
    return made


def _head(document: ReceiptDocument) -> Iterator[tuple[str, str]]:
    yield "Receipt number", document.receipt_number
    yield "Date refunded" if document.is_refund else "Date paid", day_shown(document.taken_on)
    if document.payer is not None and masked(document.payer):
        yield "Refunded to" if document.is_refund else "Received from", masked(document.payer)


def _totals(document: ReceiptDocument) -> Iterator[tuple[str, str]]:
    yield "Number of items", str(len(document.lines))
    if document.vat:
        yield "Total before VAT", document.net.shown()
        yield "VAT", document.vat.shown()
    yield "Total refunded" if document.is_refund else "Total paid", document.gross.shown()


def _council(document: ReceiptDocument) -> list[str]:
    lines = [one_line(document.council_name)]
    if document.council_address:
        lines.append(", ".join(map(one_line, document.council_address)))
    if document.vat_number is not None:
        lines.append(f"VAT registration number: {one_line(document.vat_number)}")
    return lines


def _about(line: ReceiptLine) -> Iterator[tuple[str, str]]:
    if line.account_reference is not None:
        yield "Account", one_line(line.account_reference)
    if line.narrative is not None and masked(line.narrative):
        yield "Details", masked(line.narrative)


def _line_text(line: ReceiptLine) -> Iterator[str]:
    yield f"{_isolated(one_line(line.fund_name))}: {line.amount.shown()}"
    yield from (f"{label}: {_isolated(value)}" for label, value in _about(line))
    if line.treatment is not None:
        yield f"VAT: {line.rate_name}" + (f", {line.vat.shown()} included" if line.vat else "")


def _vat_text(document: ReceiptDocument) -> Iterator[str]:
    if any(line.treatment is not None for line in document.lines):
        yield "VAT summary"
        for row in document.vat_rows:
            yield f"{_rate(row)}: net {row.net.shown()}, VAT {row.vat.shown()}, gross {row.gross.shown()}"


def _rate(row: VatRow) -> str:
    return f"{row.rate_name}, code {one_line(row.vat_code)}" if row.vat_code is not None else row.rate_name


def _filled(block: Iterable[str]) -> list[str]:
    return [line for line in block if line]


def _isolated(value: str) -> str:
    # Writing from right to left would draw the figures beside it to its other side (Unicode TR 9, isolates).
    return value if value.isascii() else f"\u2068{value}\u2069"


def _page(document: ReceiptDocument) -> Iterator[str]:
    name, *about = map(escape, _council(document))
    yield f'<header><p class="council">{name}</p>'
    yield "".join(f"<p>{line}</p>" for line in about) + "</header>"
    yield f"<h1>{escape(document.title)}</h1>"
    yield "<dl>"
    yield from (f"<div><dt>{label}</dt><dd>{_bdi(value)}</dd></div>" for label, value in _head(document))
    yield "</dl>"
    yield from _table(
        "Items",
        ("Item", "VAT", "Amount"),
        (_cells(line) for line in document.lines),
        foot=_totals(document),
    )
    if any(line.treatment is not None for line in document.lines):
        rows = ((escape(_rate(row)), *_amounts(row.net, row.vat, row.gross)) for row in document.vat_rows)
        yield from _table("VAT summary", ("Rate", "Net", "VAT", "Gross"), rows)
    if document.note is not None:
        yield f'<p class="note">{escape(document.note)}</p>'


def _table(
    caption: str,
    heads: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    foot: Iterable[tuple[str, str]] = (),
) -> Iterator[str]:
    """Yield a table: the first column heads its row, the others are figures. Cells are markup already."""
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield f"<table><caption>{caption}</caption>"
    yield f"<thead><tr>{columns}</tr></thead><tbody>"
    for first, *others in rows:
        figures = "".join(f"<td>{cell}</td>" for cell in others)
        yield f'<tr><th scope="row">{first}</th>{figures}</tr>'
    yield "</tbody>"
    totals = [
        f'<tr><th scope="row" colspan="{len(heads) - 1}">{label}</th><td>{value}</td></tr>'
        for label, value in foot
    ]
    if totals:
        yield f"<tfoot>{''.join(totals)}</tfoot>"
    yield "</table>"


def _cells(line: ReceiptLine) -> tuple[str, str, str]:
    about = "".join(f'<span class="about">{label}: {_bdi(value)}</span>' for label, value in _about(line))
    vat = f'<span class="about">{line.vat.shown()}</span>' if line.vat else ""
    return (
        f"{_bdi(one_line(line.fund_name))}{about}",
        f'<span class="rate">{line.rate_name}</span>{vat}',
        line.amount.shown(),
    )


def _amounts(*amounts: Money) -> tuple[str, ...]:
    return tuple(amount.shown() for amount in amounts)


def _bdi(value: str) -> str:
    return f"<bdi>{escape(value)}</bdi>"


@cache
def _style() -> str:
    return (resources.files("localgov_ims.documents") / "receipt.css").read_text("utf-8")
