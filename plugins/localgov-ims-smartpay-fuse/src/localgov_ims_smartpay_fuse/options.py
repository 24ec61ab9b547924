"""What a council's settings may say of its SmartPay Fuse account."""

from __future__ import annotations

from attrs import field, frozen

from localgov_ims.hooks import is_secure, names_a_secret


@frozen(kw_only=True)
class FuseSettings:
    """Settings of an account at SmartPay Fuse.

    Attributes:
        profile_id, access_key: Of the Secure Acceptance profile.
        merchant_id, rest_key_id: Of the REST API, which searches and refunds.
        profile_secrets: The names of the secrets of the profile; the first signs what is sent, each may have signed what
            comes back, while one is replaced.
        rest_secret: The name of the secret that holds the REST API's shared secret (Base64).
        backoffice_url: Where the answer is posted besides the payer's browser; none: where the profile says.
        page_url, base_url: Of the hosted page and of the REST API; the defaults are the live ones.
        answer_lasts: Seconds after which an answer is too old.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    profile_id: str
    access_key: str
    merchant_id: str
    rest_key_id: str
    profile_secrets: tuple[str, ...] = field(default=("fuse_profile",), validator=names_a_secret)
    rest_secret: str = "fuse_rest"  # noqa: S105 - the secret's name
    backoffice_url: str | None = field(default=None, validator=is_secure)
    page_url: str = field(default="https://secureacceptance.cybersource.com/pay", validator=is_secure)
    base_url: str = field(default="https://api.cybersource.com", validator=is_secure)
    answer_lasts: int = 900
