"""The canonical form of what is kept: equal values are equal text, whichever way they were written."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from localgov_ims.storage.schema import flat_json, json_text


@given(st.dictionaries(st.text(), st.text() | st.integers(-(2**62), 2**62) | st.none()))
@example({"a": "\x7f"})
@example({"a": '\x00\x1f"\\/'})
@example({"\U0001f600": "x", "\uffff": "y"})
def test_many_fields_are_written_as_any_value_is(fields: dict[str, str | int | None]) -> None:
    assert flat_json(fields) == json_text(fields)
