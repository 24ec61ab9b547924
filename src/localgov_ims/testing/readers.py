"""The contract that every reader of other people's files keeps, as tests to subclass."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from localgov_ims.domain.issues import Issue
from localgov_ims.domain.statements import Evidence
from localgov_ims.files import reading
from localgov_ims.files.events import Closed
from localgov_ims.files.readers import HEAD_BYTES
from localgov_ims.testing.conduct import ReaderConduct
from localgov_ims.testing.samples import Sample, figures_of, samples_in

if TYPE_CHECKING:
    from localgov_ims.files.reading import FileRead

LONGEST_MANGLED = 20_000
"""Samples of more bytes are not mangled: what there is to find is in the short ones."""
CUTS = 400
"""How many places a clean file is cut at; a longer one is cut at so many, spread evenly, and near its end."""


class ReaderContract(ReaderConduct):
    """Tests of a reader. Subclass it as `Test...`, give `make` and `samples`, and what else the format has (`write`).

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
            assert _ends(read) or not read.accepted, "nothing was read, and the file is accepted"

        never_raises()

    def test_a_mangled_sample_does_not_make_the_reader_raise(self) -> None:
        """Pieces lost, doubled, moved and replaced give Issues, or a file that still proves itself."""
        from hypothesis import given, strategies  # noqa: PLC0415 - needed by these tests alone

        from localgov_ims.testing.mangling import mangled  # noqa: PLC0415

        reader = self.make()
        samples = [sample.data for sample in samples_in(self.samples) if len(sample.data) <= LONGEST_MANGLED]

        @given(strategies.sampled_from(samples).flatmap(mangled))
        def never_raises(data: bytes) -> None:
            read = reading.read([reader], io.BytesIO(data), reader.name)
            assert _ends(read) or not read.accepted, "nothing was read, and the file is accepted"
            for entry in read.entries if read.accepted else ():
                closed = entry.closed
                if closed is None:  # a remark on what stands outside every statement
                    assert entry.opened is None, "accepted though what was opened was not closed"
                    continue
                if entry.opening is not None and closed.closing is not None:
                    assert entry.opening.pence + (closed.computed.net or 0) == closed.closing.pence

        never_raises()

    def test_an_empty_file_is_refused(self) -> None:
        """Nothing is never a statement without movement."""
        assert not self._read(b"").accepted
        assert not reading.read([self.make()], io.BytesIO(b""), self.make().name).accepted

    def _read(self, data: bytes) -> FileRead:
        return reading.read([self.make()], io.BytesIO(data))

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


def _cuts(size: int) -> list[int]:
    step = max(1, size // CUTS)
    return sorted({*range(0, size, step), *range(max(0, size - 50), size)})


def _ends(read: FileRead) -> list[Closed]:
    return [entry.closed for entry in read.entries if entry.closed is not None]


def _rows(read: FileRead) -> int:
    return sum(entry.closed.computed.count or 0 for entry in read.entries if entry.closed is not None)


def _issues(read: FileRead) -> list[Issue]:
    return [issue for entry in read.entries for issue in entry.issues]
