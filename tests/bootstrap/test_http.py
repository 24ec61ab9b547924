"""The HTTP client over a real server on a local port."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from localgov_ims.bootstrap import http as module
from localgov_ims.bootstrap.http import HttpxClient
from localgov_ims.errors import ConfigurationError, InvalidValue, NoAnswer, NotSent

TOKEN = "a-payers-token"


class Handler(BaseHTTPRequestHandler):
    """Answers by the path that it is asked for."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), asked))
        getattr(self, self.path.strip("/").split("?")[0])(asked)

    def echo(self, asked: bytes) -> None:
        self._whole(201, asked, {"X-Reply": "Yes"})

    def moved(self, asked: bytes) -> None:
        self._whole(302, b"", {"Location": "/echo"})

    def failed(self, asked: bytes) -> None:
        self._whole(503, b"later", {})

    def large(self, asked: bytes) -> None:
        self._whole(200, b"x" * int(asked), {})

    def bomb(self, asked: bytes) -> None:
        self._whole(200, gzip.compress(b"x" * int(asked)), {"Content-Encoding": "gzip"})

    def garbled(self, asked: bytes) -> None:
        self._whole(200, b"not gzip", {"Content-Encoding": "gzip"})

    def slow(self, asked: bytes) -> None:
        self.server.stopping.wait(20)

    def cut(self, asked: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def gone(self, asked: bytes) -> None:
        self.close_connection = True

    def _whole(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.stopping = threading.Event()

    def handle_error(self, request, client_address) -> None:
        """Say nothing of clients that hang up: some tests are about them."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with _running(Server()) as running:
        yield running


def _post(server: Server, path: str, content: bytes = b"", *, timeout: int = 5, **options: int):
    with HttpxClient(**options) as client:
        return client.request(
            "POST",
            f"http://{server.address}/{path}",
            headers={"X-Asked": "Yes"},
            content=content,
            timeout=timeout,
        )


def test_a_request_arrives_and_its_answer_comes_back_whole(server):
    response = _post(server, "echo?a=1", b"\x00\xff")
    assert (response.status, response.content, response.headers["x-reply"]) == (201, b"\x00\xff", "Yes")
    ((path, headers, content),) = server.seen
    assert (path, headers["X-Asked"], content) == ("/echo?a=1", "Yes", b"\x00\xff")


def test_a_redirection_is_an_answer_and_is_not_followed(server):
    assert _post(server, "moved").status == 302
    assert len(server.seen) == 1


def test_a_failure_is_an_answer_for_the_adapter_to_judge(server):
    response = _post(server, "failed")
    assert (response.status, response.content) == (503, b"later")


def test_an_answer_is_read_up_to_the_limit_and_no_further(server):
    assert len(_post(server, "large", b"1000", longest_answer=1000).content) == 1000
    with pytest.raises(NoAnswer, match="more than 1000 bytes") as caught:
        _post(server, "large", b"1001", longest_answer=1000)
    assert caught.value.code == "answer_too_long"
    assert module.LONGEST_ANSWER == 5 * 1024 * 1024


def test_no_compressed_answer_is_asked_for_and_one_that_unfolds_is_stopped(server):
    with pytest.raises(NoAnswer, match="more than 1000 bytes"):
        _post(server, "bomb", b"10000000", longest_answer=1000)
    assert server.seen[0][1]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("path", ["slow", "cut", "gone", "garbled"])
def test_what_goes_wrong_once_the_request_has_left_may_have_been_done(server, path):
    with pytest.raises(NoAnswer, match=r"127.0.0.1 gave no whole answer") as caught:
        _post(server, f"{path}?token={TOKEN}", timeout=1)
    assert len(server.seen) == 1
    assert TOKEN not in str(caught.value) + repr(caught.value.data)


def test_without_a_connection_nothing_was_sent():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/echo?token={TOKEN}"
        with (
            HttpxClient() as client,
            pytest.raises(NotSent, match=r"No connection to 127.0.0.1 .*Nothing was sent") as caught,
        ):
            client.request("POST", url, headers={})
    assert TOKEN not in str(caught.value) + repr(caught.value.data)


def test_a_certificate_that_is_not_trusted_gets_no_request(monkeypatch, tmp_path):
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    secured = Server()
    secured.socket = context.wrap_socket(secured.socket, server_side=True)
    with _running(secured) as server:
        url = f"https://localhost:{server.server_address[1]}/echo"
        with HttpxClient() as client, pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
            client.request("POST", url, headers={})
        assert server.seen == []
        file = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(file)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with HttpxClient() as client:
            assert client.request("POST", url, headers={}).status == 201


@pytest.mark.parametrize(
    "url", ["", "example.org/x", "ftp://example.org/", "http://", "https://[::1/", "file:///etc/x"]
)
def test_what_is_no_address_of_a_service_is_refused(url):
    with HttpxClient() as client, pytest.raises(InvalidValue, match="not the address of a web service"):
        client.request("GET", url + f"?token={TOKEN}", headers={})


def test_urls_are_not_logged(server, caplog):
    with caplog.at_level("DEBUG"):
        _post(server, f"echo?token={TOKEN}")
    assert TOKEN not in caplog.text


def test_without_httpx_the_message_says_what_to_install(monkeypatch):
    monkeypatch.delattr(module, "httpx")
    with pytest.raises(ConfigurationError, match=r"pip install localgov-ims\[reference\]"):
        HttpxClient()
