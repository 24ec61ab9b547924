"""Over or short: where the difference between what was counted and what there should be is income or loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from localgov_ims.domain.funds import Fund, check_takes_income
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.texts import text
from localgov_ims.errors import ConfigurationError

OF_TILL: Final = "till"
"""The kind of origin of what a till was over or short, and of what its float changed by."""


@frozen(kw_only=True)
class OverShort:
    """The account set for differences of eReturns and tills, over and short alike.

    Attributes:
        fund: Its fund's code; account_reference: at most 30 characters, none where the fund needs none.
        limit: The most, over or short, that one person may pass alone.

    Raises:
        ConfigurationError: The limit is below nothing.
    """

    fund: str
    account_reference: str | None = field(default=None, validator=text(30))
    limit: Money = NOTHING

    def __attrs_post_init__(self) -> None:
        """Refuse a limit that lets nothing pass, not even nothing."""
        if self.limit < NOTHING:
            message = f"[over_short] limit must not be negative: {self.limit.shown()}."
            raise ConfigurationError("bad_over_short", message)

    def check(self, funds: Mapping[str, Fund]) -> None:
        """Refuse an account that takes no income.

        Raises:
            ConfigurationError: Its fund is not there, is disabled, or is the suspense fund.
        """
        check_takes_income(
            funds, self.fund, section="over_short", advice="Name the account that differences go to."
        )

    def needs_another(self, difference: Money) -> bool:
        """Tell whether a difference, over or short, is more than one person may pass alone."""
        return abs(difference) > self.limit
