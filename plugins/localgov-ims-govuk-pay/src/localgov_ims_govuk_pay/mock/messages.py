"""Requests and answers of the mock, whatever carries them: in process, or on a port."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from attrs import field, frozen

JSON: Final = "application/json"


def _lowered(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen(kw_only=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(factory=dict, converter=_lowered, repr=False)
    body: bytes = field(default=b"", repr=False)

    def parameters(self) -> dict[str, str]:
        """Return the query's names and values."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def json(self) -> Any:  # noqa: ANN401 - whatever stands there
        """Return the body as JSON.

        Raises:
            ValueError: It is none.
        """
        return json.loads(self.body or b"null")


@frozen(kw_only=True)
class Answer:
    """An answer; `cut` and `silent` are faults that a carrier acts out."""

    status: int
    content: bytes = b""
    media_type: str = JSON
    cut: bool = False
    silent: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that go with the content."""
        return {"content-type": self.media_type} if self.content else {}


def answer(status: int, body: object = None) -> Answer:
    """Make an answer of JSON, or an empty one."""
    return Answer(status=status, content=b"" if body is None else json.dumps(body).encode())


class Refusal(Exception):
    """An answer with one of GOV.UK Pay's error codes."""

    def __init__(self, status: int, code: str, description: str, **where: str) -> None:
        """Keep what it answers."""
        super().__init__(code)
        self.answer = answer(status, {"code": code, "description": description, **where})
