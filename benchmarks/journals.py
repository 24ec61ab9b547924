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
from functools import partial

from attrs import evolve

from localgov_ims.bootstrap.structuring import structured
from localgov_ims.domain.journals import Journal, LedgerAccount, Source
from localgov_ims.hooks.registry import load
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


_UNIT4 = {
    "interface": "BI", "voucher_type": "IN", "client": "C1", "tax_code_none": "0", "period_style": "calendar", "tax_codes": {"S": "SR"}
}  # fmt: skip

SETTINGS: dict[str, dict[str, object]] = {
    "generic-csv": {},
    "generic-fixed": {},
    "unit4-gl07": _UNIT4,
    "unit4-xml": _UNIT4,
    "oracle-fusion": {
        "ledger_id": "300",
        "source": "IMS",
        "category": "Income",
        "segments": ["=01", "account", "dim1"],
    },
    "sap-csv": {"company_code": "1000", "document_type": "SA", "tax_codes": {"S": "A1"}},
    "d365-finance": {"journal_name": "GenJrn"},
    "business-central": {"journal_template": "GENERAL", "journal_batch": "IMS"},
    "sage-50": {},
    "xero": {
        "tax_code_none": "No VAT",
        "tax_codes": {"S": "20% (VAT on Income)"},
        "tracking_name_1": "Department",
    },
}
"""What each exporter is told, as a council's settings would."""


def exporting(name: str) -> Callable[[Journal], int]:
    spec = load(None).exporters[name]
    exporter = spec.factory(structured(SETTINGS[name], spec.settings_model, name))
    return lambda journal: len(exporter.export(journal).data)


WAYS = {"bare csv.writer": lambda: bare} | {name: partial(exporting, name) for name in SETTINGS}


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
        f"{way:24}{seconds:8.2f} s{written / seconds:12,.0f} lines/s{size / 1e6:9.1f} MB"
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
