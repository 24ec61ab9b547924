"""The reader of OFX and QFX bank statements: bytes in, events out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from attrs import frozen

from localgov_ims.domain.issues import notice
from localgov_ims.domain.statements import Evidence
from localgov_ims.files.events import Event, Yields
from localgov_ims.files.limits import ending_with_issue, first_bytes
from localgov_ims.files.lines import plain_text
from localgov_ims.files.readers import HEAD_BYTES, Options
from localgov_ims_ofx.options import OfxOptions
from localgov_ims_ofx.tags import tags
from localgov_ims_ofx.walk import Walk

_HEAD: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:OFXHEADER\s*:|<OFX[\s>]|<\?OFX\s|<\?xml\s[^>]*\?>\s*(?:<\?OFX\s|<OFX[\s>]|<!DOCTYPE\s+OFX)"
    rb"|<!DOCTYPE\s+OFX)",
    re.IGNORECASE,
)
_DECLARED: Final = re.compile(rb"(?:\bENCODING:\s*|\bCHARSET:\s*|\bencoding=[\"'])([A-Za-z0-9_-]+)")
_VERSION: Final = re.compile(rb"\bVERSION[:=]\s*\"?([0-9]{3})")
_UTF_8: Final = frozenset({b"UTF-8", b"UTF8", b"UNICODE", b"utf-8"})


@frozen
class Ofx:
    """Reads OFX 1 (SGML) and 2 (XML), and QFX, by one tolerant scanner.

    Source of the layout: Open Financial Exchange specifications 1.0.2 to 2.3, https://financialdataexchange.org/ofx.
    """

    name: str = "ofx"
    api_version: tuple[int, int] = (1, 0)
    yields: Yields = Yields.STATEMENT
    requires: Evidence = Evidence.UNPROVED
    options: type[OfxOptions] = OfxOptions

    def recognise(self, head: bytes) -> bool:
        """Tell whether the file begins with an OFX header or element; blank lines may stand before it."""
        return _HEAD.match(head) is not None

    @ending_with_issue
    def read(self, stream: BinaryIO, options: Options) -> Iterator[Event]:
        """Read statements one entry at a time; see `localgov_ims.files.readers.Reader`."""
        chosen = options if isinstance(options, OfxOptions) else OfxOptions(limits=options.limits)
        head = first_bytes(stream, HEAD_BYTES)
        declared = {found.upper() for found in _DECLARED.findall(head.partition(b"<OFX>")[0])}
        other = "iso-8859-1" if any(name.startswith(b"ISO-8859-1") for name in declared) else "cp1252"
        encoding, blocks = plain_text(stream, ("ascii", "utf-8", other), chosen.limits)
        if encoding == "utf-8" and not declared & _UTF_8:
            message = "The file does not declare UTF-8, but its letters beyond ASCII are UTF-8, and are read as such."
            yield notice("encoding-not-as-declared", "header", message)
        version = _VERSION.search(head)
        walk = Walk(chosen, f"OFX {version.group(1).decode()}" if version else "OFX")
        yield from walk.take(tags(blocks, chosen.limits))
        yield from walk.end()
