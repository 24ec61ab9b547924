"""Archives: each file in them by itself, within limits that are counted while unpacking."""

from __future__ import annotations

import contextlib
import gzip
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.files.archives import Member, files_in, refuse_archive
from localgov_ims.files.limits import Limits, Refused

LIMITS = Limits(members=3, archive_bytes=400_000, ratio=10)


def zipped(*members: tuple[str, bytes], packed: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as made:
        for name, data in members:
            made.writestr(name, data)
    return out.getvalue()


def workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def unpacked(data: bytes, limits: Limits = LIMITS, name: str = "sent.zip") -> list[tuple[str, bytes]]:
    with contextlib.ExitStack() as stack:
        found = files_in(name, io.BytesIO(data), limits, stack)
        return [(member.name, member.stream.read()) for member in found]


def refusal(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Refused) as caught:
        unpacked(data, limits)
    with pytest.raises(Refused) as again:
        refuse_archive(io.BytesIO(data), limits)
    assert again.value.issue.code == caught.value.issue.code
    return caught.value.issue.code


def test_each_file_of_a_zip_is_a_file_of_its_own_under_a_name_that_is_a_label():
    data = zipped(("a/one.csv", b"1"), ("../../etc/passwd", b"2"))
    assert unpacked(data) == [("sent.zip/a/one.csv", b"1"), ("sent.zip/../../etc/passwd", b"2")]


def test_a_gzip_is_the_one_file_in_it():
    assert unpacked(gzip.compress(b"data"), name="main.xml.gz") == [("main.xml.gz/main.xml", b"data")]


@pytest.mark.parametrize("data", [b"", b"plain", b"<xml/>", workbook()], ids=["empty", "text", "xml", "xlsx"])
def test_what_is_no_archive_is_itself_and_is_left_at_its_start(data):
    stream = io.BytesIO(data)
    with contextlib.ExitStack() as stack:
        assert files_in("x", stream, Limits(), stack) == [Member("x", stream)]
    assert stream.tell() == 0
    refuse_archive(stream, Limits())


def test_a_workbook_may_stand_in_a_zip():
    assert unpacked(zipped(("schedule.xlsx", workbook()), packed=False))[0][1] == workbook()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(zipped(("a", zipped(("b", b"1")))), "limit-exceeded", id="a zip in a zip"),
        pytest.param(zipped(("a.gz", gzip.compress(b"1"))), "limit-exceeded", id="a gzip in a zip"),
        pytest.param(gzip.compress(zipped(("b", b"1"))), "limit-exceeded", id="a zip in a gzip"),
        pytest.param(gzip.compress(gzip.compress(b"1")), "limit-exceeded", id="a gzip in a gzip"),
        pytest.param(gzip.compress(b"1") + gzip.compress(b"2"), "limit-exceeded", id="two gzips in one"),
        pytest.param(zipped(*((str(n), b"1") for n in range(4))), "limit-exceeded", id="many files"),
        pytest.param(zipped(("bomb", b"0" * 300_000)), "limit-exceeded", id="a bomb of a zip"),
        pytest.param(gzip.compress(b"0" * 300_000), "limit-exceeded", id="a bomb of a gzip"),
        pytest.param(
            zipped(("a", b"0" * 250_000), ("b", b"0" * 250_000), packed=False), "limit-exceeded",
            id="much together",
        ),
        pytest.param(zipped(), "truncated", id="nothing"),
        pytest.param(zipped(("a", b"1"))[:30], "truncated", id="half a zip"),
        pytest.param(gzip.compress(b"data" * 99)[:20], "truncated", id="half a gzip"),
        pytest.param(b"Rar!\x1a\x07\x00", "unknown-message", id="a rar"),
    ],
)  # fmt: skip
def test_what_is_too_much_nested_or_broken_is_refused(data, code):
    assert refusal(data) == code


def test_an_encrypted_member_is_refused():
    data = bytearray(zipped(("a", b"1")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert refusal(bytes(data)) == "limit-exceeded"


def test_two_members_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a", b"1"), ("a", b"2"))
    assert refusal(data) == "not-well-formed"


def test_the_size_that_the_directory_states_is_not_believed():
    data = bytearray(zipped(("bomb", b"0" * 300_000)))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (100).to_bytes(4, "little")
    assert refusal(bytes(data)) in {"limit-exceeded", "truncated", "not-well-formed"}


def test_a_whole_archive_is_refused_where_one_file_is_expected():
    with pytest.raises(Refused) as caught:
        refuse_archive(io.BytesIO(zipped(("a", b"1"))), LIMITS)
    assert caught.value.issue.code == "wrong-kind"


@given(
    st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", zipped(("a", b"1"))[:60]]),
    st.binary(max_size=200),
)
def test_no_bytes_do_anything_but_unpack_or_be_refused(head, rest):
    with contextlib.suppress(Refused):
        unpacked(head + rest)
