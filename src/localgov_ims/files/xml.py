"""XML from outside, by the standard library's expat: no DOCTYPE, no entities, no tree, limits on everything.

A reader sets its handlers on the parser and appends to the list of events that `parse` yields from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from xml.parsers import expat

from localgov_ims.files.events import Event
from localgov_ims.files.limits import CHUNK, Limits, Refused, chunks, refuse

ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1", "windows-1252"})
"""What an XML declaration may name; the two flavours of UTF-16 come by their byte-order mark."""

_ENCODING_ERRORS = {
    expat.errors.codes[name]
    for name in (expat.errors.XML_ERROR_UNKNOWN_ENCODING, expat.errors.XML_ERROR_INCORRECT_ENCODING)
}


def local_name(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


def new_parser(namespace_separator: str | None = None) -> expat.XMLParserType:
    """Make a parser that refuses a DOCTYPE on sight, before any entity is read.

    With a separator, names have their namespace and it in front; without one they are as they are written.
    """
    parser = expat.ParserCreate(namespace_separator=namespace_separator)
    parser.buffer_text = True
    parser.XmlDeclHandler = _check_declaration
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    parser.ExternalEntityRefHandler = _refuse_doctype
    return parser


def parse(
    parser: expat.XMLParserType,
    stream: BinaryIO,
    limits: Limits,
    events: list[Event],
    texts: Sequence[str] = (),
) -> Iterator[Event]:
    """Feed *stream* to *parser*, yielding what its handlers append to *events*; what came before a fault is kept.

    *texts* are the pieces of the text that is being read, measured after each chunk so that an endless one is
    not gathered.

    Raises:
        Refused: The bytes are not well-formed XML in their declared encoding, are empty or are too many, or one
            text or tag is too long.
    """
    fed = 0
    try:
        for chunk in chunks(stream, limits):
            fed += len(chunk)
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keyword
            yield from events
            events.clear()
            _check_progress(parser, fed, limits, texts)
        if not fed:
            message = "The file is empty. Ask the sender for it again."
            raise refuse("truncated", "byte 0", message)
        parser.Parse(b"", True)  # noqa: FBT003
        yield from events
        events.clear()
    except expat.ExpatError as error:
        yield from events
        events.clear()
        raise _not_well_formed(error) from error
    except Refused:
        yield from events
        events.clear()
        raise
    except (
        LookupError,
        UnicodeError,
    ) as error:  # an encoding that expat asks Python for and Python does not have
        message = f"The XML declaration names an encoding that cannot be read ({error})."
        raise refuse("not-well-formed", "line 1", message) from error


def _check_progress(parser: expat.XMLParserType, fed: int, limits: Limits, texts: Sequence[str]) -> None:
    # A tag, comment or instruction is held whole until its end has come, whatever its length.
    held = fed - parser.CurrentByteIndex
    if held > limits.text_bytes + 2 * CHUNK or (texts and sum(map(len, texts)) > limits.text_bytes):
        message = f"One text or tag is longer than {limits.text_bytes} bytes. No bank file needs that: ask the sender."
        raise refuse("limit-exceeded", f"line {parser.CurrentLineNumber}", message)


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ENCODINGS:
        message = f"XML is read in {', '.join(sorted(ENCODINGS))}; this one declares another encoding. Ask the sender."
        raise refuse("encoding", "line 1", message, field="encoding", value=encoding)


def _not_well_formed(error: expat.ExpatError) -> Refused:
    reason = expat.ErrorString(error.code)
    message = f"The file is not well-formed XML ({reason}); it may have been cut off or altered. Fetch it again from the bank."
    if error.code in _ENCODING_ERRORS:
        message = f"The bytes are not what the XML declaration says ({reason}). Fetch the file again, without editing it."
    return refuse("not-well-formed", f"line {error.lineno}, column {error.offset + 1}", message)


def _refuse_doctype(*_: object) -> int:
    message = "The XML has a DOCTYPE or an entity, which no bank file needs and which can be used to attack the reader."
    raise refuse("doctype", "DOCTYPE", message)
