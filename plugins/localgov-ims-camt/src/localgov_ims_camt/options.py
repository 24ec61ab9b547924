"""What a source's settings may say to the camt readers."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen, validators

from localgov_ims.files.readers import Options


@frozen(kw_only=True)
class CamtOptions(Options):
    """Options of the camt readers.

    Attributes:
        reversal_direction: `as_printed`, by the standard: an entry's direction is already that of the
            reversal. `opposite`, for a bank that prints the direction of the entry that is taken back.
        envelopes: Names of a bank's own elements that may stand around `Document`.
    """

    reversal_direction: Literal["as_printed", "opposite"] = field(
        default="as_printed", validator=validators.in_(("as_printed", "opposite"))
    )
    envelopes: tuple[str, ...] = ()
