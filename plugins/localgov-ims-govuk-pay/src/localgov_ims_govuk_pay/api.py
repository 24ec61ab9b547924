"""The API itself: a request under the key, and what GOV.UK Pay's own error codes mean.

Source: https://docs.payments.service.gov.uk/api_reference/ ("API error codes").
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import (
    AdapterError,
    Conflict,
    NotFoundAtProvider,
    OutcomeUnknown,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
)
from localgov_ims.hooks import HttpClient, HttpResponse, Secret
from localgov_ims.hooks.calls import Call, answered, json_in

NAME: Final = "govukpay"
PAGE: Final = 500
_MOST_PAGES: Final = 2000
_OK: Final = range(200, 300)
_NO_CONTENT: Final = 204
_NOT_FOUND: Final = frozenset(
    {"P0200", "P0300", "P0500", "P0600", "P0700", "P0800", "P1000", "P2200", "P2500"}
)
_CONFLICT: Final = frozenset({"P0191", "P0501", "P0502", "P0603", "P0604", "P1001", "P1003", "P2501"})
_TECHNICAL: Final = frozenset(
    {
        "P0999",
        *(
            f"P{each}98"
            for each in ("01", "02", "03", "04", "05", "06", "07", "08", "10", "21", "22", "24", "25")
        ),
    }
)
_NO_SUCH_PAGE: Final = frozenset({"P0402", "P1100", "P2402"})


@frozen(kw_only=True)
class Api:
    """GOV.UK Pay's API for one key. One call, one attempt."""

    base_url: str
    http: HttpClient = field(repr=False)
    clock: Clock = field(repr=False)
    key: Secret = field(repr=False)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return what it answers; a `GET` that fails has changed nothing."""
        asked = f"{path}?{urlencode(query)}" if query else path
        return self._json(*self._answer("GET", asked))

    def post(self, path: str, body: Mapping[str, object] | None = None, *, key: str = "") -> dict[str, Any]:
        """Ask for a change, and return what it answers; nothing where it answers with nothing.

        An empty body would be turned away by its firewall (P0920), so one always goes along.
        """
        response, call = self._answer("POST", path, json.dumps(body or {}).encode(), key)
        return {} if response.status == _NO_CONTENT else self._json(response, call)

    def pages(self, path: str, query: Mapping[str, str], *, identifier: str) -> Iterator[dict[str, Any]]:
        """Yield every result of a search, each once, though results move from page to page while they are read."""
        seen: set[str] = set()
        wanted: dict[str, str] | None = {**query, "display_size": str(PAGE), "page": "1"}
        for _ in range(_MOST_PAGES):
            if wanted is None:
                return
            page = self._page(path, wanted)
            for result in page.get("results", ()):
                name = text_in(result, identifier)
                if name not in seen:
                    seen.add(name)
                    yield result
            wanted = _next_query(page)
        message = f"GOV.UK Pay gives more than {_MOST_PAGES} pages of {path}. Ask for fewer days."
        raise UnexpectedAnswer("too_many_pages", message, adapter=NAME)

    def _page(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            page = self.get(path, query)
        except NotFoundAtProvider as error:
            if error.data.get("provider_code") in _NO_SUCH_PAGE:
                return {"results": []}
            raise
        if not isinstance(page.get("results"), list):
            message = f"GOV.UK Pay's answer to {path} has no results, not even none."
            raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME)
        return page

    def _answer(
        self, method: str, path: str, content: bytes = b"", key: str = ""
    ) -> tuple[HttpResponse, Call]:
        headers = {"Authorization": f"Bearer {self.key.reveal()}", "Accept": "application/json"}
        if content:
            headers["Content-Type"] = "application/json"
        if key:
            headers["Idempotency-Key"] = key
        call = Call(
            method=method, url=f"{self.base_url.rstrip('/')}{path}", headers=headers, content=content, key=key
        )
        return answered(NAME, self.http, self.clock, call), call

    def _json(self, response: HttpResponse, call: Call) -> dict[str, Any]:
        answer = json_in(NAME, response, call)
        if response.status in _OK:
            return answer
        raise error_of(response.status, answer, call)


def error_of(status: int, answer: Mapping[str, Any], call: Call) -> AdapterError:
    """Return the error that an answer of a status between 300 and 499 stands for, told by its code."""
    code = quoted(str(answer.get("code", ""))) or f"status {status}"
    where = answer.get("field") or answer.get("header")
    words = quoted(str(answer.get("description", "")))
    said = f"{code}{f', {quoted(str(where))}' if where else ''}: {words}"
    data: dict[str, object] = {"adapter": NAME, "status": status, "code": code, "field": where}
    if code in _TECHNICAL:
        if call.changes:
            message = f"GOV.UK Pay failed ({said}). It may have been done: it is asked about before it is sent again."
            return OutcomeUnknown("outcome_unknown", message, key=call.key, **_apart(data))
        return Unavailable("unavailable", f"GOV.UK Pay failed ({said}). Ask again later.", **_apart(data))
    if code in _NOT_FOUND or code in _NO_SUCH_PAGE:
        return NotFoundAtProvider(
            "not_at_provider", f"GOV.UK Pay has no such thing ({said}).", **_apart(data)
        )
    if code in _CONFLICT:
        message = f"GOV.UK Pay does not do that now ({said}). Nothing was done; look at what it is there."
        return Conflict("conflict", message, **_apart(data))
    if 400 <= status < 500:  # noqa: PLR2004 - HTTP's own class of client errors
        message = f"GOV.UK Pay refuses the request ({said}). Nothing was done; put right what it says."
        return Rejected("rejected", message, **_apart(data))
    message = f"GOV.UK Pay answered with status {status}, which its contract does not know ({said}). Check base_url."
    return UnexpectedAnswer("unexpected_answer", message, **_apart(data))


def _apart(data: Mapping[str, object]) -> dict[str, Any]:
    """Return what an error carries; its own `code` is ours, so the provider's goes by another name as well."""
    return {("provider_code" if name == "code" else name): value for name, value in data.items()}


def _next_query(page: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the query of the next page: only that, never its host, for the key goes along."""
    links = page.get("_links", page.get("links"))
    link = links.get("next_page") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else None
    return dict(parse_qsl(urlsplit(href).query)) if isinstance(href, str) else None


def text_in(answer: Mapping[str, Any], name: str) -> str:
    """Return a text of an answer.

    Raises:
        UnexpectedAnswer: It is not there, or no text.
    """
    value = answer.get(name)
    if isinstance(value, str) and value:
        return value
    message = f"GOV.UK Pay's answer has no {name}, which its contract promises."
    raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME, field=name)


def pence_in(answer: Mapping[str, Any], name: str) -> int:
    """Return an amount of an answer in whole pence.

    Raises:
        UnexpectedAnswer: It is not there, or no whole number.
    """
    value = answer.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    message = f"GOV.UK Pay's answer has no {name} in whole pence, which its contract promises."
    raise UnexpectedAnswer("unexpected_answer", message, adapter=NAME, field=name)
