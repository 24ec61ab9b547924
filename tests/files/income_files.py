"""Income profiles to test with: a small delimited one, some keys changed."""

from __future__ import annotations

import io

from localgov_ims.domain.income_files import IncomeRow
from localgov_ims.domain.issues import Issue
from localgov_ims.files.events import Event
from localgov_ims.files.limits import Limits
from localgov_ims.files.profiles import ProfileReader, profile_from
from localgov_ims.files.readers import Options

AGENT = {
    "kind": "delimited", "yields": "income", "encoding": "utf-8", "header_row": "none",
    "header": ["Day", "Reference", "Amount", "Type", "Text", "Fee", "Tax", "Net"],
    "amount": {"column": "Amount", "sign": "as-printed"},
    "taken_on": {"column": "Day", "format": "DD/MM/YYYY"},
    "account_reference": "Reference",
    "narrative": "Text",
}  # fmt: skip
ROW = "05/10/2026,770000011,12.34,P,RENT,,,"


def reader(base: dict = AGENT, **changes: object) -> ProfileReader:
    """A reader of *base* with some keys changed; None takes one out."""
    mapping = {key: value for key, value in (base | changes).items() if value is not None}
    return ProfileReader(profile_from("agent", mapping))


def events(data: str | bytes, /, limits: Limits | None = None, **changes: object) -> list[Event]:
    """The events of a file."""
    text = data if isinstance(data, bytes) else data.encode()
    return list(reader(**changes).read(io.BytesIO(text), Options(limits=limits or Limits())))


def rows(data: str | bytes, /, **changes: object) -> list[IncomeRow]:
    """The rows of a file, which has nothing that refuses it."""
    found = events(data, **changes)
    assert not [event for event in found if isinstance(event, Issue)]
    return [event for event in found if isinstance(event, IncomeRow)]


def issues(data: str | bytes, /, **changes: object) -> list[tuple[str, str, str, str]]:
    """Code, place, field and value of what refuses a file."""
    found = [event for event in events(data, **changes) if isinstance(event, Issue)]
    return [(issue.code, issue.place, issue.field, issue.value) for issue in found]


def faults(data: str | bytes, /, **changes: object) -> list[tuple[str, str, str]]:
    """Code, field and value of what is wrong with the one row of a file, which nothing else refuses."""
    (row,) = rows(data, **changes)
    return [(issue.code, issue.field, issue.value) for issue in row.issues]
