"""Feed every reader with what coverage suggests: nothing may raise, hang, or take more memory than a reader needs.

    tox -e fuzz                             # half a minute for each reader
    tox -e fuzz -- --seconds 600 mt940      # one, for longer

It begins with the samples in the tests. What a reader stumbled over is kept as a file whose name is printed; make
it the smallest that still shows the fault, and a sample of the reader's tests.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from importlib.metadata import entry_points
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEGABYTES, SECONDS_FOR_ONE, LONGEST = 200, 5, 64 * 1024


def fuzz(name: str, corpus: str, seconds: int) -> None:
    """Run one reader until the time is over; ends the process."""
    import atheris

    ours = {point.value.partition(":")[0] for point in entry_points(group="localgov_ims")}
    with atheris.instrument_imports(include=["localgov_ims", *ours], enable_loader_override=False):
        from localgov_ims.files import reading
        from localgov_ims.hooks import registry

        reader = next(reader for reader in registry.load(None).readers if reader.name == name)

    def once(data: bytes) -> None:
        assert reader.recognise(data[:4096]) in (True, False)
        reading.read([reader], io.BytesIO(data), name)

    limits = [f"-max_total_time={seconds}", f"-timeout={SECONDS_FOR_ONE}", f"-max_len={LONGEST}"]
    # what Python, its libraries and the counters of coverage take before the first file comes on top
    limits += [f"-rss_limit_mb={MEGABYTES + 200}", "-print_final_stats=1", f"-artifact_prefix={name}-"]
    atheris.Setup([name, *limits, corpus], once)
    atheris.Fuzz()


def corpus_of(folder: Path) -> int:
    """Copy every sample of the tests into *folder* and return how many there are."""
    samples = [
        path
        for path in ROOT.glob("**/tests/**/samples/**/*")
        if path.is_file() and path.stat().st_size <= LONGEST
    ]
    for number, path in enumerate(samples):
        (folder / str(number)).write_bytes(path.read_bytes())
    return len(samples)


def main() -> None:
    """Fuzz the readers that the command line names, each in a process of its own."""
    parser = argparse.ArgumentParser(description="Fuzz readers of other people's files.")
    parser.add_argument("readers", nargs="*", metavar="READER", help="names of formats; without any, all")
    parser.add_argument("--seconds", type=int, default=30, help="for each reader")
    parser.add_argument("--corpus", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.corpus:  # before anything of ours is imported, or coverage would not see it
        fuzz(args.readers[0], args.corpus, args.seconds)
    failed = [name for name in args.readers or installed() if not survives(name, args.seconds)]
    if failed:
        parser.exit(1, f"Stumbled: {', '.join(failed)}\n")


def installed() -> list[str]:
    """Return the names of all readers that are installed."""
    from localgov_ims.hooks import registry

    return [reader.name for reader in registry.load(None).readers]


def survives(name: str, seconds: int) -> bool:
    """Tell whether a reader stumbled over nothing."""
    with tempfile.TemporaryDirectory() as folder:
        count = corpus_of(Path(folder))
        sys.stdout.write(f"{name}: {seconds} seconds, from {count} samples\n")
        sys.stdout.flush()
        asked = [sys.executable, __file__, name, "--seconds", str(seconds), "--corpus", folder]
        return subprocess.run(asked, check=False).returncode == 0


if __name__ == "__main__":
    main()
