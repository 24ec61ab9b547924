"""The quick no never says no to what the pattern itself would fit, however it is written apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.patterns import compile_pattern
from localgov_ims.domain.prefilters import prefilter

JOINERS = " -/."
PATTERNS = (
    (r"AB\d{5}(\d|Y|Z)", "AB12345Z"), (r"^[A-Z]{2}\d{2,3}$", "XY123"), (r"A[^B]\d*", "AC12"), (r"[]a]+b?", "a]ab"),
    (r"[[:digit:]]{3}", "123"), (r"(?i:ab)1|c{2}", "cc"), (r"(?i:ab)1|c{2}", "aB1"), (r"\bA\B1+?$", "A11"),
    (r".{3}", "x:y"), (r"\pL\p{N}+", "A12"), (r"a{,2}b", "a{,2}b"), (r"[\]\d]{2}1", "]21"),
    (r"(?P<x>A|B1)+", "AB1A"), (r"A\.1", "A.1"), (r"^*A1", "A1"), (r"A{2}?(?:-B)??\d", "AA-B5"), (r"(?s).\z", "7"),
)  # fmt: skip


@pytest.mark.parametrize(("regex", "example"), PATTERNS)
@given(data=st.data())
def test_what_fits_is_never_refused_however_it_is_written(
    regex: str, example: str, data: st.DataObject
) -> None:
    quick = prefilter(regex, JOINERS)
    assert compile_pattern(regex).fullmatch(example) is not None
    joined = data.draw(st.lists(st.text(JOINERS, max_size=2), min_size=len(example), max_size=len(example)))
    apart = "".join(symbol + joiner for symbol, joiner in zip(example, joined, strict=True)).rstrip(JOINERS)
    around = data.draw(st.sampled_from(["", "X ", "/", ":"]))
    assert quick is not None
    assert quick.search(f"{around}{apart.swapcase()}{around[::-1]}".encode()) is not None


@pytest.mark.parametrize(
    ("regex", "text"), [(r"AB\d{5}", "J SMITH COUNCIL TAX 612345674"), (r"^[A-Z]{2}\d{2,3}$", "XAB12 AB1")]
)
def test_a_text_without_it_is_refused_at_once(regex: str, text: str) -> None:
    assert prefilter(regex, JOINERS).search(text.encode()) is None  # type: ignore[union-attr]


@pytest.mark.parametrize("regex", [r"\QA.\E", r"\x41", r"\101"])
def test_a_strange_pattern_has_no_quick_no(regex: str) -> None:
    assert prefilter(regex, JOINERS) is None


def test_a_pattern_that_grows_too_large_has_none_either() -> None:
    assert prefilter("(?:a{30}){30}", JOINERS * 4000) is None
