"""Identifiers: ids that sort by time, and references that survive the telephone."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, islice, pairwise
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.ids import (
    ALPHABET,
    check_symbol,
    new_hexes,
    new_id,
    new_reference,
    parse_reference,
    references,
    shown,
)
from localgov_ims.errors import InvalidValue

eleven = st.text(ALPHABET, min_size=11, max_size=11)


def test_the_worked_example_has_the_check_symbol_n() -> None:
    assert check_symbol("K7MP2QXW9TR") == "N"
    assert shown("K7MP2QXW9TRN") == "K7MP-2QXW-9TRN"


@given(eleven)
def test_a_reference_weighted_from_twelve_down_sums_to_nothing_of_29(symbols: str) -> None:
    whole = symbols + check_symbol(symbols)
    assert sum(ALPHABET.index(s) * (12 - place) for place, s in enumerate(whole)) % 29 == 0


def test_every_wrong_symbol_is_caught() -> None:
    right = "K7MP2QXW9TRN"
    for place in range(12):
        for wrong in set(ALPHABET) - {right[place]}:
            with pytest.raises(InvalidValue, match="probably mistyped"):
                parse_reference(right[:place] + wrong + right[place + 1 :])


@given(eleven)
def test_every_two_symbols_swapped_are_caught(symbols: str) -> None:
    whole = symbols + check_symbol(symbols)
    for i, j in combinations(range(12), 2):
        if whole[i] != whole[j]:
            swapped = list(whole)
            swapped[i], swapped[j] = whole[j], whole[i]
            with pytest.raises(InvalidValue):
                parse_reference("".join(swapped))


@pytest.mark.parametrize(
    "typed", ["K7MP2QXW9TRN", "k7mp-2qxw-9trn", " K7MP 2QXW 9TRN ", "k7-mp2qxw9t rn", "K7MP\t2QXW-9TRN\n"]
)
def test_case_spaces_and_dashes_do_not_count(typed: str) -> None:
    assert parse_reference(typed) == "K7MP2QXW9TRN"


@given(eleven)
def test_the_letter_o_reads_nought(symbols: str) -> None:
    whole = symbols + check_symbol(symbols)
    assert parse_reference(whole.replace("0", "O")) == parse_reference(whole.replace("0", "o")) == whole


@given(eleven)
def test_what_is_shown_reads_back_the_same(symbols: str) -> None:
    whole = symbols + check_symbol(symbols)
    assert parse_reference(shown(whole)) == whole


@pytest.mark.parametrize(
    "typed", ["", "K7MP", "K7MP-2QXW-9TRN0", "A7MP-2QXW-9TRN", "K7MP-2QXW-9TR1", "\u039a7MP2QXW9TRN"]
)
def test_what_has_not_twelve_of_our_symbols_is_none_of_ours(typed: str) -> None:
    with pytest.raises(InvalidValue, match="K7MP-2QXW-9TRN") as refused:
        parse_reference(typed)
    assert refused.value.code == "reference_not_ours"


def test_a_refusal_never_gives_the_right_symbol_away() -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_reference("K7MP2QXW9TRP")
    assert refused.value.code == "reference_check_symbol"
    assert "N" not in refused.value.message.replace("K7MP2QXW9TRP", "")


def test_new_references_are_ours_and_use_every_symbol_of_the_alphabet() -> None:
    made = [*islice(references(), 3000), new_reference()]
    assert all(parse_reference(reference) == reference for reference in made)
    assert set("".join(made)) == set(ALPHABET)
    assert len(set(made)) == len(made)


def test_no_place_of_a_reference_favours_a_symbol() -> None:
    made = list(islice(references(), 20_000))
    for place in range(12):
        counts = [sum(reference[place] == symbol for reference in made) for symbol in ALPHABET]
        # 690 expected, a deviation of 26: seven of them do not happen by chance.
        assert min(counts) > 500
        assert max(counts) < 880


def test_ids_are_uuids_of_version_7_in_strictly_rising_order() -> None:
    made = [new_id() for _ in range(5000)]
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}
    assert all(first < second for first, second in pairwise(made))


def test_many_threads_get_different_ids_and_references_each_rising() -> None:
    def some(_: int) -> tuple[list[object], list[str]]:
        return [new_id() for _ in range(500)], [new_reference() for _ in range(50)]

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(some, range(16)))
    ids = [each for own, _ in made for each in own]
    ours = [each for _, own in made for each in own]
    assert len(set(ids)) == len(ids)
    assert len(set(ours)) == len(ours)
    assert all(own == sorted(own) for own, _ in made)  # type: ignore[type-var]


FORKED = """
import os
from localgov_ims.domain.ids import new_id, new_reference
new_reference(), new_id()
child = os.fork()
if child:
    os.waitpid(child, 0)
print(*(new_reference() for _ in range(5)), str(new_id())[-14:], flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_repeats_nothing_of_its_parent() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    made = done.stdout.split()
    assert len(made) == len(set(made)) == 12


def test_identifiers_made_at_once_are_those_made_one_by_one_each_after_the_other() -> None:
    before, made, after = new_id(), [UUID(digits) for digits in new_hexes(3000)], new_id()
    assert [before, *made, after] == sorted({before, *made, after})
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    # 48 bits of time and 20 of counting, which go on without a gap; the 54 below them are chance.
    stamps = [(each.int >> 80) << 20 | (each.int >> 64 & 0xFFF) << 8 | each.int >> 54 & 0xFF for each in made]
    assert stamps == list(range(stamps[0], stamps[0] + 3000))
    assert len({each.int & 2**54 - 1 for each in made}) == 3000
    assert len({each.int >> 48 & 63 for each in made}) > 32
