"""System messages: shown from their start until just before their end, to whom they are meant for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from tests.conftest import MovableClock

from localgov_ims.domain.system_messages import Audience, MessageSeverity
from localgov_ims.errors import AlreadyDone, InvalidValue, NotFound, NotSignedIn
from localgov_ims.service.documents.announcing import (
    add_message,
    current_messages,
    end_message,
    list_messages,
)
from localgov_ims.service.installation import Installation
from localgov_ims.service.verifying import verify

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)


def _shown(installation: Installation, audience: Audience = Audience.STAFF) -> list[str]:
    return [message.text for message in current_messages(installation, audience)]


def test_a_message_is_shown_from_its_start_until_just_before_its_end(
    installation: Installation, clock: MovableClock
) -> None:
    add_message(
        installation, text="Closed today", starts_at=NOON, ends_at=NOON + timedelta(hours=1),
        severity=MessageSeverity.WARNING,
    )  # fmt: skip
    seen = []
    for seconds in (-1, 0, 3599, 3600):
        clock.moment = NOON + timedelta(seconds=seconds)
        seen.append(_shown(installation))
    assert seen == [[], ["Closed today"], ["Closed today"], []]
    assert all(law.holds for law in verify(installation))


def test_it_is_shown_to_whom_it_is_meant_for(installation: Installation) -> None:
    for audience in Audience:
        add_message(installation, text=f"To {audience.value}", ends_at=NOON, audience=audience)
    assert _shown(installation, Audience.STAFF) == ["To both", "To staff"]
    assert _shown(installation, Audience.PORTAL) == ["To both", "To portal"]


def test_it_can_be_taken_down_once(installation: Installation) -> None:
    made = add_message(installation, text="Wrong", ends_at=NOON)
    ended = end_message(installation, made.number)
    assert (ended.ended_by, ended.ended_at) == ("tester", installation.clock())
    assert _shown(installation) == []
    with pytest.raises(AlreadyDone, match="tester"):
        end_message(installation, made.number)
    assert list_messages(installation) == []
    assert [each.number for each in list_messages(installation, every=True)] == [made.number]


def test_what_is_over_or_never_was_cannot_be_taken_down(
    installation: Installation, clock: MovableClock
) -> None:
    made = add_message(installation, text="Soon", ends_at=NOON)
    clock.moment = NOON
    with pytest.raises(AlreadyDone):
        end_message(installation, made.number)
    with pytest.raises(NotFound):
        end_message(installation, 99)


@pytest.mark.parametrize(
    ("text", "ends_at", "code"),
    [
        (" ", NOON, "text_missing"),
        ("x" * 161, NOON, "text_too_long"),
        ("x", datetime(2026, 5, 13, 7, tzinfo=UTC), "ends_before_start"),
        ("x", datetime(2026, 5, 13, 12), "moment_without_zone"),  # noqa: DTZ001 - that it has none is the point
    ],
)
def test_a_message_says_something_and_ends_after_it_starts(
    installation: Installation, text: str, ends_at: datetime, code: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        add_message(installation, text=text, ends_at=ends_at)
    assert refused.value.code == code


def test_two_that_are_put_up_at_once_are_two(installation: Installation) -> None:
    threads = [
        Thread(target=add_message, args=(installation,), kwargs={"text": f"{n}", "ends_at": NOON})
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.number for each in list_messages(installation)) == [1, 2, 3, 4]


def test_only_users_are_told(installation: Installation) -> None:
    with pytest.raises(NotSignedIn):
        current_messages(installation.acting("?"), Audience.STAFF)
