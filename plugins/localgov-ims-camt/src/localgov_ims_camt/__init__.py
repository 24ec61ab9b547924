"""Bank statements in ISO 20022 camt.052, 053 and 054, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import hookimpl
from localgov_ims_camt.options import CamtOptions
from localgov_ims_camt.reader import Camt052, Camt053, Camt054

__all__ = ["Camt052", "Camt053", "Camt054", "CamtOptions", "ims_file_formats"]


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer the readers of the three messages."""
    return [Camt052(), Camt053(), Camt054()]
