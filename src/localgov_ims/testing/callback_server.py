"""Callbacks over real HTTP: a small server of the standard library before a council's own service, for tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from localgov_ims.domain.calendar import Clock
from localgov_ims.errors import ConfigurationError, InvalidValue
from localgov_ims.hooks.callbacks import LARGEST_BODY, Callback
from localgov_ims.service.installation import Installation
from localgov_ims.service.payments.callbacks import receive_callback

PATH: Final = "/callbacks/"
_OK, _WRONG, _UNKNOWN, _TOO_LARGE = 200, 400, 404, 413


@contextmanager
def callback_server(installation: Installation) -> Iterator[str]:
    """Serve `POST /callbacks/NAME` on a port of this machine while the block lasts, and give its address.

    The body goes to `receive_callback` as it came. The answer is 200 to what is proved, known or not; 400 to what is
    not; 404 where there is no account of that name; 413 to what is too large, which is not read.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(installation))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(installation: Installation) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if not 0 <= length <= LARGEST_BODY:
                self._answer(_TOO_LARGE)
                return
            name = urlsplit(self.path).path.removeprefix(PATH)
            self._answer(_received(installation, name, self._callback(length, installation.clock)))

        def log_message(self, *_: object) -> None:
            """Print nothing: an address may hold a token."""

        def _callback(self, length: int, clock: Clock) -> Callback:
            return Callback(
                method="POST", headers=dict(self.headers.items()), query=urlsplit(self.path).query,
                body=self.rfile.read(length), received_at=clock(),
            )  # fmt: skip

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler


def _received(installation: Installation, name: str, callback: Callback) -> int:
    try:
        receive_callback(installation, name, callback)
    except InvalidValue:
        return _WRONG
    except ConfigurationError:
        return _UNKNOWN
    return _OK
