"""An exporter of journals that is a layout: it validates, writes and reads back by the same description."""

from __future__ import annotations

import enum
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from attrs import field, frozen

from localgov_ims.domain.journals import Journal, JournalLine
from localgov_ims.domain.ledger_files import Artefact, ControlTotals, Problem
from localgov_ims.errors import ConfigurationError, RuleViolation
from localgov_ims.files.writing.counting import Counter
from localgov_ims.files.writing.journal_rows import JournalFile, journal_file
from localgov_ims.files.writing.journal_words import DIMENSIONS, Policies, words_of
from localgov_ims.files.writing.layout import Layout, Sign, Vat
from localgov_ims.files.writing.parsing import layout_from
from localgov_ims.files.writing.periods import PeriodPrinter, PeriodStyle
from localgov_ims.files.writing.printing import Printer

_Choice = TypeVar("_Choice", bound=enum.Enum)

_ANY = Policies(sign=Sign.DEBIT_POSITIVE, tax_codes={})


def journal_layout(table: Mapping[str, Any]) -> Layout:
    """Make a journal's layout of its table.

    Raises:
        ConfigurationError: A key is unknown, missing or contradicts another; every fault is named.
    """
    return layout_from(table, words_of(_ANY))


@frozen
class LayoutExporter:
    """Makes a ledger's files by a layout and the ledger's settings.

    Attributes:
        settings: What the layout's fields name as settings, and the policies, which go before the layout's own:
            `vat sign tax_codes tax_code_none period_style period_13 period_14`.

    Raises:
        ConfigurationError: A policy is not stated that the layout needs, or its files could not be read back.
    """

    layout: Layout
    settings: Mapping[str, Any] = field(factory=dict)
    _vat: Vat = field(init=False)
    _policies: Policies = field(init=False)
    _counter: Counter = field(init=False)
    _printers: tuple[Printer | None, Printer, Printer | None] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Compile the layout, once."""
        layout = self.layout
        vat = _chosen(Vat, self._policy("vat") or Vat.SEPARATE_LINE.value, "vat", layout)
        policies = Policies(
            sign=self._sign(),
            period=self._periods(),
            tax_codes=self._policy("tax_codes") or {},
            tax_code_none=self._policy("tax_code_none"),
        )
        words = words_of(policies)
        records = (
            layout.header and layout.header.fields,
            layout.fields,
            layout.trailer and layout.trailer.fields,
        )
        printers = tuple(r and Printer.of(r, layout, words, self.settings) for r in records)
        for name, value in (
            ("_vat", vat), ("_policies", policies), ("_printers", printers),
            ("_counter", Counter(layout=layout, sign=policies.sign, vat=vat)),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    def validate(self, journal: Journal) -> Sequence[Problem]:
        """Return every reason why the journal cannot be written as the layout says."""
        problems: list[Problem] = []
        for _ in self._texts(self._laid_out(journal, problems), problems):
            pass
        return problems

    def export(self, journal: Journal) -> Artefact:
        """Return the file, named by the journal's number.

        Raises:
            RuleViolation: There are Problems; the message has the first, the error has all.
        """
        problems: list[Problem] = []
        file = self._laid_out(journal, problems)
        data = io.BytesIO()
        for text in self._texts(file, problems):
            data.write(self.layout.encoded(text))
        if problems:
            first, others = problems[0], len(problems) - 1
            message = f"Journal {journal.number} cannot be exported. {first.where}: {first.message}"
            message += f" And {others} more." if others else ""
            raise RuleViolation("journal_problems", message, journal=journal.number, problems=problems)
        return Artefact(
            name=f"{journal.number}.{self.layout.suffix}",
            media_type="text/plain" if self.layout.is_fixed else "text/csv",
            data=data.getvalue(),
            totals=self._totals(file),
        )

    def reparse(self, data: bytes) -> ControlTotals:
        """Count a file from its bytes alone.

        Raises:
            RuleViolation: The bytes are not a file of this layout.
        """
        return self._counter.count(data)

    def _laid_out(self, journal: Journal, problems: list[Problem]) -> JournalFile:
        problems += self._unmapped(journal.lines)
        problems += self._undimensioned(journal.lines)
        if self._policies.period is not None and self._policies.period.of(journal.period) is None:
            message = f"Settings do not say what period {journal.period} is called: give period_{journal.period.number}."
            problems.append(Problem("missing_setting", "period", message))
        return journal_file(journal, self.layout, self._vat, problems)

    def _texts(self, file: JournalFile, problems: list[Problem]) -> Iterator[str]:
        header, rows, trailer = self._printers
        if self.layout.names:
            yield rows.names()
        if header is not None:
            yield header.once(file, problems)
        yield from rows.lines(file, file.rows, problems)
        if trailer is not None:
            yield trailer.once(file, problems)

    def _totals(self, file: JournalFile) -> ControlTotals:
        code = self._counter.coder()
        return self._counter.totals(
            [
                (
                    code(row.line.account.code),
                    None if row.offset is None else code(row.offset.account.code),
                    row.gross,
                )
                for row in file.rows
            ]
        )

    def _unmapped(self, lines: Sequence[JournalLine]) -> Iterator[Problem]:
        if not self.layout.prints("line.tax_code"):
            return
        codes = self._policies.tax_codes
        for line in lines:
            if line.vat_code and line.vat_code not in codes:
                message = f"VAT code {line.vat_code!r} is not in tax_codes, so the ledger's own code for it is unknown."
                yield Problem("unmapped_vat_code", f"line {line.number}", message)

    def _undimensioned(self, lines: Sequence[JournalLine]) -> Iterator[Problem]:
        printed = max((n for n in range(1, DIMENSIONS + 1) if self.layout.prints(f"line.dim{n}")), default=0)
        if not printed:
            return  # this ledger has codes without dimensions
        for line in lines:
            if len(line.account.dimensions) > printed and any(line.account.dimensions[printed:]):
                message = f"The ledger code {line.account} has more than {printed} dimensions; the others have no column."
                yield Problem("too_long", f"line {line.number}", message)

    def _policy(self, name: str) -> Any:  # noqa: ANN401 - as the settings have it
        given = self.settings.get(name)
        return getattr(self.layout, name, None) if given in (None, "", {}) else given

    def _sign(self) -> Sign:
        stated, prints = self._policy("sign"), self.layout.prints
        if stated is not None:
            return _chosen(Sign, stated, "sign", self.layout)
        if prints("line.signed"):
            message = f"The layout {self.layout.name!r} prints line.signed: sign must say debit_positive or credit_positive."
            raise ConfigurationError("bad_layout", message, layout=self.layout.name)
        return Sign.TYPE_CODE if prints("line.side") else Sign.DR_CR_COLUMNS

    def _periods(self) -> PeriodPrinter | None:
        if not any("journal.period" in each.sources for each in self.layout.every_field):
            return None
        style = self._policy("period_style")
        if style is None:
            message = f"The layout {self.layout.name!r} prints a period: period_style must say calendar, start_year or end_year."
            raise ConfigurationError("bad_layout", message, layout=self.layout.name)
        late = {name: str(self.settings.get(name) or "") for name in ("period_13", "period_14")}
        return PeriodPrinter(style=_chosen(PeriodStyle, style, "period_style", self.layout), **late)


def _chosen(kind: type[_Choice], value: object, key: str, layout: Layout) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        there_are = ", ".join(each.value for each in kind)
        message = f"{key} of the layout {layout.name!r} must be one of {there_are}, not {value!r}."
        raise ConfigurationError("bad_layout", message, layout=layout.name) from None
