"""Bank statements in OFX, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import hookimpl
from localgov_ims_ofx.options import OfxOptions
from localgov_ims_ofx.reader import Ofx

__all__ = ["Ofx", "OfxOptions", "ims_file_formats"]


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer the reader of OFX."""
    return [Ofx()]
