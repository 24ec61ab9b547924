"""Lines made of checked fields are what their own constructors make."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from localgov_ims.domain.money import Money
from localgov_ims.domain.statements import BankLine, References
from localgov_ims.files.checked_lines import line_of, references_of

TEXTS = st.none() | st.text(max_size=8)
FIELDS = st.fixed_dictionaries(
    {
        "position": st.integers(1),
        "amount": st.integers(-(10**12), 10**12).map(Money),
        "booked_on": st.dates(),
        "place": st.text(),
    },
    optional={
        "value_on": st.none() | st.dates(),
        "code": TEXTS,
        "references": st.builds(References, bank=TEXTS, customer=TEXTS),
        "counterparty_name": TEXTS,
        "narrative": st.tuples(st.text()),
        "reversal": st.booleans(),
        "identifier": TEXTS,
    },
)


@given(FIELDS)
def test_a_line_of_checked_fields_is_the_line_of_its_constructor(fields: dict[str, Any]) -> None:
    made, constructed = line_of(**fields), BankLine(**fields)
    assert (made, repr(made), made.text) == (constructed, repr(constructed), constructed.text)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("bank", "customer", "end_to_end", "cheque"), TEXTS)))
def test_references_of_checked_fields_are_those_of_their_constructor(fields: dict[str, str | None]) -> None:
    assert references_of(**fields) == References(**fields)


def test_a_line_of_checked_fields_is_frozen_and_shares_nothing_with_the_next() -> None:
    fields = {"position": 1, "amount": Money(1), "booked_on": date(2026, 1, 1), "place": "line 1"}
    first, second = line_of(**fields, code="BGC"), line_of(**fields)
    assert (first.code, second.code) == ("BGC", None)
    with pytest.raises(FrozenInstanceError):
        first.code = "DD"  # type: ignore[misc]
