"""Telling from its first bytes whether a file may be camt."""

from __future__ import annotations

import codecs
import re
from typing import Final

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
_OURS: Final = re.compile(
    r"camt\.05[234]|BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)|<!DOCTYPE\s+(?:[\w.-]+:)?Document\b"
)


def looks_like_camt(head: bytes) -> bool:
    """Tell whether XML with *head* names camt, has a `Document` as root, or a DOCTYPE before any root.

    A DOCTYPE is taken on so that it is refused by its name; an HTML page is nobody's.
    """
    text = _decoded(head).lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return False
    if _OURS.search(text):
        return True
    root = _ROOT.search(text)
    if root is None:
        return _DOCTYPE in text and not _HTML.search(text)
    return root.group(1) == "Document"


def _decoded(head: bytes) -> str:
    for mark, encoding in _ENCODINGS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.decode("latin-1")
