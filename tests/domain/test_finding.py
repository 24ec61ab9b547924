"""Finding references in free text: the quick search answers as the plainest one does, for one format and for many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import penalty_format, reference_format, scheme
from tests.domain.plain_finding import find_plainly

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.finding import Finder, Found
from localgov_ims.domain.references import Case, Characters, ReferenceFormat


def free(name: str, shortest: int, longest: int, *valid: str, **given: object) -> ReferenceFormat:
    """Build a format that asks nothing but what is given."""
    return ReferenceFormat(name=name, min_length=shortest, max_length=longest, valid=valid, **given)  # type: ignore[arg-type]


SLASHED = free("slashed", 9, 9, "12/3456/7", mask="##/####/#")
NAMED = free("named", 8, 12, "JONES AB", characters=Characters.ALPHA_WITH_SPACES)
LUHN = CheckDigits(name="card", kind=Kind.LUHN)
FORMATS: Sequence[ReferenceFormat] = (
    reference_format(),
    penalty_format(),
    reference_format(
        name="rent", min_length=11, max_length=11, mask="##########@", valid=("12345678902",),
        check_digit=scheme(weights=(0, 0, 9, 7, 1, 4, 6, 3, 2, 8, 0)),
    ),
    free("short", 3, 6, "123", characters=Characters.NUMERIC),
    free("four", 4, 4, "1234", characters=Characters.NUMERIC),
    free("any", 4, 5, "AB12", characters=Characters.ALPHANUMERIC),
    free("pattern", 5, 7, "AB123", regex=r"(?i:AB|F)\d+"),
    free("anchored", 5, 9, "AB12C", regex=r"^A[^\WA]\d{1,5}(?:[[:alpha:]]|\b5{2}|z\.)$"),
    free("strange", 3, 6, "A.1", regex=r"A\Q.\E\d+|(?P<b>B)-?1{2,}?|[]x]{3}"),
    free("unasked", 3, 5, "A12"),
    free("kept", 3, 3, "Ab1", mask="Ab#", case=Case.KEEP),
    free("starred", 5, 5, "AB-12", mask="AB*##"),
    free("digits", 4, 9, "12 34", characters=Characters.NUMERIC_WITH_SPACES, check_digit=None),
    free("card", 6, 12, "000000", characters=Characters.NUMERIC_WITH_SPACES, check_digit=LUHN),
    free("wide", 8, 8, "AB - 123", mask="$$ - ###"),
    free("colon", 5, 6, "12:34", regex=r"\d\d:\d\d"),
    free("dates", 11, 11, "1/2/3/4/5/6", mask="#/#/#/#/#/#"),
    free("signs", 3, 3, "-/-", mask="-/-"),
    free("hashed", 4, 4, "+123", mask="+###"),
    SLASHED,
    NAMED,
)  # fmt: skip
PIECES = (
    "612345674", "612345670", "61234567-4", "FP20000050", "fp2000 012a", "FP2", "0000050", "12345678902", "123 456",
    "12/3456/7", "12", "34", "1", "5", "1234", "AB", "Ab1", "AB123", "F 12", "AB-12", "AB - 123", "12:34", "JONES",
    "1/2/3/4/5/6", "AB12C", "AB1 255", "a.12", "B-11", "xxx", "-/-", "é", "\uff11", "\u017f", "\u212a", "0000 00", "+123", "_", "(",
)  # fmt: skip
JOINERS = (" ", "-", "/", ".", "", "", "  ", " - ", "\n", ",", ":", "\x00")
TEXTS = (
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(JOINERS)), max_size=9).map(
        lambda parts: "".join(piece + joiner for piece, joiner in parts)
    )
    | st.text("0123456ABFPabfp -/.:\né", max_size=40)
    | st.text(max_size=20)
)


ALL = Finder(FORMATS)


def plainly(formats: Sequence[ReferenceFormat], text: str) -> list[Found]:
    return [
        Found(each.name, written, reference)
        for each in formats
        for written, reference in find_plainly(each, text)
    ]


@settings(max_examples=400)
@given(TEXTS)
def test_the_quick_search_answers_as_the_plain_one(text: str) -> None:
    assert list(ALL.find(text)) == plainly(FORMATS, text)


@given(st.lists(TEXTS, max_size=6))
def test_many_texts_at_once_are_searched_as_each_alone(texts: list[str]) -> None:
    assert list(ALL.find_all(texts)) == [plainly(FORMATS, text) for text in texts]


@given(TEXTS, st.sampled_from(FORMATS))
def test_a_format_by_itself_finds_what_it_finds_among_others(text: str, alone: ReferenceFormat) -> None:
    assert list(alone.find(text)) == [
        (f.written, f.reference) for f in ALL.find(text) if f.format == alone.name
    ]


def test_more_texts_than_a_block_stay_in_their_order() -> None:
    texts = [f"CTAX {'612345674' if number % 3 else 'NONE'} {number:05d}" for number in range(2_501)]
    found = list(Finder([reference_format()]).find_all(texts))
    assert [len(each) for each in found] == [1 if number % 3 else 0 for number in range(2_501)]


def test_texts_are_taken_as_they_are_needed() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "CTAX 612345674"

    (first,) = next(Finder([reference_format()]).find_all(endless()))
    assert first.reference.text == "612345674"


def test_a_reference_does_not_reach_from_one_text_into_the_next() -> None:
    assert list(Finder([reference_format()]).find_all(["61234567", "4", "612 345", " 674"])) == [
        [],
        [],
        [],
        [],
    ]


def test_without_formats_nothing_is_found_in_each_text() -> None:
    assert list(Finder([]).find_all(["612345674", ""])) == [[], []]


def found(text: str, *formats: ReferenceFormat) -> list[tuple[str, str, str]]:
    return [(each.format, each.written, each.reference.text) for each in Finder(formats).find(text)]


def test_each_format_is_found_with_its_name() -> None:
    assert found("612345674 fp20000050", reference_format(), penalty_format()) == [
        ("council-tax", "612345674", "612345674"),
        ("penalty", "fp20000050", "FP20000050"),
    ]


def test_one_text_may_be_a_reference_of_two_formats() -> None:
    twin = reference_format(name="twin")
    assert [name for name, _, _ in found("612 345 674", reference_format(), twin)] == ["council-tax", "twin"]


@pytest.mark.parametrize(
    ("format_", "text", "written"),
    [
        (SLASHED, "REF 12/3456/7 MAY", ["12/3456/7"]),
        (SLASHED, "12/3456/78", []),
        (SLASHED, "12-3456-7", []),
        (SLASHED, "1234567", []),
        (NAMED, "12 JONES AB 34", ["JONES AB"]),
        (free("wide", 8, 8, "AB - 123", mask="$$ - ###"), "PAY ab - 123 NOW", ["ab - 123"]),
        (free("wide", 8, 8, "AB - 123", mask="$$ - ###"), "PAY ab-123 NOW", []),
        (free("colon", 5, 5, "12:34", regex=r"\d\d:\d\d"), "AT 12:34,56", ["12:34"]),
        (free("dates", 11, 11, "1/2/3/4/5/6", mask="#/#/#/#/#/#"), "1/2/3/4/5/6", ["1/2/3/4/5/6"]),
        (free("starred", 5, 5, "AB-12", mask="AB*##"), "AB 12 AB-34 AB 7 12", ["AB 12", "AB-34", "AB 7 12"]),
    ],
)
def test_signs_of_the_format_itself_are_found_as_they_stand(
    format_: ReferenceFormat, text: str, written: list[str]
) -> None:
    assert [as_written for _, as_written, _ in found(text, format_)] == written


def test_what_the_format_allows_as_it_stands_is_read_so() -> None:
    spaced = free("digits", 4, 9, "12 34", characters=Characters.NUMERIC_WITH_SPACES)
    assert found("12 34", spaced) == [("digits", "12 34", "12 34")]
    assert found("12-34", spaced) == [("digits", "12-34", "1234")]
