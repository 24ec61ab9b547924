"""ABWTransaction XML. The one shipped format that is no layout.

Sources: the namespaces and the order of elements, public writers of the format; which element belongs to which
namespace is as they have it. To be verified: the schema of the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from attrs import field, frozen

from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount, Role, Side
from localgov_ims.domain.ledger_files import Artefact, ControlTotals, Problem
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import ImsError, RuleViolation
from localgov_ims.files.limits import Refused
from localgov_ims.files.writing.periods import PeriodPrinter, PeriodStyle
from localgov_ims_unit4.counting import counted
from localgov_ims_unit4.options import XmlSettings

AGR: Final = "http://services.agresso.com/schema/ABWTransaction/2011/11/14"
AGRLIB: Final = "http://services.agresso.com/schema/ABWSchemaLib/2011/11/14"
DIMENSIONS: Final = 7
_LONGEST: Final = {"reference": 255, "narrative": 255, "account": 25, "dimension": 25, "number": 25}
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@frozen
class AbwTransaction:
    """Makes `{journal number}.xml`: one voucher, each line of the journal a transaction; pounds, debits above zero."""

    settings: XmlSettings
    _periods: PeriodPrinter = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make what prints the period."""
        late = {"period_13": self.settings.period_13 or "", "period_14": self.settings.period_14 or ""}
        printer = PeriodPrinter(style=PeriodStyle(self.settings.period_style), **late)
        object.__setattr__(self, "_periods", printer)

    def validate(self, journal: Journal) -> Sequence[Problem]:
        """Return every reason why the journal cannot be exported."""
        problems = list(_text_problems("journal", {"number": journal.number}))
        if self._periods.of(journal.period) is None:
            message = f"Settings do not say what period {journal.period} is called."
            problems.append(Problem("missing_setting", "period", message))
        fine: set[tuple[LedgerAccount, str | None]] = set()
        for line in journal.lines:
            texts = {"narrative": line.narrative, "reference": line.reference}
            problems += _text_problems(f"line {line.number}", texts)
            if (line.account, line.vat_code) not in fine:
                found = list(self._coding_problems(line))
                problems += found
                if not found:
                    fine.add((line.account, line.vat_code))
        return problems

    def export(self, journal: Journal) -> Artefact:
        """Return the file.

        Raises:
            RuleViolation: `validate` finds Problems.
        """
        problems = self.validate(journal)
        if problems:
            first, others = problems[0], len(problems) - 1
            message = f"Journal {journal.number} cannot be exported. {first.where}: {first.message}"
            message += f" And {others} more." if others else ""
            raise RuleViolation("journal_problems", message, journal=journal.number, problems=problems)
        return Artefact(
            name=f"{journal.number}.xml",
            media_type="application/xml",
            data="".join(self._document(journal)).encode(),
            totals=ControlTotals.of((line.account.code, line.signed.pence) for line in journal.lines),
        )

    def reparse(self, data: bytes) -> ControlTotals:
        """Count a file from its bytes alone.

        Raises:
            RuleViolation: The bytes are not such a file.
        """
        try:
            return counted(data, f"{AGR} ", f"{AGRLIB} ")
        except (expat.ExpatError, ImsError, Refused) as error:
            message = f"This is not a unit4-xml file: {error}."
            raise RuleViolation("not_this_format", message) from error

    def _coding_problems(self, line: JournalLine) -> Iterator[Problem]:
        where = f"line {line.number}"
        given = [dimension for dimension in line.account.dimensions[DIMENSIONS:] if dimension]
        if given:
            message = f"The ledger code has more than {DIMENSIONS} dimensions; {given[0]!r} has no element."
            yield Problem("too_long", where, message)
        if line.vat_code and line.vat_code not in self.settings.tax_codes:
            message = (
                f"VAT code {line.vat_code!r} is not in tax_codes, so Unit4's own code for it is unknown."
            )
            yield Problem("unmapped_vat_code", where, message)
        yield from _text_problems(where, {"account": line.account.code})
        for n, dimension in enumerate(line.account.dimensions, 1):
            yield from _text_problems(f"{where}, dimension {n}", {"dimension": dimension})

    def _document(self, journal: Journal) -> Iterator[str]:
        settings, day = self.settings, journal.accounting_on.isoformat()
        sequence = journal.number.rpartition("-")[2].lstrip("0")
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield f'<agr:ABWTransaction xmlns:agr="{AGR}" xmlns:agrlib="{AGRLIB}">\n'
        yield _element("agr:Interface", settings.interface)
        yield _element("agrlib:BatchId", journal.number)
        yield _element("agrlib:ReportClient", settings.client)
        yield "<agr:Voucher>\n"
        yield _element("agr:VoucherNo", sequence)
        yield _element("agrlib:VoucherType", settings.voucher_type)
        yield _element("agrlib:CompanyCode", settings.client)
        yield _element("agrlib:Period", self._periods.of(journal.period) or "")
        yield _element("agr:VoucherDate", day)
        analysed: dict[tuple[LedgerAccount, str | None], str] = {}  # of many lines few are coded differently
        for line in journal.lines:
            analysis = analysed.get((line.account, line.vat_code))
            if analysis is None:
                analysis = analysed[line.account, line.vat_code] = "".join(self._analysis(line))
            yield from self._transaction(line, analysis)
        yield "</agr:Voucher>\n</agr:ABWTransaction>"  # no line end: every byte counts, so a cut file is never whole

    def _transaction(self, line: JournalLine, analysis: str) -> Iterator[str]:
        settings, amount = self.settings, str(line.signed)
        yield "<agr:Transaction>\n"
        yield _element("agrlib:TransType", settings.vat_trans_type if line.role is Role.VAT else "GL")
        yield _element("agrlib:Description", line.narrative)
        yield _element("agrlib:Status", settings.status)
        yield _element("agr:TransDate", line.taken_on.isoformat())
        yield _element("agr:ExternalRef", line.reference)
        yield "<agr:Amounts>\n"
        yield _element("agr:DcFlag", "1" if line.side is Side.DEBIT else "-1")
        yield _element("agrlib:Amount", amount)
        yield _element("agrlib:CurrAmount", amount)
        yield "</agr:Amounts>\n"
        yield analysis
        yield "</agr:Transaction>\n"

    def _analysis(self, line: JournalLine) -> Iterator[str]:
        tax = self.settings.tax_codes[line.vat_code] if line.vat_code else self.settings.tax_code_none
        yield "<agr:GLAnalysis>\n"
        yield _element("agrlib:Account", line.account.code)
        for n, dimension in enumerate(line.account.dimensions[:DIMENSIONS], 1):
            yield _element(f"agr:Dim{n}", dimension)
        yield _element("agrlib:Currency", "GBP")
        yield _element("agrlib:TaxCode", tax)
        yield "</agr:GLAnalysis>\n"


def _element(name: str, text: str) -> str:
    """Return an element; a blank one is left out."""
    return f"<{name}>{escape(text)}</{name}>\n" if text else ""


def _text_problems(where: str, texts: dict[str, str]) -> Iterator[Problem]:
    for name, text in texts.items():
        found = _CONTROL.search(text)
        if found is not None:
            code = "not_encodable" if found.group() >= "\ud800" else "control_character"
            yield Problem(
                code, f"{where}, {name}", f"'{quoted(text)}' holds {found.group()!r}, which XML cannot carry."
            )
        if len(text) > _LONGEST[name]:
            message = f"'{quoted(text)}' has {len(text)} characters; the element takes {_LONGEST[name]}."
            yield Problem("too_long", f"{where}, {name}", message)
