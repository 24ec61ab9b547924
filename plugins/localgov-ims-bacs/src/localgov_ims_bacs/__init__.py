"""Bacs reports (ARUDD, DDIC, ADDACS, AUDDIS) and submissions (Standard 18), for localgov-ims."""

from __future__ import annotations

from collections.abc import Iterable

from localgov_ims.files.readers import Reader
from localgov_ims.hooks import hookimpl
from localgov_ims_bacs.advices import Advices
from localgov_ims_bacs.arudd import Arudd
from localgov_ims_bacs.ddic import Ddic
from localgov_ims_bacs.options import Standard18Options
from localgov_ims_bacs.standard18 import Standard18

__all__ = [
    "ADDACS",
    "AUDDIS",
    "Advices",
    "Arudd",
    "Ddic",
    "Standard18",
    "Standard18Options",
    "ims_file_formats",
]

ADDACS = Advices(name="addacs", types=("ADDACS",))
AUDDIS = Advices(name="auddis", types=("AUDACC", "AUDREJ", "AUDDIS"))


@hookimpl
def ims_file_formats() -> Iterable[Reader]:
    """Offer the readers of what Bacs sends and takes."""
    return [Arudd(), Ddic(), ADDACS, AUDDIS, Standard18()]
