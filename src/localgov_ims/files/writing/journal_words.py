"""The sources that a journal's layout may name: `journal.*` of the file, `line.*` of a row, `offset.*` of its other side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from localgov_ims.domain.journals import JournalLine
from localgov_ims.files.writing.journal_rows import JournalFile, JournalRow
from localgov_ims.files.writing.layout import Sign
from localgov_ims.files.writing.periods import PeriodPrinter
from localgov_ims.files.writing.words import Kind, Word, Words

DIMENSIONS: Final = 30
"""How many dimensions a ledger account may be printed with."""

_LINE: Final[Mapping[str, tuple[Kind, Callable[[JournalLine], Any]]]] = {
    "account": (Kind.TEXT, lambda line: line.account.code),
    "side": (Kind.TEXT, lambda line: line.side.value),
    "role": (Kind.TEXT, lambda line: line.role.value),
    "kind": (Kind.TEXT, lambda line: line.kind),
    "narrative": (Kind.TEXT, lambda line: line.narrative),
    "reference": (Kind.TEXT, lambda line: line.reference),
    "taken_on": (Kind.DAY, lambda line: line.taken_on),
    "vat_code": (Kind.TEXT, lambda line: line.vat_code),
    "fund": (Kind.TEXT, lambda line: line.fund),
    "mop": (Kind.TEXT, lambda line: line.mop),
    "office": (Kind.TEXT, lambda line: line.office),
}


@frozen(kw_only=True)
class Policies:
    """What a ledger has decided: its sign, its tax codes, and how it calls a period."""

    sign: Sign
    period: PeriodPrinter | None = None
    tax_codes: Mapping[str, str]
    tax_code_none: str | None = None

    def tax_code(self, line: JournalLine) -> str | None:
        """Return their code for ours; none where it is not mapped, which is a Problem."""
        return self.tax_codes.get(line.vat_code) if line.vat_code else self.tax_code_none


def words_of(policies: Policies) -> Words:
    """Return every source of a journal's layout."""
    words = _file_words(policies) | _amount_words(policies.sign)
    for name, (kind, get) in _LINE.items():
        words[f"line.{name}"] = Word(kind, _of_line(get))
        words[f"offset.{name}"] = Word(kind, _of_offset(get))
    words["line.tax_code"] = Word(Kind.TEXT, _of_line(policies.tax_code))
    words["line.number"] = Word(Kind.COUNT, _of_line(lambda line: line.number))
    words["line.row"] = Word(Kind.COUNT, lambda row: row.number)
    for n in range(1, DIMENSIONS + 1):
        words[f"line.dim{n}"] = Word(Kind.TEXT, _of_line(_dimension(n)))
        words[f"offset.dim{n}"] = Word(Kind.TEXT, _of_offset(_dimension(n)))
    return words


def _file_words(policies: Policies) -> dict[str, Word]:
    of_file: dict[str, tuple[Kind, Callable[[JournalFile], Any]]] = {
        "number": (Kind.TEXT, lambda file: file.journal.number),
        "ledger": (Kind.TEXT, lambda file: file.journal.ledger),
        "sequence": (Kind.COUNT, lambda file: _sequence(file.journal.number)),
        "accounting_on": (Kind.DAY, lambda file: file.journal.accounting_on),
        "created_on": (Kind.DAY, lambda file: file.journal.created_on),
        "period": (Kind.TEXT, lambda file: policies.period and policies.period.of(file.journal.period)),
        "period_number": (Kind.COUNT, lambda file: file.journal.period.number),
        "line_count": (Kind.COUNT, lambda file: len(file.rows)),
        "debit": (Kind.AMOUNT, lambda file: sum(row.gross for row in file.rows if row.gross > 0)),
        "credit": (Kind.AMOUNT, lambda file: -sum(row.gross for row in file.rows if row.gross < 0)),
    }
    words = {f"journal.{name}": Word(kind, get, of_file=True) for name, (kind, get) in of_file.items()}
    words["journal.part"] = Word(Kind.COUNT, lambda row: row.part)
    words["journal.part_of"] = Word(
        Kind.TEXT, lambda row: f" {row.part}/{row.parts}" if row.parts > 1 else ""
    )
    return words


def _sequence(number: str) -> int | None:
    last = number.rpartition("-")[2]
    return int(last) if last.isascii() and last.isdigit() else None


def _amount_words(sign: Sign) -> dict[str, Word]:
    turn = -1 if sign is Sign.CREDIT_POSITIVE else 1
    is_signed = sign in {Sign.DEBIT_POSITIVE, Sign.CREDIT_POSITIVE}

    def tax(row: JournalRow) -> int:
        return turn * row.tax if is_signed else abs(row.tax)

    return {
        "line.debit": Word(Kind.AMOUNT, lambda row: row.signed if row.gross > 0 else None),
        "line.credit": Word(Kind.AMOUNT, lambda row: -row.signed if row.gross < 0 else None),
        "line.amount": Word(Kind.AMOUNT, lambda row: abs(row.signed)),
        "line.signed": Word(Kind.AMOUNT, lambda row: turn * row.signed),
        "line.tax": Word(Kind.AMOUNT, tax),
    }


def _of_line(get: Callable[[JournalLine], Any]) -> Callable[[JournalRow], Any]:
    return lambda row: get(row.line)


def _of_offset(get: Callable[[JournalLine], Any]) -> Callable[[JournalRow], Any]:
    return lambda row: None if row.offset is None else get(row.offset)


def _dimension(n: int) -> Callable[[JournalLine], str]:
    def dimension(line: JournalLine) -> str:
        dimensions = line.account.dimensions
        return dimensions[n - 1] if n <= len(dimensions) else ""

    return dimension
