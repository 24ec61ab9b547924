"""Where the package `mt-940` reads a file too, both read the same money, days and references.

It is asked for the money and nothing else: it neither proves totals nor joins pages.
"""

from __future__ import annotations

from pathlib import Path

import mt940
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mt_asking import entry, events, lines, statement

from localgov_ims.domain.statements import BankLine
from localgov_ims.testing.samples import Sample, samples_in

SAMPLES = Path(__file__).parent / "samples"
READ = [sample for name in ("mt940", "mt942") for sample in samples_in(SAMPLES / name) if sample.accepted]
CORRECT_SIGNS = mt940.Options(reversal_sign=True)


def theirs(data: bytes) -> list[tuple[object, ...]]:
    text = data.decode("utf-8" if b"\xc3" in data else "cp1252")
    return [
        (int(each.data["amount"].amount * 100), each.data["date"], each.data["bank_reference"] or None)
        for each in mt940.parse(text, options=CORRECT_SIGNS)
        if "amount" in each.data
    ]


def ours(found: list[BankLine]) -> list[tuple[object, ...]]:
    return [(line.amount.pence, line.value_on, line.references.bank) for line in found]


@pytest.mark.parametrize("sample", READ, ids=[sample.path.name for sample in READ])
def test_a_sample_holds_the_same_for_both(sample: Sample) -> None:
    found = lines(events(sample.data))
    assert found
    assert ours(found) == theirs(sample.data)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**12), st.sampled_from(["C", "D", "RC", "RD"]), st.text("AB /,12", max_size=30)),
        min_size=1, max_size=20,
    )
)  # fmt: skip
def test_a_written_statement_holds_the_same_for_both(written: list[tuple[int, str, str]]) -> None:
    signs = {"C": 1, "RD": 1, "D": -1, "RC": -1}
    net = sum(pence * signs[mark] for pence, mark, _ in written)
    body = [entry(pence, f"TEXT {text}".rstrip(), mark=mark) for pence, mark, text in written]
    text = statement(body, closing=10_000 + net)
    assert ours(lines(events(text))) == theirs(text.encode())
