"""What a council's settings may say of its GOV.UK Notify service."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from attrs import Attribute, field, frozen

from localgov_ims.errors import ConfigurationError
from localgov_ims.hooks import is_secure

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_ ]{0,63}")


def _identifier(_: object, attribute: Attribute[Any], value: str | None) -> None:
    if value is None:
        return
    try:
        UUID(value)
    except ValueError as error:
        message = f"{attribute.name} must be an identifier that GOV.UK Notify shows, such as f33517ff-2a88-4f6e-b855-c550268ce08a; {value!r} is none."
        raise ConfigurationError("bad_identifier", message, name=attribute.name) from error


def _placeholder(_: object, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None and (_FIELD.fullmatch(value) is None or value in {"subject", "body"}):
        message = f"{attribute.name} must name a field of the template besides subject and body, such as link_to_file; {value!r} does not."
        raise ConfigurationError("bad_field", message, name=attribute.name)


@frozen(kw_only=True)
class NotifySettings:
    """Settings of `govuk-notify`.

    Attributes:
        template_id: The template, whose subject is `((subject))` and whose message is `((body))`.
        api_key_secret: The name of the secret that holds the API key.
        reply_to_id: Which of the service's reply-to addresses to use; none: its first.
        file_field: The template's field for a link to a file, such as `link_to_file`; none: messages carry no files.
        links: Whether web addresses and Markdown in a message work. A receipt repeats what payers have typed, so
            by default Notify takes addresses out and shows Markdown as it is written.
        base_url: Where Notify's API is.

    Raises:
        ConfigurationError: One of them cannot be what it is to be.
    """

    template_id: str = field(validator=_identifier)
    api_key_secret: str = "govuk_notify_api_key"  # noqa: S105 - the secret's name
    reply_to_id: str | None = field(default=None, validator=_identifier)
    file_field: str | None = field(default=None, validator=_placeholder)
    links: bool = False
    base_url: str = field(default="https://api.notifications.service.gov.uk", validator=is_secure)
