"""Writing off and back: where a small difference goes that nobody will pay, and money that nobody has claimed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from localgov_ims.domain.funds import Fund, check_takes_income
from localgov_ims.domain.money import NOTHING, Money
from localgov_ims.domain.texts import text
from localgov_ims.errors import ConfigurationError

WRITE_OFF: Final = "write_off"
"""The kind of origin of a write-off; its identifier is the item's."""


@frozen(kw_only=True)
class WriteOffAccount:
    """The account of `[write_off]`, for what is written off of either sign.

    Attributes:
        fund: Its fund's code; account_reference: at most 30 characters, none where the fund needs none.
        tolerance: The most, of either sign, that an item may come to.

    Raises:
        ConfigurationError: The tolerance is not above nothing.
    """

    fund: str
    account_reference: str | None = field(default=None, validator=text(30))
    tolerance: Money

    def __attrs_post_init__(self) -> None:
        """Refuse a tolerance within which nothing lies."""
        if self.tolerance <= NOTHING:
            message = f"[write_off] tolerance must be above nothing: {self.tolerance.shown()}."
            raise ConfigurationError("bad_write_off", message)

    def check(self, funds: Mapping[str, Fund]) -> None:
        """Refuse an account that takes no income.

        Raises:
            ConfigurationError: Its fund is not there, is disabled, or is the suspense fund.
        """
        check_takes_income(funds, self.fund, section="write_off", advice="Name the account of differences.")


@frozen(kw_only=True)
class WriteBackAccount:
    """The account of `[write_back]`, to which old items of suspense are written back that nobody has claimed.

    Attributes:
        fund: Its fund's code; account_reference: at most 30 characters, none where the fund needs none.
        after_days: Calendar days since the payer paid before which no item is written back.

    Raises:
        ConfigurationError: No day need pass.
    """

    fund: str
    account_reference: str | None = field(default=None, validator=text(30))
    after_days: int

    def __attrs_post_init__(self) -> None:
        """Refuse to write back what came today."""
        if self.after_days < 1:
            message = f"[write_back] after_days must be at least 1, not {self.after_days}."
            raise ConfigurationError("bad_write_back", message)

    def check(self, funds: Mapping[str, Fund]) -> None:
        """Refuse an account that takes no income.

        Raises:
            ConfigurationError: Its fund is not there, is disabled, or is the suspense fund.
        """
        check_takes_income(funds, self.fund, section="write_back", advice="Name an account of income.")
