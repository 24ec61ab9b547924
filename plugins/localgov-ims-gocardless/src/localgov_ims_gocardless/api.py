"""Calls to GoCardless's API, and what its refusals are.

Source: https://developer.gocardless.com/api-reference/, version 2015-07-06: "Making requests", "Idempotency keys",
"Errors". A repeated key is answered by 409 with the identifier of what the first one made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import (
    AdapterError,
    Conflict,
    NotFoundAtProvider,
    OutcomeUnknown,
    Rejected,
    UnexpectedAnswer,
)
from localgov_ims.hooks import HttpClient, HttpResponse, Secret
from localgov_ims.hooks.calls import Call, answered, json_in

NAME: Final = "gocardless"
VERSION: Final = "2015-07-06"
PAGE: Final = 500
_GONE: Final = frozenset({404, 410})
_CONFLICT: Final = 409
_REFUSED: Final = 400


@frozen(kw_only=True)
class Api:
    """An account's API."""

    base_url: str
    token: Secret
    http: HttpClient = field(repr=False)
    clock: Clock = field(repr=False)

    def get(self, kind: str, identifier: str) -> dict[str, Any]:
        """Return the record of a kind, such as `payments`, by its identifier.

        Raises:
            AdapterError: There is none, or it could not be told.
        """
        return self._record(self._call("GET", f"/{kind}/{quote(identifier, safe='')}"), kind)

    def make(self, kind: str, record: Mapping[str, Any], *, key: str, once: bool = True) -> dict[str, Any]:
        """Make a record, and return it; the same key again returns the first.

        *once* is false for what may be made twice without harm, and which GoCardless does not show again.

        Raises:
            AdapterError: It was not made, or nobody knows.
        """
        call = self._called("POST", f"/{kind}", {kind: dict(record)}, key, sends_key=once)
        response = answered(NAME, self.http, self.clock, call)
        if once and response.status == _CONFLICT and (made := _made_before(response)):
            return self._repeated(kind, made, key)
        return self._record(self._understood(call, response), kind)

    def act(self, kind: str, identifier: str, action: str) -> dict[str, Any]:
        """Let something be done to a record, and return it as it is then.

        Raises:
            AdapterError: It was not done, or nobody knows.
        """
        path = f"/{kind}/{quote(identifier, safe='')}/actions/{action}"
        return self._record(self._call("POST", path, {}), kind)

    def listed(self, kind: str, **wanted: str) -> Iterator[dict[str, Any]]:
        """Yield every record of a kind that fits, page by page: the next page begins behind the last record.

        Raises:
            AdapterError: A page could not be had; what was yielded is not all.
        """
        after: dict[str, str] = {}
        while True:
            page = self._call("GET", f"/{kind}?{urlencode({'limit': PAGE, **wanted, **after})}")
            records, meta = page.get(kind), page.get("meta")
            if not isinstance(records, list) or not isinstance(meta, dict):
                raise _strange(f"a page of {kind} without {kind} or meta")
            yield from records
            behind = (meta.get("cursors") or {}).get("after")
            if not behind:
                return
            after = {"after": str(behind)}

    def _repeated(self, kind: str, made: str, key: str) -> dict[str, Any]:
        try:
            return self.get(kind, made)
        except AdapterError as error:
            message = f"GoCardless has made this before, and does not show it now: {error.message}"
            raise OutcomeUnknown("outcome_unknown", message, adapter=NAME, key=key) from error

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        call = self._called(method, path, body, "", sends_key=False)
        return self._understood(call, answered(NAME, self.http, self.clock, call))

    def _called(self, method: str, path: str, body: object, key: str, *, sends_key: bool) -> Call:
        headers = {
            "Authorization": f"Bearer {self.token.reveal()}", "GoCardless-Version": VERSION, "Accept": "application/json",
            **({"Idempotency-Key": key} if sends_key else {}),
            **({"Content-Type": "application/json"} if body is not None else {}),
        }  # fmt: skip
        content = json.dumps(body).encode() if body is not None else b""
        return Call(
            method=method, url=self.base_url.rstrip("/") + path, headers=headers, content=content, key=key
        )

    def _understood(self, call: Call, response: HttpResponse) -> dict[str, Any]:
        if response.status >= _REFUSED:
            raise _refusal(response)
        return json_in(NAME, response, call)

    def _record(self, answer: dict[str, Any], kind: str) -> dict[str, Any]:
        record = answer.get(kind)
        if not isinstance(record, dict) or not isinstance(record.get("id", ""), str):
            raise _strange(f"an answer without {kind}")
        return record


def _strange(what: str) -> UnexpectedAnswer:
    message = f"GoCardless gave {what}, which its documentation does not know. Compare the API's version."
    return UnexpectedAnswer("unexpected_answer", message, adapter=NAME)


def _error_in(response: HttpResponse) -> dict[str, Any]:
    try:
        error = json.loads(response.content).get("error")
    except (ValueError, AttributeError, RecursionError):
        return {}
    return error if isinstance(error, dict) else {}


def _details(error: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = error.get("errors")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _made_before(response: HttpResponse) -> str | None:
    for each in _details(_error_in(response)):
        if each.get("reason") == "idempotent_creation_conflict":
            made = (each.get("links") or {}).get("conflicting_resource_id")
            return str(made) if made else None
    return None


def _refusal(response: HttpResponse) -> AdapterError:
    error, status = _error_in(response), response.status
    detail = next(iter(_details(error)), {})
    reason = quoted(str(detail.get("reason") or error.get("type") or "refused"))
    said = quoted(str(detail.get("message") or error.get("message") or ""))
    where = quoted(str(detail.get("field") or ""))
    data: dict[str, object] = {"adapter": NAME, "status": status, "reason": reason, "field": where}
    if status in _GONE:
        return NotFoundAtProvider("not_found", f"GoCardless has no such record ({status}).", **data)
    message = f"GoCardless refuses the request ({status} {reason}): {where} {said}. Nothing was done."
    if status == _CONFLICT or error.get("type") == "invalid_state":
        return Conflict("conflict", message, **data)
    return Rejected("rejected", message, **data)
