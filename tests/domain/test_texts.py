"""Texts with a limit: longer is refused, never cut; blank is nothing where that is allowed."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.texts import alike, blank_is_none, digits, text
from localgov_ims.errors import InvalidValue


@pytest.mark.parametrize(
    "said", ["BAG 1", "bag-1", "Bag–1", "\uff22\uff21\uff27\uff11", "b\u200bag1", " bag_1 "]
)
def test_texts_that_say_the_same_are_alike(said: str) -> None:
    assert alike(said) == "bag1"


def test_texts_of_signs_alone_are_alike_to_themselves() -> None:
    assert [alike(each) for each in ("--", " / ", "BAG01")] == ["--", "/", "bag01"]


@frozen(kw_only=True)
class Note:
    """A record with one text of each kind."""

    short_name: str = field(default="x", validator=text(5))
    maybe: str | None = field(default=None, converter=blank_is_none, validator=text(5))
    sort_code: str = field(default="112233", validator=digits(6))


def code_of(**given: Any) -> tuple[str, object]:
    with pytest.raises(InvalidValue) as refused:
        Note(**given)
    return refused.value.code, refused.value.data["field"]


@pytest.mark.parametrize("value", ["x", "xxxxx", "Żółć!", "a b", "☃☃☃☃☃"])
def test_a_text_of_up_to_so_many_characters_is_kept_as_it_is(value: str) -> None:
    assert Note(short_name=value).short_name == value
    assert Note(maybe=value).maybe == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("xxxxxx", "text_too_long"), ("", "text_missing"), ("   ", "text_missing"), ("\t\n", "text_missing"),
        ("a\0b", "text_not_printable"), (5, "text_missing"),
    ],
)  # fmt: skip
def test_a_text_that_does_not_fit_is_refused_and_never_cut(value: Any, code: str) -> None:
    assert code_of(short_name=value) == (code, "short_name")


def test_the_message_says_which_text_how_long_it_is_and_what_to_do() -> None:
    with pytest.raises(InvalidValue) as refused:
        Note(short_name="abcdefg")
    assert refused.value.message == (
        "The short name of a Note has 7 characters; 5 are allowed: 'abcdefg'. Shorten it."
    )


def test_a_card_number_in_a_text_that_is_too_long_is_not_said_again() -> None:
    with pytest.raises(InvalidValue) as refused:
        Note(short_name="4111111111111111")
    assert "411111******1111" in refused.value.message


@pytest.mark.parametrize(
    ("given", "kept"), [(None, None), ("", None), ("  ", None), (" x ", "x"), ("x", "x")]
)
def test_blank_is_nothing(given: str | None, kept: str | None) -> None:
    assert Note(maybe=given).maybe == kept
    assert code_of(maybe="xxxxxx") == ("text_too_long", "maybe")


@given(st.text(max_size=12))
def test_what_is_kept_is_what_was_given_without_blanks_around_it_or_it_is_refused(value: str) -> None:
    trimmed = value.strip()
    if len(trimmed) > 5 or "\0" in trimmed:
        with pytest.raises(InvalidValue):
            Note(maybe=value)
    else:
        assert Note(maybe=value).maybe == (trimmed or None)


@pytest.mark.parametrize(
    "value", ["", "11223", "1122334", "11-22-33", "11 22 33", "11223a", "١١٢٢٣٣", "²²²²²²", " 112233", 112233]
)
def test_digits_are_so_many_and_plain(value: Any) -> None:
    assert Note(sort_code="000000").sort_code == "000000"
    assert code_of(sort_code=value) == ("not_digits", "sort_code")


@pytest.mark.parametrize("written", ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111"])
def test_a_card_number_is_masked_however_it_is_written(written: str) -> None:
    from localgov_ims.domain.quoting import visible

    assert visible(f"paid by {written}, thanks") == "paid by 411111******1111, thanks"
