"""Reconciling a council's quarter: the shipped rules through the engine that the service runs.

    python benchmarks/reconciliation.py DATA_DIR --matches OUT.parquet [--store memory|sqlite|postgresql] [--json]

DATA_DIR holds `txns`, `lines` and `settle` as Parquet: transactions, bank lines and the rows of a provider's settlements,
amounts in pence and days as whole numbers. Only those three are read. What is configured is what a council would: its
reference format, its provider's tariff, and recognisers for the provider's credits and for what comes back.

`memory` goes from the files to matches in DuckDB. `sqlite` and `postgresql` begin with the same records in our own store,
and end with every Match, Suggestion and disposition recorded there, explained, sealed and in the audit trail.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path

import reconciliation_store as in_store

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.references import Characters, ReferenceFormat
from localgov_ims.reconciliation.engine import Matcher
from localgov_ims.reconciliation.recognisers import Recogniser, Sign
from localgov_ims.reconciliation.shipped import SHIPPED
from localgov_ims.reconciliation.tariffs import FeeRounding, Tariff
from localgov_ims.reconciliation.uniqueness import ranked

FORMAT = ReferenceFormat(
    name="account", min_length=9, max_length=9, characters=Characters.NUMERIC, valid=("123456789",),
    check_digit=CheckDigits(
        name="account", kind=Kind.WEIGHTED, modulus=11, weights=(9, 8, 7, 6, 5, 4, 3, 2, 0), subtract=True, results={11: "0"},
    ),
)  # fmt: skip
TARIFF = Tariff(name="worldpay", percent="1.4", fixed=20, rounding=FeeRounding.HALF_EVEN)
RECOGNISERS = (
    Recogniser(
        name="payout", sign=Sign.CREDIT, source="worldpay",
        text=r"^WORLDPAY (?:(?P<payout>PO\d+) |MID(?P<merchant>\d+) )?SETTLEMENT$",
    ),
    Recogniser(
        name="returned", sign=Sign.DEBIT, source="returned",
        text=r"^(?:UNPAID DD|CHARGEBACK|BACS RETURN) (?P<original>T\d{12})$",
    ),
)  # fmt: skip

PROVIDER = "CASE WHEN method = 'CARD' THEN 'worldpay' END AS provider"
TXNS = f"""
SELECT txn_id AS id, CAST(day AS INTEGER) AS day, amount AS pence, reference, {PROVIDER},
  NULLIF(psp_ref, '') AS provider_reference, CASE WHEN method = 'CARD' THEN 'settlement' ELSE 'singly' END AS banking,
  CAST(NULLIF(merchant, 0) AS VARCHAR) AS merchant, CAST(fund AS VARCHAR) AS fund, 'open' AS state FROM '{{folder}}/txns.parquet'"""
LINES = """
SELECT line_id AS id, CAST(day AS INTEGER) AS day, amount AS pence, 'main' AS account, NULLIF(e2e_ref, '') AS end_to_end,
  narrative AS text FROM '{folder}/lines.parquet'"""
SETTLEMENTS = """
SELECT -CAST(substr(payout_id, 3) AS BIGINT) AS id, CAST(MAX(day) AS INTEGER) AS day, CAST(SUM(gross - fee) AS BIGINT) AS pence,
  'worldpay' AS source, payout_id AS reference FROM '{folder}/settle.parquet' GROUP BY payout_id"""
SETTLEMENT_LINES = """
SELECT -CAST(substr(psp_ref, 4) AS BIGINT) AS id, CAST(day AS INTEGER) AS day, gross AS pence, 'worldpay' AS source, 'payment' AS kind,
  psp_ref AS provider_reference FROM '{folder}/settle.parquet'"""
ACCOUNTS = "SELECT txn_id AS id, account_ref AS account_reference, account_ref AS written FROM '{folder}/txns.parquet'"

MATCHES = """
COPY (
  WITH names AS (SELECT * FROM (VALUES {rules}) AS v(rule, name, role)),
  direct AS (SELECT f.left_id, f.right_id, n.name FROM found AS f JOIN names AS n USING (rule) WHERE n.name NOT IN ('settlement', 'settlement-line')),
  paid_out AS (
    SELECT p.left_id, s.right_id, 'settlement' AS name FROM found AS p
    JOIN names AS n ON n.rule = p.rule AND n.name = 'settlement'
    JOIN of_settlement AS o ON o.settlement = p.right_id
    JOIN found AS s ON s.left_id = o.line
    JOIN names AS m ON m.rule = s.rule AND m.name = 'settlement-line'
  )
  SELECT left_id AS line_id, right_id AS txn_id, name AS rule, 'auto' AS mode, 0 AS rank FROM direct
  UNION ALL SELECT left_id, right_id, name, 'auto', 0 FROM paid_out
  UNION ALL SELECT left_id, right_id, n.name, 'suggest', rank FROM ({ranked}) JOIN names AS n USING (rule)
) TO '{out}' (FORMAT parquet)"""


def memory(folder: Path, out: Path) -> dict[str, object]:
    """Go from the files to matches, and say how long it took."""
    began = time.perf_counter()
    steps: dict[str, float] = {}
    last = began

    def step(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        steps[name], last = round(now - last, 3), now

    with Matcher([FORMAT], {"worldpay": TARIFF}, identifier="BIGINT") as matcher:
        matcher.duck.execute("SET threads = 2")
        for target, relation in (
            ("line", LINES), ("receipt", TXNS), ("receipt.account_reference", ACCOUNTS),
            ("settlement", SETTLEMENTS), ("settlement_line", SETTLEMENT_LINES),
        ):  # fmt: skip
            matcher.take_from(target, relation.format(folder=folder))
        step("load")
        matcher.name_lines(RECOGNISERS)
        step("name")
        for rule in SHIPPED:
            matcher.run(rule)
            step(rule.name)
        auto, suggest = (
            matcher.duck.execute(f"SELECT COUNT(*) FROM ({q})").fetchone()[0]
            for q in ("FROM found", ranked())
        )
        seconds = time.perf_counter() - began
        rows = matcher.duck.execute(
            "SELECT (SELECT COUNT(*) FROM all_lines) + (SELECT COUNT(*) FROM all_receipts) + (SELECT COUNT(*) FROM all_settlement_lines)"
        ).fetchone()[0]
        write(matcher, folder, out)
    return {
        "seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds),
        "auto": auto,
        "suggest": suggest,
        "steps": steps,
    }


def write(matcher: Matcher, folder: Path, out: Path) -> None:
    """Write the matches as everybody's are scored."""
    matcher.duck.execute(
        f"CREATE TEMP TABLE of_settlement AS SELECT -CAST(substr(psp_ref, 4) AS BIGINT) AS line, -CAST(substr(payout_id, 3) AS BIGINT) AS settlement FROM '{folder}/settle.parquet'"
    )
    rules = ", ".join(f"({n}, '{rule.name}', '{rule.role}')" for n, rule in enumerate(SHIPPED))
    matcher.duck.execute(MATCHES.format(rules=rules, ranked=ranked(), out=out))


def main() -> None:
    """Run it once, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--matches", type=Path, required=True)
    parser.add_argument("--store", choices=("memory", "sqlite", "postgresql"), default="memory")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = (
        memory(given.data, given.matches)
        if given.store == "memory"
        else stored(given.data, given.matches, given.store)
    )
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        json.dumps(result) if given.json else "\n".join(f"{name}: {value}" for name, value in result.items())
    )


def stored(data: Path, out: Path, kind: str) -> dict[str, object]:
    """Go from our own store to recorded matches, and say how long it took; PostgreSQL's URL is that of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ims.sqlite"
        if kind == "postgresql":
            url = os.environ["IMS_TEST_POSTGRES"].replace("postgresql://", "postgresql+psycopg://")
        installation = in_store.council(Path(folder), url, FORMAT, TARIFF, RECOGNISERS)
        known = in_store.fill(installation, data)
        seconds, auto, suggest = in_store.run(installation, known, out)
        installation.store.close()
    rows = len(known.lines) + len(known.receipts) + len(known.paid)
    return {
        "seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds),
        "auto": auto,
        "suggest": suggest,
    }


if __name__ == "__main__":
    main()
