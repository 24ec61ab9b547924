"""The mock as an HTTP client in process: no port, no wait, the same requests and answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from localgov_ims.errors import NoAnswer
from localgov_ims.hooks import HttpResponse
from localgov_ims_govuk_pay.mock.application import MockGovukPay
from localgov_ims_govuk_pay.mock.messages import Asked


@frozen
class MockClient:
    """A `hooks.http.HttpClient` whose every request goes to one mock."""

    mock: MockGovukPay

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes = b"", timeout: int = 30
    ) -> HttpResponse:
        """Answer a request.

        Raises:
            NoAnswer: A fault keeps the answer back, or cuts it.
        """
        del timeout
        parts = urlsplit(url)
        given = self.mock.handle(
            Asked(method=method, path=parts.path, query=parts.query, headers=headers, body=content)
        )
        if given.silent or given.cut:
            raise NoAnswer("no_answer", "govukpay gave no whole answer. It may have done what was asked.")
        return HttpResponse(status=given.status, headers=given.headers, content=given.content)

    def control(self, path: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the control plane takes
        """Act on the mock by its control plane, such as `control("settle", on="2026-05-14")`.

        Raises:
            ValueError: It cannot be done.
        """
        answer = self.mock.handle(
            Asked(
                method="POST", path=f"/_mock/{path}", headers={"Authorization": f"Bearer {self.mock.control}"},
                body=json.dumps(given).encode(),
            )
        )  # fmt: skip
        told: dict[str, Any] = json.loads(answer.content)
        if answer.status >= 400:  # noqa: PLR2004 - HTTP's own
            raise ValueError(told["description"])
        return told
