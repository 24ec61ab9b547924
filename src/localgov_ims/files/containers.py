"""Containers: a workbook is a zip, unpacked here within limits before anything else looks into it.

What is counted is what comes out, not what the zip's directory says of it. Names of members are labels: never joined
to a path, never written.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from localgov_ims.files.limits import CHUNK, Limits, refuse
from localgov_ims.files.sheet_reach import check_reach
from localgov_ims.files.sheet_texts import check_texts

_PLACE: Final = "the workbook"
_PLAIN: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ARCHIVES: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_KEPT: Final = re.compile(r"(?:xl/.*|_rels/.*|\[Content_Types\])\.(?:xml|rels)|\[Content_Types\]\.xml")
_OVERLAP: Final = 256
_ENCRYPTED: Final = 0x1


def unpacked(stream: BinaryIO, limits: Limits) -> io.BytesIO:
    """Return the XML of a workbook as a zip of our own making, every byte of it counted.

    Raises:
        Refused: It is no whole zip, or more than the limits allow: members, size, ratio, cells, archives inside.
    """
    data = _received(stream, limits)
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped, zipfile.ZipFile(out, "w") as kept:
            _check_members(zipped.infolist(), limits)
            left, parts = limits.unpacked_bytes, list[bytes]()
            for member in zipped.infolist():
                content = b"".join(_content(zipped, member, left, limits))
                left -= len(content)
                if _KEPT.fullmatch(member.filename):
                    check_reach(content, limits)
                    parts.append(content)
                    kept.writestr(zipfile.ZipInfo(member.filename), content)
            check_texts(parts, limits)
    except (zipfile.BadZipFile, EOFError) as error:
        message = "The workbook breaks off, or is no workbook. Fetch it again, unedited."
        raise refuse("truncated", _PLACE, message) from error
    except (zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, OverflowError) as error:
        message = "The workbook cannot be unpacked: it is damaged. Fetch it again, unedited."
        raise refuse("not-well-formed", _PLACE, message) from error
    out.seek(0)
    return out


def _received(stream: BinaryIO, limits: Limits) -> bytes:
    stream.seek(0)
    parts, size = [], 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limits.workbook_bytes:
            raise _exceeded(f"The workbook is larger than {limits.workbook_bytes} bytes")
        parts.append(chunk)
    return b"".join(parts)


def _check_members(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.members:
        raise _exceeded(f"The workbook has more than {limits.members} parts")
    if len({member.filename for member in members}) != len(members):
        raise refuse("not-well-formed", _PLACE, "Two parts of the workbook bear one name. Fetch it again.")
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise _exceeded("A part of the workbook is encrypted, which nobody here can read")
        if member.compress_type not in _PLAIN:
            raise _exceeded("A part of the workbook is packed in a way that workbooks are not")


def _content(zipped: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, limits: Limits) -> Iterator[bytes]:
    """Yield what a member holds, counted while it is unpacked."""
    most, size, tail = limits.ratio * max(1, member.compress_size), 0, b""
    with zipped.open(member) as content:
        while chunk := content.read(CHUNK):
            if not size and chunk.startswith(_ARCHIVES):
                raise _exceeded("There is an archive in the workbook")
            size += len(chunk)
            if size > left:
                raise _exceeded(f"Unpacked, the workbook is larger than {limits.unpacked_bytes} bytes")
            if size > most:
                raise _exceeded(f"A part of the workbook unpacks to more than {limits.ratio} times its size")
            if member.filename.endswith((".xml", ".rels")):
                seen = tail + chunk
                if b"<!DOCTYPE" in seen:
                    message = (
                        "A part of the workbook has a DOCTYPE, which no spreadsheet writes. Do not open it."
                    )
                    raise refuse("doctype", _PLACE, message)
                tail = seen[-_OVERLAP:]
            yield chunk


def _exceeded(what: str) -> Exception:
    return refuse("limit-exceeded", _PLACE, f"{what}. Ask the sender for a smaller, plain one.")
