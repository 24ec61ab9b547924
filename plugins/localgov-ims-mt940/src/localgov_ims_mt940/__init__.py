"""Bank statements in SWIFT MT940, and reports in MT942, for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import hookimpl
from localgov_ims_mt940.options import Mt940Options
from localgov_ims_mt940.reader import Mt940, Mt942

__all__ = ["Mt940", "Mt940Options", "Mt942", "ims_file_formats"]


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer both readers."""
    return [Mt940(), Mt942()]
