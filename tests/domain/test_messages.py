"""Fund messages: shown, unless a flag says whom they stop."""

from __future__ import annotations

import pytest

from localgov_ims.domain.messages import FundMessage
from localgov_ims.errors import InvalidValue


def test_a_message_stops_nobody_unless_it_says_so() -> None:
    made = FundMessage(code="bailiff", fund="23", text="With the enforcement agent")
    assert (made.stops_staff, made.stops_portal, made.external_code) == (False, False, None)


@pytest.mark.parametrize(("name", "longest"), [("text", 100), ("code", 30)])
def test_a_message_fits_or_is_refused(name: str, longest: int) -> None:
    given = {"code": "bailiff", "fund": "23", "text": "With the enforcement agent"}
    assert getattr(FundMessage(**given | {name: "x" * longest}), name) == "x" * longest
    for value, code in (("x" * (longest + 1), "text_too_long"), (" ", "text_missing")):
        with pytest.raises(InvalidValue) as refused:
            FundMessage(**given | {name: value})
        assert refused.value.code == code
