"""Cybersource's REST API: each request signed by the shared secret, and what its refusals are.

Source: https://developer.cybersource.com/ "REST API fundamentals", "HTTP Signature authentication": the headers `host date
(request-target) digest v-c-merchant-id`, signed by HMAC-SHA256 under the decoded secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import field, frozen

from localgov_ims.domain.calendar import Clock
from localgov_ims.domain.quoting import quoted
from localgov_ims.errors import (
    AdapterError,
    ConfigurationError,
    Conflict,
    NotFoundAtProvider,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from localgov_ims.hooks import HttpClient, HttpResponse, Secret
from localgov_ims.hooks.calls import Call, answered, json_in

NAME: Final = "smartpay-fuse"
_REFUSED, _GONE, _STATE = 400, 404, 409


@frozen(kw_only=True)
class Rest:
    """A merchant's REST API."""

    base_url: str
    merchant_id: str
    key_id: str
    secret: Secret
    http: HttpClient = field(repr=False)
    clock: Clock = field(repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a secret that cannot be one."""
        try:
            base64.b64decode(self.secret.reveal(), validate=True)
        except (binascii.Error, ValueError) as error:
            message = "The REST API's shared secret is no Base64. Copy it whole from the Business Center."
            raise ConfigurationError("bad_rest_secret", message) from error

    def change(self, path: str, asked: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Send what changes something, and return the answer.

        Raises:
            AdapterError: It was not done, or nobody knows.
        """
        return self._sent(path, asked, key)

    def ask(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Send a question that is asked by POST, and return the answer.

        Raises:
            Unavailable: There was no answer, or none that can be read.
            AdapterError: It was refused.
        """
        try:
            return self._sent(path, asked, "")
        except OutcomeUnknown as error:
            message = f"{NAME} did not answer a question; nothing was changed. Ask again later."
            raise Unavailable("unavailable", message, adapter=NAME) from error

    def _sent(self, path: str, asked: Mapping[str, Any], key: str) -> dict[str, Any]:
        content = json.dumps(asked).encode()
        url = self.base_url.rstrip("/") + path
        call = Call(method="POST", url=url, headers=self._headers(url, content), content=content, key=key)
        response = answered(NAME, self.http, self.clock, call)
        if response.status >= _REFUSED:
            raise _refusal(response)
        return json_in(NAME, response, call)

    def _headers(self, url: str, content: bytes) -> dict[str, str]:
        parts = urlsplit(url)
        digest = "SHA-256=" + base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")
        signed = {
            "host": parts.netloc, "date": format_datetime(self.clock().astimezone(UTC), usegmt=True),
            "(request-target)": f"post {parts.path}", "digest": digest, "v-c-merchant-id": self.merchant_id,
        }  # fmt: skip
        message = "\n".join(f"{name}: {value}" for name, value in signed.items()).encode()
        made = base64.b64encode(
            hmac.digest(base64.b64decode(self.secret.reveal()), message, "sha256")
        ).decode("ascii")
        names = " ".join(signed)
        return {
            "Date": signed["date"], "Digest": digest, "v-c-merchant-id": self.merchant_id,
            "Signature": f'keyid="{self.key_id}", algorithm="HmacSHA256", headers="{names}", signature="{made}"',
            "Content-Type": "application/json", "Accept": "application/hal+json;charset=utf-8",
        }  # fmt: skip


def _refusal(response: HttpResponse) -> AdapterError:
    try:
        told = json.loads(response.content)
    except (ValueError, RecursionError):
        told = {}
    told = told if isinstance(told, dict) else {}
    status = response.status
    reason, said = (quoted(str(told.get(name) or "")) for name in ("reason", "message"))
    data: dict[str, object] = {"adapter": NAME, "status": status, "reason": reason}
    if status == _GONE:
        return NotFoundAtProvider("not_found", "Cybersource has no such transaction.", **data)
    message = f"Cybersource refuses the request ({status} {reason}): {said}. Nothing was done."
    return (
        Conflict("conflict", message, **data) if status == _STATE else Rejected("rejected", message, **data)
    )
