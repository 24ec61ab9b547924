"""How fast account references are found in bank lines, as ratios against plainer ways in the same run.

    python benchmarks/references.py --texts 1000000 --json

The formats are those of Small Council; about 70 % of the lines hold a reference, written as payers write. By turns, the
best of the rounds kept, in processor time:

    batch       `Finder.find_all` over every line, for the four formats together
    one by one  `Finder.find` line by line
    bare        a loop over one compiled `re` a format: finds what looks like a reference, reads and proves nothing
    plain       every window of runs tried, format by format, on the first lines only
    parse       `ReferenceFormat.parse` of one right reference, for each line
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the plain way is the one that the tests prove the quick way by

from tests.domain.plain_finding import find_plainly  # noqa: E402

from localgov_ims.cli.references import formats_in  # noqa: E402
from localgov_ims.domain.finding import Finder  # noqa: E402
from localgov_ims.domain.references import ReferenceFormat  # noqa: E402

SETTINGS = ROOT / "src" / "localgov_ims" / "simulator" / "small_council" / "council.toml"
PLAIN_TEXTS = 20_000
SURNAMES = "SMITH JONES TAYLOR BROWN PATEL WILSON KHAN EVANS BEGUM NOWAK OKAFOR MURPHY".split()
WORDS = {
    "council-tax": ("COUNCIL TAX", "CTAX", "C TAX", "CT"),
    "rent": ("RENT", "HOUSE RENT", "RENT FLAT 2"),
    "penalty": ("PARKING FINE", "PCN", "PENALTY"),
    "garden": ("GARDEN WASTE", "BROWN BIN"),
}
BEFORE = ("", "", "BGC ", "FASTER PAYMENT ", "STO 0042 ", "MR & MRS ")
AFTER = ("", "", "", " MAY", " THANKS", " 12 MAY 26", " FROM MUM", " BILL 2026-27")
WITHOUT = (
    "FASTER PAYMENT RECEIVED",
    "STANDING ORDER 0042",
    "BANK GIRO CREDIT 12/05/26",
    "THANK YOU",
    "INV 20261",
)
BARE = (r"\b[0-9]{9}\b", r"\b[0-9]{11}\b", r"\bFP[0-9]{7}[0-9A]\b", r"\bGW[0-9]{7}\b")


def narratives(count: int, formats: Sequence[ReferenceFormat]) -> list[str]:
    """Make bank lines of 20 to 60 characters, 70 in 100 with a reference, a few of those mistyped."""
    chance = random.Random(7)
    good = {each.name: _references(each, chance) for each in formats}
    made = []
    for _ in range(count):
        who = f"{chance.choice(BEFORE)}{chance.choice('ABCDEGHJKLM')} {chance.choice(SURNAMES)}"
        if chance.random() >= 0.7:
            made.append(f"{who} {chance.choice(WITHOUT)} {chance.choice(SURNAMES)}")
            continue
        name = chance.choices([each.name for each in formats], (50, 28, 12, 10))[0]
        made.append(
            f"{who} {chance.choice(WORDS[name])} {_written(good[name], chance)}{chance.choice(AFTER)}"
        )
    return made


def _references(format_: ReferenceFormat, chance: random.Random) -> list[str]:
    mask, found = format_.mask or "", []
    while len(found) < 2_000:
        body = "".join(chance.choice("0123456789") if symbol == "#" else symbol for symbol in mask)
        found += [text for last in "0123456789A" if format_.accepts(text := body.replace("@", last))]
    return found


def _written(references: Sequence[str], chance: random.Random) -> str:
    reference, way = chance.choice(references), chance.random()
    at = chance.randrange(3, 6)
    if way < 0.15:
        return f"{reference[:at]}{chance.choice(' -')}{reference[at:]}"
    if way < 0.25:
        return reference.lower()
    return reference[:-1] + chance.choice("0123456789") if way < 0.30 else reference


def batch(texts: Sequence[str], formats: Sequence[ReferenceFormat]) -> int:
    """Find in all at once."""
    return sum(map(len, Finder(formats).find_all(texts)))


def one_by_one(texts: Sequence[str], formats: Sequence[ReferenceFormat]) -> int:
    """Find line by line."""
    finder = Finder(formats)
    return sum(1 for text in texts for _ in finder.find(text))


def bare(texts: Sequence[str], _: Sequence[ReferenceFormat]) -> int:
    """Find what looks like a reference."""
    patterns = [re.compile(pattern) for pattern in BARE]
    return sum(1 for text in texts for pattern in patterns for _ in pattern.finditer(text))


def plain(texts: Sequence[str], formats: Sequence[ReferenceFormat]) -> int:
    """Try every window, on the first lines only."""
    return sum(1 for text in texts[:PLAIN_TEXTS] for each in formats for _ in find_plainly(each, text))


def parse(texts: Sequence[str], formats: Sequence[ReferenceFormat]) -> int:
    """Parse one right reference, as for each row of a file."""
    example = formats[0].valid[0]
    for _ in texts:
        formats[0].parse(example)
    return len(texts)


WAYS: dict[str, Callable[[Sequence[str], Sequence[ReferenceFormat]], int]] = {
    "batch": batch, "one by one": one_by_one, "bare": bare, "plain": plain, "parse": parse,
}  # fmt: skip


def measure(
    texts: Sequence[str], formats: Sequence[ReferenceFormat], rounds: int
) -> dict[str, dict[str, float]]:
    """Run every way *rounds* times, by turns, and keep the best of each."""
    best: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        for name, way in WAYS.items():
            begun = time.process_time()
            found = way(texts, formats)
            each = (time.process_time() - begun) / min(
                len(texts), PLAIN_TEXTS if name == "plain" else len(texts)
            )
            if name not in best or each * 1e6 < best[name]["microseconds"]:
                best[name] = {"found": found, "microseconds": each * 1e6}
    if best["batch"]["found"] != best["one by one"]["found"] or plain(texts, formats) != batch(
        texts[:PLAIN_TEXTS], formats
    ):
        raise SystemExit("The ways do not find the same.")
    for row in best.values():
        row["microseconds"] = round(row["microseconds"], 2)
        row["batch_to_it"] = round(row["microseconds"] / best["batch"]["microseconds"], 2)
    return best


def main() -> None:
    """Measure as the command line asks."""
    parser = argparse.ArgumentParser(description="How fast account references are found.")
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    formats = tuple(formats_in(tomllib.loads(SETTINGS.read_text(encoding="utf-8")), "Small Council").values())
    best = measure(narratives(args.texts, formats), formats, args.rounds)
    if args.json:
        print(json.dumps({"texts": args.texts, "formats": len(formats), "ways": best}))
        return
    print(f"{'way':<12}{'found':>10}{'µs a text':>12}{'batch to it':>14}")
    for name, row in best.items():
        print(f"{name:<12}{row['found']:>10,}{row['microseconds']:>12}{row['batch_to_it']:>14}")


if __name__ == "__main__":
    main()
