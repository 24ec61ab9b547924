"""Archives: a zip or gzip whose members are files of their own, unpacked within limits.

What is counted is what comes out, not what the directory says. Names of members are labels: never joined to a path,
never written. A workbook is a zip, too, and no archive.
"""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, Final

from attrs import frozen

from localgov_ims.files.limits import CHUNK, Limits, Refused, refuse

_ZIP: Final = b"PK\x03\x04"
_NO_MEMBERS: Final = b"PK\x05\x06"
_GZIP: Final = b"\x1f\x8b"
_OTHERS: Final = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00")
_WORKBOOK: Final = "[Content_Types].xml"
_PLAIN: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED: Final = 0x1
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_LEAST: Final = 64 * 1024
"""A member of no more bytes is no bomb, however well it is packed."""


@frozen
class Member:
    """One file of an archive, or a file that is none: its name as a label, and its bytes."""

    name: str
    stream: BinaryIO


def files_in(name: str, stream: BinaryIO, limits: Limits, stack: contextlib.ExitStack) -> list[Member]:
    """Return the files in an archive; one that is no archive is itself the one. *stack* keeps what is unpacked.

    Raises:
        Refused: It is encrypted, damaged, holds archives again, or is more than the limits allow.
    """
    head = _head(stream)
    if head.startswith(_OTHERS):
        message = "It is an archive of a kind that is not unpacked here. Send the files themselves, or a zip."
        raise refuse("unknown-message", "the archive", message)
    if head.startswith(_GZIP):
        return [Member(f"{name}/{_without_gz(name)}", _gunzipped(stream, limits, stack))]
    if not head.startswith((_ZIP, _NO_MEMBERS)):
        return [Member(name, stream)]
    try:
        with zipfile.ZipFile(stream) as zipped:
            if any(member.filename == _WORKBOOK for member in zipped.infolist()):
                return [Member(name, stream)]
            return list(_unzipped(name, zipped, limits, stack))
    except zipfile.BadZipFile as error:
        raise refuse("truncated", "the archive", "The zip breaks off, or is none. Fetch it again.") from error
    except (zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise refuse("not-well-formed", "the archive", "The zip is damaged. Fetch it again.") from error
    finally:
        stream.seek(0)


def refuse_archive(stream: BinaryIO, limits: Limits) -> None:
    """Refuse an archive, whose members come one by one: it was not unpacked because something is wrong with it.

    Raises:
        Refused: It is one; with what is wrong.
    """
    with contextlib.ExitStack() as stack:
        found = files_in("it", stream, limits, stack)
        if len(found) != 1 or found[0].stream is not stream:
            message = "It is an archive. Its files are imported one by one: unpack it, or import it by `ims import`."
            raise refuse("wrong-kind", "the archive", message)


def _unzipped(
    name: str, zipped: zipfile.ZipFile, limits: Limits, stack: contextlib.ExitStack
) -> Iterator[Member]:
    members = [member for member in zipped.infolist() if not member.is_dir()]
    if not members:
        raise refuse("truncated", "the archive", "The zip holds no file. Ask the sender for it again.")
    if len(members) > limits.members:
        raise _exceeded(f"The zip holds more than {limits.members} files")
    if len({member.filename for member in members}) != len(members):
        raise refuse("not-well-formed", "the archive", "Two files in the zip bear one name. Ask the sender.")
    left = limits.archive_bytes
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise _exceeded("A file in the zip is encrypted, which nobody here can read")
        if member.compress_type not in _PLAIN:
            raise _exceeded("A file in the zip is packed in a way that is not unpacked here")
        with zipped.open(member) as content:
            spool = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
            left -= _copied(iter(lambda: content.read(CHUNK), b""), spool, member.compress_size, left, limits)
        _refuse_nested(spool)
        yield Member(f"{name}/{member.filename}", spool)


def _gunzipped(stream: BinaryIO, limits: Limits, stack: contextlib.ExitStack) -> BinaryIO:
    spool = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    packed = stream.seek(0, 2)
    stream.seek(0)
    try:
        _copied(_inflated(stream), spool, packed, limits.archive_bytes, limits)
        _refuse_nested(spool)
    except (zlib.error, EOFError, zipfile.BadZipFile) as error:
        raise refuse(
            "truncated", "the archive", "The gzip breaks off, or is damaged. Fetch it again."
        ) from error
    finally:
        stream.seek(0)
    return spool


def _inflated(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what a gzip holds, a piece at a time however much comes of a few bytes."""
    inflate, packed = zlib.decompressobj(_GZIP_WINDOW), b""
    while not inflate.eof:
        packed = inflate.unconsumed_tail or stream.read(CHUNK)
        if not packed:
            raise EOFError
        if piece := inflate.decompress(packed, CHUNK):
            yield piece
    if inflate.unused_data or stream.read(1):
        raise _exceeded("The gzip holds more than one file")


def _copied(pieces: Iterator[bytes], into: IO[bytes], packed: int, left: int, limits: Limits) -> int:
    """Copy what comes out, counted as it comes; return how many bytes."""
    size, most = 0, max(_LEAST, limits.ratio * packed)
    for piece in pieces:
        size += len(piece)
        if size > left:
            raise _exceeded(f"Unpacked, the archive is larger than {limits.archive_bytes} bytes")
        if size > most:
            raise _exceeded(f"A file in the archive unpacks to more than {limits.ratio} times its size")
        into.write(piece)
    into.seek(0)
    return size


def _refuse_nested(spool: BinaryIO) -> None:
    head = _head(spool)
    if head.startswith((_GZIP, *_OTHERS)):
        raise _exceeded("There is an archive in the archive")
    if head.startswith((_ZIP, _NO_MEMBERS)):
        with zipfile.ZipFile(spool) as inner:
            is_workbook = any(member.filename == _WORKBOOK for member in inner.infolist())
        spool.seek(0)
        if not is_workbook:
            raise _exceeded("There is an archive in the archive")


def _head(stream: BinaryIO) -> bytes:
    stream.seek(0)
    head = stream.read(8)
    stream.seek(0)
    return head


def _without_gz(name: str) -> str:
    last = name.rpartition("/")[2]
    return last.removesuffix(".gz") or last


def _exceeded(what: str) -> Refused:
    return refuse("limit-exceeded", "the archive", f"{what}. Ask the sender for the files themselves.")
