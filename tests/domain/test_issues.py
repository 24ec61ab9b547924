"""Issues say what is wrong in somebody else's file without spilling it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.issues import CODES, NOTICES, Issue, Severity, notice
from localgov_ims.domain.quoting import SHOWN, quoted


def issue(**given: str) -> Issue:
    return Issue(**{"code": "bad-amount", "place": "row 2", "message": "It is no amount."} | given)  # type: ignore[arg-type]


def test_a_code_that_is_not_listed_is_a_bug() -> None:
    with pytest.raises(ValueError, match="'bad_amount' is not a code"):
        issue(code="bad_amount")


def test_an_issue_stops_its_file_and_a_notice_does_not() -> None:
    assert issue().stops
    told = notice("copy-or-duplicate", "Stmt[1]", "The bank marks it as a copy.")
    assert (told.stops, told.severity) == (False, Severity.INFO)


def test_every_notice_is_a_code_and_codes_have_dashes() -> None:
    assert NOTICES < CODES
    assert not any("_" in code for code in CODES)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("4111111111111111", "411111******1111"),
        ("card 4111111111111111 ok", "card 411111******1111 ok"),
        ("378282246310005", "378282*****0005"),
        ("4111111111111112", "4111111111111112"),
        ("20000012345678", "20000012345678"),
        ("14111111111111111", "14111111111111111"),
        ("41111111111111111111", "41111111111111111111"),
    ],
)
def test_card_numbers_are_masked_and_others_are_not(value: str, shown: str) -> None:
    assert issue(value=value).value == shown


@pytest.mark.parametrize("before", range(60, 81))
def test_a_cut_leaves_no_card_number_standing(before: int) -> None:
    shown = quoted(" " * before + "4111111111111111 and more that is cut")
    assert "1111111" not in shown


def test_a_long_value_is_cut_at_80_with_an_ellipsis() -> None:
    assert quoted("x" * SHOWN) == "x" * SHOWN
    assert quoted("x" * (SHOWN + 1)) == "x" * (SHOWN - 1) + "…"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\x00b", "a\\x00b"),
        ("a\nb\r", "a\\nb\\r"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e", "\\u202e"),
        ("£é", "£é"),
    ],
)
def test_control_characters_are_escaped(value: str, shown: str) -> None:
    assert quoted(value) == shown


@given(st.text(max_size=400))
def test_what_is_shown_is_short_and_printable(value: str) -> None:
    shown = quoted(value)
    assert len(shown) <= SHOWN
    assert shown.isprintable()


@given(st.text(max_size=200))
def test_what_is_shown_once_is_shown_the_same_again(value: str) -> None:
    assert quoted(quoted(value)) == quoted(value)
