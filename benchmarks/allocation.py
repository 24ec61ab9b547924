"""How fast rows are allocated, and how that grows with the number of rules.

    python benchmarks/allocation.py --rows 200000 --json

Rules are of four kinds: patterns for the whole account reference, its beginnings, codes of funds, and words in the narrative. Every
row is placed by one of them. By turns, the best of the rounds kept, in processor time, beside a bare loop that adds a million
numbers up: the measure of how busy the machine is.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import date

from localgov_ims.allocation.conditions import Condition
from localgov_ims.allocation.engine import Allocator
from localgov_ims.allocation.rows import References, Source
from localgov_ims.allocation.rules import Rule
from localgov_ims.domain.funds import Fund, Nature
from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.money import Money

DAY = date(2026, 5, 12)
FUNDS = {
    code: Fund(code=code, name=code, nature=Nature.INCOME, ledger=LedgerAccount("5000"))
    for code in ("23", "05")
}
PATTERNS = (r"6\d{10}", r"55\d{8}", r"[93]\d{9}", r"77\d{7}", r"56\d{7}", r"70\d{8}", r"7\d{7}")


def rules(count: int) -> list[Rule]:
    """Make rules, of which the first is the one that every row is for."""
    made = []
    for n in range(count):
        kind, pattern = n % 5, PATTERNS[n // 5] if n // 5 < len(PATTERNS) else rf"{1000 + n}\d{{4}}"
        field, op, value = {
            0: ("account_reference", "matches", pattern), 1: ("account_reference", "matches", rf"8{n:03}\d{{6}}"),
            2: ("account_reference", "starts_with", f"A{n:03}"), 3: ("fund", "equals", f"F{n}"),
            4: ("narrative", "contains", f"WORD{n}"),
        }[kind]  # fmt: skip
        when = Condition(field=field, op=op, value=value)
        made.append(Rule(name=f"rule {n}", order=n, when=when, set={"fund": ("23", "05")[n % 2]}))
    return made


def rows(count: int) -> list[IncomeRow]:
    """Make rows, each with a reference of its own, and a narrative that is one in a thousand."""
    chance = random.Random(7)
    return [
        IncomeRow(
            position=n, amount=Money(chance.randint(100, 99_999)), taken_on=DAY, mop="12",
            account_reference=f"6{chance.randrange(10**10):010}", narrative=f"PAYMENT {chance.randrange(1000):04}",
        )
        for n in range(count)
    ]  # fmt: skip


def main() -> None:
    """Measure, and print what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=200_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    some, best = rows(given.rows), dict.fromkeys((5, 50, 500), float("inf"))
    bare = float("inf")
    for _ in range(given.rounds):
        begun, total = time.process_time(), 0
        for n in range(1_000_000):
            total += n
        bare = min(bare, time.process_time() - begun)
        for count in best:
            allocate = (
                Allocator(rules(count), References(FUNDS, {}))
                .of(Source(name="file", received_on=DAY))
                .allocate
            )
            begun = time.process_time()
            for row in some:
                allocate(row)
            best[count] = min(best[count], (time.process_time() - begun) / len(some) * 1_000_000)
    found = {
        "rows": given.rows, "microseconds": {str(n): round(each, 2) for n, each in best.items()},
        "50_to_5": round(best[50] / best[5], 2), "500_to_50": round(best[500] / best[50], 2),
        "additions_a_row": round(best[50] / bare),
    }  # fmt: skip
    print(
        json.dumps(found, indent=2)
        if given.json
        else "\n".join(f"{name}: {each}" for name, each in found.items())
    )


if __name__ == "__main__":
    main()
