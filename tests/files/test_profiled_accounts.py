"""Rows of account holders read quickly are the same as those read field by field."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.files.income_files import events

from localgov_ims.files import profiled_accounts
from localgov_ims.files.events import Event

PLAIN = {
    "kind": "delimited", "yields": "accounts", "encoding": "utf-8", "blank": "clear", "strip": ["formula-guard"],
    "columns": ["fund", "account_reference", "surname", "balance", "closed_on"],
}  # fmt: skip
HEADER = "fund,account_reference,surname,balance,closed_on\n"

CELLS = st.tuples(
    st.sampled_from(["05", "05", " 05 ", ""]),
    st.sampled_from(["1", "A 1", "'=1", "'1", " '=1", ""]),
    st.sampled_from(["Jones", "", " ", "x" * 50, "x" * 51, "'=a", "O'Neil", "Zoë"]),
    st.sampled_from(["1.00", "-5.50", "", "5", "1.234", "£5", " 2.00 ", "'-1.00"]),
    st.sampled_from(["2026-05-01", "", "2026-13-01", "01/05/2026", "'2026-05-01"]),
)


def _read(text: str, *, quickly: bool) -> list[Event]:
    plan = profiled_accounts._plan
    if not quickly:
        profiled_accounts._plan = lambda *_: None  # type: ignore[assignment]
    try:
        return list(events(text, base=PLAIN))
    finally:
        profiled_accounts._plan = plan


@given(st.lists(CELLS, max_size=4))
def test_rows_read_quickly_are_those_read_field_by_field(rows: list[tuple[str, ...]]) -> None:
    text = HEADER + "".join(",".join(cells) + "\n" for cells in rows)
    assert _read(text, quickly=True) == _read(text, quickly=False)
