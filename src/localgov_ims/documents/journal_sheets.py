"""A journal as a workbook for people: its lines, every single line behind them, and totals that must agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, BinaryIO, Final

from localgov_ims.documents.tables import as_cell, as_figure, spreadsheets
from localgov_ims.domain.journals import Journal, JournalLine, Side
from localgov_ims.domain.money import NOTHING, Money

_MONEY: Final = "#,##0.00"
_DAY: Final = "dd mmm yyyy"
_LINES: Final = (
    ("Line", 7), ("Account", 14), ("Dimensions", 22), ("What", 34), ("Debit", 15), ("Credit", 15), ("VAT", 6), ("Fund", 8),
    ("Method", 9), ("Taken on", 13), ("Adds up", 9),
)  # fmt: skip
_DETAILS: Final = (
    ("In line", 9), ("Account", 14), ("What", 34), ("Reference", 24), ("Debit", 15), ("Credit", 15), ("VAT", 6),
    ("Fund", 8), ("Method", 9), ("Office", 9), ("Taken on", 13),
)  # fmt: skip


def write_journal(
    journal: Journal,
    details: Sequence[tuple[int, JournalLine]],
    stream: BinaryIO,
    *,
    council: str,
    state: str,
) -> None:
    """Write the workbook to a seekable stream: sheets `Journal`, `Details` and `Control`.

    *details* are the single lines, each with the number of the journal's line that adds it up. The same journal in the
    same state gives the same bytes. Sums are formulas, with the value worked out here beside them, so that whoever opens
    the file sees at once whether they agree.

    Raises:
        ConfigurationError: XlsxWriter is not installed.
        InvalidValue: A figure is longer than a spreadsheet keeps.
    """
    with spreadsheets(stream) as book:
        sheets = _Sheets(book)
        count = Counter(place for place, _ in details)
        _journal(sheets, journal, count, council, state)
        _details(sheets, details)
        _control(sheets, journal, details)


class _Sheets:
    """A workbook with the formats that its sheets share."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - XlsxWriter has no annotations
        self.book = book
        self.formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "align": "left", "indent": 1}),
            "right": book.add_format({"bold": True, "bottom": 1, "align": "right"}),
            "money": book.add_format({"num_format": _MONEY}),
            "total": book.add_format({"num_format": _MONEY, "bold": True, "top": 1, "bottom": 6}),
            "bold": book.add_format({"bold": True}),
            "day": book.add_format({"num_format": _DAY, "align": "left", "indent": 1}),
            "plain": book.add_format({"align": "left", "indent": 1}),
        }

    def sheet(self, name: str, columns: Sequence[tuple[str, int]], at: int) -> Any:  # noqa: ANN401 - as above
        """Begin a sheet with its header at row *at*, which stays in sight and is repeated on every printed page."""
        made = self.book.add_worksheet(name)
        for place, (heading, width) in enumerate(columns):
            made.set_column(place, place, width)
            made.write_string(
                at,
                place,
                heading,
                self.formats["right" if heading in {"Debit", "Credit", "Balance"} else "head"],
            )
        made.freeze_panes(at + 1, 0)
        made.repeat_rows(at)
        made.set_landscape()
        made.set_paper(9)  # A4
        made.fit_to_pages(1, 0)
        made.set_footer("&L&F&C&A&RPage &P of &N")
        return made

    def row(self, sheet: Any, at: int, values: Iterable[object]) -> None:  # noqa: ANN401 - as above
        """Write a row: money and days as what a spreadsheet reckons with, text as text."""
        for place, value in enumerate(values):
            if isinstance(value, Money):
                sheet.write_number(at, place, as_figure(value), self.formats["money"])
            elif isinstance(value, date):
                sheet.write_datetime(at, place, value, self.formats["day"])
            elif isinstance(value, int):
                sheet.write_number(at, place, value, self.formats["plain"])
            elif value:
                sheet.write_string(at, place, as_cell(str(value)), self.formats["plain"])


def _sides(line: JournalLine) -> tuple[Money | None, Money | None]:
    return (line.amount, None) if line.side is Side.DEBIT else (None, line.amount)


