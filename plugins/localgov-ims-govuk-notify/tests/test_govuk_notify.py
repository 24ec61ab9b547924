"""`govuk-notify`: the contract of notifiers, the request to the byte, every answer that Notify documents."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata

import jwt
import pytest

from localgov_ims.bootstrap.http import HttpxClient
from localgov_ims.errors import (
    ConfigurationError,
    InvalidValue,
    NoAnswer,
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    UnexpectedAnswer,
)
from localgov_ims.hooks import Attachment, HttpResponse, Message, Secret, registry
from localgov_ims.testing.notifiers import (
    KEY,
    MESSAGE,
    FakeHttp,
    NotifierContract,
    Outcome,
    Received,
    Request,
    Rig,
)
from localgov_ims_govuk_notify import GovukNotify, NotifySettings, govuk_notify
from localgov_ims_govuk_notify.tokens import ApiKey

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SIGNING = "3d844edf-8d35-48ac-975b-e847b4f122b0"
API_KEY = f"my_test-key-{SERVICE}-{SIGNING}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
IDENTIFIER = "201b576e-c09b-467b-9dfa-9c3b689ee730"
NOW = datetime(2026, 5, 12, 9, 30, tzinfo=UTC)
PDF = Attachment(name="receipt.pdf", media_type="application/pdf", data=b"%PDF\x00\xff")


class Kept:
    """Secrets that are one API key."""

    def __init__(self, value: str = API_KEY) -> None:
        self.value = value

    def get(self, name: str) -> Secret:
        assert name == "govuk_notify_api_key"
        return Secret(self.value)


def _answer(status: int, **body: object) -> HttpResponse:
    return HttpResponse(status=status, content=json.dumps(body).encode())


def _error(status: int, kind: str, words: str) -> HttpResponse:
    return _answer(status, status_code=status, errors=[{"error": kind, "message": words}])


def _made(http: object, clock=lambda: NOW, **settings: object) -> GovukNotify:
    return govuk_notify(NotifySettings(template_id=TEMPLATE, **settings), http, clock, Kept())


def _sent(answer: HttpResponse, message: Message = MESSAGE, **settings: object) -> Request:
    http = FakeHttp(lambda _: answer)
    _made(http, **settings).send(message, key=KEY)
    (request,) = http.requests
    return request


def _received(request: Request) -> Received:
    body = json.loads(request.content)
    said = body["personalisation"]
    return Received(
        to=body["email_address"], subject=said["subject"], text=said["body"], key=body["reference"]
    )


class TestGovukNotify(NotifierContract):
    secret = SIGNING

    @contextmanager
    def make(self, outcome: Outcome) -> Iterator[Rig]:
        received: list[Received] = []

        def answer(request: Request) -> HttpResponse:
            if outcome is Outcome.UNREACHABLE:
                raise NotSent("not_sent", "No connection.")
            if outcome in {Outcome.ACCEPTED, Outcome.SILENT}:
                received.append(_received(request))
            if outcome is Outcome.SILENT:
                raise NoAnswer("no_answer", "No answer.")
            return {
                Outcome.ACCEPTED: _answer(201, id=IDENTIFIER),
                Outcome.REJECTED: _error(
                    400, "ValidationError", "email_address is not a valid email address"
                ),
                Outcome.NOT_AUTHORISED: _error(403, "AuthError", "Invalid token: API key not found"),
                Outcome.BUSY: _error(429, "RateLimitError", "Exceeded rate limit"),
            }[outcome]

        yield Rig(notifier=_made(FakeHttp(answer)), received=received)


class Server(ThreadingHTTPServer):
    """Notify as far as we use it: it checks the token with PyJWT, at its own time, and takes the message."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: list[dict[str, object]] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = self._judged(body)
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _judged(self, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        token = self.headers["Authorization"].removeprefix("Bearer ")
        try:
            claims = jwt.decode(
                token, SIGNING, algorithms=["HS256"], issuer=SERVICE, options={"require": ["iss", "iat"]}
            )
        except jwt.PyJWTError as error:
            return 403, {
                "status_code": 403,
                "errors": [{"error": "AuthError", "message": f"Invalid token: {error}"}],
            }
        if abs(claims["iat"] - datetime.now(UTC).timestamp()) > 30:
            said = "Error: Your system clock must be accurate to within 30 seconds"
            return 403, {"status_code": 403, "errors": [{"error": "AuthError", "message": said}]}
        assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "HS256"}
        assert self.path == "/v2/notifications/email"
        assert self.headers["Content-Type"] == "application/json"
        self.server.bodies.append(body)
        return 201, {"id": IDENTIFIER, "reference": body["reference"]}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_a_real_server_accepts_the_token_and_takes_the_message(caplog):
    with caplog.at_level("DEBUG"), _server() as server, HttpxClient() as http:
        notifier = _made(http, clock=lambda: datetime.now(UTC), base_url=_address(server))
        assert notifier.send(MESSAGE, key=KEY).reference == IDENTIFIER
    (body,) = server.bodies
    assert body["personalisation"] == {"subject": MESSAGE.subject, "body": MESSAGE.text}
    assert SIGNING not in caplog.text


