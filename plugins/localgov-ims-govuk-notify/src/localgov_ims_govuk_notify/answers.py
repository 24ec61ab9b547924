"""What Notify answers, and which of our errors it is.

Told by status and type of error alone: Notify's documentation asks not to read its sentences, which may change.
They are shown to people as they are, for they say what to do.
"""

from __future__ import annotations

import json
from typing import Final

from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import (
    AdapterError,
    NotAuthorised,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    UnexpectedAnswer,
)  # fmt: skip
from localgov_ims.hooks import HttpResponse

CREATED: Final = 201
_REFUSED: Final = {401: NotAuthorised, 403: NotAuthorised}
_RATE_LIMITED: Final = 429
_WAIT: Final = 60  # a minute is what Notify's own limit counts by
_A_DAY: Final = 86_400


def reference_in(response: HttpResponse) -> str:
    """Return Notify's identifier of the message that it has taken.

    Raises:
        UnexpectedAnswer: There is none; the message has probably been sent.
    """
    answer = _json(response)
    reference = answer.get("id")
    if not isinstance(reference, str) or not reference:
        message = "GOV.UK Notify took the message and gave no identifier for it. It was probably sent; look in Notify."
        raise UnexpectedAnswer("no_identifier", message, adapter="govuk-notify")
    return reference


def error_in(response: HttpResponse, key: str) -> AdapterError:
    """Return the error that an answer other than 201 stands for."""
    status, (kind, words) = response.status, _first_error(response)
    said = f"{status} {kind}: {quoted(words)}" if words else f"status {status}"
    data: dict[str, object] = {"adapter": "govuk-notify", "status": status, "kind": kind}
    if status in _REFUSED:
        message = f"GOV.UK Notify does not accept our API key ({said}). Nothing was sent; check the key, and that the clock is right."
        return NotAuthorised("notify_not_authorised", message, **data)
    if status == _RATE_LIMITED:
        wait = _seconds(response, kind)
        message = f"GOV.UK Notify takes no more messages now ({said}). Nothing was sent; try again in {wait} seconds."
        return RateLimited("notify_rate_limited", message, retry_after=wait, **data)
    if 400 <= status < 500:  # noqa: PLR2004 - HTTP's own class of client errors
        message = f"GOV.UK Notify refuses the message ({said}). Nothing was sent; put right what it says."
        return Rejected("notify_rejected", message, **data)
    if status >= 500:  # noqa: PLR2004
        message = f"GOV.UK Notify failed ({said}). The message may have been sent; look in Notify for the reference {key}."
        return OutcomeUnknown("outcome_unknown", message, key=key, **data)
    message = (
        f"GOV.UK Notify answered with status {status}, which its documentation does not know. Check base_url."
    )
    return UnexpectedAnswer("unexpected_answer", message, **data)


def _seconds(response: HttpResponse, kind: str) -> int:
    asked = response.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return min(int(asked[:9]), _A_DAY)
    return _A_DAY if kind == "TooManyRequestsError" else _WAIT  # the first is the limit of a day


def _first_error(response: HttpResponse) -> tuple[str, str]:
    errors = _json(response).get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return "", ""
    return quoted(str(first.get("error", ""))), str(first.get("message", ""))


def _json(response: HttpResponse) -> dict[str, object]:
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}  # a proxy's page: its status says enough
    return answer if isinstance(answer, dict) else {}
