"""Clients: programs that ask for payments on somebody's behalf, and where they may send a payer back to."""

from __future__ import annotations

from urllib.parse import urlsplit

from attrs import asdict, field, frozen

from localgov_ims.errors import ConfigurationError, InvalidValue

_LONGEST = 255


@frozen(kw_only=True)
class Client:
    """A user that is a program, such as the portal.

    Attributes:
        name: The user's.
        origins: Scheme, host and port that its return addresses may begin with: `https://pay.example.gov.uk`.
    """

    name: str
    origins: tuple[str, ...] = field()

    @origins.validator
    def _check(self, _: object, origins: tuple[str, ...]) -> None:
        for origin in origins:
            if origin_of(origin) != origin:
                message = (
                    f"Client {self.name}: {origin!r} is no origin; write it as https://pay.example.gov.uk."
                )
                raise ConfigurationError("bad_origin", message, value=origin)


@frozen(kw_only=True)
class ReturnTo:
    """Where a payer's browser goes after the payment pages; that it went there proves nothing."""

    success_url: str | None = None
    cancel_url: str | None = None
    fail_url: str | None = None


NOWHERE = ReturnTo()
"""The payer stays where he is."""


def origin_of(url: str) -> str | None:
    """Return scheme, host and port of an address on the web, or none if it is not one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    if parts.scheme not in {"https", "http"} or not host or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def check_return(client: Client | None, by: str, return_to: ReturnTo) -> None:
    """Refuse an address that the client is not registered to send payers to, or that cannot be stored.

    Raises:
        InvalidValue: `url_not_registered`, `text_too_long`.
    """
    for name, url in asdict(return_to).items():
        if url is None:
            continue
        if len(url) > _LONGEST or not url.isprintable():
            message = f"The {name} has {len(url)} characters; {_LONGEST} printable ones are allowed."
            raise InvalidValue("text_too_long", message, field=name)
        if client is None or origin_of(url) not in client.origins:
            message = (
                f"{by} is not registered to send payers to {origin_of(url) or 'that address'} ({name}). Add the origin to "
                f"[clients.{by}] in the settings."
            )
            raise InvalidValue("url_not_registered", message, field=name)
