"""The sources that a journal's layout may name: `journal.*` of the file, `line.*` of a row, `offset.*` of its other side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final

from attrs import frozen

from localgov_ims.domain.journals import JournalLine
from localgov_ims.files.writing.journal_rows import JournalFile, JournalRow
from localgov_ims.files.writing.layout import Sign
from localgov_ims.files.writing.periods import PeriodPrinter
from localgov_ims.files.writing.words import Kind, Word, Words

DIMENSIONS: Final = 30
"""How many dimensions a ledger account may be printed with."""

_LINE: Final[Mapping[str, tuple[Kind, str]]] = {
    "account": (Kind.TEXT, "account.code"),
    "side": (Kind.TEXT, "side.value"),
    "role": (Kind.TEXT, "role.value"),
    "kind": (Kind.TEXT, "kind"),
    "narrative": (Kind.TEXT, "narrative"),
    "reference": (Kind.TEXT, "reference"),
    "taken_on": (Kind.DAY, "taken_on"),
    "vat_code": (Kind.TEXT, "vat_code"),
    "fund": (Kind.TEXT, "fund"),
    "mop": (Kind.TEXT, "mop"),
    "office": (Kind.TEXT, "office"),
}
"""What is told of a line, by its name among the sources; attrgetter is the fastest there is."""


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
    for name, (kind, told) in _LINE.items():
        words[f"line.{name}"] = Word(kind, attrgetter(f"line.{told}"))
        words[f"offset.{name}"] = Word(kind, _of_offset(attrgetter(told)))
    words["line.tax_code"] = Word(Kind.TEXT, lambda row: policies.tax_code(row.line))
    words["line.number"] = Word(Kind.COUNT, attrgetter("line.number"))
    words["line.row"] = Word(Kind.COUNT, attrgetter("number"))
    for n in range(1, DIMENSIONS + 1):
        words[f"line.dim{n}"] = Word(Kind.TEXT, attrgetter("line.account.dimensions"), place=n - 1)
        words[f"offset.dim{n}"] = Word(Kind.TEXT, _of_offset(attrgetter("account.dimensions")), place=n - 1)
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


def _of_offset(get: Callable[[JournalLine], Any]) -> Callable[[JournalRow], Any]:
    return lambda row: None if row.offset is None else get(row.offset)
