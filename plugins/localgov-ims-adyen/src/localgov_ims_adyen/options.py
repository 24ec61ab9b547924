"""What a council's settings may say of its Adyen account."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.hooks import is_secure, names_a_secret


@frozen(kw_only=True)
class AdyenSettings:
    """Settings of a merchant account at Adyen.

    Attributes:
        merchant_account: Its name.
        base_url: Of the Checkout API with its version; a live one has the company's own prefix:
            `https://checkout-test.adyen.com/v71`, `https://PREFIX-checkout-live.adyenpayments.com/checkout/v71`.
        captures_automatically: Whether Adyen captures what it has authorised by itself. If not, only a capture is income.
        api_key_secret: The name of the secret that holds the API key.
        hmac_secrets: The names of the secrets that standard webhooks may be signed by: one, or two while one is replaced.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    merchant_account: str
    base_url: str = field(validator=is_secure)
    captures_automatically: bool
    api_key_secret: str = "adyen_api_key"  # noqa: S105 - the secret's name
    hmac_secrets: tuple[str, ...] = field(default=("adyen_hmac",), validator=names_a_secret)
