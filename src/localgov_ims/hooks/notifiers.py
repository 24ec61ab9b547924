"""Notifiers: how a message, such as a receipt, reaches a person. Offered through `ims_notifiers`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from attrs import Attribute, field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import InvalidValue
from localgov_ims.hooks.http import HttpClient, Secrets

LONGEST_ADDRESS = 254
"""RFC 5321, section 4.5.3.1.3: a path of 256 characters, less its brackets."""

LONGEST_SUBJECT = 255
_PART = r"[^\s@<>()\[\],;:\\\"]+"
_ADDRESS = re.compile(rf"{_PART}@{_PART}\.{_PART}")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,90}\.[A-Za-z0-9]{1,8}")
_UNSENDABLE = re.compile(r"[\x00\ud800-\udfff]")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_KEY = re.compile(r"[A-Za-z0-9-]{1,100}")


def check_address(address: str) -> str:
    """Return an e-mail address that a message may be sent to, or from.

    A header holds it, so that a line end in it would be a header of somebody else's. Beyond that little is
    asked: the mail server knows better which addresses exist.

    Raises:
        InvalidValue: It is not one plain address, such as `name@example.org`.
    """
    plain = len(address) <= LONGEST_ADDRESS and address.isprintable()
    if not plain or _ADDRESS.fullmatch(address) is None:
        message = f"'{quoted(address)}' is not an e-mail address: write one, such as name@example.org."
        raise InvalidValue("bad_address", message, value=address)
    return address


def check_key(key: str) -> str:
    """Return a key that a notifier may put into a header or a request.

    Raises:
        InvalidValue: It has other characters than letters, digits and dashes, or none, or more than 100.
    """
    if _KEY.fullmatch(key) is None:
        message = f"'{quoted(key)}' cannot name a message: use 1 to 100 letters, digits and dashes."
        raise InvalidValue("bad_key", message, value=key)
    return key


def _address(_: object, __: Attribute[str], value: str) -> None:
    check_address(value)


def _subject(_: object, __: Attribute[str], value: str) -> None:
    if not value.strip() or len(value) > LONGEST_SUBJECT or not value.isprintable():
        message = (
            f"'{quoted(value)}' cannot be a subject: one line of 1 to {LONGEST_SUBJECT} characters, "
            "without line ends or control characters."
        )
        raise InvalidValue("bad_subject", message, value=value)


def _body(_: object, attribute: Attribute[str], value: str | None) -> None:
    if value is not None and _UNSENDABLE.search(value) is not None:
        message = (
            f"The {attribute.name} of the message holds a character that no e-mail can carry. Take it out."
        )
        raise InvalidValue("bad_body", message)


def _matching(
    pattern: re.Pattern[str], code: str, wanted: str
) -> Callable[[object, Attribute[str], str], None]:
    def check(_: object, __: Attribute[str], value: str) -> None:
        if pattern.fullmatch(value) is None:
            message = f"'{quoted(value)}' will not do: {wanted}."
            raise InvalidValue(code, message, value=value)

    return check


@frozen(kw_only=True)
class Attachment:
    """A file that goes with a message.

    Attributes:
        name: Plain letters, digits, dots, dashes and underscores, with an ending: `receipt.pdf`.
        media_type: Such as `application/pdf`.
        data: The file.
    """

    name: str = field(
        validator=_matching(_FILE_NAME, "bad_file_name", "an attachment is named like receipt.pdf")
    )
    media_type: str = field(
        validator=_matching(_MEDIA_TYPE, "bad_media_type", "a media type looks like application/pdf")
    )
    data: bytes = field(repr=lambda data: f"<{len(data)} bytes>")


@frozen(kw_only=True)
class Message:
    r"""A message for one person.

    Attributes:
        to: One e-mail address.
        subject: One line.
        text: What it says, as plain text with `\n` between lines; always there.
        html: The same as a page, for notifiers that can send one.
        attachments: Files that go with it.

    Raises:
        InvalidValue: The address or the subject could not stand in a header, or the text in an e-mail.
    """

    to: str = field(validator=_address)
    subject: str = field(validator=_subject)
    text: str = field(validator=_body, repr=False)
    html: str | None = field(default=None, validator=_body, repr=False)
    attachments: tuple[Attachment, ...] = ()


@frozen(kw_only=True)
class Delivery:
    """That a service has taken a message. Whether it arrives nobody knows yet.

    `reference` is the service's own name for it, by which it can be asked for.
    """

    reference: str


class Notifier(Protocol):
    """Sends messages one way. Tested by `testing.notifiers.NotifierContract`."""

    def send(self, message: Message, *, key: str) -> Delivery:
        """Hand *message* to the service, once; nothing is tried again in here.

        *key* names this message: up to 100 letters, digits and dashes, made and stored before the first
        attempt and the same in every later one. It goes with the message, so that a repeat can be told.

        Raises:
            InvalidValue: The key, or something that this service cannot carry; nothing was sent.
            Rejected: The service refuses the message; sending it again will not help.
            NotAuthorised: The service refuses our key or password.
            RateLimited: Too many; `data["retry_after"]` has the seconds to wait.
            Unavailable: Certainly not sent; safe to try again.
            OutcomeUnknown: It may have been sent.
            UnexpectedAnswer: An answer that the service's own contract does not know.
        """
        ...


@frozen(kw_only=True)
class NotifierSpec:
    """What `ims_notifiers` offers: a way of sending, under the name that settings choose it by.

    Attributes:
        name: Such as `smtp`.
        api_version: The version of the interfaces it was written for, `hooks.API_VERSION`.
        settings_model: An attrs class of what its settings say; no passwords, only their secrets' names.
        factory: Makes the notifier from those settings, an HTTP client, a clock and the secrets. It connects
            to nothing, and asks for secrets now, so that a missing one is told at start.
    """

    name: str
    api_version: tuple[int, int]
    settings_model: type[Any]
    factory: Callable[[Any, HttpClient, Clock, Secrets], Notifier]
