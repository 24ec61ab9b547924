"""The contract that every reader of other people's files keeps, as tests to subclass."""

from __future__ import annotations

import copy
import io
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import attrs
import pytest

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.statements import Evidence
from localgov_ims.files import readers, reading
from localgov_ims.files.events import Closed, Event, Opened
from localgov_ims.files.readers import HEAD_BYTES, Reader
from localgov_ims.testing.samples import Sample, figures_of, samples_in

if TYPE_CHECKING:
    from localgov_ims.files.reading import FileRead

CUTS = 400
"""How many places a clean file is cut at; a longer one is cut at so many, spread evenly, and near its end."""

FLAT_BYTES = 256 * 1024
"""How much more memory ten times the rows may take."""


class ReaderContract:
    """Tests of a reader. Subclass it as `Test...`, give `make` and `samples`, and what else the format has.

    Attributes:
        samples: A folder of files with an INDEX.tsv beside them (see `testing.samples`).
        figures: Where the format prints amounts, balances, totals and counts: group 1 is the printed text.
            Every digit of it is changed, and every change must be refused by a format that proves itself.
        bad_amounts: Texts that must be refused in place of a figure.
        reported: Parts of a file that are only reported (pending entries): a changed digit there need not
            be refused.
        end: What a clean file may lose at its end and still be whole.
        open_ended: Whether nothing says how many statements a file holds, so that one cut behind a whole statement
            is accepted, with the whole statements that it still has and no other.
    """

    samples: ClassVar[Path]
    figures: ClassVar[re.Pattern[bytes] | None] = None
    bad_amounts: ClassVar[tuple[str, ...]] = (
        "NaN",
        "Infinity",
        "1E3",
        "1_000",
        "١٢٣",
        "-5",
        "1.005",
        "12..34",
        " ",
    )
    reported: ClassVar[re.Pattern[bytes] | None] = None
    end: ClassVar[re.Pattern[bytes]] = re.compile(rb"[\s\0]*")
    open_ended: ClassVar[bool] = False

    def make(self) -> Reader:
        """Return the reader under test."""
        raise NotImplementedError

    def write(self, rows: int) -> bytes | None:
        """Return a clean file of so many rows, for the test of memory; none skips it."""
        _ = rows
        return None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give each test its samples by name."""
        for name, accepted in (("clean", True), ("refused", False)):
            if name in metafunc.fixturenames:
                found = [sample for sample in samples_in(self.samples) if sample.accepted is accepted]
                metafunc.parametrize(name, found, ids=[sample.path.name for sample in found])

    def test_a_clean_sample_is_accepted_with_its_figures(self, clean: Sample) -> None:
        """What the index says of a file is what is read."""
        read = self._read(clean.data)
        assert read.accepted, _issues(read)
        found = figures_of(read)
        assert {name: found[name] for name in clean.figures} == clean.figures

    def test_a_refused_sample_is_refused_with_its_code_and_a_place(self, refused: Sample) -> None:
        """The first thing that stops the file is what the index says."""
        stopping = [issue for issue in _issues(self._read(refused.data)) if issue.stops]
        assert stopping, "the file is accepted"
        assert stopping[0].code in refused.codes
        assert stopping[0].place

    def test_a_clean_file_cut_anywhere_is_never_accepted(self, clean: Sample) -> None:
        """A download that broke off is refused, unless only the end mark is gone.

        Where nothing in a file says what should be in it, a cut between rows cannot be seen; but then no row is read
        that is not in the whole file.
        """
        data, proves = clean.data, self.make().requires is not Evidence.UNPROVED
        whole = self._read(data)
        for cut in _cuts(len(data)):
            if self.end.fullmatch(data[cut:]) is None:
                read = self._read(data[:cut])
                if proves and read.accepted:
                    assert self.open_ended, f"accepted when cut at byte {cut}"
                    assert _ends(read) == _ends(whole)[: len(_ends(read))], f"another statement at byte {cut}"
                assert _rows(read) <= _rows(whole), f"more rows when cut at byte {cut}"

    def test_every_changed_digit_of_a_figure_is_refused(self, clean: Sample) -> None:
        """Totals are proved: no single figure can be altered unseen."""
        if self.make().requires is Evidence.UNPROVED:
            pytest.skip("the format does not prove itself")
        data = clean.data
        for start, digit in self._digits(data):
            for other in {(digit + 1) % 10, (digit + 5) % 10}:
                changed = data[:start] + str(other).encode() + data[start + 1 :]
                assert not self._read(changed).accepted, f"accepted with {other} for {digit} at byte {start}"

    def test_a_figure_that_is_no_amount_is_refused(self, clean: Sample) -> None:
        """Not a number, an exponent, a separator, foreign digits, a sign where none may stand."""
        data = clean.data
        for start, end in self._spans(data):
            for bad in self.bad_amounts:
                changed = data[:start] + bad.encode() + data[end:]
                assert not self._read(changed).accepted, f"accepted with {bad!r} at byte {start}"

    def test_rows_come_between_opened_and_closed(self, clean: Sample) -> None:
        """The stream is strictly Opened, rows, Closed."""
        is_open = False
        for event in self._events(clean.data):
            if isinstance(event, Issue):
                continue
            assert isinstance(event, Opened) is not is_open, f"out of order: {event}"
            is_open = not isinstance(event, Closed)
        assert not is_open

    def test_reading_twice_gives_equal_events(self, clean: Sample) -> None:
        """A reader keeps nothing between files."""
        reader = self.make()
        first, second = (list(reading.events(reader, io.BytesIO(clean.data))) for _ in range(2))
        assert first == second

    def test_the_stream_is_left_open(self, clean: Sample) -> None:
        """Whoever opened the stream closes it."""
        stream = io.BytesIO(clean.data)
        reading.read([self.make()], stream)
        assert not stream.closed

    def test_short_reads_give_the_same_events(self, clean: Sample) -> None:
        """A stream may give fewer bytes than asked for."""
        whole = self._events(clean.data)
        assert list(reading.events(self.make(), _ShortReads(clean.data))) == whole

    def test_a_clean_sample_is_recognised_without_side_effects(self, clean: Sample) -> None:
        """Asked twice, the answer is the same, and the reader has not changed."""
        reader = self.make()
        before = copy.copy(reader)
        head = clean.data[:HEAD_BYTES]
        assert [reader.recognise(head), reader.recognise(head)] == [True, True]
        assert reader == before

    def test_no_bytes_make_the_reader_raise(self) -> None:
        """A fault of the file is an Issue, whatever the bytes."""
        from hypothesis import given, strategies  # noqa: PLC0415 - needed by this test alone

        reader = self.make()
        proves = reader.requires is not Evidence.UNPROVED
        heads = [sample.data[: len(sample.data) // 2] for sample in samples_in(self.samples)]

        @given(
            strategies.one_of(strategies.just(b""), strategies.sampled_from(heads)),
            strategies.binary(max_size=300),
        )
        def never_raises(head: bytes, rest: bytes) -> None:
            assert reader.recognise((head + rest)[:HEAD_BYTES]) in (True, False)
            read = reading.read([reader], io.BytesIO(head + rest), reader.name)
            # half a file that proves nothing may end where a row does, and one of several statements behind one
            assert not (proves and read.accepted and not self.open_ended)

        never_raises()

    def test_an_empty_file_is_refused(self) -> None:
        """Nothing is never a statement without movement."""
        assert not self._read(b"").accepted
        assert not reading.read([self.make()], io.BytesIO(b""), self.make().name).accepted

    def test_the_reader_is_frozen_and_fits_this_version(self) -> None:
        """A reader is a value, and written for this major version of the interface."""
        reader = self.make()
        assert reader.api_version[0] == readers.API_VERSION[0]
        assert isinstance(reader.options(), readers.Options)
        assert self.make() == reader
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
            reader.name = "other"  # type: ignore[misc]

    def test_memory_does_not_grow_with_the_rows(self) -> None:
        """One row is in memory at a time."""
        small, large = self.write(1_000), self.write(10_000)
        if small is None or large is None:
            pytest.skip("the test class has no write()")
        self._peak(small)  # the first reading fills caches
        assert self._peak(large) - self._peak(small) < FLAT_BYTES

    def _read(self, data: bytes) -> FileRead:
        return reading.read([self.make()], io.BytesIO(data))

    def _events(self, data: bytes) -> list[Event]:
        return list(reading.events(self.make(), io.BytesIO(data)))

    def _spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        if self.figures is None:
            pytest.skip("the test class does not say where figures stand")
        for found in self.figures.finditer(data):
            yield found.span(1)

    def _digits(self, data: bytes) -> Iterator[tuple[int, int]]:
        reported = [found.span() for found in self.reported.finditer(data)] if self.reported else []
        for start, end in self._spans(data):
            if any(first <= start < last for first, last in reported):
                continue
            for at in range(start, end):
                if data[at : at + 1].isdigit():
                    yield at, int(data[at : at + 1])

    def _peak(self, data: bytes) -> int:
        stream = io.BytesIO(data)
        tracemalloc.start()
        for _ in reading.events(self.make(), stream):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak


class _ShortReads(io.BytesIO):
    """A stream that gives seven bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read at most seven bytes."""
        return super().read(7 if size is None or size < 0 else min(size, 7))


def _cuts(size: int) -> list[int]:
    step = max(1, size // CUTS)
    return sorted({*range(0, size, step), *range(max(0, size - 50), size)})


def _ends(read: FileRead) -> list[Closed]:
    return [entry.closed for entry in read.entries if entry.closed is not None]


def _rows(read: FileRead) -> int:
    return sum(entry.closed.computed.count or 0 for entry in read.entries if entry.closed is not None)


def _issues(read: FileRead) -> list[Issue]:
    return [issue for entry in read.entries for issue in entry.issues]
