"""What an outbox keeps of a service's words, and when it tries again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.outbox import LONGEST_DETAIL, address_shown, may_have_gone, without_address
from localgov_ims.errors import (
    InvalidValue,
    NoAnswer,
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    UnexpectedAnswer,
)

NOW = datetime(2026, 5, 13, 7, 0, tzinfo=UTC)
parts = st.from_regex(r"[a-z][a-z0-9.+_-]{2,20}", fullmatch=True)


@given(parts, parts, st.text(max_size=400), st.text(max_size=400))
def test_an_address_never_stays_in_what_was_said(mailbox, service, before, after):
    address = f"{mailbox}@{service}.example"
    said = without_address(f"{before} <{address.upper()}> {mailbox} {after}", address)
    assert address.casefold() not in said.casefold()
    assert len(said) <= LONGEST_DETAIL


def test_words_that_only_look_like_the_mailbox_stay():
    assert without_address("551 User not local", "lo@example.org") == "551 User not local"
    assert without_address("Mailbox anna is full, hanna's is not", "anna@example.org") == (
        "Mailbox (address) is full, hanna's is not"
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [("amina.khan@example.org", "a***@example.org"), ("a@gmial.example", "a***@gmial.example")],
)
def test_an_address_is_listed_so_that_the_service_is_seen_and_the_person_is_not(address, shown):
    assert address_shown(address) == shown


@pytest.mark.parametrize(
    ("kind", "perhaps"),
    [
        (InvalidValue, False), (Rejected, False), (NotAuthorised, False), (RateLimited, False), (Unavailable, False),
        (NotSent, False), (OutcomeUnknown, True), (NoAnswer, True), (UnexpectedAnswer, True),
    ],
)  # fmt: skip
def test_which_errors_leave_it_open_whether_a_message_went(kind, perhaps):
    assert may_have_gone(kind("code", "Words")) is perhaps
    assert may_have_gone(None)
