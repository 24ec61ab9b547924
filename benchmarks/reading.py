"""How fast a bank statement is read, as ratios against peers in the same run on the same machine.

    python benchmarks/reading.py --entries 100000 --json

Each reading is a fresh process, the best of three by turns: ours with full records and proved totals, the
whole command `ims read`, a bare loop over the standard library's expat that pulls the same fields and builds
nothing, and the package
`camt053` from PyPI where it is installed. Memory is each child's peak resident set, interpreter included.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import statements

# Each reader imports what it needs inside its function: a child's memory is then its own alone.
# ruff: noqa: PLC0415

WANTED = frozenset(
    {"Amt", "CdtDbtInd", "RvslInd", "Cd", "SubFmlyCd", "Dt", "AcctSvcrRef", "EndToEndId", "Nm", "Ustrd"}
)
MUST = {"bare": 0.5, "camt053": 1.2}
"""What our speed must at least be, as multiples of the peer's."""


def ours(path: Path) -> int:
    """Read with full records; the totals are proved."""
    from localgov_ims.files.events import Closed
    from localgov_ims.files.reading import events
    from localgov_ims_camt import Camt053

    count = 0
    with path.open("rb") as stream:
        for event in events(Camt053(), stream):
            if isinstance(event, Closed):
                count += (event.computed.count or 0) + event.not_booked
    return count


def command(path: Path) -> int:
    """Read as a person does: the whole of `ims read --json`, every installed plugin loaded."""
    import io
    from contextlib import redirect_stdout, suppress

    from localgov_ims.cli.root import ims

    with redirect_stdout(io.StringIO()) as said, suppress(SystemExit):
        ims(["read", "--json", str(path)])
    return sum(entry["lines"] + entry["not_booked"] for entry in json.loads(said.getvalue()))


def bare(path: Path) -> int:
    """Pull the same fields by expat into one dict that is used again for every entry."""
    from xml.parsers import expat

    stack: list[str] = [""]
    fields: dict[tuple[str, str], str] = {}
    text: list[str] = []
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        stack.append(name)
        text.clear()
        if attributes and name == "Amt":
            fields["@", "Ccy"] = attributes["Ccy"]

    def end(name: str) -> None:
        nonlocal count
        stack.pop()
        if name in WANTED:
            fields[stack[-1], name] = "".join(text)
        elif name == "Ntry":
            count += 1
            fields.clear()

    parser = expat.ParserCreate()
    parser.buffer_text, parser.CharacterDataHandler = True, text.append
    parser.StartElementHandler, parser.EndElementHandler = start, end
    with path.open("rb") as stream:
        parser.ParseFile(stream)
    return count


def camt053(path: Path) -> int:
    """Read with the package of that name."""
    from camt053 import parse_document

    document = parse_document(path.read_text(encoding="utf-8"))
    return sum(len(statement.entries) for statement in document.statements)


READERS: dict[str, Callable[[Path], int]] = {
    "ours": ours,
    "command": command,
    "bare": bare,
    "camt053": camt053,
}


def child(name: str, path: Path) -> None:
    """Read once and print what it took; runs in a process of its own."""
    begun = time.perf_counter()
    count = READERS[name](path)
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps({"count": count, "seconds": took, "peak_mb": peak}))


def measure(path: Path, entries: int, rounds: int) -> dict[str, dict[str, float]]:
    """Run every reader *rounds* times, by turns, and keep each one's best."""
    names = [name for name in READERS if name != "camt053" or importlib.util.find_spec("camt053")]
    best: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        for name in names:
            command = [sys.executable, __file__, "--child", name, str(path)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            if found["count"] != entries:
                message = f"{name} found {found['count']} entries of {entries}"
                raise SystemExit(message)
            if name not in best or found["seconds"] < best[name]["seconds"]:
                best[name] = found
    for result in best.values():
        result["per_second"] = round(entries / result["seconds"])
        result["ours_to_it"] = round(result["seconds"] / best["ours"]["seconds"], 2)
    return best


def main() -> None:
    """Measure as the command line asks."""
    args = arguments()
    if args.child:
        child(args.child[0], Path(args.child[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xml"
        with path.open("wb") as out:
            statements.write(args.format, args.entries, out, mix=args.mix)
        best = measure(path, args.entries, args.rounds)
    if args.json:
        said = {
            "format": args.format,
            "entries": args.entries,
            "mix": args.mix,
            "must": MUST,
            "readers": best,
        }
        sys.stdout.write(json.dumps(said) + "\n")
    else:
        sys.stdout.write(table(best))


def table(best: dict[str, dict[str, float]]) -> str:
    """Return what was measured, a line for each reader."""
    lines = [f"{'reader':<10}{'entries/s':>12}{'peak MB':>10}{'ours to it':>12}{'must':>8}\n"]
    for name, row in best.items():
        figures = f"{row['per_second']:>12,}{row['peak_mb']:>10}{row['ours_to_it']:>12}"
        lines.append(f"{name:<10}{figures}{MUST.get(name, ''):>8}\n")
    return "".join(lines)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="How fast a bank statement is read.")
    parser.add_argument("--format", choices=[*statements.WRITERS], default="camt053-v8")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--mix", action="store_true", help="batches, reversals, pending entries, awkward text"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--child", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
