"""What a source's settings may say to the readers of SWIFT messages."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen, validators

from localgov_ims.files.readers import Options


@frozen(kw_only=True)
class Mt940Options(Options):
    """Options of MT940 and MT942.

    Attributes:
        reversal_marks: `swift`: RC takes back a credit, so it is money out, and RD money in. `ignore_r`, for a bank
            that means otherwise: RC is money in, RD money out.
        balance_dates: How the days of balances are printed.
        unknown_tags: `refuse` a line that begins like a tag that is none, or take it for `narrative` where it stands
            in a field's text.
        expected_in_totals: Whether the totals of an MT942 count expected entries (EC, ED) too.
        structure: How the bank divides field 86: not at all, by `?20` and the like (`subfields`), or by `/EREF/` and
            the like (`codewords`). The text itself is always kept as it is.
    """

    reversal_marks: Literal["swift", "ignore_r"] = field(
        default="swift", validator=validators.in_(("swift", "ignore_r"))
    )
    balance_dates: Literal["YYMMDD", "DDMMYY"] = field(
        default="YYMMDD", validator=validators.in_(("YYMMDD", "DDMMYY"))
    )
    unknown_tags: Literal["refuse", "narrative"] = field(
        default="refuse", validator=validators.in_(("refuse", "narrative"))
    )
    expected_in_totals: bool = True
    structure: Literal["none", "subfields", "codewords"] = field(
        default="none", validator=validators.in_(("none", "subfields", "codewords"))
    )
