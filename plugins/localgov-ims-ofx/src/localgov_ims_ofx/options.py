"""What a source's settings may say to the OFX reader."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen, validators

from localgov_ims.files.readers import Options


@frozen(kw_only=True)
class OfxOptions(Options):
    """Options of OFX.

    Attributes:
        decimal: The decimal sign of amounts; a comma for banks that print `12,34`.
    """

    decimal: Literal[".", ","] = field(default=".", validator=validators.in_((".", ",")))
