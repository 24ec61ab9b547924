"""One call to a provider's API: what an answer's status means for whoever asked, the same for every adapter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.errors import (
    AdapterError,
    NoAnswer,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    UnexpectedAnswer,
)
from localgov_ims.hooks.http import HttpClient, HttpResponse

TIMEOUT: Final = 30
_LONGEST_WAIT: Final = 86_400
_TOO_MANY: Final = 429
_REFUSES_US: Final = frozenset({401, 403})
_FAILED: Final = 500
_READS: Final = frozenset({"GET", "HEAD"})


@frozen(kw_only=True)
class Call:
    """What is to be asked of a provider, once.

    Attributes:
        method: A `GET` only asks; whatever else may change something.
        url, headers, content: As `HttpClient.request` takes them; never shown, for they hold keys and tokens.
        key: The idempotency key of whatever it may change, for the error that says nobody knows.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)
    key: str = ""

    @property
    def changes(self) -> bool:
        """Whether it may change something at the provider."""
        return self.method not in _READS


def answered(
    adapter: str, http: HttpClient, clock: Clock, call: Call, *, timeout: int = TIMEOUT
) -> HttpResponse:
    """Send *call* and return an answer of a status below 500 that is the adapter's own to understand.

    Raises:
        NotSent: No byte left.
        OutcomeUnknown: It may have changed something, and nobody knows: no answer, or a status of 500 and above.
        Unavailable: It only asked, and there was no answer.
        RateLimited: Status 429; `data["retry_after"]` has the seconds, 1 where the provider names none.
        NotAuthorised: Status 401 or 403.
    """
    sent_at = clock()
    try:
        response = http.request(
            call.method, call.url, headers=call.headers, content=call.content, timeout=timeout
        )
    except NoAnswer as error:
        raise _silence(adapter, call, sent_at, error.message) from error
    status = response.status
    if status == _TOO_MANY:
        wait = _wait(response)
        message = f"{adapter} takes no more requests now. Nothing was done; try again in {wait} seconds."
        raise RateLimited("rate_limited", message, retry_after=wait, adapter=adapter)
    if status in _REFUSES_US:
        message = f"{adapter} does not accept our key (status {status}). Nothing was done; check the key and whose account it is."
        raise NotAuthorised("not_authorised", message, adapter=adapter, status=status)
    if status >= _FAILED:
        raise _silence(adapter, call, sent_at, f"{adapter} failed with status {status}.")
    return response


def _silence(adapter: str, call: Call, sent_at: datetime, why: str) -> AdapterError:
    if not call.changes:
        return Unavailable("unavailable", f"{why} Nothing was changed; ask again later.", adapter=adapter)
    message = f"{why} It may have been done: it is asked about before it is sent again."
    return OutcomeUnknown("outcome_unknown", message, adapter=adapter, key=call.key, sent_at=sent_at)


def json_in(adapter: str, response: HttpResponse, call: Call) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        OutcomeUnknown: It is none, and the call may have changed something.
        UnexpectedAnswer: It is none, and the call only asked.
    """
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        return answer
    message = f"{adapter} answered with status {response.status} and no JSON object."
    if call.changes:
        raise OutcomeUnknown(
            "outcome_unknown", f"{message} It may have been done.", adapter=adapter, key=call.key
        )
    raise UnexpectedAnswer("unexpected_answer", message, adapter=adapter, status=response.status)


def _wait(response: HttpResponse) -> int:
    asked = response.headers.get("retry-after", "")
    given = int(asked[:9]) if asked.isascii() and asked.isdigit() else 1
    return min(max(given, 1), _LONGEST_WAIT)
