"""What adapters are handed to reach the world: an HTTP client, and secrets that do not show themselves.

An adapter opens no connection of its own, reads no environment and sleeps never: tests hand in fakes, and a
council hands in `bootstrap.http` and `bootstrap.secrets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import field, frozen


def _lowered(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen(kw_only=True)
class HttpResponse:
    """An answer over HTTP, whole.

    Attributes:
        status: Such as 201; a redirection is an answer like any other, and is not followed.
        headers: By name in lower case.
        content: The body, decompressed.
    """

    status: int
    headers: Mapping[str, str] = field(factory=dict, converter=_lowered)
    content: bytes = b""


class HttpClient(Protocol):
    """Sends a request and waits for the whole answer. One call, one attempt: nothing is tried again."""

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        """Return the answer, whatever its status.

        Args:
            method: Such as `POST`.
            url: Whole, `https` but for tests.
            headers: By name.
            content: The body's bytes, exactly as they are to be sent.
            timeout: Seconds to wait for a connection, and for each part of the answer.

        Raises:
            NotSent: No byte left; safe to try again.
            NoAnswer: Anything that went wrong later; the service may have done what was asked.
        """
        ...


class Secret:
    """A key or password that is shown as `Secret(***)`, in messages and tracebacks as well.

    `reveal` is called only where a header, signature or login is made of it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep the value."""
        self._value = value

    def reveal(self) -> str:
        """Return the value itself."""
        return self._value

    def __repr__(self) -> str:
        """Return what may be logged."""
        return "Secret(***)"

    def __reduce__(self) -> str:
        """Refuse to be pickled or copied into a file."""
        message = "A Secret is never written anywhere."
        raise TypeError(message)


class Secrets(Protocol):
    """Where adapters ask for what must not stand in settings."""

    def get(self, name: str) -> Secret:
        """Return the secret of that *name*, such as `smtp_password`.

        Raises:
            ConfigurationError: It is not set; the message says where to set it, and no value.
        """
        ...
