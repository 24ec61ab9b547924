"""What `[providers.NAME]` says of an account at GOV.UK Pay; keys are secrets, and only their names stand here."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks import is_secure

BASE_URL: Final = "https://publicapi.payments.service.gov.uk"
_MOST_METADATA: Final = 14
"""GOV.UK Pay takes fifteen; one is ours."""
_LONGEST_NAME, _LONGEST_VALUE = 30, 100


class SettlementShape(enum.Enum):
    """How the processor behind an account pays out: GOV.UK Pay does not say, so the settings do, and nobody guesses.

    ITEMISED: each payment has the day it was paid out (Stripe), fees are kept from it.
    BY_MERCHANT_CODE: one credit for a merchant code and day of capture (Worldpay), fees are invoiced apart.
    """

    ITEMISED = "itemised"
    BY_MERCHANT_CODE = "by_merchant_code"


@frozen(kw_only=True)
class GovukPaySettings:
    """One gateway account.

    Attributes:
        key_secret: Name of the secret that holds the API key; the key decides whether it is test or live.
        webhook_secrets: Names of the secrets that sign webhooks, the new one and the old one while both are in use.
        base_url: Where the API is; the mock's address in tests.
        account: What its payouts are called: the source of the settings where several accounts share a format.
        merchant_code: What the bank credit is paid by, where payouts come by merchant code.
        settlement: How the processor behind it pays out.
        delayed_capture: Authorise first; a person or the sweep captures, at the latest after 96 hours.
        moto: The account takes cards that agents key at GOV.UK Pay's own page.
        metadata: Sent with every payment, such as a cost centre; never personal data.
    """

    key_secret: str
    webhook_secrets: tuple[str, ...] = ()
    base_url: str = field(default=BASE_URL, validator=is_secure)
    account: str = "govukpay"
    merchant_code: str | None = None
    settlement: SettlementShape = SettlementShape.ITEMISED
    delayed_capture: bool = False
    moto: bool = False
    metadata: Mapping[str, str] = field(factory=dict)

    @metadata.validator
    def _fits(self, _: object, metadata: Mapping[str, str]) -> None:
        names = {name.lower() for name in metadata}
        short = all(
            0 < len(name) <= _LONGEST_NAME and len(value) <= _LONGEST_VALUE
            for name, value in metadata.items()
        )
        if len(names) != len(metadata) or len(names) > _MOST_METADATA or not short or "ims_payment" in names:
            message = (
                f"metadata takes {_MOST_METADATA} entries, names of 30 characters that differ not by case alone, "
                "and values of 100; ims_payment is ours."
            )
            raise ConfigurationError("bad_settings", message)

    def __attrs_post_init__(self) -> None:
        """Refuse an account whose payouts nobody could tell apart."""
        if self.settlement is SettlementShape.BY_MERCHANT_CODE and not self.merchant_code:
            message = "settlement = 'by_merchant_code' needs merchant_code, by which the bank credit comes."
            raise ConfigurationError("bad_settings", message)
