"""How a reader behaves beside what it reads: part of the contract in `testing.readers`."""

from __future__ import annotations

import copy
import io
import itertools
import os
import sys
import time
import tracemalloc
import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import attrs
import pytest

from localgov_ims.domain.issues import Issue
from localgov_ims.files import readers, reading
from localgov_ims.files.events import Closed, Event, Opened
from localgov_ims.files.limits import Limits
from localgov_ims.files.readers import HEAD_BYTES, Options, Reader

if TYPE_CHECKING:
    from localgov_ims.testing.samples import Sample

FLAT_BYTES = 256 * 1024
"""How much more memory ten times the rows may take."""

MOST_OPTIONS = 64
"""How many combinations of a reader's options are tried with each sample."""


class ReaderConduct:
    """Tests of a reader's conduct: it keeps nothing, touches nothing but the stream, and stays within its limits."""

    def make(self) -> Reader:
        """Return the reader under test."""
        raise NotImplementedError

    def write(self, rows: int) -> bytes | None:
        """Return a clean file of so many rows, for the test of memory; none skips it."""
        _ = rows
        return None

    def test_rows_come_between_opened_and_closed_under_every_option(self, clean: Sample) -> None:
        """The stream is strictly Opened, rows, Closed; and equal options give equal events, one after another."""
        reader = self.make()
        for options in _options(reader):
            found = list(reading.events(reader, io.BytesIO(clean.data), options))
            _in_order(found, whole=options == reader.options())
            assert list(reading.events(reader, io.BytesIO(clean.data), options)) == found

    def test_the_options_of_every_format_are_taken(self, clean: Sample) -> None:
        """A source that says nothing of this format has the plain options, which are its defaults."""
        plain = list(self.make().read(io.BytesIO(clean.data), Options()))
        assert plain == list(self.make().read(io.BytesIO(clean.data), self.make().options()))

    def test_a_limit_refuses_and_never_raises(self, clean: Sample) -> None:
        """Each limit by itself, made as small as can be."""
        reader = self.make()
        for limit in attrs.fields(Limits):
            options = reader.options(limits=Limits(**{limit.name: 1}))
            _in_order(list(reading.events(reader, io.BytesIO(clean.data), options)), whole=False)
        less = len(clean.data) - 1
        small = reader.options(limits=Limits(file_bytes=less, workbook_bytes=less))
        found = reading.events(reader, io.BytesIO(clean.data), small)
        assert "limit-exceeded" in [event.code for event in found if isinstance(event, Issue)]

    def test_the_stream_is_left_open(self, clean: Sample) -> None:
        """Whoever opened the stream closes it."""
        stream = io.BytesIO(clean.data)
        reading.read([self.make()], stream)
        assert not stream.closed

    def test_short_reads_give_the_same_events(self, clean: Sample) -> None:
        """A stream may give fewer bytes than asked for."""
        whole = list(reading.events(self.make(), io.BytesIO(clean.data)))
        assert list(reading.events(self.make(), _ShortReads(clean.data))) == whole

    def test_nothing_but_the_stream_is_touched(self, clean: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
        """No path, network, process, environment or clock: all that is needed is handed in."""
        reader, stream = self.make(), io.BytesIO(clean.data)
        list(reading.events(reader, io.BytesIO(clean.data)))  # what is loaded at first use is loaded now
        with monkeypatch.context() as watch:
            watch.setattr(os, "environ", _Forbidden())
            watch.setattr(time, "time", _forbidden)
            _watch.touched = []
            list(reading.events(reader, stream))
            touched, _watch.touched = _watch.touched, None
        assert touched == []

    def test_a_clean_sample_is_recognised_without_side_effects(self, clean: Sample) -> None:
        """Asked twice, the answer is the same, and the reader has not changed."""
        reader = self.make()
        before = copy.copy(reader)
        head = clean.data[:HEAD_BYTES]
        assert [reader.recognise(head), reader.recognise(head)] == [True, True]
        assert reader == before

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

    def _peak(self, data: bytes) -> int:
        stream = io.BytesIO(data)
        tracemalloc.start()
        for _ in reading.events(self.make(), stream):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak


def _options(reader: Reader) -> Iterator[Options]:
    """Yield every combination of the options that have few values, so many as are tried."""
    choices: dict[str, tuple[typing.Any, ...]] = {}
    for name, kind in typing.get_type_hints(reader.options).items():
        if kind is bool:
            choices[name] = (False, True)
        elif typing.get_origin(kind) is typing.Literal:
            choices[name] = typing.get_args(kind)
    yield reader.options()
    for values in itertools.islice(itertools.product(*choices.values()), MOST_OPTIONS):
        yield attrs.evolve(reader.options(), **dict(zip(choices, values, strict=True)))


def _in_order(found: list[Event], *, whole: bool) -> None:
    is_open = False
    for event in found:
        if isinstance(event, Issue):
            continue
        assert isinstance(event, Opened) is not is_open, f"out of order: {event}"
        is_open = not isinstance(event, Closed)
    assert not (whole and is_open)


class _ShortReads(io.BytesIO):
    """A stream that gives seven bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read at most seven bytes."""
        return super().read(7 if size is None or size < 0 else min(size, 7))


class _Forbidden:
    """Stands for the environment, which no reader looks at."""

    def __getattr__(self, _: str) -> NoReturn:
        """Fail, whatever is asked of it."""
        _forbidden()

    def __getitem__(self, _: str) -> NoReturn:
        """Fail, whatever is looked up."""
        _forbidden()


def _forbidden(*_: object) -> NoReturn:
    pytest.fail("a reader looks at neither environment nor clock")


class _Watch:
    """Python's audit hook, which cannot be taken off again: it takes note only while a reading is watched."""

    watched = ("open", "os.", "socket.", "subprocess.", "urllib.", "shutil.", "ctypes.")

    def __init__(self) -> None:
        """Put the hook on."""
        self.touched: list[str] | None = None
        sys.addaudithook(self.heard)

    def heard(self, event: str, _: object) -> None:
        """Take note of an event that reaches outside."""
        if self.touched is not None and event.startswith(self.watched):
            self.touched.append(event)


_watch = _Watch()
