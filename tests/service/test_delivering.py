"""The outbox goes out: each message once, one that fails stops no other, and nothing that was sent is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from attrs import evolve
from tests.builtin.test_smtp import Mailbox, _free_port
from tests.conftest import MovableClock
from tests.persons import with_user
from tests.service.money_in import item, paid, second
from tests.service.post import TO, Post, every_law_holds, paid_by, with_post

from localgov_ims.bootstrap.installing import open_installation
from localgov_ims.domain.outbox import BACK_OFF, MessageState, OutboxMessage
from localgov_ims.domain.permissions import Permission
from localgov_ims.domain.retention import Subject
from localgov_ims.errors import (
    ConfigurationError,
    ImsError,
    InvalidValue,
    NotAuthorised,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
)
from localgov_ims.hooks.notifiers import Delivery, Message
from localgov_ims.service.documents.delivering import Delivered, deliver_messages, list_outbox
from localgov_ims.service.documents.receipting import receipt_document, send_receipt
from localgov_ims.service.installation import ChosenNotifier, Installation
from localgov_ims.service.personal_data.erasing import confirm_erasure, propose_erasure
from localgov_ims.simulator.small_council import settings_text
from localgov_ims.storage import outbox

GARDEN = item("13", "GW1", "60.00")
AWAY = Unavailable(
    "smtp_unavailable", "Mail server post did not take the message. Nothing was sent; try again later."
)
SENT, FAILED, GIVEN_UP, CLAIMED = (
    MessageState.SENT,
    MessageState.FAILED,
    MessageState.GIVEN_UP,
    MessageState.CLAIMED,
)


class PulledPlug(BaseException):
    """The machine stops: no code of ours runs after it."""


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def house(desk: Installation, post: Post) -> Installation:
    return with_post(desk, post)


def queued(house: Installation, *to: str) -> list[OutboxMessage]:
    payment = paid_by(house, GARDEN)
    return [send_receipt(house, payment.reference, to=each) for each in to or (TO,)]


def now(house: Installation, message: OutboxMessage) -> OutboxMessage:
    with house.store.reading() as connection:
        return outbox.by_id(connection, message.id)


def events(house: Installation, message: OutboxMessage) -> list[str]:
    query = sa.select(outbox.events.c.state).where(outbox.events.c.message == message.id)
    with house.store.reading() as connection:
        return list(connection.execute(query.order_by(outbox.events.c.number)).scalars())


def test_what_waits_is_sent_once_with_its_id_as_key_and_that_is_recorded(
    house: Installation, post: Post
) -> None:
    (message,) = queued(house)
    assert deliver_messages(house) == Delivered(sent=1, failed=0, given_up=0, waiting=0)
    assert deliver_messages(house) == Delivered(sent=0, failed=0, given_up=0, waiting=0)
    assert post.keys == [str(message.id)]
    found = now(house, message)
    assert (found.state, found.latest.notifier, found.latest.reference) == (
        SENT,
        "post",
        f"<{message.id}@post>",
    )
    assert (found.latest_at, found.contents and found.contents.to) == (house.clock(), TO)
    assert events(house, message) == ["claimed", "sent"]
    assert every_law_holds(house)


def test_one_that_fails_stops_no_other(house: Installation, post: Post) -> None:
    messages = queued(house, "a@example.org", "b@example.org", "c@example.org", "d@example.org")
    post.before = [AWAY, None, RuntimeError("KeyError of amina"), None]
    assert deliver_messages(house) == Delivered(sent=2, failed=2, given_up=0, waiting=2)
    assert [message.to for message, _ in post.taken] == ["b@example.org", "d@example.org"]
    assert [now(house, each).state for each in messages] == [FAILED, SENT, FAILED, SENT]
    broke = now(house, messages[2]).latest
    assert (broke.code, "RuntimeError" in (broke.detail or ""), "amina" in (broke.detail or "")) == (
        "notifier_broke", True, False,
    )  # fmt: skip


def test_a_failure_is_tried_again_ever_more_rarely_under_the_same_key_and_then_given_up(
    house: Installation, post: Post, clock: MovableClock
) -> None:
    (message,) = queued(house)
    post.before = [AWAY] * 9
    for wait in BACK_OFF:
        assert deliver_messages(house) == Delivered(sent=0, failed=1, given_up=0, waiting=1)
        assert now(house, message).latest.again_at == clock.moment + wait
        clock.moment += wait - timedelta(seconds=1)
        assert deliver_messages(house) == Delivered(sent=0, failed=0, given_up=0, waiting=1)
        clock.moment += timedelta(seconds=1)
    assert deliver_messages(house) == Delivered(sent=0, failed=0, given_up=1, waiting=0)
    assert [wait / timedelta(minutes=1) for wait in BACK_OFF] == [1, 5, 30, 120, 720]
    clock.moment += timedelta(days=30)
    assert deliver_messages(house) == Delivered(sent=0, failed=0, given_up=0, waiting=0)
    assert events(house, message) == ["claimed", "failed"] * 5 + ["claimed", "given_up"]
    assert len(post.before) == 3
    assert every_law_holds(house)


def test_a_message_that_came_back_is_sent_to_the_letter_as_it_was(
    house: Installation, post: Post, clock: MovableClock
) -> None:
    queued(house)
    post.after = [OutcomeUnknown("outcome_unknown", "It may have been sent.", key="x")]
    assert deliver_messages(house).failed == 1
    clock.moment += BACK_OFF[0]
    assert deliver_messages(house).sent == 1
    assert post.taken[0] == post.taken[1]


@pytest.mark.parametrize(
    "error",
    [
        Rejected("smtp_rejected", "No such mailbox"), NotAuthorised("smtp_notauthorised", "Not with this password"),
        InvalidValue("bad_message", "It cannot be written as an e-mail"),
    ],
)  # fmt: skip
def test_what_is_the_same_every_time_is_not_tried_again(
    house: Installation, post: Post, error: ImsError
) -> None:
    (message,) = queued(house)
    post.before = [error]
    assert deliver_messages(house) == Delivered(sent=0, failed=0, given_up=1, waiting=0)
    found = now(house, message)
    assert (found.state, found.latest.code, found.latest.detail) == (GIVEN_UP, error.code, error.message)
    assert found.latest.again_at is None
    assert post.taken == []


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RateLimited("rate_limited", "Wait", retry_after=600), timedelta(minutes=10)),
        (RateLimited("rate_limited", "Wait", retry_after=1), BACK_OFF[0]),
        (RateLimited("rate_limited", "Wait"), BACK_OFF[0]),
        (UnexpectedAnswer("odd", "What?"), BACK_OFF[0]),
        (ConfigurationError("odd", "What?"), BACK_OFF[0]),
    ],
)
def test_who_asks_us_to_wait_is_waited_for(
    house: Installation, post: Post, clock: MovableClock, error: ImsError, wait: timedelta
) -> None:
    (message,) = queued(house)
    post.before = [error]
    deliver_messages(house)
    assert now(house, message).latest.again_at == clock.moment + wait


def test_cut_off_between_sending_and_recording_it_is_sent_again_under_the_same_key_when_the_claim_is_over(
    house: Installation, post: Post, clock: MovableClock
) -> None:
    first, other = queued(house, TO, "b@example.org")
    post.after = [PulledPlug()]
    with pytest.raises(PulledPlug):
        deliver_messages(house)
    assert [now(house, each).state for each in (first, other)] == [CLAIMED, MessageState.WAITING]
    assert deliver_messages(house) == Delivered(sent=1, failed=0, given_up=0, waiting=1)  # the other
    clock.moment += timedelta(minutes=15) - timedelta(seconds=1)
    assert deliver_messages(house).waiting == 1
    clock.moment += timedelta(seconds=1)
    assert deliver_messages(house) == Delivered(sent=1, failed=0, given_up=0, waiting=0)
    assert post.keys == [str(first.id), str(other.id), str(first.id)]
    assert post.taken[0] == post.taken[2]
    assert events(house, first) == ["claimed", "claimed", "sent"]
    assert every_law_holds(house)


def test_a_message_on_which_every_worker_dies_is_given_up(
    house: Installation, post: Post, clock: MovableClock
) -> None:
    (message,) = queued(house)
    for _ in range(6):
        post.after = [PulledPlug()]
        with pytest.raises(PulledPlug):
            deliver_messages(house)
        clock.moment += timedelta(minutes=15)
    assert deliver_messages(house) == Delivered(sent=0, failed=0, given_up=1, waiting=0)
    found = now(house, message)
    assert (found.latest.code, found.may_have_gone) == ("outcome_unknown", True)
    assert len(post.taken) == 6


def test_workers_that_race_send_each_message_once(house: Installation, post: Post) -> None:
    messages = queued(house, *(f"a{n}@example.org" for n in range(8)))
    start = threading.Barrier(4)

    def work(_: int) -> Delivered:
        start.wait()
        return deliver_messages(house)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert sum(each.sent for each in done) == 8
    assert sorted(post.keys) == sorted(str(message.id) for message in messages)
    assert every_law_holds(house)


class Slow:
    """A notifier that is so slow that, meanwhile, the claim ends and somebody else sends the message."""

    def __init__(self, house: Installation, clock: MovableClock, error: ImsError | None) -> None:
        self.house, self.clock, self.error = house, clock, error

    def send(self, message: Message, *, key: str) -> Delivery:
        self.clock.moment += timedelta(minutes=16)
        deliver_messages(self.house)
        if self.error is not None:
            raise self.error
        return Delivery(reference="slow")


@pytest.mark.parametrize(
    ("slow", "quick", "said"),
    [
        (None, None, ["claimed", "claimed", "sent", "sent"]),  # both did, and both are kept
        (None, AWAY, ["claimed", "claimed", "failed", "sent"]),
        (AWAY, None, ["claimed", "claimed", "sent"]),  # what was sent is not called failed
        (AWAY, AWAY, ["claimed", "claimed", "failed"]),
    ],
)
def test_whoever_comes_back_late_says_that_it_was_sent_and_never_that_it_was_not(
    house: Installation, post: Post, clock: MovableClock, slow: ImsError | None, quick: ImsError | None, said: list[str]
) -> None:  # fmt: skip
    (message,) = queued(house)
    post.before = [quick]
    notifier = Slow(house, clock, slow)
    late = evolve(house, notifier=ChosenNotifier(name="slow", opened=lambda: nullcontext(notifier)))
    deliver_messages(late)
    assert events(house, message) == said


def test_what_the_service_said_is_kept_without_the_address(house: Installation, post: Post) -> None:
    (message,) = queued(house)
    post.before = [
        Rejected(
            "smtp_rejected",
            f"550 <{TO}>: Amina.Khan is not here, nor\r\n'b.c@d.example'; card 4111111111111111",
        )
    ]
    deliver_messages(house)
    assert now(house, message).latest.detail == (
        r"550 <(address)>: (address) is not here, nor\r\n'(address)'; card 411111******1111"
    )


def test_a_message_whose_persons_were_erased_is_not_sent_and_the_proof_holds(
    house: Installation, post: Post
) -> None:
    sent, waiting = queued(house), queued(house, "AMINA.Khan@example.org")
    post.before = [None, AWAY]
    assert deliver_messages(house) == Delivered(sent=1, failed=1, given_up=0, waiting=1)
    asked, *_ = propose_erasure(house, Subject(emails=(TO,)))
    removed = confirm_erasure(second(house), asked.id)
    assert removed.removed["messages"] == 2
    house.clock.moment += timedelta(hours=1)  # type: ignore[attr-defined]
    assert deliver_messages(house) == Delivered(sent=0, failed=0, given_up=1, waiting=0)
    assert [now(house, each[0]).contents for each in (sent, waiting)] == [None, None]
    assert now(house, waiting[0]).latest.code == "contents_removed"
    assert len(post.taken) == 1
    assert every_law_holds(house)


def test_erased_by_name_too(house: Installation) -> None:
    queued(house, "a.friend@example.org")
    asked, *_ = propose_erasure(house, Subject(names=("Amina Khan",)))
    assert confirm_erasure(second(house), asked.id).removed["messages"] == 1


def test_delivering_needs_message_manage_and_no_fund(house: Installation) -> None:
    queued(house)
    for act in (deliver_messages, list_outbox):
        with pytest.raises(NotPermitted) as caught:
            act(with_user(house, f"v{act.__name__}", Permission.TRANSACTION_VIEW, Permission.FUND_ALL))
        assert caught.value.data["permission"] == "message.manage"
    assert deliver_messages(with_user(house, "job", Permission.MESSAGE_MANAGE)).sent == 1


def test_a_missing_secret_is_told_before_anything_is_claimed(house: Installation) -> None:
    (message,) = queued(house)

    @contextmanager
    def opened() -> Iterator[Post]:
        raise ConfigurationError("no_secret", "The secret 'smtp_password' is not set.")
        yield Post()

    with pytest.raises(ConfigurationError):
        deliver_messages(evolve(house, notifier=ChosenNotifier(name="post", opened=opened)))
    assert events(house, message) == []


def test_the_outbox_lists_what_needs_somebody(house: Installation, post: Post) -> None:
    sent, failed, given_up, waiting = queued(
        house, "a@example.org", "b@example.org", "c@example.org", "d@example.org"
    )
    post.before = [None, AWAY, Rejected("no", "No"), PulledPlug()]
    with pytest.raises(PulledPlug):
        deliver_messages(house)
    assert [each.id for each in list_outbox(house)] == [failed.id, given_up.id, waiting.id]
    assert len(list_outbox(house, every=True)) == 4
    assert now(house, sent).state is SENT


def test_money_is_untouched_whatever_becomes_of_a_message(house: Installation, post: Post) -> None:
    payment = paid(house, GARDEN)
    before = receipt_document(house, payment.reference)
    send_receipt(house, payment.reference, to=TO)
    post.before = [Rejected("no", "No")]
    deliver_messages(house)
    assert receipt_document(house, payment.reference) == before


def test_a_receipt_goes_out_by_the_mail_server_that_the_settings_choose(
    tmp_path: Path, database_url: str, clock: MovableClock, house: Installation
) -> None:
    """The whole way: [notifier] in the settings, the outbox, SMTP, a mailbox."""
    del house  # a council is there; this one reads its settings anew
    mailbox = Mailbox()
    port = _free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        text = settings_text().replace("sqlite:///ims.sqlite", database_url) + (
            f'\n[notifier]\nname = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
            'sender = "payments@council.example"\n'
        )
        (tmp_path / "again.toml").write_text(text, encoding="utf-8")
        opened = open_installation(tmp_path / "again.toml", clock=clock, by="tester")
        try:
            payment = paid(evolve(opened, council=with_post(opened, Post()).council), GARDEN)
            message = send_receipt(opened, payment.reference, to=TO)
            assert deliver_messages(opened).sent == 1
            assert every_law_holds(opened)
        finally:
            opened.store.close()
    finally:
        controller.stop()
    (mail,) = mailbox.mails
    assert (mail["To"], mail["From"]) == (TO, "payments@council.example")
    assert mail["Message-ID"] == f"<{message.id}@council.example>"
    assert mail["Date"].datetime == datetime(2026, 5, 13, 7, 0, tzinfo=UTC)
    assert message.contents is not None
    assert mail.get_content().replace("\r\n", "\n") == message.contents.text
