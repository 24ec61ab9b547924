"""VAT inside a gross amount: dated rates, one rounding rule, and parts that add back up."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import date

from attrs import field, frozen

from localgov_ims.domain.journals import LedgerAccount
from localgov_ims.domain.money import Money
from localgov_ims.domain.quoting import quoted
from localgov_ims.domain.texts import text
from localgov_ims.errors import ConfigurationError, InvalidValue

WHOLE = 1000
"""Rates are whole thousandths: 200 is 20 %, 175 is 17.5 %."""

_RATE = re.compile(r"(0|1)(?:\.([0-9]{1,3}))?", re.ASCII)


class Rounding(enum.Enum):
    """What becomes of half a penny of VAT."""

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"


class Treatment(enum.Enum):
    """How a supply stands to VAT; told apart in every VAT report, also where the rate is nil."""

    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO = "zero"
    EXEMPT = "exempt"
    NON_BUSINESS = "non_business"
    OUTSIDE_SCOPE = "outside_scope"

    @property
    def taxed(self) -> bool:
        """Tell whether a rate above nil is possible."""
        return self in {Treatment.STANDARD, Treatment.REDUCED}


@frozen(order=True)
class VatRate:
    """A rate of VAT in whole thousandths, between 0 and 1000."""

    thousandths: int = field()

    @thousandths.validator
    def _in_range(self, _: object, value: object) -> None:
        if type(value) is not int or not 0 <= value <= WHOLE:
            message = f"A VAT rate must be between 0 and 1000 whole thousandths, not {value!r}."
            raise InvalidValue("bad_vat_rate", message, value=value)

    @classmethod
    def parse(cls, text: str) -> VatRate:
        """Read a decimal fraction with at most three places: `0.2` is 20 %.

        Raises:
            InvalidValue: The text is anything else, a percentage such as `20` among them.
        """
        found = _RATE.fullmatch(text)
        if found is None:
            message = f"'{quoted(text)}' is not a VAT rate: write a fraction of one, such as 0.200 for 20 %."
            raise InvalidValue("bad_vat_rate", message, value=text)
        whole, places = found.groups(default="")
        return cls(int(whole) * WHOLE + int(places.ljust(3, "0")))

    def vat_in(self, gross: Money, rounding: Rounding = Rounding.HALF_EVEN) -> Money:
        """Return the VAT contained in *gross*, with the sign of *gross*.

        `gross x rate / (1 + rate)`, rounded once, in integers; the net is *gross* less this, so that
        the two always add back up. Source: VAT Notice 700, section 17 (VAT in a price that includes it).
        """
        whole, rest = divmod(abs(gross.pence) * self.thousandths, WHOLE + self.thousandths)
        twice = 2 * rest
        half = WHOLE + self.thousandths
        up = twice > half or (twice == half and (rounding is Rounding.HALF_UP or whole % 2 == 1))
        vat = whole + up
        return Money(vat if gross.pence >= 0 else -vat)

    def __str__(self) -> str:
        """Return the fraction with three places: `0.200`."""
        return f"{self.thousandths // WHOLE}.{self.thousandths % WHOLE:03d}"


NIL = VatRate(0)
"""No VAT."""


@frozen
class DatedRate:
    """A rate and the first day it is in force."""

    from_on: date
    rate: VatRate


@frozen(kw_only=True)
class VatCode:
    """A council's code for a VAT treatment, with the rates it has had and the ledger code of its VAT.

    `code` has at most 2 characters; `suspense` marks the code that people clearing suspense are offered first.
    `funds` are the ledger codes of funds whose income under this code is posted elsewhere than the fund's other income.

    Raises:
        ConfigurationError: The rates are not in order of date, one above nil stands under a treatment
            that has none, or there is VAT without a ledger code for it.
    """

    code: str = field(validator=text(2))
    treatment: Treatment
    rates: tuple[DatedRate, ...] = ()
    ledger: LedgerAccount | None = None
    funds: Mapping[str, LedgerAccount] = field(factory=dict)
    suspense: bool = False
    disabled: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        days = [dated.from_on for dated in self.rates]
        if days != sorted(set(days)):
            message = f"VAT code {self.code}: its rates must start on different days, oldest first."
            raise ConfigurationError("vat_rates_out_of_order", message, vat_code=self.code)
        if not self.treatment.taxed and any(dated.rate > NIL for dated in self.rates):
            message = f"VAT code {self.code}: treatment {self.treatment.value} takes no rate above 0."
            raise ConfigurationError("vat_rate_not_allowed", message, vat_code=self.code)
        if self.treatment.taxed and self.ledger is None:
            message = (
                f"VAT code {self.code} needs a ledger code for its VAT, such as ledger = {{ code = '9301' }}."
            )
            raise ConfigurationError("no_ledger_account", message, vat_code=self.code)

    def rate_on(self, day: date) -> VatRate:
        """Return the rate in force on *day*, the day the payer paid; nil before the first one."""
        in_force = [dated.rate for dated in self.rates if dated.from_on <= day]
        return in_force[-1] if in_force else NIL


def part_of(
    whole: Money, vat: Money, *, taken: Money, vat_taken: Money, part: Money, rounding: Rounding
) -> Money:
    """Return the VAT in *part* of a line of *whole* that contains *vat*, after *taken* with *vat_taken* went before.

    In magnitudes: the VAT of everything taken including this, in proportion and rounded once, less what went before,
    and never below nothing; so whoever exhausts the line exhausts its VAT. It has the sign of *part*.
    """
    if not whole or not vat:
        return Money(0)
    share = abs(vat.pence) * (abs(taken.pence) + abs(part.pence))
    shared, rest = divmod(share, abs(whole.pence))
    twice = 2 * rest
    up = twice > abs(whole.pence) or (
        twice == abs(whole.pence) and (rounding is Rounding.HALF_UP or shared % 2 == 1)
    )
    # Where parts with more than their share went back meanwhile, what is left over is not pressed into this part.
    size = min(abs(part.pence), max(0, shared + up - abs(vat_taken.pence)))
    return Money(size if part.pence >= 0 else -size)
