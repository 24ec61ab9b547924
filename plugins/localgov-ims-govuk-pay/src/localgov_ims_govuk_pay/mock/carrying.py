"""Carrying requests to the mock over ASGI (https://asgi.readthedocs.io/en/latest/specs/www.html), faults acted out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from localgov_ims_govuk_pay.mock.messages import Answer, Asked

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Transmit = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def carried(
    handle: Callable[[Asked], Answer], hang_s: int, scope: Scope, receive: Receive, transmit: Transmit
) -> None:
    """Answer one request, or the start and end of the server."""
    if scope["type"] == "lifespan":
        for _ in range(2):
            message = await receive()
            await transmit({"type": f"{message['type']}.complete"})
        return
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    asked = Asked(
        method=scope["method"], path=scope["path"], query=scope["query_string"].decode("latin-1"), headers=headers,
        body=bytes(body),
    )  # fmt: skip
    # In a thread: whoever is told of a webhook may ask back before it answers.
    given = await asyncio.to_thread(handle, asked)
    if given.silent:
        await asyncio.sleep(hang_s)
        return
    length = [(b"content-length", str(len(given.content)).encode())] if given.content or given.cut else []
    pairs = [(name.encode(), value.encode()) for name, value in given.headers.items()]
    await transmit({"type": "http.response.start", "status": given.status, "headers": [*pairs, *length]})
    if given.cut:
        await transmit(
            {
                "type": "http.response.body",
                "body": given.content[: len(given.content) // 2],
                "more_body": True,
            }
        )
        return
    await transmit({"type": "http.response.body", "body": given.content})
