"""Exporting a million journal lines in journals of 100,000, beside a bare csv.writer with the same columns.

    python benchmarks/journals.py [--lines 1000000]

Each way runs in a process of its own, which prints seconds, lines a second and the most memory it has had after the
first journal and after the last. The journals are made before the clock starts, one at a time, and are not kept.
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

from attrs import evolve

from localgov_ims.builtin.journal_layouts import shipped
from localgov_ims.domain.journals import Journal, LedgerAccount, Source
from localgov_ims.files.writing.exporter import LayoutExporter, journal_layout
from localgov_ims.testing.journals import card_receipt

SIZE = 100_000


def journals(lines: int) -> Iterator[Journal]:
    """Yield journals of 99,999 lines: card receipts of three, each with a reference of its own."""
    one = card_receipt()
    for number in range(1, lines // SIZE + 1):
        made = []
        for n in range(SIZE // 3):
            reference = f"R{number:03d}{n:07d}"
            account = LedgerAccount(f"54{n % 50:02d}", (f"ENV{n % 300}",))
            for line in one.lines:
                made.append(
                    evolve(
                        line, number=len(made) + 1, source=Source("line", reference), reference=reference,
                        narrative=f"Receipt {reference}", account=account if line.fund and line.number == 2 else line.account,
                    )
                )  # fmt: skip
        yield evolve(
            one, number=f"MAIN-20260514-{number:03d}", accounting_on=date(2026, 5, 14), lines=tuple(made)
        )


def bare(journal: Journal) -> int:
    """Write the columns of generic-csv with nothing checked, counted or proved."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for line in journal.lines:
        dimensions = (*line.account.dimensions, "", "", "")[:3]
        amount = str(line.amount)
        sides = (amount, "") if line.signed == line.amount else ("", amount)
        writer.writerow(
            (journal.number, line.number, journal.accounting_on.isoformat(), line.account.code, *dimensions, *sides,
             line.vat_code or "", line.narrative, line.reference)
        )  # fmt: skip
    return len(text.getvalue().encode())


def layout(name: str) -> Callable[[Journal], int]:
    exporter = LayoutExporter(journal_layout(shipped(name)))
    return lambda journal: len(exporter.export(journal).data)


def oracle(journal: Journal) -> int:
    from localgov_ims_oracle_fusion import FusionExporter, FusionSettings  # noqa: PLC0415 - a plugin's

    settings = FusionSettings(
        ledger_id="300", source="IMS", category="Income", segments=("=01", "account", "dim1")
    )
    return len(FusionExporter(settings).export(journal).data)


def gl07(journal: Journal) -> int:
    from localgov_ims_unit4 import Gl07Settings  # noqa: PLC0415 - a plugin's
    from localgov_ims_unit4 import gl07 as made  # noqa: PLC0415

    settings = Gl07Settings(
        interface="BI", voucher_type="IN", client="C1", tax_code_none="0", period_style="calendar", tax_codes={"S": "SR"}
    )  # fmt: skip
    return len(made(settings).export(journal).data)


WAYS: dict[str, Callable[[], Callable[[Journal], int]]] = {
    "bare csv.writer": lambda: bare,
    "generic-csv": lambda: layout("generic-csv"),
    "generic-fixed": lambda: layout("generic-fixed"),
    "oracle-fusion": lambda: oracle,
    "unit4-gl07": lambda: gl07,
}


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(way: str, lines: int) -> None:
    write, seconds, written, size, first = WAYS[way](), 0.0, 0, 0, 0
    for journal in journals(lines):
        start = time.process_time()
        size += write(journal)
        seconds += time.process_time() - start
        written += len(journal.lines)
        first = first or peak()
    print(
        f"{way:16}{seconds:8.2f} s{written / seconds:12,.0f} lines/s{size / 1e6:9.1f} MB"
        f"{first:7} MB after the first journal, {peak()} MB after the last"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--way", choices=WAYS)
    given = parser.parse_args()
    if given.way is not None:
        measure(given.way, given.lines)
        return
    for way in WAYS:
        subprocess.run([sys.executable, __file__, "--lines", str(given.lines), "--way", way], check=True)


if __name__ == "__main__":
    main()
