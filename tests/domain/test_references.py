"""Account references: formats as data, one way in, and a search that never joins what stands by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import penalty_format, reference_format, scheme

from localgov_ims.domain.check_digits import CheckDigits, Kind
from localgov_ims.domain.patterns import anywhere
from localgov_ims.domain.references import AccountReference, Case, Characters, ReferenceFormat
from localgov_ims.errors import ConfigurationError, InvalidValue

SPACED = Characters.ALPHANUMERIC_WITH_SPACES


def free(**given: object) -> ReferenceFormat:
    """Build a format that asks nothing but what is given, with the valid example given."""
    return ReferenceFormat(**{"name": "free", "min_length": 1, "max_length": 30, "valid": ("A",)} | given)


def code_of(format_: ReferenceFormat, text: str) -> str | None:
    fault = format_.fault(format_.compact(text))
    return fault[0] if fault is not None else None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "reference_missing"), ("   ", "reference_missing"), ("\t\n\u00a0", "reference_missing"),
        ("61234567", "reference_length"),
        ("6123456745", "reference_length"), ("61234567é", "reference_characters"),
        ("61234567X", "reference_characters"), ("6123 5674", "reference_characters"),
        ("\uff1612345674", "reference_characters"), ("912345674", "reference_pattern"),
        ("652345674", "reference_mask"), ("612345670", "reference_check_digit"), ("612345674", None),
        (" 612345674 ", None), ("612345674\r\n", None), ("612345\n674", "reference_length"),
    ],
)  # fmt: skip
def test_the_first_check_that_fails_gives_the_code(text: str, code: str | None) -> None:
    every_check = reference_format(regex="6[0-9]{8}", mask="61######@")
    assert code_of(every_check, text) == code


def test_nothing_at_all_is_a_reference_that_is_missing() -> None:
    with pytest.raises(InvalidValue, match="'' is not a council-tax reference: it is empty") as refused:
        reference_format().parse(None)
    assert refused.value.code == "reference_missing"


@pytest.mark.parametrize(
    ("symbol", "text", "fits"),
    [
        ("$", "A", True), ("$", "1", False), ("#", "1", True), ("#", " ", False), ("#", "A", False),
        ("?", "1", True), ("?", "A", True), ("?", "#", False), ("*", "-", True), ("*", "/", True), ("*", " ", True),
        ("*", "1", True), ("*", "%", False), ("*", ".", False), ("A", "A", True), ("A", "a", True), ("A", "B", False),
        ("a", "A", True), (".", ".", True), (".", "A", False), ("+", "+", True), ("[", "[", True),
    ],
)  # fmt: skip
def test_each_symbol_of_a_mask_stands_for_its_characters(symbol: str, text: str, fits: bool) -> None:  # noqa: FBT001
    example = {"$": "A", "#": "0", "?": "A", "*": "A"}.get(symbol, symbol)
    masked = free(min_length=3, max_length=3, mask=f"X{symbol}Y", valid=(f"X{example}Y",))
    assert (code_of(masked, f"X{text}Y") is None) is fits


def test_letters_of_a_mask_are_themselves_only_where_case_is_kept() -> None:
    kept = free(min_length=2, max_length=2, mask="Ab", case=Case.KEEP, valid=("Ab",), invalid=("AB", "ab"))
    assert kept.parse("Ab").text == "Ab"
    folded = free(min_length=2, max_length=2, mask="Ab", valid=("Ab", "aB"))
    assert folded.parse("ab").text == "AB"


@pytest.mark.parametrize(
    ("text", "fits"),
    [("AB123456", True), ("AB00000Z", True), ("ab00000y", True), ("AB12345C", False), ("AB12345", False),
     ("XAB123456", False), ("AB1234567", False)],
)  # fmt: skip
def test_a_pattern_takes_the_whole_reference(text: str, fits: bool) -> None:  # noqa: FBT001
    assert (code_of(free(regex=r"AB\d{5}(\d|Y|Z)", valid=("AB123456",)), text) is None) is fits


@pytest.mark.parametrize(
    ("characters", "fitting", "unfit"),
    [
        (Characters.ALPHA, "AB", "A1"), (Characters.ALPHA, "AB", "A B"), (Characters.NUMERIC, "12", "1A"),
        (Characters.ALPHANUMERIC, "A1", "A 1"), (Characters.ALPHANUMERIC, "A1", "A-1"),
        (Characters.ALPHA_WITH_SPACES, "A B", "A 1"), (Characters.NUMERIC_WITH_SPACES, "1 2", "1 A"),
        (SPACED, "A 1", "A-1"), (SPACED, "A 1", "A\t1"),
    ],
)  # fmt: skip
def test_classes_hold_their_characters_only(characters: Characters, fitting: str, unfit: str) -> None:
    format_ = free(characters=characters, valid=(fitting,))
    assert code_of(format_, fitting) is None
    assert code_of(format_, unfit) == "reference_characters"


@pytest.mark.parametrize(
    ("number", "fitting", "unfit"),
    [
        (1, "AB", "A B"),
        (2, "A B", "A1"),
        (3, "12", "1 2"),
        (4, "1 2", "1A"),
        (5, "A1", "A 1"),
        (6, "A 1", "A-1"),
    ],
)
def test_classes_have_the_numbers_that_councils_know(number: int, fitting: str, unfit: str) -> None:
    format_ = free(characters=Characters.numbered(number), valid=(fitting,), invalid=(unfit,))
    assert code_of(format_, unfit) == "reference_characters"


@pytest.mark.parametrize("number", [0, 7])
def test_there_is_no_other_class(number: int) -> None:
    with pytest.raises(InvalidValue, match=f"no class {number} of characters; there are 1 to 6"):
        Characters.numbered(number)


@pytest.mark.parametrize(
    ("text", "fits"), [("XXAB12YY", True), ("AB12", True), ("A12", False), ("CD34", True)]
)
def test_a_regex_that_searched_keeps_its_meaning(text: str, fits: bool) -> None:  # noqa: FBT001
    searching = free(regex=anywhere(r"AB\d|^CD"), valid=("AB1",), invalid=("XCD",))
    assert (code_of(searching, text) is None) is fits


def test_lengths_include_both_ends() -> None:
    format_ = free(min_length=2, max_length=4, valid=("AB",))
    codes = [code_of(format_, "A" * length) for length in range(1, 6)]
    assert codes == ["reference_length", None, None, None, "reference_length"]


@given(st.text(max_size=30))
def test_the_canonical_form_is_its_own(text: str) -> None:
    for case in Case:
        format_ = free(case=case)
        canonical = format_.compact(text)
        assert format_.compact(canonical) == canonical
        if code_of(format_, text) is None:
            reference = format_.parse(text)
            assert format_.parse(reference.text) == reference == AccountReference(canonical, "free")


@given(st.text(max_size=12) | st.text("0123456789 ", max_size=12))
def test_whatever_is_typed_is_a_reference_or_refused_with_a_code(text: str) -> None:
    code = code_of(reference_format(), text)
    if code is None:
        assert reference_format().parse(text).text == text.strip()
        return
    assert code.startswith("reference_")
    with pytest.raises(InvalidValue, match="is not a council-tax reference") as refused:
        reference_format().parse(text)
    assert refused.value.code == code


@given(st.text("0123456789", min_size=9, max_size=9))
def test_the_right_check_digit_never_stands_in_the_message(text: str) -> None:
    format_ = reference_format()
    right = next(text[:8] + last for last in "0123456789" if code_of(format_, text[:8] + last) is None)
    if text != right:
        with pytest.raises(InvalidValue, match="probably mistyped") as refused:
            format_.parse(text)
        said = refused.value.message.replace(text, "")
        assert not any(symbol.isdigit() for symbol in said)
        assert right not in map(str, refused.value.data.values())


def test_a_mistyped_reference_of_full_length_is_refused_with_what_was_typed() -> None:
    with pytest.raises(InvalidValue, match="'612345670' is not a council-tax reference") as refused:
        reference_format().parse("612345670")
    assert refused.value.data == {"value": "612345670", "format": "council-tax"}


WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 0)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"name": "council-tax" * 3}, "name has 33 characters; 30 are allowed"),
        ({"min_length": 0}, "lengths must be 1 to 30"),
        ({"min_length": 10}, "lengths must be 1 to 30"),
        ({"max_length": 31}, "lengths must be 1 to 30"),
        ({"mask": "#######@"}, "mask has 8 characters"),
        ({"mask": "#########@"}, "mask has 10 characters"),
        ({"characters": Characters.ALPHA, "check_digit": None, "mask": "#" * 9}, "'#' at 1 admits no alpha"),
        ({"characters": Characters.ALPHANUMERIC, "mask": "####/###@"}, "'/' at 5 admits no alphanumeric"),
        ({"characters": Characters.NUMERIC, "mask": "$#######@"}, r"'\$' at 1 admits no numeric"),
        ({"mask": "#######@@"}, r"more than one check character \(@\)"),
        ({"check_digit": None}, "names no check-digit scheme"),
        ({"mask": "#" * 9}, r"its mask has no check character \(@\)"),
        (
            {"mask": "@########", "check_digit": CheckDigits(
                name="d", kind=Kind.DYNIX, modulus=10, weights=(2, 0) * 5)},
            "dynix check character must be the last",
        ),
        (
            {"check_digit": CheckDigits(name="d", kind=Kind.DYNIX, modulus=10, weights=(2, 0, 2, 0, 2, 0, 2))},
            "7 weights for 8 characters",
        ),
        ({"check_digit": scheme(weights=(*WEIGHTS[:8], 1))}, "check character must have the weight 0"),
        ({"check_digit": scheme(weights=WEIGHTS[:8])}, "8 weights for 9 characters"),
        (
            {"min_length": 8, "mask": None, "check_digit": scheme(weights=WEIGHTS)},
            "check character must have the weight 0",
        ),
        ({"check_digit": scheme(prefix_as="123456789")}, "prefix_as reaches the check character"),
        ({"regex": "(?=6).*"}, "is not RE2"),
        ({"regex": r"(.)\1.*"}, "is not RE2"),
        ({"regex": "(6"}, "is not RE2"),
        ({"regex": "[0-9]" * 20 + "x"}, "100 are allowed"),
        ({"valid": ()}, "at least one valid example"),
        ({"valid": ("612345674", "612345675")}, "'612345675' is refused"),
        ({"invalid": ("612345674",)}, "'612345674' is accepted"),
    ],
)  # fmt: skip
def test_a_format_that_contradicts_itself_is_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^Reference format (council-tax)+: .*{fault}") as refused:
        reference_format(**given)
    assert refused.value.code == "bad_reference_format"


def test_the_longest_reference_is_as_long_as_its_mask() -> None:
    ticket = CheckDigits(name="t", kind=Kind.DYNIX, modulus=10, weights=(2, 0) * 4, results={10: "0"})
    format_ = reference_format(max_length=20, check_digit=ticket, valid=("123456786",))
    assert format_.parse("123456786").text == "123456786"
    assert reference_format(max_length=20).parse("612345674").text == "612345674"


@given(st.text(max_size=12) | st.text("0123456789FPA ", max_size=12))
def test_reading_finds_what_parsing_does_without_saying_why_not(text: str) -> None:
    for format_ in (reference_format(), penalty_format()):
        read = format_.read(text)
        assert (read is None) is (code_of(format_, text) is not None)
        if read is not None:
            assert format_.parse(text) == read


def test_without_a_mask_the_last_character_is_checked() -> None:
    unmasked = reference_format(mask=None)
    assert code_of(unmasked, "612345674") is None
    assert code_of(unmasked, "612345670") == "reference_check_digit"


def found(text: str, format_: ReferenceFormat | None = None) -> list[tuple[str, str]]:
    searched = format_ if format_ is not None else reference_format()
    return [(written, reference.text) for written, reference in searched.find(text)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("612345674", ["612345674"]),
        ("COUNCIL TAX 612345674 MRS JONES", ["612345674"]),
        ("CT:612345674,MAY", ["612345674"]),
        ("61234567-4", ["61234567-4"]),
        ("612 345 674", ["612 345 674"]),
        ("REF 612-345-674 THANKS", ["612-345-674"]),
        ("61 234 56 74", ["61 234 56 74"]),
        ("612/345.674", ["612/345.674"]),
        ("612345674 612345674", ["612345674", "612345674"]),
        ("612345674\nCT 987654320", ["612345674", "987654320"]),
        ("6 1 2 3 45674", []),
        ("612  345  674", []),
        ("612,345,674", []),
        ("612345670", []),
        ("CT612345674", []),
        ("6123456740", []),
        ("61234567 44", []),
        ("", []),
    ],
)
def test_references_are_found_in_free_text(text: str, written: list[str]) -> None:
    assert [as_written for as_written, _ in found(text)] == written


def test_a_reference_is_read_in_its_canonical_form_and_kept_as_written() -> None:
    assert found("pcn fp2000 012a", penalty_format()) == [("fp2000 012a", "FP2000012A")]
    assert found("612 345 674") == [("612 345 674", "612345674")]


def test_a_run_that_is_a_reference_is_never_joined_to_its_neighbours() -> None:
    short = free(min_length=3, max_length=6, characters=Characters.NUMERIC, valid=("123",))
    assert found("123 456", short) == [("123", "123"), ("456", "456")]
    assert found("12 34 567", short) == [("567", "567"), ("12 34", "1234")]


def test_runs_joined_into_one_reference_serve_no_other() -> None:
    four = free(min_length=4, max_length=4, characters=Characters.NUMERIC, valid=("1234",))
    assert found("12 34 56", four) == [("12 34", "1234")]


@given(
    st.text("0123456789", min_size=8, max_size=8), st.sampled_from([" ", "-", "/", "."]), st.integers(1, 8)
)
def test_a_reference_cut_in_two_is_found_again(digits: str, joiner: str, cut: int) -> None:
    format_ = reference_format()
    whole = next(digits + last for last in "0123456789" if code_of(format_, digits + last) is None)
    assert found(f"PAY {whole[:cut]}{joiner}{whole[cut:]} NOW") == [
        (f"{whole[:cut]}{joiner}{whole[cut:]}", whole)
    ]


@given(st.text(max_size=60))
def test_whatever_is_found_passes_its_own_format(text: str) -> None:
    format_ = free(min_length=2, max_length=5, valid=("AB",))
    for written, reference in format_.find(text):
        assert written in text
        assert format_.parse(reference.text) == reference
