"""Where the package `bai2` reads a file too, both read the same money, types, references and texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from bai2.bai2 import parse_from_string
from bai2_writer import Acc, Doc, Ent, events
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.statements import BankLine
from localgov_ims.files.events import Event
from localgov_ims.testing.samples import Sample, samples_in

SAMPLES = Path(__file__).parent / "samples"
READ = [sample for sample in samples_in(SAMPLES) if sample.accepted]
Row = tuple[str, int, str | None, str | None, str]


def theirs(text: str) -> list[Row]:
    file = parse_from_string(text, check_integrity=True)
    return [
        (row.type_code.code, row.amount, row.bank_reference or None, row.customer_reference or None,
         (row.text or "").replace("\n", " "))
        for group in file.children for account in group.children for row in account.children
    ]  # fmt: skip


def ours(found: list[Event]) -> list[Row]:
    return [
        (
            line.code or "",
            abs(line.amount.pence),
            line.references.bank,
            line.references.customer,
            " ".join(line.narrative),
        )
        for line in found
        if isinstance(line, BankLine)
    ]


def directions(text: str) -> list[int]:
    file = parse_from_string(text, check_integrity=True)
    rows = [row for group in file.children for account in group.children for row in account.children]
    return [1 if row.type_code.transaction.value == "credit" else -1 for row in rows]


@pytest.mark.parametrize("sample", READ, ids=[sample.path.name for sample in READ])
def test_a_sample_holds_the_same_for_both(sample: Sample) -> None:
    text = sample.data.decode("ascii")
    assert ours(events(Doc(raw=text))) == theirs(text) != []


@given(
    st.lists(
        st.tuples(st.integers(1, 10**9), st.sampled_from([("142", 1), ("195", 1), ("451", -1), ("699", -1)]),
                  st.text("AB 12", min_size=1, max_size=20).map(str.strip).filter(bool)),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_a_written_statement_holds_the_same_for_both(rows: list[tuple[int, tuple[str, int], str]]) -> None:
    entries = [Ent(sign * pence, type_, f"Z,BANK,CUST,{text}") for pence, (type_, sign), text in rows]
    doc = Doc([Acc(entries)])
    found = events(doc)
    assert ours(found) == theirs(doc.text())
    lines = [line for line in found if isinstance(line, BankLine)]
    assert [1 if line.amount.pence > 0 else -1 for line in lines] == directions(doc.text())
