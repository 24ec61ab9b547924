"""Signed links: they open one thing, for one purpose, until a moment, and nothing tells why one does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.links import Purpose, check_link, sign_link
from localgov_ims.errors import ConfigurationError, InvalidSignature, InvalidValue

OLD, NEW = b"o" * 32, b"n" * 32
NOW = datetime(2026, 5, 13, 7, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
REFERENCE = "K7MP2QXW9TRN"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

references = st.text(min_size=1, max_size=100)
secrets = st.binary(min_size=32, max_size=64)
moments = st.datetimes(
    min_value=datetime(2001, 1, 1),  # noqa: DTZ001 - hypothesis wants it bare
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
purposes = st.sampled_from(Purpose)


def _refused(token: str, *, purpose: Purpose = Purpose.PAY, now: datetime = NOW) -> InvalidSignature:
    with pytest.raises(InvalidSignature) as caught:
        check_link([NEW], token, purpose, now)
    return caught.value


@given(secrets, purposes, references, moments)
def test_a_link_opens_what_was_signed_until_its_moment(secret, purpose, reference, expires_at):
    token = sign_link(secret, purpose, reference, expires_at)
    assert set(token) <= set(ALPHABET)
    assert check_link([secret], token, purpose, expires_at - timedelta(seconds=1)) == reference
    with pytest.raises(InvalidSignature):
        check_link([secret], token, purpose, expires_at)


@given(st.data())
def test_any_change_of_any_character_is_refused(data):
    token = sign_link(NEW, Purpose.PAY, data.draw(references), SOON)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(ALPHABET + "=+/ \né").filter(lambda c: c != token[place]))
    _refused(token[:place] + other + token[place + 1 :])


def test_no_other_spelling_of_a_link_is_that_link():
    for reference in ("R", "RR", "RRR"):  # so that base64 has 0, 2 and 4 bits over at the end
        token = sign_link(NEW, Purpose.PAY, reference, SOON)
        for last in ALPHABET:
            if last != token[-1]:
                _refused(token[:-1] + last)
        for spelling in (
            token + "=",
            token + "==",
            " " + token,
            token + "\n",
            token[:-1],
            token[1:],
            token + "A",
        ):
            _refused(spelling)


@given(st.text(max_size=200))
def test_text_that_was_never_signed_opens_nothing(text):
    _refused(text)


def test_nothing_that_is_absurdly_long_is_even_decoded():
    _refused("A" * 1_000_000)


@given(references, moments, purposes)
def test_one_purpose_opens_no_other(reference, expires_at, purpose):
    (other,) = set(Purpose) - {purpose}
    token = sign_link(NEW, purpose, reference, expires_at)
    with pytest.raises(InvalidSignature):
        check_link([NEW], token, other, expires_at - timedelta(days=1))


@given(secrets, secrets)
def test_another_secret_opens_nothing(one, other):
    token = sign_link(one, Purpose.PAY, REFERENCE, SOON)
    if one != other:
        with pytest.raises(InvalidSignature):
            check_link([other], token, Purpose.PAY, NOW)


def test_while_secrets_change_both_open_and_then_only_the_new_one():
    old, new = (sign_link(secret, Purpose.PAY, REFERENCE, SOON) for secret in (OLD, NEW))
    for token in (old, new):
        assert check_link([NEW, OLD], token, Purpose.PAY, NOW) == REFERENCE
    assert check_link([NEW], new, Purpose.PAY, NOW) == REFERENCE
    _refused(old)


def test_no_refusal_says_which_check_failed():
    good = sign_link(NEW, Purpose.PAY, REFERENCE, SOON)
    refusals = [
        _refused(good, now=SOON),
        _refused(good, purpose=Purpose.VIEW_RECEIPT),
        _refused(sign_link(OLD, Purpose.PAY, REFERENCE, SOON)),
        _refused(good[:-1] + ("A" if good[-1] != "A" else "B")),
        _refused("!"),
        _refused(""),
        _refused("é"),
    ]
    assert len({(each.code, each.message, str(each.data), repr(each.__cause__)) for each in refusals}) == 1
    assert all(each.__suppress_context__ or each.__context__ is None for each in refusals)


def test_a_moment_is_one_whatever_its_zone():
    from localgov_ims.domain.calendar import LONDON

    there = sign_link(NEW, Purpose.PAY, REFERENCE, SOON.astimezone(LONDON))
    assert there == sign_link(NEW, Purpose.PAY, REFERENCE, SOON)
    assert check_link([NEW], there, Purpose.PAY, NOW.astimezone(LONDON)) == REFERENCE


def test_this_link_is_written_so_for_ever():
    """Links in people's mailboxes must survive an update of ours."""
    token = sign_link(
        bytes(range(32)), Purpose.VIEW_RECEIPT, REFERENCE, datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    )
    assert token == "AAAAAHDdVSVLN01QMlFYVzlUUk5NpOACof7ehPF1egkR-LIDOZzFcZ4PYcH0PMr2e6w6Vg"


@pytest.mark.parametrize("secret", [b"", b"x" * 31])
def test_a_secret_that_could_be_guessed_is_refused(secret):
    for act in (
        lambda: sign_link(secret, Purpose.PAY, REFERENCE, SOON),
        lambda: check_link([NEW, secret], "x", Purpose.PAY, NOW),
    ):
        with pytest.raises(ConfigurationError, match="at least 32 bytes") as caught:
            act()
        assert caught.value.code == "weak_link_secret"
    with pytest.raises(ConfigurationError):
        check_link([], "x", Purpose.PAY, NOW)


@pytest.mark.parametrize("reference", ["", "x" * 101])
def test_a_link_is_for_a_reference(reference):
    with pytest.raises(InvalidValue, match="1 to 100 characters"):
        sign_link(NEW, Purpose.PAY, reference, SOON)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(InvalidValue, match="time zone"):
        sign_link(NEW, Purpose.PAY, REFERENCE, SOON.replace(tzinfo=None))
