"""The HTTP client of real installations, over httpx."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import ConfigurationError, InvalidValue, NoAnswer, NotSent
from localgov_ims.hooks.http import HttpResponse

with suppress(ModuleNotFoundError):
    import httpx

LONGEST_ANSWER = 5 * 1024 * 1024
"""An answer of more bytes is not read on: no service that we speak to gives as much."""


class HttpxClient:
    """Keeps connections open between requests; close it, or use it in a `with`. Safe to share by threads.

    TLS certificates are verified against the system's store (or `SSL_CERT_FILE`), redirections are not followed,
    and a proxy is used where `HTTPS_PROXY` names one. An adapter sees no more than `hooks.http.HttpClient`.
    """

    def __init__(self, *, longest_answer: int = LONGEST_ANSWER) -> None:
        """Connect to nothing yet.

        Raises:
            ConfigurationError: httpx is not installed.
        """
        if "httpx" not in globals():
            message = "Speaking to web services needs httpx: pip install localgov-ims[reference]"
            raise ConfigurationError("no_reference_extra", message)
        # At level INFO httpx logs whole URLs, and some hold a payer's token.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._longest = longest_answer
        self._client = httpx.Client(follow_redirects=False)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        """Send one request and return the whole answer; what is raised is told in `hooks.http.HttpClient`.

        Raises:
            NotSent: No connection was made.
            NoAnswer: It broke later, or the answer is too long.
            InvalidValue: The URL is none.
        """
        host = _host(url)
        # Uncompressed, so that a small answer cannot unfold into a large one.
        asked = {**headers, "Accept-Encoding": "identity"}
        try:
            with self._client.stream(
                method, url, headers=asked, content=content, timeout=timeout
            ) as response:
                return HttpResponse(
                    status=response.status_code, headers=dict(response.headers),
                    content=self._body(response, host),
                )  # fmt: skip
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            message = f"No connection to {host} ({_why(error)}). Nothing was sent; try again later."
            raise NotSent("not_sent", message, host=host) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            message = f"{host} gave no whole answer ({_why(error)}). It may have done what was asked."
            raise NoAnswer("no_answer", message, host=host) from error

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self.close()

    def _body(self, response: httpx.Response, host: str) -> bytes:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > self._longest:
                message = f"{host} answered with more than {self._longest} bytes, which are not read. It may have done what was asked."
                raise NoAnswer("answer_too_long", message, host=host, status=response.status_code)
        return bytes(body)


def _host(url: str) -> str:
    """Return the host alone: a path or query may hold a token, and stands in no message."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise _bad(url.partition("?")[0]) from error
    if parts.scheme not in {"http", "https"} or not host:
        raise _bad(f"{parts.scheme}://{host or ''}")
    return host


def _bad(url: str) -> InvalidValue:
    message = f"'{quoted(url)}' is not the address of a web service; it begins with https:// and a host."
    return InvalidValue("bad_url", message, value=url)


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
