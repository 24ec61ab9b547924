"""What a source's settings may say to the BAI2 reader."""

from __future__ import annotations

from typing import Any

from attrs import Attribute, field, frozen

from localgov_ims.files.readers import Options
from localgov_ims.files.text import has_pence


def _codes(_: object, attribute: Attribute[Any], codes: tuple[str, ...]) -> None:
    for code in codes:
        if not (len(code) == 3 and code.isascii() and code.isdigit()):  # noqa: PLR2004 - as BAI2 has them
            message = f"{attribute.name} holds type codes of three digits such as '829', not {code!r}"
            raise ValueError(message)


@frozen(kw_only=True)
class Bai2Options(Options):
    """Options of BAI2.

    Attributes:
        credit_codes, debit_codes: A bank's own type codes of records 16, outside 100-399 (money in) and
            400-699 (money out).
        currency: What a group and an account without a currency are in; by the standard US dollars.
    """

    credit_codes: tuple[str, ...] = field(default=(), validator=_codes)
    debit_codes: tuple[str, ...] = field(default=(), validator=_codes)
    currency: str = field(default="USD")

    @currency.validator
    def _known(self, _: object, currency: str) -> None:
        if not has_pence(currency):
            message = f"currency is a code such as 'GBP' whose amounts have two decimals, not {currency!r}"
            raise ValueError(message)
