"""What a council's settings may say of its GoCardless account."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.hooks import is_secure, names_a_secret


@frozen(kw_only=True)
class GoCardlessSettings:
    """Settings of an account at GoCardless.

    Attributes:
        access_token_secret: The name of the secret that holds the access token.
        webhook_secrets: The names of the secrets that webhooks may be signed by: one, or two while one is replaced.
        base_url: `https://api-sandbox.gocardless.com` for the sandbox.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    access_token_secret: str = "gocardless_access_token"  # noqa: S105 - the secret's name
    webhook_secrets: tuple[str, ...] = field(default=("gocardless_webhook",), validator=names_a_secret)
    base_url: str = field(default="https://api.gocardless.com", validator=is_secure)
