"""Telling from its first bytes whether a file is a camt message, and which."""

from __future__ import annotations

import codecs
import re
from typing import Final

from localgov_ims_camt.kinds import Kind

_ENCODINGS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DOCTYPE: Final = "<!DOCTYPE"
_HTML: Final = re.compile(r"<!DOCTYPE\s+html", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_NAMED: Final = re.compile(r"camt\.05([234])|BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)")
_PARTS: Final = {"Stmt": "3", "AcctRpt": "2", "DbtCdtNtfctn": "4"}


def looks_like(kind: Kind, head: bytes) -> bool:
    """Tell whether XML with *head* is of a *kind*: by the first name of a camt message that stands in it.

    Where none does, a root `Document` and a DOCTYPE before any root are taken for a statement, so that they are refused
    by their names; an HTML page is nobody's.
    """
    text = _decoded(head).lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return False
    if named := _NAMED.search(text):
        return kind.name.endswith(named[1] or _PARTS[named[2]])
    if not kind.balanced:
        return False
    root = _ROOT.search(text)
    if root is None:
        return _DOCTYPE in text and not _HTML.search(text)
    return root.group(1) == "Document"


def _decoded(head: bytes) -> str:
    for mark, encoding in _ENCODINGS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.decode("latin-1")
