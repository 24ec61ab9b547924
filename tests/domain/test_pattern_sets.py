"""Many patterns asked at once say what each would say alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.pattern_sets import PatternSet, fitter, literal, part, plain, whole
from localgov_ims.domain.patterns import compile_pattern

PATTERNS = [r"6\d{3}", "[A-C]{2}", "a", "RENT", "r.*t", "(?:x|y)+", "[93]\\d", "7 7", ""]
TEXTS = st.text(alphabet="6930A-Crentxy 7aé\n", max_size=8)


@given(st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=5), TEXTS, st.booleans())
def test_a_set_finds_what_each_pattern_fits(patterns: list[str], text: str, ignore_case: bool) -> None:  # noqa: FBT001
    compiled = [compile_pattern(pattern, ignore_case=ignore_case) for pattern in patterns]
    fits = PatternSet([whole(pattern, ignore_case=ignore_case) for pattern in patterns]).fitting(text)
    holds = PatternSet([part(pattern, ignore_case=ignore_case) for pattern in patterns]).fitting(text)
    assert sorted(fits) == [n for n, each in enumerate(compiled) if each.fullmatch(text)]
    assert sorted(holds) == [n for n, each in enumerate(compiled) if each.search(text)]


@given(st.sampled_from(PATTERNS), TEXTS, st.booleans(), st.booleans())
def test_the_quickest_way_says_the_same(pattern: str, text: str, search: bool, ignore_case: bool) -> None:  # noqa: FBT001
    compiled = compile_pattern(pattern, ignore_case=ignore_case)
    expected = (compiled.search if search else compiled.fullmatch)(text) is not None
    assert fitter(pattern, search=search, ignore_case=ignore_case)(text) is expected


@given(TEXTS.filter(bool), TEXTS)
def test_a_literal_is_found_where_it_stands(wanted: str, text: str) -> None:
    assert bool(PatternSet([literal(wanted)]).fitting(text)) is (wanted in text)


@pytest.mark.parametrize(
    ("pattern", "is_plain"),
    [(r"6\d{10}", True), ("[93]", True), ("[0-9A-C]{3}", True), ("a*", False), ("a{1,2}", False), ("a|b", False), (".", False),
     ("(a)", False), ("", False), (r"\w", False), ("[^a]", False)],
)  # fmt: skip
def test_plain_patterns_are_known(pattern: str, is_plain: bool) -> None:  # noqa: FBT001
    assert plain(pattern) is is_plain
    if is_plain:
        assert re.compile(pattern, re.ASCII)


def test_patterns_too_large_for_a_set_are_asked_one_by_one() -> None:
    many = [f"{chr(97 + n % 26)}.{{0,50}}{chr(97 + n // 26)}.{{0,50}}x" for n in range(200)]
    assert PatternSet(many).fitting("a a x") == [0]


def test_what_is_not_re2_is_refused() -> None:
    with pytest.raises(ValueError, match="RE2"):
        PatternSet(["(?=x)"])
