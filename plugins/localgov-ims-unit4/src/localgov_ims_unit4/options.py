"""What a site says of its Unit4 ledger."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from attrs.validators import in_


@frozen(kw_only=True)
class Unit4Settings:
    """What both formats ask.

    Attributes:
        interface, voucher_type, client: As they are set up in Unit4.
        tax_codes: Unit4's code for each of our VAT codes; tax_code_none: for rows without one.
        period_style: How a period is printed: `calendar`, `start_year` or `end_year`; never guessed.
        period_13, period_14: What a `calendar` ledger calls these months.
        vat_trans_type: The type of rows of VAT.
    """

    interface: str
    voucher_type: str
    client: str
    tax_code_none: str
    period_style: str = field(validator=in_(("calendar", "start_year", "end_year")))
    tax_codes: Mapping[str, str] = {}
    period_13: str | None = None
    period_14: str | None = None
    vat_trans_type: str = "GL"


@frozen(kw_only=True)
class Gl07Settings(Unit4Settings):
    """Settings of `unit4-gl07`.

    Attributes:
        voucher_no: `sequence`, that of the journal's number; or `blank`, for a series that Unit4 counts itself.
        dc_flag: Whether the side stands beside the signed amounts, as `1` or `-1`.
        number_align, number_fill: Where numbers stand in their fields, and what fills them: a space or `0`.
    """

    voucher_no: str = field(default="sequence", validator=in_(("sequence", "blank")))
    dc_flag: bool = False
    number_align: str = field(default="left", validator=in_(("left", "right")))
    number_fill: str = field(default=" ", validator=in_((" ", "0")))

    @number_fill.validator
    def _zeros_stand_in_front(self, _: object, fill: str) -> None:
        if fill == "0" and self.number_align == "left":
            message = "number_fill can be 0 only with number_align = 'right': zeros behind a number would be another number"
            raise ValueError(message)


@frozen(kw_only=True)
class XmlSettings(Unit4Settings):
    """Settings of `unit4-xml`: what both formats ask; `status` of each transaction, left out where it is blank."""

    status: str = ""
