"""Callbacks: what a provider sends unasked, and the hints that an adapter reads out of it. They prove nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from localgov_ims.domain.calendar import utc
from localgov_ims.domain.observations import Observation, RefundObservation
from localgov_ims.domain.texts import text
from localgov_ims.errors import InvalidSignature, InvalidValue

LARGEST_BODY: Final = 1024 * 1024
"""Bytes; a delivery with more is refused before it is read."""


def _lowered(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen(kw_only=True)
class Callback:
    """A delivery over HTTP, exactly as it came.

    Attributes:
        headers: By name in lower case.
        query: The part of the address after `?`, undecoded.
        body: The bytes that a signature is over.
        received_at: When it came (UTC).

    Raises:
        InvalidValue: The body is larger than 1 MiB.
    """

    method: str
    headers: Mapping[str, str] = field(converter=_lowered, repr=False)
    query: str = field(default="", repr=False)
    body: bytes = field(default=b"", repr=False)
    received_at: datetime = field(converter=utc)

    @body.validator
    def _not_too_large(self, _: object, body: bytes) -> None:
        if len(body) > LARGEST_BODY:
            message = f"A delivery of {len(body)} bytes is not read; {LARGEST_BODY} is the most."
            raise InvalidValue("callback_too_large", message)


@frozen(kw_only=True)
class Hint:
    """One thing that a delivery says happened.

    Attributes:
        event_id: The provider's own name of the event, by which a repeat is known, at most 200 characters; where
            it has none, the SHA-256 of the body.
        event_type: The provider's word, kept as it is.
        provider_reference, payment_reference: Which payment it is about, as far as it says.
        authentic: Whether a signature proved who sent it.
        observation: What it says became of the payment, given only by a provider that cannot be asked, and only if
            every part that decides is signed; else the payment is fetched.
        refund: The same of a refund.
    """

    event_id: str = field(validator=text(200))
    event_type: str
    provider_reference: str | None = None
    payment_reference: str | None = None
    authentic: bool = False
    observation: Observation | None = None
    refund: RefundObservation | None = None


def invalid_signature() -> InvalidSignature:
    """Make the one error for every delivery that is not proved: missing, cut, altered or of another secret."""
    message = "This delivery is not signed by the provider, so nothing in it is believed."
    return InvalidSignature("invalid_signature", message)


def is_signed(secrets: Iterable[bytes], message: bytes, signature: bytes, *, digest: str = "sha256") -> bool:
    """Return whether *signature* is the HMAC of *message* under one of the *secrets* (RFC 2104), in constant time.

    Every secret is tried, whichever fits, so that an old one lives on while a new one is put in its place.
    """
    fits = [hmac.compare_digest(hmac.digest(secret, message, digest), signature) for secret in secrets]
    return any(fits)


def body_id(callback: Callback) -> str:
    """Return what stands for the id of an event that has none: the SHA-256 of the body, as 64 digits."""
    return hashlib.sha256(callback.body).hexdigest()
