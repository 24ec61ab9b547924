"""Bank statements in BAI2, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import hookimpl
from localgov_ims_bai2.options import Bai2Options
from localgov_ims_bai2.reader import Bai2

__all__ = ["Bai2", "Bai2Options", "ims_file_formats"]


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer the reader of BAI2."""
    return [Bai2()]
