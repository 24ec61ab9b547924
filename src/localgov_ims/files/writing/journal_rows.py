"""The rows of a journal's file: VAT beside or inside the net, both sides in one row, and the parts of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from attrs import define, frozen

from localgov_ims.domain.journals import ROLE_ORDER, Journal, JournalLine, Role, Side
from localgov_ims.domain.ledger_files import Problem
from localgov_ims.files.writing.layout import Layout, Vat


@define(slots=True)
class JournalRow:
    """A row to be written, in pence: debits above zero, whatever the ledger's own sign.

    Attributes:
        number: Counts the rows of the file, from 1.
        part: Which part of the file it stands in, from 1; parts: how many there are.
        signed: What the amount's column says; tax: what the column of the tax says beside it.
        gross: Amount and tax together, as control totals count.
        offset: The other side, where one row carries both.
    """

    number: int
    line: JournalLine
    signed: int
    tax: int
    gross: int
    part: int = 1
    parts: int = 1
    offset: JournalLine | None = None

    @property
    def side(self) -> str:
        """`debit` or `credit`."""
        return self.line.side.value

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"line {self.line.number}"


@frozen(kw_only=True)
class JournalFile:
    """A journal with its rows: what the words of the whole file are asked of."""

    journal: Journal
    rows: Sequence[JournalRow]


def journal_file(journal: Journal, layout: Layout, vat: Vat, problems: list[Problem]) -> JournalFile:
    """Lay a journal out in rows; a source that the layout has no rows for is a Problem."""
    rows: list[JournalRow] = []
    part, first = 1, 0
    for lines in _together(journal, layout, vat):
        made = _rows(lines, layout, vat, problems)
        if layout.max_rows is not None and len(rows) + len(made) - first > layout.max_rows:
            part, first = (part + 1, len(rows)) if len(rows) > first else (part, first)
            if len(made) > layout.max_rows:
                message = f"The source has {len(made)} rows, but a part of the file takes {layout.max_rows}."
                problems.append(Problem("too_many_lines", made[0].label, message))
        for row in made:
            row.number, row.part = len(rows) + 1, part
            rows.append(row)
    if part > 1:
        for row in rows:
            row.parts = part
    return JournalFile(journal=journal, rows=rows)


def _together(journal: Journal, layout: Layout, vat: Vat) -> Iterable[Sequence[JournalLine]]:
    """Return the lines source by source; all at once, where a row needs to know of no other."""
    if vat is Vat.SEPARATE_LINE and not layout.pair and layout.max_rows is None:
        return [journal.lines]
    return (list(lines) for _, lines in groupby(journal.lines, key=lambda line: line.source))


def _rows(
    lines: Sequence[JournalLine], layout: Layout, vat: Vat, problems: list[Problem]
) -> list[JournalRow]:
    if vat is Vat.SEPARATE_LINE:
        rows = [JournalRow(0, line, pence := _signed(line), 0, pence) for line in lines]
    else:
        rows = list(_with_tax(lines, vat, problems))
    return _paired(rows, problems) if layout.pair else rows


def _with_tax(lines: Sequence[JournalLine], vat: Vat, problems: list[Problem]) -> Iterator[JournalRow]:
    """Fold each VAT line into the line of its source that it is the VAT of."""
    taxes: dict[int, int] = {}
    taken: set[int] = set()
    for line in lines:
        if line.role is Role.VAT:
            net = _net_of(line, (each for each in lines if each.number not in taken))
            if net is None:
                message = "There is no net amount in its source to which this VAT belongs, so it has no row."
                problems.append(Problem("unmapped_vat_code", f"line {line.number}", message))
                continue
            taken.add(net.number)
            taxes[net.number] = _signed(line)
    for line in lines:
        if line.role is not Role.VAT:
            net_pence, tax = _signed(line), taxes.get(line.number, 0)
            shown = net_pence + tax if vat is Vat.GROSS_WITH_CODE else net_pence
            beside = 0 if vat is Vat.GROSS_WITH_CODE else tax
            yield JournalRow(0, line, shown, beside, net_pence + tax)


def _net_of(tax: JournalLine, lines: Iterable[JournalLine]) -> JournalLine | None:
    roles = {Role.FUND, Role.DIFFERENCE, Role.SUSPENSE, Role.FEE, Role.OTHER}
    fitting = [line for line in lines if line.role in roles and line.side is tax.side]
    same = [line for line in fitting if (line.fund, line.vat_code) == (tax.fund, tax.vat_code)]
    return next(iter(same or (fitting if len(fitting) == 1 else ())), None)


def _paired(rows: list[JournalRow], problems: list[Problem]) -> list[JournalRow]:
    """Give each row of the side of many the one row of the other side.

    Of two that face each other, the one that comes first in the order of roles (bank, clearing ...) is the offset.
    """
    sides = {side: [row for row in rows if row.line.side is side] for side in Side}
    single = [side for side in Side if len(sides[side]) == 1 and not sides[side][0].tax]
    if not single:
        message = (
            "Its source has several lines on both sides, so no row can carry a line with its one counterpart."
        )
        problems.append(Problem("not_pairable", rows[0].label, message))
        return []
    one = min(single, key=lambda side: ROLE_ORDER[sides[side][0].line.role])
    for row in sides[one.other]:
        row.offset = sides[one][0].line
    return sides[one.other]


def _signed(line: JournalLine) -> int:
    # in plain numbers: a Money for each line would be a third of the time
    return line.amount.pence if line.side is Side.DEBIT else -line.amount.pence
