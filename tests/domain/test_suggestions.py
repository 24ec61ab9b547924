"""Suggestions are ordered by what speaks for them, and ties are shown as ties."""

from __future__ import annotations

import pytest

from localgov_ims.domain.suggestions import (
    Account,
    Evidence,
    Ground,
    Strength,
    names_in,
    nearly,
    ranked,
    words_like_references,
)


def speaks(account: Account, ground: Ground, strength: Strength) -> Evidence:
    return Evidence(account=account, ground=ground, strength=strength, said="Because.")


A, B, C = ("05", "A"), ("05", "B"), ("23", "C")


def test_more_and_stronger_grounds_come_first_and_equals_are_tied() -> None:
    found, hidden = ranked(
        [
            speaks(C, Ground.SAME_AMOUNT, Strength.WEAK), speaks(B, Ground.NEARLY_AN_ACCOUNT, Strength.FAIR),
            speaks(A, Ground.VALID_IN_ONE_FUND, Strength.STRONG), speaks(("05", "D"), Ground.SAME_AMOUNT, Strength.WEAK),
            speaks(A, Ground.SAME_AMOUNT, Strength.WEAK), speaks(A, Ground.SAME_AMOUNT, Strength.WEAK),
        ]
    )  # fmt: skip
    assert [(each.account[1], each.strength.value, each.rank, each.tied) for each in found] == [
        ("A", "strong", 1, False), ("B", "fair", 2, False), ("D", "weak", 3, True), ("C", "weak", 3, True),
    ]  # fmt: skip
    assert [each.ground for each in found[0].grounds] == [Ground.VALID_IN_ONE_FUND, Ground.SAME_AMOUNT]
    assert hidden == 0


def test_two_fair_grounds_are_strong_together() -> None:
    (found,), _ = ranked(
        [
            speaks(A, Ground.BALANCE_EQUALS, Strength.FAIR),
            speaks(A, Ground.SURNAME_IN_NARRATIVE, Strength.FAIR),
        ]
    )
    assert found.strength is Strength.STRONG


def test_there_are_at_most_five_and_it_is_said_how_many_are_as_likely() -> None:
    found, hidden = ranked([speaks(("05", f"{n}"), Ground.SAME_AMOUNT, Strength.WEAK) for n in range(9)])
    assert (len(found), hidden) == (5, 4)
    assert ranked([]) == ([], 0)


def test_a_slip_is_one_digit_or_two_neighbours() -> None:
    slips = set(nearly("12A"))
    assert slips == {*(f"{n}2A" for n in "023456789"), *(f"1{n}A" for n in "013456789"), "21A", "1A2"}
    assert list(nearly("AA")) == []


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("612345647", "RENT J SMITH"), ["612345647"]),
        (("", "FP20000500 and 123"), ["FP20000500"]),
        (("", "nothing here"), []),
    ],
)
def test_words_with_digits_may_be_references(texts: tuple[str, ...], words: list[str]) -> None:
    assert words_like_references(*texts) == words


def test_names_are_words_of_letters() -> None:
    assert names_in("RENT O'Brien / J Smith-Jones 12 ab") == {"rent", "o'brien", "smith-jones"}