def test_a_clock_that_is_wrong_is_told_in_notifys_own_words():
    with _server() as server, HttpxClient() as http:
        notifier = _made(http, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC), base_url=_address(server))
        with pytest.raises(
            NotAuthorised, match=r"403 AuthError: Error: Your system clock .* Nothing was sent"
        ):
            notifier.send(MESSAGE, key=KEY)
    assert server.bodies == []


def test_the_request_is_what_the_documentation_asks_for():
    request = _sent(_answer(201, id=IDENTIFIER), reply_to_id="8e222534-7f05-4972-86e3-17c5d9f894e2")
    assert (request.method, request.url) == (
        "POST",
        "https://api.notifications.service.gov.uk/v2/notifications/email",
    )
    assert json.loads(request.content) == {
        "email_address": "amina.khan@example.org",
        "template_id": TEMPLATE,
        "personalisation": {"subject": "Your receipt: £12.34", "body": "Thank you.\nYou paid £12.34.\n"},
        "reference": KEY,
        "email_reply_to_id": "8e222534-7f05-4972-86e3-17c5d9f894e2",
        "sanitise_content_for": ["body"],
    }
    claims = jwt.decode(
        request.headers["Authorization"].removeprefix("Bearer "), options={"verify_signature": False}
    )
    assert claims == {"iss": SERVICE, "iat": int(NOW.timestamp())}


def test_links_work_only_where_the_council_allows_them():
    assert "sanitise_content_for" in json.loads(_sent(_answer(201, id=IDENTIFIER)).content)
    assert "sanitise_content_for" not in json.loads(_sent(_answer(201, id=IDENTIFIER), links=True).content)


