"""The fields of a row as rules see them: what may be set, what stays, and what was there before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Final

from localgov_ims.allocation.rows import Source
from localgov_ims.domain.income_files import IncomeRow

SETTABLE: Final = ("fund", "account_reference", "mop", "office", "vat_code", "narrative")
"""What a rule may set; the amount is never one of them."""

LONGEST: Final = {
    "fund": 5, "account_reference": 30, "mop": 5, "office": 2, "vat_code": 2, "narrative": 100,
}  # fmt: skip
"""The most characters that a rule may set."""

SOURCE_TEXTS: Final = ("source", "import_type", "file_name")
SOURCE_FIELDS: Final = frozenset({*SOURCE_TEXTS, "received_on"})
"""Fields that are alike for every row of a source."""

DATE_FIELDS: Final = frozenset({"taken_on", "received_on"})
"""Fields that hold a day."""

ORIGINAL: Final = "original."
"""Before the name of a field: its value before the rules, with the import type's defaults."""

EXTRA: Final = "extra."
"""Before the name of a further column of the file."""

Seen = dict[str, str]
"""What the rules see and set: each settable field, and the original value of those that are asked for."""


def text_getter(field: str) -> Callable[[Seen, IncomeRow], str] | None:
    """Return what reads a field of text from a row; none where there is no such field."""
    name = field.removeprefix(ORIGINAL)
    if name in SETTABLE:
        return lambda seen, _: seen[field]
    if name == "source_reference":
        return lambda _, row: row.source_reference
    if name == "amount_text":
        return (lambda seen, _: seen[field]) if name != field else (lambda _, row: str(row.amount))
    if name.startswith(EXTRA) and name != EXTRA:
        column = name.removeprefix(EXTRA)
        return lambda _, row: row.extra.get(column, "")
    return None


def row_getter(field: str, defaults: Mapping[str, str]) -> Callable[[IncomeRow], str]:
    """Return what reads a field of text from a row before any rule, its default where it is blank."""
    name = field.removeprefix(ORIGINAL)
    if name in SETTABLE:
        default = defaults.get(name, "")
        get: Callable[[IncomeRow], str] = attrgetter(name)
        return (lambda row: get(row) or default) if default else get
    steady = text_getter(name)
    assert steady is not None  # noqa: S101 - asked of fields that rules have been compiled with
    return lambda row: steady({}, row)


def steady(field: str) -> bool:
    """Tell whether no rule changes a field of a row, short of splitting it."""
    return not field.startswith(ORIGINAL) and field not in SETTABLE


def keeps_original(field: str) -> bool:
    """Tell whether rules can change a field, so that its value before them must be kept."""
    name = field.removeprefix(ORIGINAL)
    return name != field and (name in SETTABLE or name in {"amount", "amount_text"})


def original(seen: Seen, row: IncomeRow, field: str) -> str:
    """Return the value of `original.<field>` at the start."""
    name = field.removeprefix(ORIGINAL)
    if name == "amount":
        return str(row.amount.pence)
    return str(row.amount) if name == "amount_text" else seen[name]


def source_text(source: Source, field: str) -> str:
    """Return a field of text that is alike for every row of a source."""
    return {"source": source.name, "import_type": source.import_type, "file_name": source.file_name}[field]
