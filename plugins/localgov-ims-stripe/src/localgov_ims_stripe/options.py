"""What a council's settings may say of its Stripe account."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.hooks import is_secure, names_a_secret


@frozen(kw_only=True)
class StripeSettings:
    """Settings of an account at Stripe.

    Attributes:
        api_key_secret: The name of the secret that holds the secret key, or a restricted one.
        webhook_secrets: The names of the secrets that webhooks may be signed by: one, or two while one is replaced.
        base_url: Where the API is; whether it is a test is said by the key.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    api_key_secret: str = "stripe_api_key"  # noqa: S105 - the secret's name
    webhook_secrets: tuple[str, ...] = field(default=("stripe_webhook",), validator=names_a_secret)
    base_url: str = field(default="https://api.stripe.com", validator=is_secure)
