"""Calls to Stripe's API, and what its refusals are.

Source: https://docs.stripe.com/api, version 2025-03-31.basil: "Authentication", "Errors", "Idempotent requests",
"Pagination", "Versioning". Requests are form-encoded, answers JSON; a key answers for at least 24 hours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import (
    AdapterError,
    Conflict,
    Declined,
    NotFoundAtProvider,
    OutcomeUnknown,
    Rejected,
    UnexpectedAnswer,
)
from localgov_ims.hooks import HttpClient, HttpResponse, Secret
from localgov_ims.hooks.calls import Call, answered, json_in

NAME: Final = "stripe"
VERSION: Final = "2025-03-31.basil"
PAGE: Final = 100
_REFUSED, _DECLINED, _GONE, _CONFLICT = 400, 402, 404, 409
_STATES: Final = frozenset({"charge_already_refunded", "charge_disputed", "payment_intent_unexpected_state"})


@frozen(kw_only=True)
class Api:
    """An account's API."""

    base_url: str
    key: Secret
    http: HttpClient = field(repr=False)
    clock: Clock = field(repr=False)

    def get(self, path: str, **wanted: str) -> dict[str, Any]:
        """Return what stands at a path; *wanted* may name what is to be expanded.

        Raises:
            AdapterError: There is none, or it could not be told.
        """
        return self._sent(self._called("GET", f"{path}?{_form(wanted)}" if wanted else path))

    def post(self, path: str, fields: Mapping[str, str | int], *, key: str) -> dict[str, Any]:
        """Make or change something, and return it as it is then; the same again under one key does nothing more.

        Raises:
            AdapterError: It was not done, or nobody knows.
        """
        record = self._sent(self._called("POST", path, _form(fields).encode(), key))
        if isinstance(record.get("id"), str):
            return record
        message = (
            "Stripe answered without the identifier of what it made. It is sent again under the same key."
        )
        raise OutcomeUnknown("outcome_unknown", message, adapter=NAME, key=key)

    def listed(self, path: str, **wanted: str) -> Iterator[dict[str, Any]]:
        """Yield every record of a list, page by page: the next page begins behind the last record.

        Raises:
            AdapterError: A page could not be had; what was yielded is not all.
        """
        after: dict[str, str] = {}
        while True:
            page = self.get(path, limit=str(PAGE), **wanted, **after)
            records, more = page.get("data"), page.get("has_more")
            if not isinstance(records, list) or not isinstance(more, bool) or (more and not records):
                raise strange(f"a page of {path} without its records, or whether there are more")
            yield from records
            if not more:
                return
            after = {"starting_after": str(records[-1]["id"])}

    def _called(self, method: str, path: str, content: bytes = b"", key: str = "") -> Call:
        headers = {
            "Authorization": f"Bearer {self.key.reveal()}", "Stripe-Version": VERSION, "Accept": "application/json",
            **({"Idempotency-Key": key} if key else {}),
            **({"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}),
        }  # fmt: skip
        url = f"{self.base_url.rstrip('/')}/v1/{path}"
        return Call(method=method, url=url, headers=headers, content=content, key=key)

    def _sent(self, call: Call) -> dict[str, Any]:
        response = answered(NAME, self.http, self.clock, call)
        if response.status >= _REFUSED:
            raise _refusal(response, call)
        return json_in(NAME, response, call)


def strange(what: str) -> UnexpectedAnswer:
    """Make the error for an answer that the API's documentation does not know."""
    message = f"Stripe gave {what}. Compare the API's version."
    return UnexpectedAnswer("unexpected_answer", message, adapter=NAME)


def _form(fields: Mapping[str, str | int]) -> str:
    return urlencode(list(fields.items()))


def _error_in(response: HttpResponse) -> dict[str, Any]:
    try:
        error = json.loads(response.content).get("error")
    except (ValueError, AttributeError, RecursionError):
        return {}
    return error if isinstance(error, dict) else {}


def _refusal(response: HttpResponse, call: Call) -> AdapterError:
    error, status = _error_in(response), response.status
    kind, code, where, said = (
        quoted(str(error.get(name) or "")) for name in ("type", "code", "param", "message")
    )
    data: dict[str, object] = {
        "adapter": NAME,
        "status": status,
        "type": kind,
        "reason": code,
        "field": where,
    }
    if status == _GONE:
        return NotFoundAtProvider("not_found", "Stripe has no such record.", **data)
    if status == _CONFLICT and code == "idempotency_key_in_use":
        # The first request under this key is still being worked on, so what comes of it is not known yet.
        message = "Stripe is still at work on the same request. It is sent again under the same key."
        return OutcomeUnknown("outcome_unknown", message, key=call.key, **data)
    message = f"Stripe refuses the request ({status} {code or kind}): {where} {said} Nothing was done."
    if status == _DECLINED:
        return Declined("declined", message, **data)
    if status == _CONFLICT or kind == "idempotency_error" or code in _STATES:
        return Conflict("conflict", message, **data)
    return Rejected("rejected", message, **data)