def test_a_file_goes_along_as_a_link():
    message = Message(to="a@example.org", subject="Receipt", text="x", attachments=(PDF,))
    body = json.loads(_sent(_answer(201, id=IDENTIFIER), message, file_field="link_to_file").content)
    assert body["personalisation"]["link_to_file"] == {
        "file": base64.b64encode(PDF.data).decode(), "filename": "receipt.pdf", "confirm_email_before_download": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("files", "settings", "why"),
    [
        ((PDF,), {}, "has no field for a file"),
        ((PDF, PDF), {"file_field": "link_to_file"}, "one file, not more"),
        (
            (Attachment(name="a.pdf", media_type="application/pdf", data=bytes(2_000_000)),),
            {"file_field": "link_to_file"},
            "a.pdf has 2000000 bytes",
        ),
    ],
    ids=["no field", "two", "large"],
)
def test_a_file_that_notify_cannot_carry_is_refused_before_anything_is_sent(files, settings, why):
    http = FakeHttp(lambda _: _answer(201, id=IDENTIFIER))
    with pytest.raises(InvalidValue, match=why):
        _made(http, **settings).send(
            Message(to="a@b.example", subject="x", text="x", attachments=files), key=KEY
        )
    assert http.requests == []


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (_error(400, "BadRequestError", "Can't send to this recipient"), Rejected, "400 BadRequestError: Can't send"),
        (_error(400, "ValidationError", "email_address is not valid"), Rejected, "400 ValidationError: email_address"),
        (_error(401, "AuthError", "Unauthorized"), NotAuthorised, "401 AuthError"),
        (_error(403, "AuthError", "Invalid token"), NotAuthorised, "Nothing was sent"),
        (_error(403, "BadRequestError", "Invalid token"), NotAuthorised, "Nothing was sent"),
        (_error(404, "NoResultFound", "No result found"), Rejected, "404 NoResultFound"),
        (_error(500, "Exception", "Internal server error"), OutcomeUnknown, f"look in Notify for the reference {KEY}"),
        (HttpResponse(status=502, content=b"<html>Bad gateway"), OutcomeUnknown, "status 502"),
        (HttpResponse(status=503), OutcomeUnknown, "status 503"),
        (HttpResponse(status=400, content=b"[" * 100_000), Rejected, "status 400"),
        (_answer(400, errors=["odd"]), Rejected, "status 400"),
        (_answer(400, errors={}), Rejected, "status 400"),
        (HttpResponse(status=302, headers={"Location": "https://elsewhere.example"}), UnexpectedAnswer, "status 302"),
        (HttpResponse(status=200, content=b"{}"), UnexpectedAnswer, "status 200"),
        (HttpResponse(status=201, content=b"not json"), UnexpectedAnswer, "gave no identifier"),
        (_answer(201, id=7), UnexpectedAnswer, "gave no identifier"),
    ],
)  # fmt: skip
def test_each_answer_is_told_by_the_tree(answer, kind, says):
    with pytest.raises(kind) as caught:
        _sent(answer)
    assert type(caught.value) is kind
    assert says in caught.value.message
    assert caught.value.data["adapter"] == "govuk-notify"


@pytest.mark.parametrize(
    ("kind", "headers", "seconds"),
    [
        ("RateLimitError", {}, 60),
        ("RateLimitError", {"Retry-After": "7"}, 7),
        ("RateLimitError", {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60),
        ("TooManyRequestsError", {}, 86_400),
    ],
)
def test_a_limit_says_how_long_to_wait(kind, headers, seconds):
    content = _error(429, kind, "Exceeded").content
    with pytest.raises(RateLimited) as caught:
        _sent(HttpResponse(status=429, headers=headers, content=content))
    assert caught.value.data["retry_after"] == seconds


@pytest.mark.parametrize("key", ["", SIGNING, f"{SERVICE}{SIGNING}", API_KEY[:-1], API_KEY + "0"])
def test_a_key_of_another_shape_is_refused_and_not_shown(key):
    with pytest.raises(ConfigurationError, match="not of the form name-service-secret") as caught:
        govuk_notify(
            NotifySettings(template_id=TEMPLATE), FakeHttp(lambda _: _answer(201)), lambda: NOW, Kept(key)
        )
    assert SIGNING not in str(caught.value) + repr(caught.value.data)


def test_a_key_shows_neither_itself_nor_what_it_signs_with():
    key = ApiKey.parse(Secret(API_KEY))
    assert SIGNING not in repr(key)
    assert SIGNING not in key.token(NOW)
    assert key.service_id == SERVICE


@pytest.mark.parametrize(
    "changes",
    [
        {"template_id": "receipts"},
        {"template_id": ""},
        {"reply_to_id": "payments@council.example"},
        {"file_field": "body"},
        {"file_field": "((link))"},
        {"base_url": "http://api.notifications.service.gov.uk"},
        {"base_url": "api.notifications.service.gov.uk"},
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused(changes):
    with pytest.raises(ConfigurationError):
        NotifySettings(**({"template_id": TEMPLATE} | changes))


def test_it_is_offered_by_its_entry_point():
    assert "govuk-notify" in {entry.name for entry in metadata.entry_points(group="localgov_ims")}
    assert registry.load(["govuk-notify"]).notifiers["govuk-notify"].settings_model is NotifySettings
