"""`ims layouts`: is a layout of a finance system's or back office's file right, and what does it write?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import click

from localgov_ims.cli.output import counted, json_option, print_json
from localgov_ims.cli.root import REFUSED
from localgov_ims.domain.journals import Journal, JournalLine, LedgerAccount, Role, Side, Source
from localgov_ims.domain.money import Money
from localgov_ims.domain.periods import PeriodNumber
from localgov_ims.domain.quoting import visible
from localgov_ims.errors import ConfigurationError
from localgov_ims.files.writing.exporter import LayoutExporter, journal_layout
from localgov_ims.files.writing.layout import Layout
from localgov_ims.files.writing.parsing import layout_from_toml

_DAY: Final = date(2026, 5, 14)


@click.group()
def layouts() -> None:
    """Check layouts: the files for finance systems that are described in TOML."""


@layouts.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def check(context: click.Context, file: Path, *, as_json: bool) -> None:
    """Check the layout in FILE, and show what it makes of a journal: a card receipt of 120.00 with 20.00 VAT.

    Exit status 0: it can be used; 3: it cannot write the sample; 8: it is no layout, every fault being named.

    \b
    Example:
      ims layouts check our-ledger.toml
    """  # noqa: D301 - the escape is click's mark for a paragraph left as it is
    layout = journal_layout(layout_from_toml(_text(file), str(file)))
    journal = _sample()
    exporter = LayoutExporter(layout, _invented(layout))
    problems = exporter.validate(journal)
    text = "" if problems else exporter.export(journal).data.decode(layout.encoding)
    proved = not problems and exporter.reparse(text.encode(layout.encoding)).debit == journal.debits
    if as_json:
        listed = [{"code": p.code, "where": p.where, "message": p.message} for p in problems]
        print_json({"layout": layout.name, "kind": layout.kind, "sample": text, "problems": listed})
    else:
        _show(layout, text, proved=proved)
        for problem in problems:
            click.echo(f"  {problem.code} at {problem.where}: {visible(problem.message)}")
    context.exit(0 if proved else REFUSED)


def _show(layout: Layout, text: str, *, proved: bool) -> None:
    fields = counted(len(layout.fields), "field")
    if not proved:
        click.echo(f"{layout.name}: a {layout.kind} layout of {fields}, which cannot write the sample:")
        return
    click.echo(
        f"{layout.name}: can be used. A {layout.kind} layout of {fields}; the sample, read back, adds up:"
    )
    for line in text.splitlines():
        click.echo(f"  {visible(line)}")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        message = f"{file} is no TOML: it is not UTF-8 ({error}). Nothing was changed."
        raise ConfigurationError("bad_layout", message, where=str(file)) from error


def _invented(layout: Layout) -> dict[str, object]:
    """Give every setting that the layout names a value, so that a sample can be written without any."""
    values: dict[str, object] = {
        each.setting: each.setting[: each.size or len(each.setting)]
        for each in layout.every_field
        if each.setting is not None
    }
    return values | {"tax_codes": {**layout.tax_codes, "S": layout.tax_codes.get("S", "S")}}


def _sample() -> Journal:
    def line(number: int, role: Role, side: Side, account: LedgerAccount, pence: int) -> JournalLine:
        return JournalLine(
            number=number, account=account, side=side, amount=Money(pence), role=role, kind="Receipt",
            narrative="Receipt R7", reference="R7", taken_on=_DAY, source=Source("line", "R7"), mop="90", fund="13",
            vat_code=None if role is Role.CLEARING else "S",
        )  # fmt: skip

    lines = (
        line(1, Role.CLEARING, Side.DEBIT, LedgerAccount("9101"), 120_00),
        line(2, Role.FUND, Side.CREDIT, LedgerAccount("5400", ("ENV1",)), 100_00),
        line(3, Role.VAT, Side.CREDIT, LedgerAccount("9301"), 20_00),
    )
    return Journal(
        number="MAIN-20260514-001", ledger="MAIN", accounting_on=_DAY, period=PeriodNumber.of(_DAY), created_on=_DAY,
        lines=lines,
    )  # fmt: skip