def _journal(sheets: _Sheets, journal: Journal, count: Counter[int], council: str, state: str) -> None:
    facts = (
        ("Ledger", journal.ledger), ("Accounting day", journal.accounting_on), ("Period", str(journal.period)),
        ("Made on", journal.created_on), ("State", state), ("Replaces", journal.replaces or ""),
    )  # fmt: skip
    top = len(facts) + 3
    sheet = sheets.sheet("Journal", _LINES, top)
    sheet.write_string(0, 0, as_cell(f"{council}: journal {journal.number}"), sheets.formats["title"])
    for at, (name, value) in enumerate(facts, start=1):
        sheet.write_string(at, 0, name, sheets.formats["bold"])
        sheets.row(sheet, at, ["", "", value])
    for at, line in enumerate(journal.lines, start=top + 1):
        dimensions = ", ".join(filter(None, line.account.dimensions))
        values = (
            line.number, line.account.code, dimensions, line.narrative, *_sides(line), line.vat_code, line.fund, line.mop,
            line.taken_on, count[line.number],
        )  # fmt: skip
        sheets.row(sheet, at, values)
    last = top + len(journal.lines)
    _totals(sheets, sheet, last + 1, top + 2, (3, 4), (journal.debits, journal.credits))
    sheet.autofilter(top, 0, last, len(_LINES) - 1)


def _details(sheets: _Sheets, details: Sequence[tuple[int, JournalLine]]) -> None:
    sheet = sheets.sheet("Details", _DETAILS, 0)
    for at, (place, line) in enumerate(sorted(details, key=lambda each: each[0]), start=1):
        values = (
            place, line.account.code, line.narrative, line.reference, *_sides(line), line.vat_code, line.fund, line.mop,
            line.office, line.taken_on,
        )  # fmt: skip
        sheets.row(sheet, at, values)
    _totals(sheets, sheet, len(details) + 1, 2, (3, 4), _sums(line for _, line in details))
    sheet.autofilter(0, 0, len(details), len(_DETAILS) - 1)


def _control(sheets: _Sheets, journal: Journal, details: Sequence[tuple[int, JournalLine]]) -> None:
    columns = (("Account", 18), ("Dimensions", 24), ("Debit", 16), ("Credit", 16), ("Balance", 16))
    sheet = sheets.sheet("Control", columns, 0)
    by_account: dict[object, list[JournalLine]] = defaultdict(list)
    for line in journal.lines:
        by_account[line.account].append(line)
    accounts = sorted({line.account for line in journal.lines})
    for at, account in enumerate(accounts, start=1):
        debit, credit = _sums(by_account[account])
        sheets.row(
            sheet,
            at,
            [account.code, ", ".join(filter(None, account.dimensions)), debit, credit, debit - credit],
        )
    end = len(accounts) + 1
    _totals(sheets, sheet, end, 2, (1, 2), (journal.debits, journal.credits))
    single = Money.total(line.signed for _, line in details)
    checks = (
        ("Debits equal credits", journal.debits == journal.credits),
        ("The single lines come to the same", single == journal.debits - journal.credits),
    )  # fmt: skip
    for at, (name, holds) in enumerate(checks, start=end + 2):
        sheet.write_string(at, 0, name, sheets.formats["bold"])
        sheet.write_string(at, 2, "yes" if holds else "NO", sheets.formats["bold"])


def _totals(
    sheets: _Sheets, sheet: Any, at: int, first: int, places: tuple[int, int], values: tuple[Money, Money]  # noqa: ANN401
) -> None:  # fmt: skip
    """Write the row of totals: formulas over the column, each with the value that it must come to."""
    sheet.write_string(at, 0, "Total", sheets.formats["bold"])
    for place, value in zip(places, values, strict=True):
        letter = chr(ord("A") + place + 1)
        formula = f"=SUM({letter}{first}:{letter}{at})"
        sheet.write_formula(at, place + 1, formula, sheets.formats["total"], as_figure(value))


def _sums(lines: Iterable[JournalLine]) -> tuple[Money, Money]:
    debit = credit = NOTHING
    for line in lines:
        if line.side is Side.DEBIT:
            debit += line.amount
        else:
            credit += line.amount
    return debit, credit
