"""Limits, and how a reader stops."""

import io

import pytest
from attrs import frozen

from localgov_ims.domain.issues import Issue
from localgov_ims.files.limits import CHUNK, Limits, Refused, chunks, ending_with_issue, refuse

STOP = Issue(code="truncated", place="line 3", field="end", value="x", message="Cut off.")


@frozen
class Stops:
    """Reads one thing, and refuses the rest."""

    @ending_with_issue
    def read(self, first: object, *, raising: Exception | None = None):
        yield first
        if raising is not None:
            raise raising


def test_a_refusal_becomes_the_last_event():
    refusal = refuse("truncated", "line 3", "Cut off.", field="end", value="x")
    assert list(Stops().read("row", raising=refusal)) == ["row", STOP]


def test_a_reader_that_ends_well_gives_nothing_more():
    assert list(Stops().read("row")) == ["row"]


def test_a_bug_of_ours_is_not_hidden_as_an_issue():
    with pytest.raises(ZeroDivisionError):
        list(Stops().read("row", raising=ZeroDivisionError()))


def test_a_file_of_exactly_the_limit_is_read_and_one_byte_more_refused():
    limits = Limits(file_bytes=CHUNK + 5)
    assert b"".join(chunks(io.BytesIO(b"x" * (CHUNK + 5)), limits)) == b"x" * (CHUNK + 5)
    parts = chunks(io.BytesIO(b"x" * (CHUNK + 6)), limits)
    assert len(next(parts)) == CHUNK
    with pytest.raises(Refused) as caught:
        next(parts)
    assert (caught.value.issue.code, caught.value.issue.place) == ("limit-exceeded", f"byte {CHUNK + 5}")


def test_a_stream_that_never_ends_is_left_at_the_limit():
    """The size is counted while reading; no length is asked for beforehand."""

    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Refused):
        list(chunks(stream, Limits(file_bytes=3 * CHUNK)))
    assert stream.given == 4 * CHUNK
