"""Bank statements in ISO 20022 camt.053, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import hookimpl
from localgov_ims_camt.options import CamtOptions
from localgov_ims_camt.reader import Camt053

__all__ = ["Camt053", "CamtOptions", "ims_file_formats"]


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer the reader of camt.053."""
    return [Camt053()]
