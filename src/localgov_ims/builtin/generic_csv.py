"""`generic-csv`: a journal as a plain file of twelve columns that any finance system can be told to load."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence

from attrs import frozen

from localgov_ims.domain.journals import Journal, JournalLine, Side
from localgov_ims.domain.ledger_files import Artefact, ControlTotals, Problem
from localgov_ims.domain.money import Money
from localgov_ims.errors import InvalidValue, RuleViolation

HEADER = tuple("journal line date account dim1 dim2 dim3 debit credit vat_code narrative reference".split())
DIMENSIONS = 3
_QUOTED = frozenset(',"\r\n')


@frozen
class NoOptions:
    """There is nothing to be set."""


@frozen
class GenericCsv:
    """UTF-8, commas, CRLF, quotes only where needed; pounds; debit and credit apart, the other empty.

    Text that begins with `= + - @` is left as it is: the file is for a program, not for a spreadsheet.
    """

    def validate(self, journal: Journal) -> Sequence[Problem]:
        """Return every reason why the journal cannot be written: what would be lost or could not be read."""
        problems = [problem for line in journal.lines for problem in _problems(line)]
        problems += _text_problems("journal", journal.number)
        return problems

    def export(self, journal: Journal) -> Artefact:
        """Return the file `{journal number}.csv`.

        Raises:
            RuleViolation: `validate` finds Problems.
        """
        problems = self.validate(journal)
        if problems:
            first, others = problems[0], len(problems) - 1
            message = f"Journal {journal.number} cannot be exported. {first.where}: {first.message}"
            message += f" And {others} more." if others else ""
            raise RuleViolation("journal_problems", message, journal=journal.number, problems=problems)
        rows = (HEADER, *(_row(journal, line) for line in journal.lines))
        return Artefact(
            name=f"{journal.number}.csv",
            media_type="text/csv",
            data="".join(f"{','.join(map(_cell, row))}\r\n" for row in rows).encode(),
            totals=ControlTotals.of((line.account.code, line.signed.pence) for line in journal.lines),
        )

    def reparse(self, data: bytes) -> ControlTotals:
        """Count a file from its bytes alone.

        Raises:
            RuleViolation: The bytes are not a file of this format.
        """
        try:
            rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
            if tuple(next(rows, ())) != HEADER:
                raise _foreign("line 1: the header is another")
            return ControlTotals.of(_amount(number, row) for number, row in enumerate(rows, 1))
        except (UnicodeDecodeError, csv.Error, InvalidValue) as error:
            raise _foreign(str(error)) from error


def _row(journal: Journal, line: JournalLine) -> tuple[str, ...]:
    amount, is_debit = str(line.amount), line.side is Side.DEBIT
    dimensions = (*line.account.dimensions, *[""] * DIMENSIONS)[:DIMENSIONS]
    head = (journal.number, str(line.number), journal.accounting_on.isoformat(), line.account.code)
    sides = (amount, "") if is_debit else ("", amount)
    return (*head, *dimensions, *sides, line.vat_code or "", line.narrative, line.reference)


def _cell(text: str) -> str:
    # by hand: what the csv module quotes besides has changed between Python's versions
    return '"' + text.replace('"', '""') + '"' if _QUOTED.intersection(text) else text


def _problems(line: JournalLine) -> Iterator[Problem]:
    where = f"line {line.number}"
    given = [dimension for dimension in line.account.dimensions[DIMENSIONS:] if dimension]
    if given:
        message = f"The ledger code has more than {DIMENSIONS} dimensions; {given[0]!r} has no column."
        yield Problem("too_long", where, message)
    texts = {
        "account": line.account.code,
        "vat_code": line.vat_code or "",
        "narrative": line.narrative,
    }
    texts |= {f"dim{n}": text for n, text in enumerate(line.account.dimensions, 1)}
    for name, text in texts.items():
        yield from _text_problems(f"{where}, {name}", text)


def _text_problems(where: str, text: str) -> Iterator[Problem]:
    """Yield what a text holds that cannot be written; a line end can, between quotes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        yield Problem("not_encodable", where, f"{text!r} holds a character that UTF-8 has not.")
    control = next((c for c in text if unicodedata.category(c) == "Cc" and c not in "\r\n"), None)
    if control is not None:
        yield Problem("control_character", where, f"{text!r} holds the control character {control!r}.")


def _amount(number: int, row: list[str]) -> tuple[str, int]:
    if len(row) != len(HEADER):
        raise _foreign(f"row {number} has {len(row)} fields, not {len(HEADER)}")
    cells = dict(zip(HEADER, row, strict=True))
    debit, credit = cells["debit"], cells["credit"]
    if bool(debit) == bool(credit):
        raise _foreign(f"row {number} must have either a debit or a credit")
    return cells["account"], Money.parse(debit).pence if debit else -Money.parse(credit).pence


def _foreign(why: str) -> RuleViolation:
    return RuleViolation("not_this_format", f"This is not a generic-csv file: {why}.", why=why)
